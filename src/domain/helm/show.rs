//! How does Go print a value? `%v`, as `print`, `join`, `quote` and every action use it.

use std::fmt::Write as _;

use super::budget::{Budget, Fault};
use super::capabilities::{API_VERSIONS, KUBE_VERSION};
use super::value::{Host, Value};

/// A value as a text of its own: sprig's `strval`.
pub(super) fn text(value: &Value, budget: &Budget) -> Result<String, Fault> {
    let mut out = String::new();
    show(value, &mut out, budget, 0)?;
    Ok(out)
}

/// Appends a value.
pub(super) fn show(
    value: &Value,
    out: &mut String,
    budget: &Budget,
    depth: u32,
) -> Result<(), Fault> {
    budget.depth(depth)?;
    match value {
        Value::Nil => out.push_str("<nil>"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(number) | Value::Int64(number) => {
            let _ = write!(out, "{number}");
        }
        Value::Float(number) => out.push_str(&float(*number)),
        Value::Str(text) => {
            budget.text(out.len() + text.len())?;
            out.push_str(text);
        }
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                show(item, out, budget, depth + 1)?;
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push_str("map[");
            for (index, (key, value)) in map.borrow().iter().enumerate() {
                if index > 0 {
                    out.push(' ');
                }
                budget.text(out.len() + key.len())?;
                out.push_str(key);
                out.push(':');
                show(value, out, budget, depth + 1)?;
            }
            out.push(']');
        }
        Value::Host(host) => match host {
            Host::Files(_) => out.push_str("map[]"),
            Host::ApiVersions => {
                let _ = write!(out, "[{}]", API_VERSIONS.join(" "));
            }
            Host::KubeVersion => out.push_str(KUBE_VERSION),
            Host::Time => out.push_str("2020-01-01 00:00:00 +0000 UTC"),
        },
    }
    Ok(())
}

/// Go's shortest `%g`: with an exponent where it is below -4 or above 5, so 1000000 is `1e+06`.
pub(super) fn float(number: f64) -> String {
    if !number.is_finite() {
        let word = if number.is_nan() { "NaN" } else { "+Inf" };
        return if number == f64::NEG_INFINITY { "-Inf".to_owned() } else { word.to_owned() };
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // For the shortest form, strconv decides as if six digits had been asked for.
    if (-4..6).contains(&exponent) {
        format!("{number}")
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", exponent.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_go_prints_them() {
        // go run: fmt.Println(1000000.0, 123456789.0, 100000.0, 1e21, 0.00001, 1234567.5, 80.0)
        let numbers = [1e6, 123_456_789.0, 1e5, 1e21, 0.00001, 1_234_567.5, 80.0, 0.5];
        let shown: Vec<String> = numbers.into_iter().map(float).collect();
        assert_eq!(
            shown,
            ["1e+06", "1.23456789e+08", "100000", "1e+21", "1e-05", "1.2345675e+06", "80", "0.5"]
        );
    }

    #[test]
    fn composites_print_as_go_prints_them() {
        let map = Value::of([("b", Value::Nil), ("a", Value::list(vec![Value::Int(1)]))]);
        assert_eq!(
            text(&map, &Budget::new(super::super::budget::MAX_STEPS)).ok().as_deref(),
            Some("map[a:[1] b:<nil>]")
        );
    }
}
