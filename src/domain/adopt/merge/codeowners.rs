//! Which rules does CODEOWNERS lack? Of several that match a file the last counts, so a rule for
//! everything goes first, where it takes nothing away, and a rule for one folder goes last.

use super::Outcome;

pub(super) fn merge(own: &str, new: &str) -> Outcome {
    let rules = |text: &str| -> Vec<(String, String)> {
        let lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let pattern = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
        lines.map(|line| (pattern(line), line.to_owned())).collect()
    };
    let known = rules(own);
    let end = if own.contains("\r\n") { "\r\n" } else { "\n" };
    let mut text = own.to_owned();
    let mut gained = Vec::new();
    for (pattern, line) in rules(new) {
        let covers = |(other, _): &(String, String)| plain(other) == plain(&pattern);
        if known.iter().any(covers) {
            continue;
        }
        if pattern == "*" {
            // Before the first rule, behind the words at the top.
            let at = first_rule(&text);
            text.insert_str(at, &format!("{line}{end}"));
        } else if owns_folder(&known, &pattern) {
            continue;
        } else {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str(end);
            }
            text.push_str(&line);
            text.push_str(end);
        }
        gained.push(format!("a rule for `{pattern}`"));
    }
    Outcome::Merged(text, gained)
}

fn plain(pattern: &str) -> &str {
    pattern.trim_matches('/').trim_end_matches("/**").trim_end_matches("/*")
}

/// Whether the last rule that says something about the folder gives it an owner.
fn owns_folder(known: &[(String, String)], folder: &str) -> bool {
    let wanted = plain(folder);
    let about = |pattern: &str| {
        let pattern = plain(pattern);
        matches!(pattern, "*" | "**" | "") || wanted.starts_with(&format!("{pattern}/"))
    };
    let last = known.iter().rev().find(|(pattern, _)| about(pattern));
    last.is_some_and(|(_, line)| {
        line.split_whitespace().nth(1).is_some_and(|word| !word.starts_with('#'))
    })
}

/// Where the first rule's line begins, in bytes.
fn first_rule(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let words = line.trim_start_matches('\u{feff}').trim();
        if !words.is_empty() && !words.starts_with('#') {
            return at;
        }
        at += line.len();
    }
    text.len()
}
