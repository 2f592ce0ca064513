//! A policy's way out is in demand: what those who look after it are told.

use super::super::budget::fit;
use super::super::escape::code_span;
use super::super::shorten;
use super::super::words::count;
use super::{Titles, titled};
use crate::domain::scorecard::signals::Demand;

/// Room for the reasons, in bytes.
const ROOM: usize = 20_000;
/// Room for one of them.
const REASON: usize = 300;
/// Repositories named for a reason.
const NAMED: usize = 8;

/// The title.
pub fn demand_title(demand: &Demand) -> String {
    format!("Escape hatch in demand: {}", demand.policy)
}

/// The issue, without its mark.
pub fn demand_page(demand: &Demand, titles: &Titles) -> String {
    let mut out = format!("{}\n\n", titled(&demand.policy, titles));
    if demand.waived > 0 {
        out += &format!(
            "**{} it.** ",
            count(demand.waived, "repository waives", "repositories waive")
        );
    }
    if demand.unknown > 0 {
        out += &format!(
            "**In {} it could not be judged.** ",
            count(demand.unknown, "repository", "repositories")
        );
    }
    out += "When many take the same way out, the policy, the path or its tools may be at fault \
            rather than the repositories.\n\n";
    let items: Vec<String> = demand
        .reasons
        .iter()
        .map(|(reason, repos)| {
            let named: Vec<String> = repos.iter().take(NAMED).map(|r| code_span(r)).collect();
            let more = match repos.len().saturating_sub(NAMED) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            format!("- {}: {}{more}\n", shorten::markdown(reason, REASON), named.join(", "))
        })
        .collect();
    if !items.is_empty() {
        let (shown, left) = fit(&items, ROOM);
        out += &format!("### Reasons given\n\n{shown}");
        if left > 0 {
            out += &format!("- {}\n", count(left, "other reason", "other reasons"));
        }
    }
    if demand.hidden > 0 {
        let words = count(demand.hidden, "private repository gives", "private repositories give");
        out += &format!("- {words} reasons that are not told here\n");
    }
    out += "\nThis issue is closed by itself once the demand is over.\n";
    out
}
