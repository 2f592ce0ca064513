//! What is new since the last edit?

use std::collections::BTreeMap;

use super::super::budget::fit;
use super::super::escape::code_span;
use super::super::shorten;
use super::super::words::count;
use super::level_word;
use crate::domain::finding::Level;
use crate::domain::ids::RepoId;
use crate::domain::scorecard::history::{self, LevelChange};
use crate::domain::scorecard::told::Changes;
use crate::domain::scorecard::{Book, Entry};
use crate::domain::time::Timestamp;

/// Room for the items, in bytes.
const ROOM: usize = 3_000;
/// Room for a campaign's name, and for that of a golden path, in bytes.
const NAME: usize = 160;
const PATH: usize = 64;

/// What has changed since that moment, when the figures were last counted: campaigns, ways out, and
/// of each repository its level and its golden path. Nothing at the first time.
pub fn news(book: &Book<'_>, since: Option<Timestamp>, changes: &Changes) -> String {
    let Some(since) = since else { return String::new() };
    let mut items = of_all(changes);
    let levels = levels(book.history, since);
    let mut hidden = 0;
    for entry in book.entries {
        let words = of_one(entry, levels.get(&entry.id), changes);
        match (words.is_empty(), entry.named) {
            (true, _) => {}
            (false, true) => {
                items.push(format!("- {}: {}\n", code_span(entry.name.name()), words.join("; ")));
            }
            (false, false) => hidden += 1,
        }
    }
    if hidden > 0 {
        items.push(format!("- {}\n", count(hidden, "private repository", "private repositories")));
    }
    items.extend(changes.left.iter().map(|name| format!("- {}: left\n", code_span(name))));
    if changes.left_hidden > 0 {
        let words = count(changes.left_hidden, "private repository", "private repositories");
        items.push(format!("- {words} left\n"));
    }
    if items.is_empty() {
        return String::new();
    }
    let (shown, left) = fit(&items, ROOM);
    let more = if left > 0 { format!("- {left} more\n") } else { String::new() };
    format!("\n### New since {}\n\n{shown}{more}", since.date())
}

/// Campaigns and ways out: few lines that concern many.
fn of_all(changes: &Changes) -> Vec<String> {
    let Changes { began, ended, withdrawn, waivers, .. } = changes;
    let mut items = Vec::new();
    for (names, what) in [(began, "has begun"), (ended, "is over"), (withdrawn, "was withdrawn")] {
        let told = names
            .iter()
            .map(|name| format!("- Campaign \"{}\" {what}\n", shorten::markdown(name, NAME)));
        items.extend(told);
    }
    items.extend(waivers.iter().map(|(policy, (came, went))| {
        let mut words = Vec::new();
        if *came > 0 {
            words.push(format!("waived in {}", more(*came)));
        }
        if *went > 0 {
            words.push(format!(
                "no longer waived in {}",
                count(*went, "repository", "repositories")
            ));
        }
        format!("- {}: {}\n", code_span(policy.as_str()), words.join("; "))
    }));
    items
}

fn more(n: usize) -> String {
    count(n, "more repository", "more repositories")
}

/// What there is to say of one repository.
fn of_one(
    entry: &Entry,
    level: Option<&(Option<&LevelChange>, Option<Level>)>,
    changes: &Changes,
) -> Vec<String> {
    let Some(card) = &entry.card else { return Vec::new() };
    if changes.joined.contains(&entry.id) {
        return vec![format!("new, {}", level_word(card.level))];
    }
    let mut words = Vec::new();
    match level {
        Some((Some(before), now)) if before.level != *now => {
            words.push(format!("{} → {}", level_word(before.level), level_word(*now)));
        }
        Some((None, now)) => words.push(format!("new, {}", level_word(*now))),
        Some(_) | None => {}
    }
    if let Some(before) = changes.paths.get(&entry.id) {
        let [before, now] = [before, &card.path].map(|path| shorten::code_span(path, PATH));
        words.push(format!("golden path {before} → {now}"));
    }
    words
}

/// Repositories of which a level was noted since then: what was noted before that, and the level
/// now. What had changed by then was counted then.
fn levels(
    history: &[LevelChange],
    since: Timestamp,
) -> BTreeMap<RepoId, (Option<&LevelChange>, Option<Level>)> {
    let changed = history.chunk_by(|a, b| a.repo == b.repo).filter_map(|own| {
        let now = own.last().filter(|last| last.since > since)?;
        Some((now.repo, (history::at(own, since.plus_ms(1)), now.level)))
    });
    changed.collect()
}
