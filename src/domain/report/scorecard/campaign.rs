//! A campaign's issue: what is left, by team, and how it went so far.

use chrono::{NaiveDate, TimeDelta};

use super::super::budget::{details, fit};
use super::super::escape::code_span;
use super::super::shorten;
use super::super::visible::line;
use super::super::words::count;
use super::owner_words;
use crate::domain::config::Campaign;
use crate::domain::scorecard::campaign::{Day, Progress};

/// Steps of the chart: more labels would not fit side by side.
const STEPS: i64 = 11;
/// Teams in the table, and room for them, in bytes.
const TEAMS: usize = 80;
const TEAMS_ROOM: usize = 12_000;
/// Room for the repositories, in bytes.
const OPEN_ROOM: usize = 20_000;

/// The issue's title.
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
    out += &chart(days);
    out += "| Team | Repositories | Left to do |\n|---|--:|--:|\n";
    let mut teams: Vec<_> = progress.teams.iter().collect();
    teams.sort_by(|a, b| (b.1.1, a.0).cmp(&(a.1.1, b.0)));
    let rows: Vec<String> = teams
        .iter()
        .take(TEAMS)
        .map(|(team, (all, left))| format!("| {} | {all} | {left} |\n", owner_words(team)))
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

/// What was left, at equal distances in time from the first day to the last; nothing before there are
/// two.
fn chart(days: &[(NaiveDate, Day)]) -> String {
    let ([(first, _), .., (last, _)], true) = (days, days.len() > 1) else { return String::new() };
    let span = (*last - *first).num_days().max(1);
    let steps = span.min(STEPS);
    let on = |step: i64| *first + TimeDelta::days(span * step / steps);
    // Between two days that are noted nothing has changed.
    let left = |day: NaiveDate| {
        let known = days.iter().take_while(|(noted, _)| *noted <= day).last();
        known.map_or(0, |(_, day)| day.left)
    };
    let told: Vec<NaiveDate> = (0..=steps).map(on).collect();
    let axis: Vec<String> = told.iter().map(|day| format!("\"{}\"", day.format("%m-%d"))).collect();
    let line: Vec<usize> = told.iter().map(|day| left(*day)).collect();
    // Below ten the axis would count halves of repositories.
    let most = line.iter().copied().max().unwrap_or(0).max(10);
    let line: Vec<String> = line.iter().map(usize::to_string).collect();
    // The theme's own first colour is too pale to be seen.
    format!(
        "```mermaid\n%%{{init: {{\"themeVariables\": {{\"xyChart\": {{\"plotColorPalette\": \"#0969da\"}}}}}}}}%%\n\
         xychart-beta\n  title \"Repositories to go\"\n  x-axis [{}]\n  \
         y-axis 0 --> {most}\n  line [{}]\n```\n\n",
        axis.join(", "),
        line.join(", ")
    )
}
