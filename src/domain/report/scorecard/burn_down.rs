//! How did a campaign go? What was left over time, in all and by team, as charts that GitHub draws.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};

use crate::domain::scorecard::Owner;
use crate::domain::scorecard::campaign::{Day, FOLLOWED, Progress};

/// Steps of a chart: more labels would not fit side by side.
const STEPS: i64 = 11;

/// The colours of the teams' lines. Mermaid draws no legend, so the table has each line's colour beside its
/// team: as the sign that comes nearest.
const TEAMS: [(&str, &str); FOLLOWED] = [
    ("#0969da", "🟦"),
    ("#e16f24", "🟧"),
    ("#1a7f37", "🟩"),
    ("#cf222e", "🟥"),
    ("#8250df", "🟪"),
    ("#d4a72c", "🟨"),
    ("#7d4e2d", "🟫"),
];
/// The line of the others: seen on white and on black.
const OTHERS: (&str, &str) = ("#848d97", "⬜");

/// What was left in all; nothing before there are two days.
pub(super) fn burn_down(days: &[(NaiveDate, Day)]) -> String {
    let Some(axis) = Axis::of(days) else { return String::new() };
    // The theme's own first colour is too pale to be seen.
    let line = (TEAMS[0].0, axis.read(days, |day| day.left));
    axis.chart("Repositories to go", &[line])
}

/// What was left to each team that is followed and may be told of now, and to the others together;
/// with the sign of each team's line. Nothing before there are two days and two lines.
pub(super) fn by_team<'a>(
    days: &'a [(NaiveDate, Day)],
    progress: &Progress,
) -> (String, BTreeMap<&'a Owner, &'static str>) {
    let nothing = || (String::new(), BTreeMap::new());
    let known = days.iter().position(|(_, day)| day.names_teams()).unwrap_or(days.len());
    let days = &days[known..];
    let (Some(axis), Some((_, first))) = (Axis::of(days), days.first()) else { return nothing() };
    let followed = first.teams.iter().flatten().map(|(owner, _)| owner);
    // Who had private repositories when only members read this is not told to everybody.
    let told: Vec<&Owner> = followed.filter(|owner| progress.teams.contains_key(*owner)).collect();
    let of = |day: &Day, owner: &Owner| {
        let own = day.teams.iter().flatten().find(|(team, _)| team == owner);
        own.map_or(0, |(_, left)| *left)
    };
    let mut lines: Vec<(&str, Vec<usize>)> = told
        .iter()
        .zip(TEAMS)
        .map(|(owner, (colour, _))| (colour, axis.read(days, |day| of(day, owner))))
        .collect();
    let others = axis.read(days, |day| {
        day.left.saturating_sub(told.iter().map(|owner| of(day, owner)).sum::<usize>())
    });
    let with_others = others.iter().any(|left| *left > 0);
    if with_others {
        lines.push((OTHERS.0, others));
    }
    if told.is_empty() || lines.len() < 2 {
        return nothing();
    }
    let legend = if with_others {
        format!(
            "The line of each team has the colour beside its name; {} are all others.\n\n",
            OTHERS.1
        )
    } else {
        "The line of each team has the colour beside its name.\n\n".to_owned()
    };
    let signs = told.into_iter().zip(TEAMS.map(|(_, sign)| sign)).collect();
    (axis.chart("Repositories to go, by team", &lines) + &legend, signs)
}

/// Days at equal distances in time, from the first that is noted to the last.
struct Axis(Vec<NaiveDate>);

impl Axis {
    fn of(days: &[(NaiveDate, Day)]) -> Option<Self> {
        let [(first, _), .., (last, _)] = days else { return None };
        let span = (*last - *first).num_days().max(1);
        let steps = span.min(STEPS);
        Some(Self((0..=steps).map(|n| *first + TimeDelta::days(span * n / steps)).collect()))
    }

    /// A figure on each of its days. Between two days that are noted nothing has changed.
    fn read(&self, days: &[(NaiveDate, Day)], figure: impl Fn(&Day) -> usize) -> Vec<usize> {
        let on = |day: &NaiveDate| {
            let known = days.iter().take_while(|(noted, _)| noted <= day).last();
            known.map_or(0, |(_, day)| figure(day))
        };
        self.0.iter().map(on).collect()
    }

    fn chart(&self, title: &str, lines: &[(&str, Vec<usize>)]) -> String {
        let labels: Vec<String> =
            self.0.iter().map(|day| format!("\"{}\"", day.format("%m-%d"))).collect();
        // Below ten the axis would count halves of repositories.
        let most = lines.iter().flat_map(|(_, line)| line).copied().max().unwrap_or(0).max(10);
        let palette: Vec<&str> = lines.iter().map(|(colour, _)| *colour).collect();
        let mut out = format!(
            "```mermaid\n%%{{init: {{\"themeVariables\": {{\"xyChart\": {{\"plotColorPalette\": \
             \"{}\"}}}}}}}}%%\nxychart-beta\n  title \"{title}\"\n  x-axis [{}]\n  y-axis 0 --> {most}\n",
            palette.join(", "),
            labels.join(", "),
        );
        for (_, line) in lines {
            let line: Vec<String> = line.iter().map(usize::to_string).collect();
            out += &format!("  line [{}]\n", line.join(", "));
        }
        out + "```\n\n"
    }
}
