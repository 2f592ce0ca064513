//! Arithmetic: everything becomes an `int64` first, and what is no number becomes 0.

use crate::domain::helm::budget::{Fault, MAX_ITEMS};
use crate::domain::helm::value::Value;

use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("int", 1, 1, |a| Ok(Value::Int(to_int(a.any(0))))),
    function("int64", 1, 1, |a| Ok(Value::Int64(to_int(a.any(0))))),
    function("float64", 1, 1, |a| Ok(Value::Float(to_float(a.any(0))))),
    function("atoi", 1, 1, |a| Ok(Value::Int(a.str(0)?.parse().unwrap_or(0)))),
    function("toDecimal", 1, 1, |a| {
        Ok(Value::Int64(i64::from_str_radix(&a.shown(0)?, 8).unwrap_or(0)))
    }),
    function("add", 0, ANY, |a| Ok(fold(a, 0, 0, i64::wrapping_add))),
    function("add1", 1, 1, |a| Ok(Value::Int64(to_int(a.any(0)).wrapping_add(1)))),
    function("sub", 2, 2, |a| Ok(fold(a, to_int(a.any(0)), 1, i64::wrapping_sub))),
    function("mul", 1, ANY, |a| Ok(fold(a, to_int(a.any(0)), 1, i64::wrapping_mul))),
    function("div", 2, 2, |a| divided(a, i64::checked_div)),
    function("mod", 2, 2, |a| divided(a, i64::checked_rem)),
    function("max", 1, ANY, |a| Ok(fold(a, to_int(a.any(0)), 1, i64::max))),
    function("biggest", 1, ANY, |a| Ok(fold(a, to_int(a.any(0)), 1, i64::max))),
    function("min", 1, ANY, |a| Ok(fold(a, to_int(a.any(0)), 1, i64::min))),
    function("addf", 0, ANY, |a| Ok(fold_float(a, 0.0, 0, |x, y| x + y))),
    function("add1f", 1, 1, |a| Ok(Value::Float(to_float(a.any(0)) + 1.0))),
    function("subf", 1, ANY, |a| Ok(fold_float(a, to_float(a.any(0)), 1, |x, y| x - y))),
    function("mulf", 1, ANY, |a| Ok(fold_float(a, to_float(a.any(0)), 1, |x, y| x * y))),
    function("divf", 1, ANY, |a| Ok(fold_float(a, to_float(a.any(0)), 1, |x, y| x / y))),
    function("maxf", 1, ANY, |a| Ok(fold_float(a, to_float(a.any(0)), 1, f64::max))),
    function("minf", 1, ANY, |a| Ok(fold_float(a, to_float(a.any(0)), 1, f64::min))),
    function("ceil", 1, 1, |a| Ok(Value::Float(to_float(a.any(0)).ceil()))),
    function("floor", 1, 1, |a| Ok(Value::Float(to_float(a.any(0)).floor()))),
    function("round", 2, 3, |a| {
        let places = i32::try_from(a.int(1)?).unwrap_or(i32::MAX);
        let power = 10_f64.powi(places);
        let digit = power * to_float(a.any(0));
        let on = if a.values.len() > 2 { to_float(a.any(2)) } else { 0.5 };
        let rounded = if digit.fract() >= on { digit.ceil() } else { digit.floor() };
        Ok(Value::Float(rounded / power))
    }),
    function("until", 1, 1, |a| {
        let count = a.int(0)?;
        steps(a, 0, count, if count < 0 { -1 } else { 1 })
    }),
    function("untilStep", 3, 3, |a| steps(a, a.int(0)?, a.int(1)?, a.int(2)?)),
    function("seq", 0, 3, seq),
];

/// spf13/cast's `ToInt64`.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        Value::Int(number) | Value::Int64(number) => *number,
        Value::Float(number) => *number as i64,
        Value::Bool(value) => i64::from(*value),
        Value::Str(text) => parse(text),
        Value::Nil | Value::List(_) | Value::Map(_) | Value::Host(_) => 0,
    }
}

/// `8`, `8.0` and `0x1f` are numbers, `8.5` and `8 ` are none.
fn parse(text: &str) -> i64 {
    let text = match text.split_once('.') {
        Some((whole, zeros)) if zeros.bytes().all(|b| b == b'0') => whole,
        _ => text,
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let parsed = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    let number = parsed.unwrap_or(0);
    if negative { -number } else { number }
}

fn to_float(value: &Value) -> f64 {
    match value {
        Value::Float(number) => *number,
        Value::Str(text) => text.parse().unwrap_or(0.0),
        other => to_int(other) as f64,
    }
}

fn fold(args: &Args<'_>, start: i64, from: usize, op: fn(i64, i64) -> i64) -> Value {
    Value::Int64(args.rest(from).iter().map(to_int).fold(start, op))
}

fn fold_float(args: &Args<'_>, start: f64, from: usize, op: fn(f64, f64) -> f64) -> Value {
    Value::Float(args.rest(from).iter().map(to_float).fold(start, op))
}

fn divided(args: &Args<'_>, op: fn(i64, i64) -> Option<i64>) -> Result<Value, Fault> {
    let result = op(to_int(args.any(0)), to_int(args.any(1)));
    result.map(Value::Int64).ok_or_else(|| args.fault("divides by zero"))
}

fn numbers(args: &Args<'_>, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, Fault> {
    let forward = step > 0 && start < stop;
    let backward = step < 0 && stop < start;
    if !(forward || backward) {
        return Ok(Vec::new());
    }
    let count = (i128::from(stop) - i128::from(start)) / i128::from(step);
    if count > MAX_ITEMS as i128 {
        return Err(args.fault(&format!("makes a list of more than {MAX_ITEMS} items")));
    }
    args.budget().items(usize::try_from(count).unwrap_or(MAX_ITEMS))?;
    let mut made = Vec::new();
    let mut at = start;
    while (forward && at < stop) || (backward && at > stop) {
        made.push(at);
        at = at.saturating_add(step);
    }
    Ok(made)
}

fn steps(args: &Args<'_>, start: i64, stop: i64, step: i64) -> Result<Value, Fault> {
    args.items(numbers(args, start, stop, step)?.into_iter().map(Value::Int).collect())
}

/// As the command `seq`, the end included.
fn seq(args: &Args<'_>) -> Result<Value, Fault> {
    let (start, step, end) = match args.values.len() {
        0 => return Ok(Value::str("")),
        1 => (1, None, args.int(0)?),
        2 => (args.int(0)?, None, args.int(1)?),
        _ => (args.int(0)?, Some(args.int(1)?), args.int(2)?),
    };
    let down = end < start;
    if down && step.is_some_and(|step| step > 0) {
        return Ok(Value::str(""));
    }
    let one = if down { -1 } else { 1 };
    let made = numbers(args, start, end.saturating_add(one), step.unwrap_or(one))?;
    let texts: Vec<String> = made.iter().map(i64::to_string).collect();
    args.text(texts.join(" "))
}
