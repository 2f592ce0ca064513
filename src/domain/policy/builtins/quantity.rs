//! `units.parse` and `units.parse_bytes` with bounded numbers.
//! Meaning: <https://www.openpolicyagent.org/docs/policy-reference/builtins/units>.

use anyhow::{Result, bail};
use regorus::Value;

/// Longest text that is a quantity; Kubernetes' own have at most 20 characters.
const MAX_LENGTH: usize = 40;

/// SI and binary prefixes with their factors; `m` is milli in `units.parse` only.
const FACTORS: &[(&str, f64)] = &[
    ("", 1.0),
    ("k", 1e3),
    ("m", 1e6),
    ("g", 1e9),
    ("t", 1e12),
    ("p", 1e15),
    ("e", 1e18),
    ("ki", 1024.0),
    ("mi", 1048576.0),
    ("gi", 1073741824.0),
    ("ti", 1099511627776.0),
    ("pi", 1125899906842624.0),
    ("ei", 1152921504606846976.0),
];

pub(super) fn parse(args: &[Value]) -> Result<Value> {
    let (number, unit) = split(args, "units.parse")?;
    if unit == "m" {
        return number_value(number / 1000.0);
    }
    number_value(number * factor(&unit.to_ascii_lowercase(), "units.parse")?)
}

pub(super) fn parse_bytes(args: &[Value]) -> Result<Value> {
    let (number, unit) = split(args, "units.parse_bytes")?;
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    number_value(number * factor(unit, "units.parse_bytes")?)
}

fn factor(unit: &str, name: &str) -> Result<f64> {
    match FACTORS.iter().find(|(known, _)| *known == unit) {
        Some((_, factor)) => Ok(*factor),
        None => bail!("{name}: unknown unit"),
    }
}

/// Number and unit. An exponent needs a digit behind its `e`, so that `1e` reads as one exa.
fn split(args: &[Value], name: &str) -> Result<(f64, String)> {
    let Ok(text) = args[0].as_string() else { bail!("{name} wants a string") };
    let text = text.replace('"', "");
    if text.is_empty() || text.len() > MAX_LENGTH || !text.is_ascii() {
        bail!("{name}: not a quantity");
    }
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while end < bytes.len() {
        let exponent = matches!(bytes[end], b'e' | b'E')
            && end > 0
            && (digit(end + 1)
                || (matches!(bytes.get(end + 1), Some(b'+' | b'-')) && digit(end + 2)));
        if exponent {
            end += 2;
        } else if bytes[end].is_ascii_digit() || b".+-".contains(&bytes[end]) {
            end += 1;
        } else {
            break;
        }
    }
    let number: f64 = text[..end].parse()?;
    if !number.is_finite() {
        bail!("{name}: the number is too large");
    }
    Ok((number, text[end..].to_owned()))
}

fn number_value(number: f64) -> Result<Value> {
    if !number.is_finite() {
        bail!("the quantity is too large");
    }
    if number.fract() == 0.0 && number.abs() < 9e15 {
        return Ok(Value::from(number as i64));
    }
    Ok(Value::from(number))
}
