//! Which waivers stand beside the fault itself? Comments in the files that policies read:
//!
//! ```text
//! USER root  # waymark:ignore container/non_root_user until=2027-01-31 reason="vendor image"
//! ```
//!
//! A comment speaks of its own line, or, alone on its line, of the next line that is neither blank
//! nor a comment. It covers findings that begin there.

use std::collections::BTreeMap;

use super::Waiver;
use crate::domain::config::{CONFIG_PATHS, Known};
use crate::domain::ids::PolicyId;
use crate::domain::judge::ConfigProblem;
use crate::domain::nearest::unknown_word;
use crate::domain::tree::{Content, SourceTree};

/// What such a comment begins with.
pub const MARKER: &str = "waymark:ignore";
/// Comments of one tree that are read; nobody has so many.
const MOST: usize = 1_000;
/// Lines that are looked at below a comment for the one that it speaks of.
const REACH: usize = 50;
const KEYS: [&str; 4] = ["until", "reason", "owner", "resource"];

/// The comments of a tree, in the order of paths and lines, and what is wrong with others.
pub fn read(tree: &SourceTree, known: &Known) -> (Vec<Waiver>, Vec<ConfigProblem>) {
    let (mut waivers, mut problems) = (Vec::new(), Vec::new());
    for (path, entry) in &tree.entries {
        let Content::Text(text) = &entry.content else { continue };
        // The configuration file has waivers of its own.
        if !text.contains(MARKER)
            || CONFIG_PATHS.contains(&path.as_str())
            || tree.excluded.contains(path)
        {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let Some(comment) = comment_of(path, line) else { continue };
            if waivers.len() + problems.len() >= MOST {
                return (waivers, problems);
            }
            let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
            match parse(comment.text, known) {
                Ok(waiver) => waivers.push(Waiver {
                    file: path.clone(),
                    line: Some(number(index)),
                    target: Some(number(if comment.alone { next(&lines, index) } else { index })),
                    ..waiver
                }),
                Err(message) => problems.push(ConfigProblem {
                    path: path.clone(),
                    line: Some(number(index)),
                    message,
                }),
            }
        }
    }
    (waivers, problems)
}

struct Comment<'a> {
    /// What follows the marker.
    text: &'a str,
    /// Whether nothing else stands on the line.
    alone: bool,
}

/// The comment on a line that begins with the marker. Prose that mentions it is none.
fn comment_of<'a>(path: &str, line: &'a str) -> Option<Comment<'a>> {
    let (before, text) = line.split_once(MARKER)?;
    let text = text.strip_suffix("-->").unwrap_or(text.trim_end());
    let text = text.trim_end().strip_suffix("-->").unwrap_or(text);
    let openers: &[&str] = if path.ends_with(".md") { &["<!--"] } else { &["#", "//", "<!--"] };
    let code = openers.iter().find_map(|opener| before.trim_end().strip_suffix(opener))?;
    let apart = code.is_empty() || code.ends_with(char::is_whitespace);
    let apart = apart && (text.is_empty() || text.starts_with(char::is_whitespace));
    apart.then_some(Comment { text: text.trim(), alone: code.trim().is_empty() })
}

/// The line that a comment on a line of its own speaks of.
fn next(lines: &[&str], index: usize) -> usize {
    let is_code = |line: &str| {
        let line = line.trim_start();
        !line.is_empty() && !["#", "//", "<!--"].iter().any(|opener| line.starts_with(opener))
    };
    let below = lines.iter().enumerate().skip(index + 1).take(REACH);
    below.filter(|(_, line)| is_code(line)).map(|(at, _)| at).next().unwrap_or(index)
}

/// `container/non_root_user until=2027-01-31 reason="vendor image" owner=team-a`.
fn parse(text: &str, known: &Known) -> Result<Waiver, String> {
    let (id, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let policy = PolicyId::parse(id).ok().filter(|id| known.policies.contains(id));
    let Some(policy) = policy else {
        let known: Vec<&str> = known.policies.iter().map(PolicyId::as_str).collect();
        return Err(unknown_word("policy", id, &known));
    };
    let mut values = values(rest)?;
    let until = values.remove("until").unwrap_or_default();
    let expires = until
        .parse()
        .map_err(|_| "an inline waiver needs an end: `until=YYYY-MM-DD`".to_owned())?;
    let reason = values.remove("reason").ok_or_else(|| {
        "an inline waiver needs a reason: `reason=\"why it is acceptable\"`".to_owned()
    })?;
    Ok(Waiver {
        file: String::new(),
        line: None,
        policy,
        paths: Vec::new(),
        resource: values.remove("resource"),
        reason,
        owner: values.remove("owner"),
        expires,
        target: None,
    })
}

/// `key=word key="several words"`; an empty value is as good as none.
fn values(mut rest: &str) -> Result<BTreeMap<&str, String>, String> {
    let mut values = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(values);
        }
        let Some((key, after)) = rest.split_once('=') else {
            let shown: String = rest.chars().take(40).collect();
            return Err(format!("`{shown}` is no `key=value`; put several words in quotes"));
        };
        if !KEYS.contains(&key) {
            return Err(unknown_word("key", key, &KEYS));
        }
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, left) = match quote {
            Some(quote) => after[1..]
                .split_once(quote)
                .ok_or_else(|| format!("the quotes of `{key}` are not closed"))?,
            None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
        };
        if !value.trim().is_empty() {
            values.insert(key, value.to_owned());
        }
        rest = left;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tree::Entry;

    fn read_one(path: &str, text: &str) -> (Vec<Waiver>, Vec<String>) {
        let entry = Entry::loose(Content::Text(text.into()));
        let entries = [(path.to_owned(), entry)].into();
        let tree = SourceTree { entries, ..SourceTree::default() };
        let ids = ["container/non_root_user", "kubernetes/probes"];
        let policies = ids.iter().map(|id| PolicyId::parse(id).expect("valid")).collect();
        let (waivers, problems) = read(&tree, &Known { policies, ..Known::default() });
        (waivers, problems.iter().map(ConfigProblem::told).collect())
    }

    const GOOD: &str = "container/non_root_user until=2027-01-31 reason=\"vendor image\"";

    #[test]
    fn it_speaks_of_its_line_or_of_the_next() {
        let text = format!(
            "FROM x # waymark:ignore {GOOD}\n\n# waymark:ignore {GOOD} owner=team-a\n# more\n\n\
             USER root\n# waymark:ignore kubernetes/probes until=2027-01-31 reason='x' resource=\"a b\"\nCMD x\n"
        );
        let (waivers, problems) = read_one("Dockerfile", &text);
        assert_eq!(problems, Vec::<String>::new());
        let places: Vec<_> = waivers.iter().map(|w| (w.line, w.target)).collect();
        assert_eq!(places, [(Some(1), Some(1)), (Some(3), Some(6)), (Some(7), Some(8))]);
        assert_eq!(waivers[1].owner.as_deref(), Some("team-a"));
        assert_eq!(waivers[1].reason, "vendor image");
        assert_eq!(waivers[2].resource.as_deref(), Some("a b"));
    }

    #[test]
    fn each_comment_sign_is_known_and_prose_is_none() {
        for (path, line, found) in [
            ("main.tf", format!("  // waymark:ignore {GOOD}"), 1),
            ("README.md", format!("<!-- waymark:ignore {GOOD} -->"), 1),
            ("README.md", format!("# waymark:ignore {GOOD}"), 0),
            ("a.yaml", format!("image: x#waymark:ignore {GOOD}"), 0),
            ("a.yaml", "# write waymark:ignore to waive".to_owned(), 0),
            ("a.yaml", "# waymark:ignored since long".to_owned(), 0),
            (".github/waymark.yml", format!("# waymark:ignore {GOOD}"), 0),
        ] {
            let (waivers, problems) = read_one(path, &line);
            assert_eq!((waivers.len(), problems.len()), (found, 0), "{line}: {problems:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, said) in [
            ("container/non_root_usr", "did you mean `container/non_root_user`?"),
            ("", "unknown policy"),
            ("kubernetes/probes", "needs an end: `until=YYYY-MM-DD`"),
            ("kubernetes/probes until=soon reason=x", "needs an end"),
            ("kubernetes/probes until=2027-01-31", "needs a reason"),
            ("kubernetes/probes until=2027-01-31 reason=\" \"", "needs a reason"),
            ("kubernetes/probes unitl=2027-01-31", "did you mean `until`?"),
            ("kubernetes/probes until=2027-01-31 because", "is no `key=value`"),
            ("kubernetes/probes reason=\"x", "are not closed"),
            ("kubernetes/probes reason=é", "needs an end"),
        ] {
            let (waivers, problems) = read_one("a.yaml", &format!("\n# waymark:ignore {text}\n"));
            assert!(waivers.is_empty());
            assert_eq!(problems.len(), 1, "{text}");
            assert!(
                problems[0].starts_with("a.yaml:2: ") && problems[0].contains(said),
                "{problems:?}"
            );
        }
    }
}
