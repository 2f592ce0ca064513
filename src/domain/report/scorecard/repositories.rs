//! A row for every repository: by team, here or in an issue of the team's own.

use std::collections::BTreeMap;

use super::super::budget::fit;
use super::super::escape::code_span;
use super::super::shorten;
use super::super::visible::line;
use super::super::words::{clip, count};
use super::sections::next_words;
use super::{FIGURES_BYTES, OWNER, Rows, TITLE, level_word, owner_words, share};
use crate::domain::scorecard::card::Card;
use crate::domain::scorecard::{Book, Entry, Owner, Score, owner_of};

/// Room for the links to the teams' issues, and for the words around them, in bytes.
const LINKS: usize = 20_000;
const AROUND: usize = 100;

const HEAD: &str = "| Repository | Golden path | Level | Next |\n|---|---|---|---|\n";

/// The section of the scorecard itself. Links to the teams' issues take no more than `room`.
pub(super) fn all(score: &Score, book: &Book<'_>, rows: Rows<'_>, room: usize) -> String {
    let mut out = String::new();
    match rows {
        Rows::Here => {
            for (owner, judged) in by_owner(book, &|_| true) {
                let rows: String = judged.iter().map(|(entry, card)| row(entry, card)).collect();
                out += &format!(
                    "<details>\n<summary>{}: {}</summary>\n\n{HEAD}{rows}\n</details>\n\n",
                    summary_words(&owner),
                    count(judged.len(), "repository", "repositories"),
                );
            }
        }
        Rows::Linked(urls) => {
            let linked = score.teams.iter().filter_map(|team| {
                let url = urls.get(&team.name)?;
                Some(format!("- [{}]({url}): {}\n", owner_words(&team.name), share(&team.tally)))
            });
            let linked: Vec<String> = linked.collect();
            let (list, left) = fit(&linked, room.saturating_sub(AROUND).min(LINKS));
            out += &list;
            let missing = score
                .teams
                .iter()
                .filter(|team| team.name != Owner::Hidden && !urls.contains_key(&team.name));
            let left = left + missing.count();
            if left > 0 {
                out +=
                    &format!("- {} without an issue of their own\n", count(left, "team", "teams"));
            }
            out.push('\n');
        }
    }
    if out.trim().is_empty() { String::new() } else { format!("### Repositories\n\n{out}") }
}

/// The title of a team's issue.
pub fn team_title(owner: &Owner) -> String {
    match owner {
        Owner::Team(name) => format!("{TITLE}: {}", shorten::within(name, 200, line)),
        Owner::Nobody => format!("{TITLE}: without an owner"),
        Owner::Hidden => TITLE.to_owned(),
    }
}

/// What a team's issue says, without its mark.
pub fn team_page(score: &Score, book: &Book<'_>, owner: &Owner) -> String {
    let Some(team) = score.teams.iter().find(|team| team.name == *owner) else {
        return "No repository is left here.\n".to_owned();
    };
    let lead = format!(
        "**{} on a golden path: {} of {}.** The target of {} is {} %.\n\n",
        share(&team.tally),
        team.tally.on_path,
        count(team.tally.total(), "repository", "repositories"),
        code_span(&score.account),
        score.target,
    );
    let own = |owned: &Owner| owned == owner;
    let judged = by_owner(book, &own).remove(owner).unwrap_or_default();
    let rows: Vec<String> = judged.iter().map(|(entry, card)| row(entry, card)).collect();
    let (shown, left) = fit(&rows, FIGURES_BYTES - lead.len() - HEAD.len());
    let more = match left {
        0 => String::new(),
        n => format!("\n{} not listed.\n", count(n, "repository is", "repositories are")),
    };
    format!("{lead}{HEAD}{shown}{more}")
}

/// What may be told, lowest level first: there is most to do.
fn by_owner<'a>(
    book: &'a Book<'_>,
    wanted: &dyn Fn(&Owner) -> bool,
) -> BTreeMap<Owner, Vec<(&'a Entry, &'a Card)>> {
    let mut found: BTreeMap<Owner, Vec<(&Entry, &Card)>> = BTreeMap::new();
    for entry in book.entries {
        let Some(card) = &entry.card else { continue };
        let owner = owner_of(entry, card);
        if owner != Owner::Hidden && wanted(&owner) {
            found.entry(owner).or_default().push((entry, card));
        }
    }
    for judged in found.values_mut() {
        judged.sort_by(|(a, x), (b, y)| (x.level, &a.name.name()).cmp(&(y.level, &b.name.name())));
    }
    found
}

fn row(entry: &Entry, card: &Card) -> String {
    let next = card.next().map_or_else(String::new, |(next, missing)| {
        next_words(next, missing.len(), missing[0].policy.as_str())
    });
    // Names of paths are those of the library's folders.
    let path: String = card.path.chars().filter(|c| !matches!(c, '|' | '`')).collect();
    format!(
        "| {} | {} | {} | {next} |\n",
        code_span(entry.name.name()),
        code_span(&clip(&path, 60)),
        level_word(card.level),
    )
}

/// In a `<summary>`, which is HTML: Markdown means nothing there.
fn summary_words(owner: &Owner) -> String {
    match owner {
        Owner::Team(name) => shorten::within(name, OWNER, html),
        Owner::Nobody => "No owner".to_owned(),
        Owner::Hidden => "Private repositories".to_owned(),
    }
}

/// Plain text in HTML that GitHub reads for mentions and references afterwards.
fn html(text: &str) -> String {
    let mut out = String::new();
    for c in line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '@' | '#' | ':' | '.' => {
                out.push(c);
                out.push_str("&#8203;");
            }
            '*' | '_' | '`' | '[' | ']' | '~' | '$' | '|' | '\\' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}
