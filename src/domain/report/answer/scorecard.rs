//! How far is this repository, and what is the shortest way to the next level?

use super::super::budget::fit;
use super::super::escape::{code_span, prose};
use super::super::view::View;
use super::super::words::{clip, count, level};
use super::{About, Answer};
use crate::domain::judge::{JudgedPolicy, Judgement, Standing, State};
use crate::domain::scorecard::neighbours::Place;

/// Policies that are listed, in bytes of their list.
const ROOM: usize = 12_000;

/// The level that a commit reaches, and what is between it and the next one: the cheapest steps
/// (fewest findings) first.
pub fn scorecard(judgement: &Judgement, about: &About, beside: &Beside) -> Answer {
    let view = View::of(judgement);
    let mut page = format!(
        "**Level {}** on the golden path {} at {}: {} of {} pass or are waived.\n\n",
        level(judgement.level),
        code_span(&clip(&judgement.path, 100)),
        about.words(),
        view.fulfilled(),
        count(view.applicable(), "policy that applies", "policies that apply"),
    );
    match view.next_level() {
        None => page += "Nothing is between it and the next level.\n",
        Some((next, missing)) => {
            let mut steps: Vec<(usize, &JudgedPolicy)> =
                missing.into_iter().map(|p| (open_findings(judgement, p), p)).collect();
            steps.sort_by(|a, b| (a.0, &a.1.id).cmp(&(b.0, &b.1.id)));
            page += &format!(
                "To reach **{}**, {} to go, the shortest first:\n\n",
                next.as_str(),
                count(steps.len(), "step is", "steps are")
            );
            let items: Vec<String> = steps.iter().map(|(n, p)| step(*n, p)).collect();
            let (shown, left) = fit(&items, ROOM);
            page += &shown;
            if left > 0 {
                page += &format!("- {}\n", count(left, "more", "more"));
            }
        }
    }
    page += &neighbours(beside);
    Answer::done(page)
}

/// What stands around a repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// Its place among those of its golden path.
    pub place: Option<Place>,
    /// The address of its badge.
    pub badge: Option<String>,
}

fn neighbours(beside: &Beside) -> String {
    let mut out = String::new();
    if let Some(place) = &beside.place {
        out += &format!("\nPlace {} of {} on this golden path.", place.place, place.of);
        let named: Vec<String> = place
            .beside
            .iter()
            .map(|(name, of, done, all)| {
                format!("{} ({}, {done} of {all})", code_span(name), level(*of))
            })
            .collect();
        if !named.is_empty() {
            out += &format!(" Its neighbours: {}.", named.join(", "));
        }
        out.push('\n');
    }
    if let Some(url) = &beside.badge {
        out += &format!("\nIts badge: {}\n", code_span(&format!("![golden path]({url})")));
    }
    out
}

fn open_findings(judgement: &Judgement, policy: &JudgedPolicy) -> usize {
    let open = |f: &&crate::domain::judge::JudgedFinding| {
        f.policy == policy.id && f.state != State::Waived
    };
    judgement.findings.iter().filter(open).count()
}

fn step(findings: usize, policy: &JudgedPolicy) -> String {
    let title = prose(&clip(&policy.title, 200));
    let id = code_span(policy.id.as_str());
    let reason = || prose(&clip(policy.reason.as_deref().unwrap_or("no reason given"), 300));
    let words = match policy.status {
        Standing::Unknown => format!("could not be judged: {}", reason()),
        Standing::Broken => format!("the policy is broken: {}", reason()),
        _ => count(findings, "finding", "findings"),
    };
    format!("- {id} ({}): {title} — {words}\n", policy.level_word())
}
