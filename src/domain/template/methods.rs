//! Which methods of JavaScript's strings and lists do templates call? nunjucks lends them; a
//! table here does.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

/// Longest text that a method may make, in bytes.
const MAX_TEXT: usize = 256 * 1024;

/// minijinja's callback for a method that a value does not have.
pub(super) fn call(
    _state: &mut State,
    value: &Value,
    method: &str,
    arguments: &[Value],
) -> Result<Value, Error> {
    let unknown = || Err(Error::from(ErrorKind::UnknownMethod));
    let first = arguments.first();
    let text = |n: usize| {
        arguments.get(n).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
    };
    if let Some(own) = value.as_str() {
        let needle = text(0).unwrap_or_default();
        return Ok(match method {
            "toLowerCase" => own.to_lowercase().into(),
            "toUpperCase" => own.to_uppercase().into(),
            "toString" => own.into(),
            "trim" => own.trim().into(),
            "startsWith" => own.starts_with(&needle).into(),
            "endsWith" => own.ends_with(&needle).into(),
            "includes" => own.contains(&needle).into(),
            "indexOf" => own.find(&needle).map_or(-1, |at| count(&own[..at])).into(),
            "split" if needle.is_empty() => {
                own.chars().map(|c| Value::from(c.to_string())).collect()
            }
            "split" => own.split(&needle).map(Value::from).collect(),
            // JavaScript's replaces the first, as its argument is a text.
            "replace" => bounded(own.replacen(&needle, &text(1).unwrap_or_default(), 1))?,
            "replaceAll" => bounded(own.replace(&needle, &text(1).unwrap_or_default()))?,
            "concat" => bounded(format!("{own}{needle}"))?,
            "slice" | "substring" => {
                let chars: Vec<char> = own.chars().collect();
                let (from, to) = range(arguments, chars.len());
                chars[from..to].iter().collect::<String>().into()
            }
            "charAt" => own.chars().nth(index(first)).map(String::from).unwrap_or_default().into(),
            _ => return unknown(),
        });
    }
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        let items: Vec<Value> = value.try_iter()?.collect();
        return Ok(match method {
            "includes" => items.iter().any(|item| Some(item) == first).into(),
            "indexOf" => items
                .iter()
                .position(|item| Some(item) == first)
                .map_or(-1, |at| i64::try_from(at).unwrap_or(i64::MAX))
                .into(),
            "join" => {
                let separator = text(0).unwrap_or_else(|| ",".to_owned());
                let words: Vec<String> = items.iter().map(ToString::to_string).collect();
                bounded(words.join(&separator))?
            }
            "slice" => {
                let (from, to) = range(arguments, items.len());
                items[from..to].iter().cloned().collect()
            }
            "concat" => {
                let more = first.map(Value::try_iter).transpose()?;
                items.into_iter().chain(more.into_iter().flatten()).collect()
            }
            _ => return unknown(),
        });
    }
    match method {
        "toString" => Ok(value.to_string().into()),
        _ => unknown(),
    }
}

fn bounded(text: String) -> Result<Value, Error> {
    if text.len() > MAX_TEXT {
        return Err(Error::new(ErrorKind::InvalidOperation, "the text becomes too long"));
    }
    Ok(text.into())
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn index(value: Option<&Value>) -> usize {
    value.and_then(|v| usize::try_from(v.clone()).ok()).unwrap_or(0)
}

/// `slice(from, to)`: negative numbers count from the end.
fn range(arguments: &[Value], length: usize) -> (usize, usize) {
    let place =
        |n: usize, otherwise: usize| match arguments.get(n).map(|v| i64::try_from(v.clone())) {
            Some(Ok(at)) if at < 0 => {
                length.saturating_sub(usize::try_from(at.unsigned_abs()).unwrap_or(length))
            }
            Some(Ok(at)) => usize::try_from(at).unwrap_or(length).min(length),
            _ => otherwise,
        };
    let (from, to) = (place(0, 0), place(1, length));
    (from, to.max(from))
}
