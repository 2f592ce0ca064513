//! `sprintf` with bounded width, precision and length.

use anyhow::{Result, bail};
use regorus::Value;

/// Longest result, in bytes.
const MAX_LENGTH: usize = 64 * 1024;
/// Largest width or precision.
const MAX_WIDTH: usize = 200;

/// Verbs: `%s %v %d %q %t %f %g %e %x %X %o %b %c %%` with `-`, `0`, `+`, width and precision.
pub(super) fn sprintf(args: &[Value]) -> Result<Value> {
    let (Ok(pattern), Ok(values)) = (args[0].as_string(), args[1].as_array()) else {
        bail!("sprintf wants a string and an array");
    };
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '%' {
            out.push(c);
        } else {
            let mut flags = String::new();
            while let Some(&f) = rest.peek().filter(|f| "-+0# ".contains(**f)) {
                flags.push(f);
                rest.next();
            }
            let width = number(&mut rest)?;
            let mut precision = None;
            if rest.next_if_eq(&'.').is_some() {
                precision = Some(number(&mut rest)?.unwrap_or(0));
            }
            match rest.next() {
                Some('%') => out.push('%'),
                Some(verb) => {
                    let Some(value) = values.next() else { bail!("sprintf: too few values") };
                    pad(
                        &mut out,
                        &one(verb, value, precision, flags.contains('+'))?,
                        width,
                        &flags,
                    );
                }
                None => bail!("sprintf: the pattern ends within a verb"),
            }
        }
        if out.len() > MAX_LENGTH {
            bail!("sprintf: the result is longer than {MAX_LENGTH} bytes");
        }
    }
    Ok(Value::from(out))
}

fn number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<Option<usize>> {
    let mut n = None;
    while let Some(digit) = rest.peek().and_then(|c| c.to_digit(10)) {
        let next = n.unwrap_or(0) * 10 + digit as usize;
        if next > MAX_WIDTH {
            bail!("sprintf: width or precision over {MAX_WIDTH}");
        }
        n = Some(next);
        rest.next();
    }
    Ok(n)
}

fn one(verb: char, value: &Value, precision: Option<usize>, plus: bool) -> Result<String> {
    let text = match (verb, value) {
        ('s' | 'v', Value::String(s)) => match precision {
            Some(p) => s.chars().take(p).collect(),
            None => s.to_string(),
        },
        ('q', Value::String(s)) => serde_json::to_string(s.as_ref())?,
        ('s' | 'v' | 'q', other) => serde_json::to_string(other)?,
        ('t', Value::Bool(b)) => b.to_string(),
        ('d', Value::Number(_)) => match value.as_i64() {
            Ok(n) => n.to_string(),
            Err(_) => bail!("sprintf: %d wants an integer of at most 64 bits"),
        },
        ('f' | 'F', Value::Number(_)) => format!("{:.*}", precision.unwrap_or(6), value.as_f64()?),
        ('e', Value::Number(_)) => format!("{:.*e}", precision.unwrap_or(6), value.as_f64()?),
        ('g', Value::Number(_)) => value.as_f64()?.to_string(),
        ('x', Value::Number(_)) => format!("{:x}", value.as_i64()?),
        ('X', Value::Number(_)) => format!("{:X}", value.as_i64()?),
        ('o', Value::Number(_)) => format!("{:o}", value.as_i64()?),
        ('b', Value::Number(_)) => format!("{:b}", value.as_i64()?),
        ('c', Value::Number(_)) => u32::try_from(value.as_i64()?)
            .ok()
            .and_then(char::from_u32)
            .unwrap_or('\u{fffd}')
            .to_string(),
        // As Go prints a value of the wrong type.
        (verb, other) => format!("%!{verb}({})", serde_json::to_string(other)?),
    };
    let signed = plus && matches!(value, Value::Number(_)) && !text.starts_with('-');
    Ok(if signed { format!("+{text}") } else { text })
}

fn pad(out: &mut String, text: &str, width: Option<usize>, flags: &str) {
    let missing = width.unwrap_or(0).saturating_sub(text.chars().count());
    if flags.contains('-') {
        out.push_str(text);
        out.extend(std::iter::repeat_n(' ', missing));
    } else {
        let zeros = flags.contains('0') && text.bytes().all(|b| b.is_ascii_digit());
        out.extend(std::iter::repeat_n(if zeros { '0' } else { ' ' }, missing));
        out.push_str(text);
    }
}
