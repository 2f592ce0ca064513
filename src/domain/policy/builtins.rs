//! Which builtins may a policy call, and what bounds them?
//!
//! Some of regorus' builtins take time or memory that their input chooses: a 10-byte Kubernetes
//! quantity (`1e9999999`) costs `units.parse` seconds, `numbers.range(1, 1e9)` costs gigabytes.
//! Those are replaced here by bounded ones of the same meaning. The evaluator process is the
//! second line of defence, not the first.

mod format;
mod quantity;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Result, bail};
use regorus::{Engine, Value};

/// Longest result of `numbers.range`.
const MAX_RANGE: i64 = 10_000;
/// Compiled patterns kept for an engine and all its clones; each takes up to a few MiB.
const MAX_PATTERNS: usize = 64;

/// Compiled patterns by their text.
type Patterns = HashMap<String, regex::Regex>;

/// Puts the bounded builtins in place of regorus' own.
pub(super) fn install(engine: &mut Engine) -> Result<()> {
    engine.add_extension("units.parse".into(), 1, Box::new(quantity::parse))?;
    engine.add_extension("units.parse_bytes".into(), 1, Box::new(quantity::parse_bytes))?;
    engine.add_extension("numbers.range".into(), 2, Box::new(range))?;
    engine.add_extension("numbers.range_step".into(), 3, Box::new(range_step))?;
    engine.add_extension("bits.lsh".into(), 2, Box::new(lsh))?;
    engine.add_extension("sprintf".into(), 2, Box::new(format::sprintf))?;
    // Engines are cloned for every evaluation: what one has compiled, all may use.
    let patterns = Arc::new(Mutex::new(Patterns::new()));
    let matches = move |args: Vec<Value>| {
        regex_match(&mut patterns.lock().unwrap_or_else(PoisonError::into_inner), &args)
    };
    engine.add_extension("regex.match".into(), 2, Box::new(matches))?;
    Ok(())
}

fn int(value: &Value, what: &str) -> Result<i64> {
    match value.as_i64() {
        Ok(n) => Ok(n),
        Err(_) => bail!("{what} must be an integer of at most 64 bits"),
    }
}

fn range(args: Vec<Value>) -> Result<Value> {
    let (from, to) = (int(&args[0], "numbers.range start")?, int(&args[1], "numbers.range end")?);
    step(from, to, 1)
}

fn range_step(args: Vec<Value>) -> Result<Value> {
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

fn lsh(args: Vec<Value>) -> Result<Value> {
    let (n, by) = (int(&args[0], "bits.lsh value")?, int(&args[1], "bits.lsh shift")?);
    match u32::try_from(by).ok().and_then(|by| n.checked_mul(1i64.checked_shl(by)?)) {
        Some(shifted) if by < 63 => Ok(Value::from(shifted)),
        _ => bail!("bits.lsh: the result does not fit into 64 bits"),
    }
}

/// As OPA's, with the compiled pattern kept: regorus clones it for every call, which empties the
/// matcher's scratch pool and makes it six times slower.
fn regex_match(patterns: &mut Patterns, args: &[Value]) -> Result<Value> {
    let (Ok(pattern), Ok(text)) = (args[0].as_string(), args[1].as_string()) else {
        bail!("regex.match wants two strings");
    };
    if !patterns.contains_key(pattern.as_ref()) {
        if patterns.len() >= MAX_PATTERNS {
            patterns.clear();
        }
        let compiled = regex::RegexBuilder::new(pattern).size_limit(1 << 20).build()?;
        patterns.insert(pattern.to_string(), compiled);
    }
    Ok(Value::from(patterns[pattern.as_ref()].is_match(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eval(expression: &str) -> Option<Value> {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(false);
        install(&mut engine).expect("fresh engine");
        let result = engine.eval_query(format!("x := {expression}"), false).ok()?;
        result.result.first().map(|r| r.bindings["x"].clone())
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
            assert_eq!(eval(expression), Some(expected), "{expression}");
        }
    }
}
