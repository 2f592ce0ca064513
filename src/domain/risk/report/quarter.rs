//! The scorecard's block: what was predicted last quarter, and what came true.

use std::fmt::Write;

use crate::domain::report::words::count;
use crate::domain::risk::backtest::{EDGES, tell::thousands};
use crate::domain::risk::quarter::{BANDS, Holds, Tally, rows};
use crate::domain::risk::signals::Unknown;

/// What became of a quarter's changes and deployments.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// `2026-Q3`.
    pub quarter: &'a str,
    /// Repositories with a change or a deployment.
    pub repositories: u64,
    /// Reverts by predicted multiple.
    pub bands: &'a [Tally; BANDS],
    /// Why pull requests are shown no multiple, if that is so.
    pub withheld: Option<Unknown>,
    /// Deployments that failed before they reached users, of all attempts.
    pub failed: Tally,
    /// Deployments that were rolled back.
    pub rolled_back: Tally,
    /// Deployments that an incident followed.
    pub incidents: Tally,
}

/// Markdown, about 1,500 characters; it holds nothing that comes from a repository. `None` when no
/// change was merged.
pub fn render_quarter(told: &Told<'_>) -> Option<String> {
    let all: u64 = told.bands.iter().map(|band| band.total).sum();
    if all == 0 {
        return None;
    }
    let repositories = usize::try_from(told.repositories).unwrap_or(usize::MAX);
    let mut out = format!(
        "### Deploy risk: predicted and observed\n\nWhat was merged in {}, in {}, with the rate that was predicted at each merge and what was taken back within 30 days.\n\n| Predicted multiple | Changes | Reverted | Predicted | Observed (95 %) | |\n|---|---:|---:|---:|---:|---|\n",
        told.quarter,
        count(repositories, "repository", "repositories"),
    );
    for (n, tally) in rows(told.bands).enumerate() {
        let (rate, [low, high]) = tally.observed();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} ({} to {}) | {} |",
            name(n),
            thousands(tally.total),
            tally.harmed,
            percent(tally.predicted()),
            percent(rate),
            percent(low),
            percent(high),
            match tally.holds() {
                Holds::TooFew => "too few to tell",
                Holds::Yes => "came true",
                Holds::More => "**more than predicted**",
                Holds::Less => "**less than predicted**",
            },
        );
    }
    out.push('\n');
    out += &verdict(told);
    out += &others(told);
    Some(out + "\n")
}

fn name(row: usize) -> String {
    match (row.checked_sub(1).and_then(|before| EDGES.get(before)), EDGES.get(row)) {
        (None, Some(to)) => format!("under {to} ×"),
        (Some(from), Some(to)) => format!("{from} to {to} ×"),
        (Some(from), None) => format!("{from} × and over"),
        (None, None) => "all".to_owned(),
    }
}

fn verdict(told: &Told<'_>) -> String {
    if let Some(why) = told.withheld {
        return format!(
            "Pull requests are shown facts without a multiple until a quarter comes true again: {why}.\n\n"
        );
    }
    let off = rows(told.bands).any(|tally| matches!(tally.holds(), Holds::More | Holds::Less));
    match off {
        true => "If the next quarter is off to the same side as well, pull requests are shown facts without a multiple.\n\n".to_owned(),
        false => String::new(),
    }
}

/// Kinds of harm are never put together: they are known with different certainty.
fn others(told: &Told<'_>) -> String {
    let kinds = [
        (told.failed, "failed before reaching users"),
        (told.rolled_back, "were rolled back"),
        (told.incidents, "were followed by an incident"),
    ];
    let known = kinds.iter().filter(|(tally, _)| tally.total > 0);
    let words: Vec<String> = known
        .map(|(tally, what)| format!("{} of {} {what}", tally.harmed, thousands(tally.total)))
        .collect();
    if words.is_empty() {
        return String::new();
    }
    format!(
        "<sub>Of the quarter's deployments to production, {}. Each of these is counted for itself and is no part of the rates above.</sub>\n",
        words.join(", ")
    )
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(total: u64, harmed: u64, expected: f64) -> Tally {
        Tally { total, harmed, expected }
    }

    #[test]
    fn the_block() {
        let bands =
            [tally(120, 0, 0.6), tally(1_400, 11, 10.9), tally(700, 9, 9.6), tally(60, 9, 1.6)];
        let mut told = Told {
            quarter: "2026-Q3",
            repositories: 12,
            bands: &bands,
            withheld: None,
            failed: tally(430, 21, 0.0),
            rolled_back: tally(409, 3, 0.0),
            incidents: tally(409, 5, 0.0),
        };
        insta::assert_snapshot!(render_quarter(&told).expect("something was merged"));
        told.withheld =
            Some("in each of the last two quarters more was reverted here than it had predicted");
        let text = render_quarter(&told).expect("something was merged");
        assert!(
            text.contains("facts without a multiple until a quarter comes true again: in each")
        );
        let none = [Tally::default(); BANDS];
        assert_eq!(render_quarter(&Told { bands: &none, ..told }), None);
    }
}
