//! Which builtins may a policy call, and what bounds them?
//!
//! Some of regorus' builtins take time or memory that their input chooses: a 10-byte Kubernetes
//! quantity (`1e9999999`) costs `units.parse` seconds, `numbers.range(1, 1e9)` costs gigabytes.
//! Those are replaced here by bounded ones of the same meaning. The evaluator process is the
//! second line of defence, not the first.

mod format;
mod quantity;

use std::cell::RefCell;
use std::collections::HashMap;

use anyhow::{Result, anyhow, bail};
use regorus::rvm::program::Program;
use regorus::{Engine, Value};

/// Longest result of `numbers.range`.
const MAX_RANGE: i64 = 10_000;
/// Compiled patterns that a thread keeps; each takes up to a few MiB.
const MAX_PATTERNS: usize = 64;

/// Compiled patterns by their text.
type Patterns = HashMap<String, regex::Regex>;

thread_local! {
    // Engines are cloned for every evaluation: what one has compiled, all may use.
    static PATTERNS: RefCell<Patterns> = RefCell::default();
}

/// A builtin of ours.
type Bounded = fn(&[Value]) -> Result<Value>;

/// Builtins that a policy must not have, with what to do without. The same files and the same
/// library must give the same outcome: it is remembered and shown again.
pub(super) const FORBIDDEN: [(&str, &str); 5] = [
    (
        "time.now_ns",
        "the same files must give the same outcome on every day, so a policy has no clock; a date \
         can be made a parameter, and a rule about deployments is told `input.now`",
    ),
    ("rand.intn", "the same files must give the same outcome each time"),
    ("uuid.rfc4122", "the same files must give the same outcome each time"),
    ("http.send", "a policy has no network: it knows what stands in `input`, and its parameters"),
    ("opa.runtime", "a policy sees nothing of the machine that it runs on"),
];

/// Name, number of arguments, and what is done instead of regorus' own.
const BOUNDED: [(&str, u8, Bounded); 9] = [
    // Called by another name (`with count as rand.intn`) they come to nothing as well.
    ("time.now_ns", 0, forbidden),
    ("rand.intn", 2, forbidden),
    ("units.parse", 1, quantity::parse),
    ("units.parse_bytes", 1, quantity::parse_bytes),
    ("numbers.range", 2, range),
    ("numbers.range_step", 3, range_step),
    ("bits.lsh", 2, lsh),
    ("sprintf", 2, format::sprintf),
    ("regex.match", 2, regex_match),
];

/// Puts the bounded builtins in place of regorus' own.
pub(super) fn install(engine: &mut Engine) -> Result<()> {
    for (name, arguments, run) in BOUNDED {
        let run = move |values: Vec<Value>| run(&values);
        engine.add_extension(name.into(), arguments, Box::new(run))?;
    }
    Ok(())
}

/// The same for a compiled program, which knows builtins by number and takes plain functions only.
pub(super) fn install_compiled(program: &mut Program) {
    let Program { builtin_info_table: names, resolved_builtins, .. } = program;
    for (builtin, resolved) in names.iter().zip(resolved_builtins) {
        match builtin.name.as_str() {
            "units.parse" => resolved.0 = |_, _, values, _| quantity::parse(values),
            "units.parse_bytes" => resolved.0 = |_, _, values, _| quantity::parse_bytes(values),
            "numbers.range" => resolved.0 = |_, _, values, _| range(values),
            "numbers.range_step" => resolved.0 = |_, _, values, _| range_step(values),
            "bits.lsh" => resolved.0 = |_, _, values, _| lsh(values),
            "sprintf" => resolved.0 = |_, _, values, _| format::sprintf(values),
            "regex.match" => resolved.0 = |_, _, values, _| regex_match(values),
            "time.now_ns" | "rand.intn" => resolved.0 = |_, _, values, _| forbidden(values),
            _ => {}
        }
    }
}

fn forbidden(_: &[Value]) -> Result<Value> {
    bail!("a policy has neither a clock nor chance")
}

fn int(value: &Value, what: &str) -> Result<i64> {
    match value.as_i64() {
        Ok(n) => Ok(n),
        Err(_) => bail!("{what} must be an integer of at most 64 bits"),
    }
}

fn range(args: &[Value]) -> Result<Value> {
    let (from, to) = (int(&args[0], "numbers.range start")?, int(&args[1], "numbers.range end")?);
    step(from, to, 1)
}

fn range_step(args: &[Value]) -> Result<Value> {
    let by = int(&args[2], "numbers.range_step step")?;
    if by <= 0 {
        bail!("numbers.range_step: the step must be positive");
    }
    step(int(&args[0], "numbers.range_step start")?, int(&args[1], "numbers.range_step end")?, by)
}

fn step(from: i64, to: i64, by: i64) -> Result<Value> {
    let count = from.abs_diff(to) / by.unsigned_abs() + 1;
    if count > MAX_RANGE.unsigned_abs() {
        bail!("numbers.range: {count} numbers asked for, at most {MAX_RANGE} are given");
    }
    let sign = if from <= to { by } else { -by };
    let numbers: Vec<Value> =
        (0..count as i64).map(|i| Value::from(from.wrapping_add(i.wrapping_mul(sign)))).collect();
    Ok(Value::from(numbers))
}

fn lsh(args: &[Value]) -> Result<Value> {
    let (n, by) = (int(&args[0], "bits.lsh value")?, int(&args[1], "bits.lsh shift")?);
    match u32::try_from(by).ok().and_then(|by| n.checked_mul(1i64.checked_shl(by)?)) {
        Some(shifted) if by < 63 => Ok(Value::from(shifted)),
        _ => bail!("bits.lsh: the result does not fit into 64 bits"),
    }
}

/// As OPA's, with the compiled pattern kept: regorus clones it for every call, which empties the
/// matcher's scratch pool and makes it six times slower.
fn regex_match(args: &[Value]) -> Result<Value> {
    let (Ok(pattern), Ok(text)) = (args[0].as_string(), args[1].as_string()) else {
        bail!("regex.match wants two strings");
    };
    PATTERNS.with_borrow_mut(|patterns| {
        if let Some(known) = patterns.get(pattern.as_ref()) {
            return Ok(Value::from(known.is_match(text)));
        }
        if patterns.len() >= MAX_PATTERNS {
            patterns.clear();
        }
        let compiled = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build();
        let compiled = compiled.map_err(|e| anyhow!("regex.match: {}", last_line(&e)))?;
        let found = compiled.is_match(text);
        patterns.insert(pattern.to_string(), compiled);
        Ok(Value::from(found))
    })
}

/// What is wrong with a pattern. The lines before repeat it, and it may come from a judged file.
fn last_line(error: &regex::Error) -> String {
    let words = error.to_string();
    let last = words.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or("the pattern is not valid, or too large").to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use regorus::languages::rego::compiler::Compiler;
    use regorus::rvm::vm::RegoVM;

    use super::*;

    fn eval(expression: &str) -> Option<Value> {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(false);
        install(&mut engine).expect("fresh engine");
        let result = engine.eval_query(format!("x := {expression}"), false).ok()?;
        result.result.first().map(|r| r.bindings["x"].clone())
    }

    /// The same by the virtual machine.
    fn compiled(expression: &str) -> Option<Value> {
        let mut engine = Engine::new();
        let text = format!("package t\nimport rego.v1\nx := {expression}\n");
        engine.add_policy("t.rego".to_owned(), text).expect("Rego");
        let rules = engine.compile_with_entrypoint(&"data.t.x".into()).expect("rules");
        let mut program = Compiler::compile_from_policy(&rules, &["data.t.x"]).expect("compiles");
        install_compiled(Arc::get_mut(&mut program).expect("ours alone"));
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.execute_entry_point_by_index(0).ok()
    }

    #[test]
    fn what_their_input_could_blow_up_is_refused_at_once() {
        for hostile in [
            r#"units.parse("1e9999999")"#,
            r#"units.parse_bytes("1e9999999Ki")"#,
            "numbers.range(1, 1000000000)",
            "numbers.range_step(1, 1000000000, 2)",
            "bits.lsh(1, 4000000000)",
            r#"sprintf("%2000000000d", [1])"#,
            r#"sprintf("%.70000f", [1.5])"#,
        ] {
            assert!(matches!(eval(hostile), None | Some(Value::Undefined)), "{hostile}");
            assert!(matches!(compiled(hostile), None | Some(Value::Undefined)), "{hostile}");
        }
    }

    #[test]
    fn honest_calls_mean_what_they_mean_in_opa() {
        for (expression, expected) in [
            (r#"units.parse("100m")"#, "0.1"),
            (r#"units.parse_bytes("1Ki")"#, "1024"),
            ("numbers.range(3, 1)", "[3, 2, 1]"),
            ("numbers.range_step(0, 10, 5)", "[0, 5, 10]"),
            ("bits.lsh(1, 4)", "16"),
            (r#"sprintf("%s is %d of %v", ["a", 3, ["b"]])"#, r#""a is 3 of [\"b\"]""#),
            (r#"regex.match("^v[0-9]+$", "v1")"#, "true"),
        ] {
            let expected = Value::from_json_str(expected).expect("JSON");
            assert_eq!(eval(expression).as_ref(), Some(&expected), "{expression}");
            assert_eq!(compiled(expression), Some(expected), "{expression}");
        }
    }
}
