//! How firmly does a reference hold what it names?

use serde::Serialize;

/// The kind of a `ref` behind the `@` of a `uses:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pin {
    /// 40 hex digits: cannot move.
    Sha,
    /// An image digest: cannot move.
    Digest,
    /// `v1`, `v1.4.2`, `1.2.3-rc.1`.
    Version,
    /// A pattern (`v1.*`, `v1.x`), which GitHub does not know.
    Wildcard,
    /// Anything else: a branch, or a tag that is no version.
    BranchOrTag,
    /// Nothing behind the name.
    None,
    /// Holds `${{ … }}`.
    Expression,
}

impl Pin {
    /// Judges the part behind `@`; `None` when there is no `@`.
    pub(super) fn of(reference: Option<&str>) -> Self {
        let Some(text) = reference.filter(|text| !text.is_empty()) else { return Self::None };
        if text.contains("${{") {
            Self::Expression
        } else if text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            Self::Sha
        } else if is_wildcard(text) {
            Self::Wildcard
        } else if is_version(text) {
            Self::Version
        } else {
            Self::BranchOrTag
        }
    }
}

fn is_wildcard(text: &str) -> bool {
    let numbered =
        text.trim_start_matches(['v', 'V', '^', '~']).starts_with(|c: char| c.is_ascii_digit());
    text.contains('*')
        || (numbered && (text.starts_with(['^', '~']) || text.split('.').any(|p| p == "x")))
}

/// Up to three numbers with an optional `v`, then nothing or a suffix. Without `v` and dot only
/// short numbers: seven digits are more likely the start of a commit's name.
fn is_version(text: &str) -> bool {
    let numbers = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let (core, suffix) = match numbers.find(['-', '+']) {
        Some(at) => (&numbers[..at], Some(&numbers[at + 1..])),
        None => (numbers, None),
    };
    let parts: Vec<&str> = core.split('.').collect();
    let numeric = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let marked = numbers.len() < text.len() || parts.len() > 1 || core.len() <= 3;
    let suffix_fine = suffix.is_none_or(|suffix| {
        !suffix.is_empty()
            && suffix.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'))
    });
    parts.len() <= 3 && parts.iter().all(numeric) && marked && suffix_fine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_told_apart() {
        let sha = "8f4b7f84864484a7bf31766abe9204da3cbe65b3";
        for (text, pin) in [
            (Some(sha), Pin::Sha),
            (Some(&sha[..7]), Pin::BranchOrTag),
            (Some("1234567"), Pin::BranchOrTag),
            (Some("v1"), Pin::Version),
            (Some("v1.4.2"), Pin::Version),
            (Some("1.2.3"), Pin::Version),
            (Some("v2.0.0-rc.1"), Pin::Version),
            (Some("main"), Pin::BranchOrTag),
            (Some("releases/v1"), Pin::BranchOrTag),
            (Some("version-1"), Pin::BranchOrTag),
            (Some("v1.x"), Pin::Wildcard),
            (Some("v1.*"), Pin::Wildcard),
            (Some("^1.2"), Pin::Wildcard),
            (Some("~"), Pin::BranchOrTag),
            (Some("${{ inputs.ref }}"), Pin::Expression),
            (Some(""), Pin::None),
            (None, Pin::None),
        ] {
            assert_eq!(Pin::of(text), pin, "{text:?}");
        }
    }
}
