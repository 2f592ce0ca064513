//! How does a line fall into words?

/// Longest line that is read, in characters; a reason may be a long sentence.
const MAX_LINE: usize = 2_000;

/// Words are parted by blanks; `"…"` keeps blanks together. Backticks around a whole word, which
/// people write out of habit, are taken off, but not in the reason behind `because`.
pub(super) fn words(line: &str) -> Result<Vec<String>, String> {
    if line.chars().count() > MAX_LINE {
        return Err(format!("the line has more than {MAX_LINE} characters"));
    }
    let mut found = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut started) = (false, false);
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                started = true;
            }
            c if c.is_whitespace() && !quoted => {
                if started {
                    found.push(std::mem::take(&mut word));
                }
                started = false;
            }
            c => {
                word.push(c);
                started = true;
            }
        }
    }
    if quoted {
        return Err("a quotation mark `\"` is not closed".to_owned());
    }
    if started {
        found.push(word);
    }
    let reason = found.iter().position(|w| w.eq_ignore_ascii_case("because"));
    let names = reason.unwrap_or(found.len());
    found[..names].iter_mut().for_each(bare);
    Ok(found)
}

fn bare(word: &mut String) {
    let inner = word.strip_prefix('`').and_then(|word| word.strip_suffix('`'));
    if let Some(inner) = inner.filter(|inner| !inner.is_empty()) {
        *word = inner.to_owned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_together() {
        assert_eq!(words(r#"a  "b c" d="e f" """#).expect("closed"), ["a", "b c", "d=e f", ""]);
        assert_eq!(words("`a` because `b`").expect("closed"), ["a", "because", "`b`"]);
        assert_eq!(words("`a/b` `").expect("no quote"), ["a/b", "`"]);
        assert!(words("a \"b").is_err());
        assert!(words(&"x".repeat(3_000)).is_err());
    }
}
