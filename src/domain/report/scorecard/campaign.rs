//! A campaign's issue: what is left, by team, and how it went so far.

use chrono::NaiveDate;

use super::super::budget::{details, fit};
use super::super::escape::code_span;
use super::super::shorten;
use super::super::visible::line;
use super::super::words::count;
use super::burn_down::{burn_down, by_team};
use super::owner_words;
use crate::domain::config::Campaign;
use crate::domain::scorecard::campaign::{Day, Progress};

/// Teams in the table, and room for them, in bytes.
const TEAMS: usize = 80;
const TEAMS_ROOM: usize = 12_000;
/// Room for the repositories, in bytes.
const OPEN_ROOM: usize = 20_000;

/// The title.
pub fn campaign_title(campaign: &Campaign) -> String {
    format!("Campaign: {}", shorten::within(&campaign.name, 200, line))
}

/// The issue, without its mark. `days` are those on which something changed, oldest first.
pub fn campaign_page(
    campaign: &Campaign,
    progress: &Progress,
    days: &[(NaiveDate, Day)],
    over: bool,
) -> String {
    let Progress { total, left, .. } = progress;
    let done = total - left;
    let owner = campaign.owner.as_deref();
    let owner =
        owner.map(|o| format!(" Led by {}.", shorten::markdown(o, 160))).unwrap_or_default();
    let end = if over { "It ended on" } else { "It ends on" };
    let policies: Vec<String> =
        campaign.policies.iter().take(20).map(|p| shorten::code_span(p, 124)).collect();
    let mut out = format!(
        "**{done} of {} done.** {end} {}.{owner}\n\nAsked for: {}\n\n",
        count(*total, "repository is", "repositories are"),
        campaign.due,
        policies.join(", "),
    );
    if let (Some(level), true) = (campaign.promote, over) {
        out += &format!("Its policies belong to **{}** now.\n\n", level.as_str());
    } else if let Some(level) = campaign.promote {
        out += &format!("Afterwards its policies belong to **{}**.\n\n", level.as_str());
    }
    out += &burn_down(days);
    let (chart, colours) = by_team(days, progress);
    out += &chart;
    out += "| Team | Repositories | Left to do |\n|---|--:|--:|\n";
    let mut teams: Vec<_> = progress.teams.iter().collect();
    teams.sort_by(|a, b| (b.1.1, a.0).cmp(&(a.1.1, b.0)));
    let rows: Vec<String> = teams
        .iter()
        .take(TEAMS)
        .map(|(team, (all, left))| {
            let colour = colours.get(*team).map(|colour| format!("{colour} ")).unwrap_or_default();
            format!("| {colour}{} | {all} | {left} |\n", owner_words(team))
        })
        .collect();
    let (shown, unshown) = fit(&rows, TEAMS_ROOM);
    out += &shown;
    let unshown = unshown + teams.len().saturating_sub(TEAMS);
    if unshown > 0 {
        out += &format!("\n{} not shown.\n", count(unshown, "team is", "teams are"));
    }
    out.push('\n');
    let items: Vec<String> =
        progress.open.iter().map(|name| format!("- {}\n", code_span(name))).collect();
    let hidden = left.saturating_sub(items.len());
    let private = match hidden {
        0 => String::new(),
        n => format!(", {} not named", count(n, "private one is", "private ones are")),
    };
    let title = count(*left, "repository to go", "repositories to go") + &private;
    out + &details(&title, &items, OPEN_ROOM).0
}
