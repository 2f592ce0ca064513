//! What does a Dockerfile word stand for?

/// Longer values are given up: `ENV A=$A$A` doubles with every line.
const MAX_VALUE_BYTES: usize = 512;

/// A word after substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expanded {
    /// The text; `None` when a variable has no known value.
    pub(super) value: Option<String>,
    /// The first variable without a known value.
    pub(super) unresolved: Option<String>,
}

/// Replaces `$name`, `${name}`, `${name:-word}`, `${name-word}`, `${name:+word}`, `${name+word}`
/// and removes quotes, as BuildKit does. `lookup` gives a variable's value: `Some(None)` when it
/// is declared without one, `None` when nothing is known of it. Other `${…}` forms (`#`, `%`, `/`)
/// are not known.
pub(super) fn expand(
    word: &str,
    escape: char,
    lookup: &dyn Fn(&str) -> Option<Option<String>>,
) -> Expanded {
    let mut out = String::new();
    let mut chars = word.chars().peekable();
    let mut quote: Option<char> = None;
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, Some('\'')) if c != '\'' => out.push(c),
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (c, _) if c == escape => out.extend(chars.next()),
            ('$', _) => {
                let found = if chars.next_if_eq(&'{').is_some() {
                    let body: Option<String> = braced(&mut chars);
                    body.ok_or_else(|| word.to_owned())
                        .and_then(|body| modified(&body, escape, lookup))
                } else {
                    let mut name = String::new();
                    while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                        name.push(c);
                    }
                    if name.is_empty() {
                        Ok("$".to_owned())
                    } else {
                        lookup(&name).flatten().ok_or(name)
                    }
                };
                match found {
                    Ok(value) => out.push_str(&value),
                    Err(name) => return Expanded { value: None, unresolved: Some(name) },
                }
            }
            (c, _) => out.push(c),
        }
        if out.len() > MAX_VALUE_BYTES {
            return Expanded { value: None, unresolved: Some("a very long value".to_owned()) };
        }
    }
    Expanded { value: Some(out), unresolved: None }
}

/// Reads up to the `}` that closes; `None` when there is none.
fn braced(chars: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut body = String::new();
    let mut depth = 1;
    for c in chars {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(body);
        }
        body.push(c);
    }
    None
}

fn modified(
    body: &str,
    escape: char,
    lookup: &dyn Fn(&str) -> Option<Option<String>>,
) -> Result<String, String> {
    let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(body.len());
    let (name, rest) = body.split_at(end);
    let known = lookup(name);
    let (colon, rest) = match rest.strip_prefix(':') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let word = |rest: &str| {
        // One level of nesting is enough for every Dockerfile seen; deeper is not known.
        if rest.contains("${") && rest.matches('$').count() > 4 {
            return Err(name.to_owned());
        }
        let inner = expand(rest, escape, lookup);
        inner.value.ok_or_else(|| inner.unresolved.unwrap_or_else(|| name.to_owned()))
    };
    let value = known.flatten().filter(|value| !(colon && value.is_empty()));
    match rest.chars().next() {
        None if !colon => value.ok_or_else(|| name.to_owned()),
        Some('-') => value.map_or_else(|| word(&rest[1..]), Ok),
        Some('+') => value.map_or_else(|| Ok(String::new()), |_| word(&rest[1..])),
        _ => Err(name.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(word: &str) -> Option<String> {
        let lookup = |name: &str| match name {
            "user" => Some(Some("app".to_owned())),
            "empty" => Some(Some(String::new())),
            "declared" => Some(None),
            _ => None,
        };
        expand(word, '\\', &lookup).value
    }

    #[test]
    fn forms_are_replaced() {
        for (word, expected) in [
            ("plain", Some("plain")),
            ("$user", Some("app")),
            ("${user}:${user}", Some("app:app")),
            ("x-$user-y", Some("x-app-y")),
            ("${none:-1000}", Some("1000")),
            ("${declared:-1000}", Some("1000")),
            ("${declared-1000}", Some("1000")),
            ("${empty:-1000}", Some("1000")),
            ("${empty-1000}", Some("")),
            ("${user:+root}", Some("root")),
            ("${none:+root}", Some("")),
            ("${none:-${user}}", Some("app")),
            ("\"$user\"", Some("app")),
            ("'$user'", Some("$user")),
            ("\\$user", Some("$user")),
            ("5$", Some("5$")),
            ("$none", None),
            ("$declared", None),
            ("${user%p}", None),
            ("${user", None),
        ] {
            assert_eq!(value(word).as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(expand("a${B}c", '\\', &|_| None).unresolved.as_deref(), Some("B"));
    }

    #[test]
    fn deep_nesting_does_not_overflow() {
        let word = format!("{}{}", "${a:-".repeat(100_000), "}".repeat(100_000));
        assert_eq!(expand(&word, '\\', &|_| None).value, None);
    }
}
