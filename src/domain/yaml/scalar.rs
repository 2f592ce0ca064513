//! Is `yes` a word or a truth? Depends on who reads the file.

use serde_json::{Number, Value};

/// The reader whose idea of plain scalars counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Schema {
    /// YAML 1.2 core, as GitHub and Backstage read: `on`, `yes` are words, `012` is twelve.
    Core12,
    /// YAML 1.1 as Kubernetes tools read: `on`, `yes`, `y` are true, `012` is ten.
    Kubernetes,
}

/// The value of an unquoted, untagged scalar. What JSON cannot say (`.inf`, `.nan`) stays text.
pub(in crate::domain) fn resolve(text: &str, schema: Schema) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    if schema == Schema::Kubernetes {
        match text {
            "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::Bool(true),
            "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Value::Bool(false),
            _ => {}
        }
    }
    let number = text
        .starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        .then(|| number(text, schema))
        .flatten();
    number.map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

fn number(text: &str, schema: Schema) -> Option<Number> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let joined;
    let digits = if schema == Schema::Kubernetes && digits.contains('_') {
        joined = digits.replace('_', "");
        joined.as_str()
    } else {
        digits
    };
    let (radix, body) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', b'o', ..] => (8, &digits[2..]),
        [b'0', b'b', ..] if schema == Schema::Kubernetes => (2, &digits[2..]),
        [b'0', rest @ ..]
            if schema == Schema::Kubernetes
                && !rest.is_empty()
                && rest.iter().all(|b| (b'0'..=b'7').contains(b)) =>
        {
            (8, &digits[1..])
        }
        _ => (10, digits),
    };
    if !body.is_empty() && body.bytes().all(|b| char::from(b).is_digit(radix)) {
        if let Ok(value) = u64::from_str_radix(body, radix) {
            return match (negative, i64::try_from(value)) {
                (false, _) => Some(value.into()),
                (true, Ok(value)) => Some((-value).into()),
                (true, Err(_)) => float(text),
            };
        }
        return if radix == 10 { float(text) } else { None };
    }
    float_shaped(digits).then(|| float(text)).flatten()
}

/// `[0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)?` with at least one digit before the exponent: Rust reads
/// more than YAML does (`infinity`, `1_0` it does not).
fn float_shaped(digits: &str) -> bool {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_fine = exponent.is_none_or(|e| {
        let e = e.strip_prefix(['-', '+']).unwrap_or(e);
        !e.is_empty() && all_digits(e)
    });
    all_digits(whole) && all_digits(part) && whole.len() + part.len() > 0 && exponent_fine
}

fn float(text: &str) -> Option<Number> {
    text.replace('_', "").parse().ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn readers_differ_in_truths_and_octals() {
        let both = |text| (resolve(text, Schema::Core12), resolve(text, Schema::Kubernetes));
        assert_eq!(both("on"), (json!("on"), json!(true)));
        assert_eq!(both("No"), (json!("No"), json!(false)));
        assert_eq!(both("012"), (json!(12), json!(10)));
        assert_eq!(both("0o12"), (json!(10), json!(10)));
        assert_eq!(both("1_000"), (json!("1_000"), json!(1000)));
        assert_eq!(both("true"), (json!(true), json!(true)));
    }

    #[test]
    fn numbers_are_numbers_and_nothing_else_is() {
        for (text, value) in [
            ("-1", json!(-1)),
            ("+7", json!(7)),
            ("0x1F", json!(31)),
            ("1.50", json!(1.5)),
            (".5", json!(0.5)),
            ("6e3", json!(6000.0)),
            ("18446744073709551615", json!(u64::MAX)),
            ("18446744073709551616", json!(18446744073709551616.0)),
        ] {
            assert_eq!(resolve(text, Schema::Core12), value, "{text}");
        }
        for text in ["1.2.3", "v1", "1e9999", ".inf", "-", ".", "1e", "12:30", "2024-01-01", "0x"] {
            assert_eq!(resolve(text, Schema::Core12), json!(text));
        }
    }
}
