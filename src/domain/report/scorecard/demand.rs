//! A policy's way out is in demand: what those who look after it are told.

use super::super::budget::fit;
use super::super::escape::code_span;
use super::super::shorten;
use super::super::words::count;
use super::{Titles, titled};
use crate::domain::scorecard::signals::{Demand, Reasons};

/// Room for the reasons of each kind, in bytes.
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
    out += &section("Reasons given", &demand.reasons, ("gives", "give"));
    out += &section("Why it could not be judged", &demand.causes, ("has", "have"));
    out += "This issue is closed by itself once the demand is over.\n";
    out
}

/// The reasons, those of most repositories first; nothing where there is none.
fn section(title: &str, reasons: &Reasons, (gives, give): (&str, &str)) -> String {
    let Reasons { told, hidden } = reasons;
    if told.is_empty() && *hidden == 0 {
        return String::new();
    }
    let item = |(reason, repos): &(String, Vec<String>)| {
        let named: Vec<String> = repos.iter().take(NAMED).map(|r| code_span(r)).collect();
        let more = match repos.len().saturating_sub(NAMED) {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        format!("- {}: {}{more}\n", shorten::markdown(reason, REASON), named.join(", "))
    };
    let items: Vec<String> = told.iter().map(item).collect();
    let (shown, left) = fit(&items, ROOM);
    let mut out = format!("### {title}\n\n{shown}");
    if left > 0 {
        out += &format!("- {}\n", count(left, "other reason", "other reasons"));
    }
    if *hidden > 0 {
        let (one, many) =
            (format!("private repository {gives}"), format!("private repositories {give}"));
        out += &format!("- {} reasons that are not told here\n", count(*hidden, &one, &many));
    }
    out + "\n"
}
