//! Words: upper and lower case, camels and snakes, lines of a length.

use crate::domain::helm::value::Value;

use super::{Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("upper", 1, 1, |a| a.text(a.str(0)?.to_uppercase())),
    function("lower", 1, 1, |a| a.text(a.str(0)?.to_lowercase())),
    function("title", 1, 1, |a| a.text(title(a.str(0)?))),
    function("untitle", 1, 1, |a| {
        let mut before = ' ';
        let text = a.str(0)?.chars().map(|c| {
            let first = std::mem::replace(&mut before, c).is_whitespace();
            if first { c.to_lowercase().next().unwrap_or(c) } else { c }
        });
        a.text(text.collect::<String>())
    }),
    function("swapcase", 1, 1, |a| {
        let swap = |c: char| {
            if c.is_uppercase() {
                c.to_lowercase().to_string()
            } else {
                c.to_uppercase().to_string()
            }
        };
        a.text(a.str(0)?.chars().map(swap).collect::<String>())
    }),
    function("initials", 1, 1, |a| {
        a.text(a.str(0)?.split_whitespace().filter_map(|w| w.chars().next()).collect::<String>())
    }),
    function("camelcase", 1, 1, |a| {
        let words = a.str(0)?.split(['_', '-', ' ']).map(|word| {
            let mut chars = word.chars();
            chars.next().map(|c| c.to_uppercase().chain(chars).collect::<String>())
        });
        a.text(words.flatten().collect::<String>())
    }),
    function("snakecase", 1, 1, |a| a.text(joined(a.str(0)?, '_'))),
    function("kebabcase", 1, 1, |a| a.text(joined(a.str(0)?, '-'))),
    function("abbrev", 2, 2, |a| {
        let (width, text) = (a.count(0)?, a.str(1)?);
        if width < 4 || text.chars().count() <= width {
            return Ok(a.any(1).clone());
        }
        a.text(text.chars().take(width - 3).chain("...".chars()).collect::<String>())
    }),
    function("wrap", 2, 2, |a| wrapped(a, "\n", a.str(1)?)),
    function("wrapWith", 3, 3, |a| wrapped(a, a.str(1)?, a.str(2)?)),
];

/// Go's `strings.Title`: a letter that follows no letter, digit or underscore.
fn title(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if inside {
            out.push(c);
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphanumeric() || c == '_';
    }
    out
}

/// xstrings' `ToSnakeCase`: `FooBar`, `fooBar`, `foo bar` and `FOOBar` become `foo_bar`.
fn joined(text: &str, with: char) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (index, c) in chars.iter().copied().enumerate() {
        if matches!(c, '_' | '-' | ' ') {
            out.push(with);
            continue;
        }
        let before = index.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(index + 1).copied();
        let starts = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_ascii_digit()
                    || (b.is_uppercase() && after.is_some_and(char::is_lowercase))
            });
        if starts {
            out.push(with);
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn wrapped(
    args: &Args<'_>,
    separator: &str,
    text: &str,
) -> Result<Value, crate::domain::helm::budget::Fault> {
    let width = args.count(0)?.max(1);
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            args.budget().text(out.len() + separator.len())?;
            out.push_str(separator);
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    args.text(out)
}
