//! Which change takes which back? Read from titles, bodies and messages; a human wrote or pressed
//! each of them.
//!
//! In order of trust: GitHub's button writes `Reverts owner/repo#12` into the body; `git revert`
//! writes `This reverts commit <sha>`; both give the title `Revert "…"`, which may end in `(#12)`.

use serde::{Deserialize, Serialize};

use crate::domain::ids::Sha;

/// Characters of a line, and lines of a text, that are kept until reading is done.
const MOST_WORDS: usize = 300;
const MOST_LINES: usize = 50;

/// What a text says was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A pull request of this repository.
    Pull(i64),
    /// A commit, by 7 to 40 hexadecimal digits.
    Commit(String),
    /// The change with this title, exactly.
    Title(String),
}

/// What a change takes back, in order of trust; empty when it takes nothing back.
/// `repository` is `owner/name`.
///
/// ```
/// use waymark::domain::risk::labels::{Target, targets};
/// let body = "Reverts acme/api#12";
/// let found = targets("Revert \"Add VAT (#12)\"", body, Some("acme/api"));
/// assert_eq!(found[0], Target::Pull(12));
/// ```
pub fn targets(title: &str, body: &str, repository: Option<&str>) -> Vec<Target> {
    let mut found = Vec::new();
    for line in body.lines() {
        let line = line.trim();
        if let Some(rest) = strip_word(line, "Reverts ") {
            found.extend(pull_in(rest, repository).map(Target::Pull));
        }
        let mut rest = line;
        while let Some(at) = rest.find("his reverts commit ") {
            rest = &rest[at + "his reverts commit ".len()..];
            let digits: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
            if (7..=64).contains(&digits.len()) {
                found.push(Target::Commit(digits.to_ascii_lowercase()));
            }
        }
    }
    if let Some(quoted) = quoted(title) {
        if let Some(number) = number_of(quoted) {
            found.push(Target::Pull(number));
        }
        found.push(Target::Title(quoted.to_owned()));
    }
    found.dedup();
    found
}

/// The lines of a text that may say what it takes back; nothing else of it is kept, nor needed. The
/// first line that is not empty stays, too: it is the title of a merge.
pub fn about_reverts(body: &str) -> String {
    let first = body.lines().map(str::trim).position(|line| !line.is_empty());
    let lines = body.lines().enumerate();
    let wanted = lines.filter(|(n, line)| Some(*n) == first || line.contains("evert"));
    wanted
        .map(|(_, line)| line.chars().take(MOST_WORDS).collect())
        .take(MOST_LINES)
        .collect::<Vec<String>>()
        .join("\n")
}

/// Whether a change takes another back, by its title, by `git revert`'s sentence or by the line of
/// GitHub's button, which stays when somebody writes a title of their own. What brings a reverted
/// change back again (`Reapply "…"` by the same button) does not. `repository` is `owner/name`.
pub fn is_revert(title: &str, body: &str, repository: Option<&str>) -> bool {
    let again = strip_word(title.trim(), "Reapply \"").is_some();
    let pressed = |line: &str| {
        let rest = strip_word(line.trim(), "Reverts ");
        !again && rest.is_some_and(|rest| pull_in(rest, repository).is_some())
    };
    let said = |line: &str| line.contains("his reverts commit ") || pressed(line);
    quoted(title).is_some() || body.lines().any(said)
}

/// `Revert "Add VAT (#12)" (#13)` → `Add VAT (#12)`.
fn quoted(title: &str) -> Option<&str> {
    let rest = strip_word(title.trim(), "Revert ")?.trim_start();
    let rest = rest.strip_prefix('"')?;
    let end = rest.rfind('"')?;
    Some(&rest[..end])
}

/// The number at a title's end: `Add VAT (#12)` → 12.
pub fn number_of(title: &str) -> Option<i64> {
    let rest = title.trim_end().strip_suffix(')')?;
    let (_, digits) = rest.rsplit_once("(#")?;
    digits.parse().ok().filter(|n| *n > 0)
}

/// `#12`, `acme/api#12` or a pull request's address, when it is of this repository.
fn pull_in(text: &str, repository: Option<&str>) -> Option<i64> {
    let word = text.split_whitespace().next()?.trim_end_matches(['.', ',', ')']);
    let (place, digits) = match word.split_once('#') {
        Some((place, digits)) => (place, digits),
        None => {
            let (before, digits) = word.rsplit_once("/pull/")?;
            let mut parts = before.rsplit('/');
            let (name, owner) = (parts.next()?, parts.next()?);
            let ours =
                repository.is_none_or(|r| r.eq_ignore_ascii_case(&format!("{owner}/{name}")));
            return digits.parse().ok().filter(|_| ours);
        }
    };
    let ours = place.is_empty() || repository.is_none_or(|r| r.eq_ignore_ascii_case(place));
    digits.parse().ok().filter(|_| ours)
}

/// Without the word at its start, in any case.
fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// Whether an object name begins with the digits that somebody wrote.
pub fn is_short_for(digits: &str, sha: &Sha) -> bool {
    digits.len() >= 7 && sha.as_str().starts_with(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_ways_are_read() {
        let sha = "a687aca4948212345678901234567890abcdef12";
        let body = format!("This reverts commit {sha}.\n\nIt broke the build.");
        let title = "Revert \"Add VAT (#12)\" (#13)";
        let expected = vec![
            Target::Commit(sha.to_owned()),
            Target::Pull(12),
            Target::Title("Add VAT (#12)".to_owned()),
        ];
        assert_eq!(targets(title, &body, None), expected);
        assert!(is_revert(title, "", None));
        assert!(is_revert("Undo VAT", &body, None));
    }

    #[test]
    fn only_this_repository_counts() {
        let of = |body| targets("", body, Some("acme/api"));
        assert_eq!(of("Reverts acme/api#12"), [Target::Pull(12)]);
        assert_eq!(of("reverts #12."), [Target::Pull(12)]);
        assert_eq!(of("Reverts https://github.com/acme/api/pull/12"), [Target::Pull(12)]);
        assert_eq!(of("Reverts acme/web#12"), []);
        assert_eq!(of("This reverts nothing."), []);
    }

    #[test]
    fn talk_of_reverting_is_no_revert() {
        let is = |title, body| is_revert(title, body, Some("acme/api"));
        assert!(!is("Revert to the old colours", ""));
        assert!(!is("Make `Revert \"x\"` readable", "see above"));
        assert!(!is("Add VAT", "Reverts nothing.\nThe cron job reverts #12 each night"));
    }

    #[test]
    fn the_button_s_line_counts_under_any_title() {
        let is = |title, body| is_revert(title, body, Some("acme/api"));
        assert!(is("Undo the VAT change (#13)", "Reverts acme/api#12"));
        assert!(is("revert: feat: add b (#14)", "It broke the build.\n\nReverts #14\r\n"));
        assert!(!is("Undo the VAT change (#13)", "Reverts acme/web#12"));
        // The button on a revert.
        assert!(!is("Reapply \"Add VAT\"", "Reverts acme/api#13"));
    }

    #[test]
    fn a_revert_of_a_revert_names_the_revert() {
        let title = "Revert \"Revert \"Add VAT (#12)\" (#13)\"";
        let expected =
            [Target::Pull(13), Target::Title("Revert \"Add VAT (#12)\" (#13)".to_owned())];
        assert_eq!(targets(title, "", None), expected);
    }

    #[test]
    fn only_what_speaks_of_reverts_is_kept() {
        let body =
            "\nAdd VAT\n\nA long story.\nReverts acme/api#12\nThis reverts commit abcdef1.\n";
        let kept = "Add VAT\nReverts acme/api#12\nThis reverts commit abcdef1.";
        assert_eq!(about_reverts(body), kept);
        assert_eq!(about_reverts(""), "");
        assert!(about_reverts(&"evert ".repeat(100_000)).len() < 400);
        assert_eq!(about_reverts(&"evert\n".repeat(1_000)).lines().count(), 50);
    }
}
