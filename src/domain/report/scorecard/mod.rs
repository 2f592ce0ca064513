//! What does a platform team read of its organisation? One issue, and one per team where that
//! would be too long.
//!
//! The figures are compared, the news beside them are not: an issue is edited when a figure has
//! changed, and then it says what is new since the last edit. So no day and no hour may stand in
//! the figures that moves by itself. What moves every day, delivery and risk, stands beside them and is
//! compared once a week.

mod burn_down;
mod campaign;
mod demand;
mod farewell;
mod news;
mod repositories;
mod sections;
mod watch;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use campaign::{campaign_page, campaign_title};
pub use demand::{demand_page, demand_title};
pub use farewell::{Farewell, farewell};
pub use news::news;
pub use repositories::{team_page, team_title};

use super::budget::{PAGE_BYTES, cut};
use super::dora::{AS_OF, COHORT_TITLE};
use super::escape::code_span;
use super::shorten;
use super::words::level;
use crate::domain::ids::PolicyId;
use crate::domain::scorecard::history::Tally;
use crate::domain::scorecard::{Book, Owner, Score};

/// The scorecard's title, by which people pin and find it.
pub const TITLE: &str = "Golden path scorecard";

/// The most that the figures may take, in bytes; the rest of an issue's 60,000 is for the news.
pub const FIGURES_BYTES: usize = 52_000;

/// Room for a team's name and for a policy's title where they are listed, in bytes.
const OWNER: usize = 120;
const TITLED: usize = 160;

/// Policies' titles: the good state in words.
pub type Titles = BTreeMap<PolicyId, String>;

/// Where every repository's row stands.
#[derive(Debug, Clone, Copy)]
pub enum Rows<'a> {
    /// In the scorecard itself.
    Here,
    /// In an issue per team: its address, by team.
    Linked(&'a BTreeMap<Owner, String>),
}

/// The figures, as Markdown. With [`Rows::Here`] they may be longer than [`FIGURES_BYTES`]: then
/// the rows must go elsewhere. With [`Rows::Linked`] they never are.
pub fn figures(score: &Score, book: &Book<'_>, titles: &Titles, rows: Rows<'_>) -> String {
    let before = [
        sections::adoption(score),
        sections::levels(score),
        watch::section(score, book.watched),
        sections::steps(score, titles),
        sections::near_gold(score),
        sections::teams(score),
        sections::failing(score, titles),
        sections::waivers(score),
        sections::ending(score),
        sections::unknown(score, titles),
        sections::ownerless(score),
    ]
    .concat();
    let behind = sections::footer(score, book.watched);
    let room = FIGURES_BYTES.saturating_sub(before.len() + behind.len());
    before + &repositories::all(score, book, rows, room) + &behind
}

/// The whole issue: figures, news, and the hidden mark by which we find it again. Should it be
/// longer than GitHub takes, the news are shortened, then the figures: half of an issue tells
/// more than one that is refused.
pub fn issue(figures: &str, news: &str, mark: &str) -> String {
    // Line breaks, and less than the limit rather than as much.
    let room = PAGE_BYTES.saturating_sub(mark.len() + 3);
    match room.checked_sub(figures.len()) {
        Some(room) => format!("{figures}{}\n{mark}\n", cut(news, room)),
        None => format!("{}\n{mark}\n", cut(figures, room)),
    }
}

/// Whether an issue says this beside its figures already, the day of it aside. Nothing beside
/// them: whether it says nothing of delivery.
pub fn says(body: &str, beside: &str) -> bool {
    if beside.trim().is_empty() {
        return !body.contains(COHORT_TITLE);
    }
    dateless(body).contains(dateless(beside).trim_end())
}

/// Without the lines that tell of which day something is.
fn dateless(text: &str) -> String {
    let kept = text.lines().filter(|line| !line.starts_with(AS_OF));
    kept.map(|line| format!("{line}\n")).collect()
}

/// The hidden mark of an issue of ours.
pub fn mark(key: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    let key: String = key.chars().map(|c| if safe(c) { c } else { '?' }).collect();
    format!("<!-- waymark:issue {key} -->")
}

/// A team in words, fit for a table.
fn owner_words(owner: &Owner) -> String {
    match owner {
        Owner::Team(name) => shorten::markdown(name, OWNER),
        Owner::Nobody => "*no owner*".to_owned(),
        Owner::Hidden => "*private repositories*".to_owned(),
    }
}

/// `63 %`, or a dash where nothing was counted.
fn share(tally: &Tally) -> String {
    tally.percent().map_or_else(|| "–".to_owned(), |percent| format!("{percent} %"))
}

/// `▲ 3`, `▼ 1`, `=`.
fn arrow(now: usize, before: usize) -> String {
    match (now.checked_sub(before), before.checked_sub(now)) {
        (Some(0), _) => "=".to_owned(),
        (Some(more), _) => format!("▲ {more}"),
        (_, Some(less)) => format!("▼ {less}"),
        _ => String::new(),
    }
}

fn titled(policy: &PolicyId, titles: &Titles) -> String {
    match titles.get(policy) {
        Some(title) => {
            format!("{} ({})", shorten::prose(title, TITLED), code_span(policy.as_str()))
        }
        None => code_span(policy.as_str()),
    }
}

/// A level's word in the scorecard's tables.
fn level_word(of: Option<crate::domain::finding::Level>) -> &'static str {
    level(of)
}
