//! The scorecard's sections, each bounded, so that the figures of any organisation fit.

use super::super::budget::{details, fit};
use super::super::escape::code_span;
use super::super::shorten;
use super::super::words::count;
use super::{Titles, arrow, owner_words, share, titled};
use crate::domain::finding::Level;
use crate::domain::scorecard::history::WEEKS;
use crate::domain::scorecard::waivers::{PolicyWaivers, SOON_DAYS};
use crate::domain::scorecard::watch::Watched;
use crate::domain::scorecard::{Score, Team, Worst};

/// Teams in the table, and room for them, in bytes.
const TEAMS: usize = 60;
const TEAMS_ROOM: usize = 9_000;
/// Policies, reasons, names in the other lists.
const LISTED: usize = 10;
const NAMES: usize = 30;
/// Room for one reason, and for all ways out, in bytes.
const REASON: usize = 200;
const WAIVERS_ROOM: usize = 8_000;

pub(super) fn adoption(score: &Score) -> String {
    let (on, of) = (score.now.on_path, score.now.total());
    if of == 0 {
        return "**No repository is judged yet.**\n\n".to_owned();
    }
    let lead = format!(
        "**{} on a golden path: {on} of {}.** ",
        share(&score.now),
        count(of, "repository", "repositories"),
    );
    let target = match score.lacking() {
        0 => format!("The target of {} % is reached.\n\n", score.target),
        more => format!("The target is {} %: {more} more.\n\n", score.target),
    };
    let first = score.weeks.iter().flatten().next();
    let line = match (first, score.weeks[..WEEKS - 1].iter().any(Option::is_some)) {
        (Some(first), true) => format!(
            "Twelve weeks: `{}` {first} % → {}\n\n",
            sparkline(&score.weeks),
            share(&score.now)
        ),
        _ => String::new(),
    };
    lead + &target + &line
}

/// One sign per week, from empty to full; a dot where nothing is known.
pub(super) fn sparkline(weeks: &[Option<u8>]) -> String {
    const SIGNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let sign = |week: &Option<u8>| match week {
        None => '·',
        Some(percent) => SIGNS[usize::from((*percent).min(100)) * 8 / 101],
    };
    weeks.iter().map(sign).collect()
}

pub(super) fn levels(score: &Score) -> String {
    let mut table = "| Level | Repositories | Since last week |\n|---|--:|--:|\n".to_owned();
    let known = score.before.total() > 0;
    for (n, name) in ["gold", "silver", "bronze", "none"].into_iter().enumerate() {
        let (now, before) = (score.now.levels[n], score.before.levels[n]);
        let trend = if known { arrow(now, before) } else { "–".to_owned() };
        table += &format!("| {name} | {now} | {trend} |\n");
    }
    table + "\n"
}

pub(super) fn steps(score: &Score, titles: &Titles) -> String {
    if score.steps.is_empty() {
        return String::new();
    }
    let mut out = "### The cheapest steps\n\n".to_owned();
    for step in &score.steps {
        let reach: Vec<String> = ["gold", "silver", "bronze"]
            .into_iter()
            .zip(step.reach)
            .filter(|(_, n)| *n > 0)
            .map(|(name, n)| format!("**+{n} {name}**"))
            .collect();
        out += &format!(
            "1. {}: fails in {}; {} → {}\n",
            titled(&step.policy, titles),
            count(step.open_in, "repository", "repositories"),
            match (step.lifts, step.open_in) {
                (1, 1) => "fixing it there".to_owned(),
                (n, all) if n == all => "fixing it in all of them".to_owned(),
                (n, _) => format!("fixing it in {n}, where it alone is in the way"),
            },
            reach.join(", "),
        );
    }
    out + "\n"
}

pub(super) fn near_gold(score: &Score) -> String {
    let items: Vec<String> = score
        .near_gold
        .iter()
        .map(|(repo, policy)| format!("- {}: {}\n", code_span(repo), code_span(policy.as_str())))
        .collect();
    let title = count(
        items.len(),
        "repository is one fix away from gold",
        "repositories are one fix away from gold",
    );
    details(&title, &items, 4_000).0
}

pub(super) fn teams(score: &Score) -> String {
    if score.teams.is_empty() {
        return String::new();
    }
    let mut out = "### Teams\n\n| Team | Repositories | On the path | Since last week | Gold | \
                   Silver | Bronze | None |\n|---|--:|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    let row = |team: &Team| {
        let [gold, silver, bronze, none] = team.tally.levels;
        let trend = match team.before.total() {
            0 => "–".to_owned(),
            _ => arrow(team.tally.on_path, team.before.on_path),
        };
        format!(
            "| {} | {} | {} | {trend} | {gold} | {silver} | {bronze} | {none} |\n",
            owner_words(&team.name),
            team.tally.total(),
            share(&team.tally),
        )
    };
    let rows: Vec<String> = score.teams.iter().take(TEAMS).map(row).collect();
    let (shown, left) = fit(&rows, TEAMS_ROOM);
    out += &shown;
    let left = left + score.teams.len().saturating_sub(TEAMS);
    if left > 0 {
        out += &format!("\n{} not shown.\n", count(left, "more team is", "more teams are"));
    }
    out + "\n"
}

pub(super) fn failing(score: &Score, titles: &Titles) -> String {
    list_of(&score.failing, "### What fails most\n\n", score, titles)
}

pub(super) fn unknown(score: &Score, titles: &Titles) -> String {
    let head = "### What could not be judged\n\nA fact could not be read, or the policy itself \
                failed; this is neither good nor bad.\n\n";
    list_of(&score.unknown, head, score, titles)
}

fn list_of(worst: &[Worst], head: &str, score: &Score, titles: &Titles) -> String {
    if worst.is_empty() {
        return String::new();
    }
    let mut out = head.to_owned();
    for one in worst.iter().take(LISTED) {
        let findings = match one.findings {
            0 => String::new(),
            n => format!(
                ", {}",
                count(usize::try_from(n).unwrap_or(usize::MAX), "finding", "findings")
            ),
        };
        out += &format!(
            "- {}: {} of {}{findings}\n",
            titled(&one.policy, titles),
            one.repositories,
            count(score.now.total(), "repository", "repositories"),
        );
    }
    if worst.len() > LISTED {
        out += &format!("- {}\n", count(worst.len() - LISTED, "more policy", "more policies"));
    }
    out + "\n"
}

pub(super) fn waivers(score: &Score) -> String {
    if score.waivers.is_empty() {
        return String::new();
    }
    let groups: Vec<String> = score.waivers.iter().take(LISTED).map(ways_out).collect();
    let (shown, left) = fit(&groups, WAIVERS_ROOM);
    let mut out = format!("### Ways out\n\n{shown}");
    let left = left + score.waivers.len().saturating_sub(LISTED);
    if left > 0 {
        out += &format!("- {}\n", count(left, "more policy", "more policies"));
    }
    out + "\n"
}

/// One policy with its reasons.
fn ways_out(group: &PolicyWaivers) -> String {
    let mut out = format!(
        "- {}: {}\n",
        code_span(group.policy.as_str()),
        count(group.repositories, "repository", "repositories"),
    );
    for (reason, times) in group.reasons.iter().take(5) {
        let times = if *times > 1 { format!(" ({times} times)") } else { String::new() };
        out += &format!("  - {}{times}\n", shorten::markdown(reason, REASON));
    }
    let more = group.reasons.len().saturating_sub(5);
    if more > 0 {
        out += &format!("  - {}\n", count(more, "other reason", "other reasons"));
    }
    if group.hidden > 0 {
        let words = count(group.hidden, "private repository", "private repositories");
        out += &format!("  - {words}, whose reasons are not told here\n");
    }
    out
}

pub(super) fn ending(score: &Score) -> String {
    let item = |ending: &crate::domain::scorecard::waivers::Ending| {
        let repo =
            ending.repo.as_deref().map_or_else(|| "a private repository".to_owned(), code_span);
        format!("- {}: {} in {repo}\n", ending.day, code_span(ending.policy.as_str()))
    };
    let items: Vec<String> = score.ending.iter().map(item).collect();
    let title =
        format!("{} within {SOON_DAYS} days", count(items.len(), "waiver ends", "waivers end"));
    details(&title, &items, 3_000).0
}

pub(super) fn ownerless(score: &Score) -> String {
    let items: Vec<String> =
        score.ownerless.iter().map(|name| format!("- {}\n", code_span(name))).collect();
    let title = count(
        items.len(),
        "repository has no owner in its catalog",
        "repositories have no owner in their catalog",
    );
    details(&title, &items, 40 * NAMES).0
}

pub(super) fn footer(score: &Score, watched: &Watched) -> String {
    let mut out = String::new();
    if score.unjudged > 0 {
        out += &format!(
            "{} not counted: empty, or not judged yet. ",
            count(score.unjudged, "repository is", "repositories are")
        );
    }
    if score.hidden > 0 {
        out += &format!(
            "{} counted but not named, because everybody may read this issue. ",
            count(score.hidden, "private repository is", "private repositories are")
        );
    }
    if watched.hidden_remarks > 0 {
        out += &format!(
            "{} not told, because everybody may read this issue. ",
            count(
                watched.hidden_remarks,
                "remark beside `/platform nps` is",
                "remarks beside `/platform nps` are"
            )
        );
    }
    out += "Write `/platform scorecard` in any repository to see its own way to the next level.\n";
    out
}

/// The level's place in words, for rows of repositories.
pub(super) fn next_words(next: Level, steps: usize, first: &str) -> String {
    let order = if steps > 1 { " first" } else { "" };
    format!("{}: {}, {}{order}", next.as_str(), count(steps, "step", "steps"), code_span(first))
}
