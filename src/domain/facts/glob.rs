//! Does a branch match a filter pattern of a GitHub workflow?
//!
//! GitHub's patterns are their own dialect ("filter pattern cheat sheet" in the workflow syntax
//! reference): `*` stops at `/`, `**` does not, `?` and `+` repeat what stands *before* them,
//! `[…]` is a set of letters and digits, `\` takes the next character as it is.

/// Whether `text` passes a list of patterns: the last pattern that matches decides, and one that
/// begins with `!` decides against. `None` when a pattern is malformed.
pub(super) fn passes<'p>(patterns: impl Iterator<Item = &'p str>, text: &str) -> Option<bool> {
    let mut passed = false;
    for pattern in patterns {
        let (negated, pattern) = match pattern.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        if matches(pattern, text)? {
            passed = !negated;
        }
    }
    Some(passed)
}

/// Longer patterns count as malformed.
const MAX_PATTERN_BYTES: usize = 1_000;

/// Whether the whole of `text` matches one pattern without regard to `!`; `None` when it is
/// malformed. Takes time in proportion to the product of both lengths.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    let parts = parse(pattern)?;
    // `live[i]`: the parts before `i` match what was read so far.
    let mut live = vec![false; parts.len() + 1];
    live[0] = true;
    skip_optional(&parts, &mut live);
    for c in text.chars() {
        let mut next = vec![false; parts.len() + 1];
        for (i, part) in parts.iter().enumerate() {
            if live[i] && part.takes(c) {
                next[i + 1] = true;
                next[i] |= part.repeats;
            }
        }
        live = next;
        skip_optional(&parts, &mut live);
    }
    live.last().copied()
}

/// A set of characters and how often it may come.
struct Part {
    set: Set,
    optional: bool,
    repeats: bool,
}

enum Set {
    One(char),
    Listed(Vec<(char, char)>),
    NotSlash,
    All,
}

impl Part {
    fn takes(&self, c: char) -> bool {
        match &self.set {
            Set::One(own) => *own == c,
            Set::Listed(ranges) => ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)),
            Set::NotSlash => c != '/',
            Set::All => true,
        }
    }
}

fn skip_optional(parts: &[Part], live: &mut [bool]) {
    for (i, part) in parts.iter().enumerate() {
        if live[i] && part.optional {
            live[i + 1] = true;
        }
    }
}

fn parse(pattern: &str) -> Option<Vec<Part>> {
    if pattern.len() > MAX_PATTERN_BYTES {
        return None;
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut chars = pattern.chars().peekable();
    let once = |set| Part { set, optional: false, repeats: false };
    while let Some(c) = chars.next() {
        match c {
            '*' => {
                let all = chars.next_if_eq(&'*').is_some();
                let set = if all { Set::All } else { Set::NotSlash };
                parts.push(Part { set, optional: true, repeats: true });
            }
            '?' => parts.last_mut()?.optional = true,
            // "One or more": a part that comes once may now come again.
            '+' => parts.last_mut()?.repeats = true,
            '[' => {
                let mut ranges = Vec::new();
                loop {
                    let low = chars.next().filter(|c| c.is_ascii_alphanumeric() || *c == ']')?;
                    if low == ']' {
                        break;
                    }
                    let high = match chars.next_if_eq(&'-') {
                        Some(_) => chars.next().filter(char::is_ascii_alphanumeric)?,
                        None => low,
                    };
                    ranges.push((low, high));
                }
                parts.push(once(Set::Listed(ranges)));
            }
            '\\' => parts.push(once(Set::One(chars.next()?))),
            other => parts.push(once(Set::One(other))),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_follow_githubs_cheat_sheet() {
        for (pattern, text, expected) in [
            ("main", "main", true),
            ("main", "mains", false),
            ("feature/*", "feature/a", true),
            ("feature/*", "feature/a/b", false),
            ("feature/**", "feature/a/b", true),
            ("**", "all/the/branches", true),
            ("*", "all/the/branches", false),
            ("*", "main", true),
            ("**feature", "mona-feature", true),
            ("v2*", "v2.9", true),
            ("v[12].[0-9]+.[0-9]+", "v1.10.1", true),
            ("v[12].[0-9]+.[0-9]+", "v3.10.1", false),
            ("*.jsx?", "page.js", true),
            ("*.jsx?", "page.jsx", true),
            ("colou?r", "color", true),
            ("[A-Z]", "b", false),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            ("Main", "main", false),
        ] {
            assert_eq!(matches(pattern, text), Some(expected), "{pattern} {text}");
        }
        assert_eq!(matches("[", "x"), None);
        assert_eq!(matches("?", "x"), None);
    }

    #[test]
    fn the_last_match_decides() {
        let passes = |patterns: &[&str], text| passes(patterns.iter().copied(), text);
        assert_eq!(passes(&["releases/**", "!releases/**-alpha"], "releases/1-alpha"), Some(false));
        assert_eq!(passes(&["!main", "**"], "main"), Some(true));
        assert_eq!(passes(&["**", "!main"], "main"), Some(false));
        assert_eq!(passes(&["!dev"], "main"), Some(false));
    }

    proptest! {
        #[test]
        fn plain_names_match_themselves(name in "[a-z0-9/_.-]{1,20}", pattern in "\\PC{0,40}") {
            prop_assert_eq!(matches(&name, &name), Some(true));
            prop_assert_eq!(matches("**", &name), Some(true));
            matches(&pattern, &name);
        }
    }
}
