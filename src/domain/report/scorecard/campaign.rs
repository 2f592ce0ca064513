//! A campaign's issue: what is left, by team, and how it went so far.

use chrono::NaiveDate;

use super::super::budget::details;
use super::super::escape::{code_span, markdown};
use super::super::visible::line;
use super::super::words::{clip, count};
use super::owner_words;
use crate::domain::config::Campaign;
use crate::domain::scorecard::campaign::{Day, Progress};

/// Points of the chart.
const POINTS: usize = 24;
/// Teams in the table.
const TEAMS: usize = 80;

/// The issue's title.
pub fn campaign_title(campaign: &Campaign) -> String {
    format!("Campaign: {}", line(&clip(&campaign.name, 100)))
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
    let owner = owner.map(|o| format!(" Led by {}.", markdown(&clip(o, 100)))).unwrap_or_default();
    let end = if over { "It ended on" } else { "It ends on" };
    let policies: Vec<String> =
        campaign.policies.iter().take(20).map(|p| code_span(&clip(p, 120))).collect();
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
    for (team, (all, left)) in teams.iter().take(TEAMS) {
        out += &format!("| {} | {all} | {left} |\n", owner_words(team));
    }
    if teams.len() > TEAMS {
        out += &format!("\n{} not shown.\n", count(teams.len() - TEAMS, "team is", "teams are"));
    }
    out.push('\n');
    let items: Vec<String> =
        progress.open.iter().map(|name| format!("- {}\n", code_span(name))).collect();
    let title = count(items.len(), "repository to go", "repositories to go");
    out + &details(&title, &items, 20_000).0
}

/// What was left on each day; nothing before there are two.
fn chart(days: &[(NaiveDate, Day)]) -> String {
    if days.len() < 2 {
        return String::new();
    }
    // The first and the last day always, of the others every n-th.
    let step = days.len().div_ceil(POINTS).max(1);
    let last = days.len() - 1;
    let told: Vec<&(NaiveDate, Day)> = days
        .iter()
        .enumerate()
        .filter(|(n, _)| n % step == 0 || *n == last)
        .map(|(_, d)| d)
        .collect();
    let most = told.iter().map(|(_, day)| day.left).max().unwrap_or(1).max(1);
    let axis: Vec<String> =
        told.iter().map(|(day, _)| format!("\"{}\"", day.format("%m-%d"))).collect();
    let left: Vec<String> = told.iter().map(|(_, day)| day.left.to_string()).collect();
    format!(
        "```mermaid\nxychart-beta\n  title \"Repositories to go\"\n  x-axis [{}]\n  \
         y-axis 0 --> {most}\n  line [{}]\n```\n\n",
        axis.join(", "),
        left.join(", ")
    )
}
