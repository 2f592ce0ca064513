//! Did somebody look at it, and at what is there now? And do tests run through it?

use super::{Condition, Weight};
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

/// Share of the changed lines that may come behind the last approval, in percent.
const STALE_PERCENT: u64 = 10;
/// A patch with fewer executable lines says little, in lines.
const PATCH_LINES: u64 = 20;
/// Percent of a patch that tests should run through.
const PATCH_PERCENT: f64 = 80.0;
/// A project's coverage may fall by so many percentage points.
const PROJECT_POINTS: f64 = -1.0;

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Fine.
    Approved,
    /// Not like this.
    ChangesRequested,
    /// Words only.
    Commented,
    /// Taken back.
    Dismissed,
}

impl Verdict {
    /// GitHub's word, in any case; `None` for what is not submitted yet.
    pub fn of(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "approved" => Some(Self::Approved),
            "changes_requested" => Some(Self::ChangesRequested),
            "commented" => Some(Self::Commented),
            "dismissed" => Some(Self::Dismissed),
            _ => None,
        }
    }
}

/// A submitted review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Login; `None` when the account is gone.
    pub by: Option<String>,
    /// Whether a program gave it.
    pub bot: bool,
    /// What it says.
    pub verdict: Verdict,
    /// The commit that was looked at, when GitHub still knows.
    pub commit: Option<Sha>,
    /// When.
    pub at: Timestamp,
}

/// What the reviews of an open pull request amount to. `after_approval` is the lines changed
/// behind the approved commit and all changed lines; `None` when nobody asked.
pub fn of_reviews(
    reviews: &[Review],
    author: Option<&str>,
    head: &Sha,
    after_approval: Option<(u64, u64)>,
) -> Vec<Condition> {
    let by_another = |r: &&Review| !r.bot && r.by.is_some() && r.by.as_deref() != author;
    let human: Vec<&Review> = reviews.iter().filter(by_another).collect();
    let warn = |name: &str, evidence: String, how: &str| Condition {
        name: name.to_owned(),
        weight: Weight::Warn,
        evidence: vec![evidence],
        how_to_clear: how.to_owned(),
    };
    if human.is_empty() {
        let evidence = "nobody but its author has reviewed it yet".to_owned();
        let unreviewed = warn("unreviewed", evidence, "have somebody else review it");
        // So begins every pull request; whoever is about to deploy takes it less lightly.
        return vec![Condition { weight: Weight::Note, ..unreviewed }];
    }
    let approved = human.iter().filter(|r| r.verdict == Verdict::Approved);
    let Some(last) = approved.max_by_key(|r| r.at) else { return Vec::new() };
    let Some(seen) = last.commit.as_ref().filter(|commit| *commit != head) else {
        return Vec::new();
    };
    let evidence = match after_approval {
        Some((_, 0)) => return Vec::new(),
        Some((after, all)) if after * 100 <= all * STALE_PERCENT => return Vec::new(),
        Some((after, all)) => format!(
            "{after} of {all} changed lines ({} %) came after `{}`, which was approved",
            (after * 100).div_ceil(all).min(100),
            seen.short()
        ),
        None => format!("commits came after `{}`, which was approved", seen.short()),
    };
    vec![warn("stale_approval", evidence, "have what came after the approval reviewed")]
}

/// What coverage says: `patch` is percent of the patch's lines and how many there are, `project`
/// the difference in percentage points. What is not known is `None`, and makes no condition.
pub fn of_coverage(patch: Option<(f64, Option<u64>)>, project: Option<f64>) -> Option<Condition> {
    let mut evidence = Vec::new();
    if let Some((percent, lines)) = patch
        && percent < PATCH_PERCENT
        && lines.is_none_or(|lines| lines >= PATCH_LINES)
    {
        evidence.push(format!("tests run through {percent:.0} % of the changed lines"));
    }
    if let Some(points) = project.filter(|points| *points <= PROJECT_POINTS) {
        evidence.push(format!("the project's coverage falls by {:.2} percentage points", -points));
    }
    (!evidence.is_empty()).then(|| Condition {
        name: "low_coverage".to_owned(),
        weight: Weight::Warn,
        evidence,
        how_to_clear: "add tests for the lines that none runs through".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(by: &str, verdict: Verdict, commit: &Sha, at: i64) -> Review {
        let by = Some(by.to_owned());
        Review { by, bot: false, verdict, commit: Some(commit.clone()), at: Timestamp(at) }
    }

    fn names(conditions: &[Condition]) -> Vec<&str> {
        conditions.iter().map(|c| c.name.as_str()).collect()
    }

    #[test]
    fn somebody_else_must_have_looked_at_what_is_there_now() {
        let [old, head] = ["a", "b"].map(|c| Sha::parse(&c.repeat(40)).expect("valid"));
        let of = |reviews: &[Review], after| of_reviews(reviews, Some("ann"), &head, after);
        assert_eq!(names(&of(&[], None)), ["unreviewed"]);
        let own = review("ann", Verdict::Commented, &head, 1);
        assert_eq!(names(&of(&[own], None)), ["unreviewed"]);
        let fresh = review("bob", Verdict::Approved, &head, 1);
        assert_eq!(of(&[fresh], None), []);
        let stale = [review("bob", Verdict::Approved, &old, 1)];
        assert_eq!(names(&of(&stale, Some((11, 100)))), ["stale_approval"]);
        assert_eq!(of(&stale, Some((10, 100))), []);
        assert_eq!(names(&of(&stale, None)), ["stale_approval"]);
        assert_eq!(of(&[review("bob", Verdict::Commented, &old, 1)], None), []);
    }

    #[test]
    fn little_or_unknown_coverage_is_told_apart() {
        assert_eq!(of_coverage(None, None), None);
        assert_eq!(of_coverage(Some((80.0, Some(50))), Some(-0.99)), None);
        assert_eq!(of_coverage(Some((10.0, Some(19))), None), None);
        let both = of_coverage(Some((10.0, None)), Some(-1.0)).expect("low");
        assert_eq!(both.evidence.len(), 2);
    }
}
