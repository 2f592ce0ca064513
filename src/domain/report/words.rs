//! How do we say numbers, lists, levels and places in words?

use crate::domain::finding::Level;
use crate::domain::judge::JudgedFinding;

/// `1 finding`, `2 findings`.
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `a`, `a and b`, `a, b and c`, `a, b and 3 more`: at most `most` items by name.
pub fn list(items: &[String], most: usize) -> String {
    let (named, more) =
        if items.len() > most { (&items[..most], items.len() - most) } else { (items, 0) };
    let mut words = named.to_vec();
    if more > 0 {
        words.push(format!("{more} more"));
    }
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// `gold`, or `none` below bronze.
pub fn level(level: Option<Level>) -> &'static str {
    level.map_or("none", Level::as_str)
}

/// Where a finding is, as plain text: `Dockerfile:7`, `a.yaml:3-9`, `catalog-info.yaml`,
/// `repository`. Holds the path as it is: escape it.
pub fn place(finding: &JudgedFinding) -> String {
    let Some(path) = &finding.path else { return "repository".to_owned() };
    match lines(finding) {
        None => path.clone(),
        Some((start, end)) if start == end => format!("{path}:{start}"),
        Some((start, end)) => format!("{path}:{start}-{end}"),
    }
}

/// A finding's lines put in order: the first from 1, the last not before it.
pub fn lines(finding: &JudgedFinding) -> Option<(u32, u32)> {
    let start = finding.start_line?.max(1);
    Some((start, finding.end_line.unwrap_or(start).max(start)))
}

/// At most `most` bytes of `text`, cut between characters, an ellipsis at the cut.
pub fn clip(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut end = most.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lists_read_like_speech() {
        let items: Vec<String> = ["a", "b", "c", "d"].map(String::from).to_vec();
        assert_eq!(list(&items[..0], 3), "");
        assert_eq!(list(&items[..1], 3), "a");
        assert_eq!(list(&items[..2], 3), "a and b");
        assert_eq!(list(&items[..3], 3), "a, b and c");
        assert_eq!(list(&items, 2), "a, b and 2 more");
    }

    proptest! {
        #[test]
        fn a_clipped_text_fits(text in any::<String>(), most in 3_usize..40) {
            let clipped = clip(&text, most);
            prop_assert!(clipped.len() <= most);
            prop_assert!(text.starts_with(clipped.trim_end_matches('…')) || text == clipped);
        }
    }
}
