//! Did somebody look at it, and at what is there now?

use super::{Condition, Weight};
use crate::domain::ids::Sha;
use crate::domain::risk::observed::approvers;
use crate::domain::time::Timestamp;

/// Share of the changed lines that may come behind the last approval, in percent.
const STALE_PERCENT: u64 = 10;

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

/// The reviews of people other than the author.
pub fn by_others<'a>(reviews: &'a [Review], author: Option<&str>) -> Vec<&'a Review> {
    let by_another = |r: &&Review| !r.bot && r.by.is_some() && r.by.as_deref() != author;
    reviews.iter().filter(by_another).collect()
}

/// The last approval by another person.
fn last_approval<'a>(reviews: &'a [Review], author: Option<&str>) -> Option<&'a Review> {
    let given = by_others(reviews, author).into_iter();
    given.filter(|r| r.verdict == Verdict::Approved).max_by_key(|r| r.at)
}

/// The review that tells what somebody else has seen: the last approval; while there is none, one
/// of the head, or else the last words.
pub fn last_look<'a>(
    reviews: &'a [Review],
    author: Option<&str>,
    head: &Sha,
) -> Option<&'a Review> {
    let of_head = |review: &Review| review.commit.as_ref() == Some(head);
    let looked = by_others(reviews, author).into_iter();
    last_approval(reviews, author).or_else(|| looked.max_by_key(|r| (of_head(r), r.at)))
}

/// What the reviews of an open pull request amount to. `after_look` is the lines changed behind the
/// commit of [`last_look`] and all changed lines; `None` when nobody asked, or it cannot be told.
///
/// Definition: *unreviewed* when nobody but its author and programs reviewed the head, or a commit that at
/// most a tenth of the lines came behind; *stale* when more than a
/// tenth of its lines came behind the last approval. Unit: yes or no; percent of the changed lines.
/// Formula: 100 * lines changed behind the approved commit / all changed lines > 10. Source: GitHub's
/// reviews; `docs/risk.md`.
///
/// ```
/// use waymark::domain::ids::Sha;
/// use waymark::domain::risk::condition::{Review, Verdict, of_reviews};
/// use waymark::domain::time::Timestamp;
/// let [old, head] = ["a", "b"].map(|c| Sha::parse(&c.repeat(40)).expect("valid"));
/// let names = |reviews: &[Review], after| {
///     let found = of_reviews(reviews, Some("ann"), &head, after);
///     found.into_iter().map(|condition| condition.name).collect::<Vec<_>>()
/// };
/// assert_eq!(names(&[], None), ["unreviewed"]);
/// let (by, verdict, at) = (Some("bob".to_owned()), Verdict::Approved, Timestamp(1));
/// let seen = [Review { by, bot: false, verdict, commit: Some(old), at }];
/// // 11 of 100 lines came behind it, or 10.
/// assert_eq!(names(&seen, Some((11, 100))), ["stale_approval"]);
/// assert!(names(&seen, Some((10, 100))).is_empty());
/// ```
pub fn of_reviews(
    reviews: &[Review],
    author: Option<&str>,
    head: &Sha,
    after_look: Option<(u64, u64)>,
) -> Vec<Condition> {
    let warn = |name: &str, evidence: String, how: &str| Condition {
        name: name.to_owned(),
        weight: Weight::Warn,
        evidence: vec![evidence],
        how_to_clear: how.to_owned(),
    };
    let Some(look) = last_look(reviews, author, head) else {
        let evidence = "nobody but its author has reviewed it yet".to_owned();
        let unreviewed = warn("unreviewed", evidence, "have somebody else review it");
        // So begins every pull request; whoever is about to deploy takes it less lightly.
        return vec![Condition { weight: Weight::Note, ..unreviewed }];
    };
    let Some(seen) = look.commit.as_ref().filter(|commit| *commit != head) else {
        return Vec::new();
    };
    let (name, was, how) = match look.verdict {
        Verdict::Approved => {
            ("stale_approval", "which was approved", "have what came after the approval reviewed")
        }
        _ => (
            "unreviewed",
            "and nobody but its author has reviewed it since",
            "have what came after the last review reviewed",
        ),
    };
    let evidence = match after_look {
        Some((0, _) | (_, 0)) => return Vec::new(),
        Some((after, all)) if after * 100 <= all * STALE_PERCENT => return Vec::new(),
        Some((after, all)) => format!(
            "{after} of {all} changed lines ({} %) came after `{}`, {was}",
            (after * 100).div_ceil(all).min(100),
            seen.short()
        ),
        None => format!("commits came after `{}`, {was}", seen.short()),
    };
    vec![warn(name, evidence, how)]
}

/// Whoever merged their own change although nobody else had approved it; `None` also when nobody says
/// who merged it.
///
/// Definition: whoever merged it wrote it, and nobody else's last verdict is an approval. Unit: yes or no.
/// Formula: merged_by = author and 0 approvals. Source: `docs/risk.md`, from the event of the merge.
///
/// ```
/// use waymark::domain::risk::condition::of_merge;
/// let merged = |by| of_merge(&[], Some("ann"), by).map(|condition| condition.name);
/// assert_eq!(merged(Some("ann")).as_deref(), Some("self_merged"));
/// assert_eq!(merged(Some("bob")), None);
/// assert_eq!(merged(None), None);
/// ```
pub fn of_merge(
    reviews: &[Review],
    author: Option<&str>,
    merged_by: Option<&str>,
) -> Option<Condition> {
    let own = merged_by.is_some() && merged_by == author;
    (own && approvers(reviews, author).is_empty()).then(|| Condition {
        name: "self_merged".to_owned(),
        weight: Weight::Warn,
        evidence: vec!["its author merged it, and nobody else had approved it".to_owned()],
        how_to_clear: "have somebody else read it before it is deployed".to_owned(),
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
        // Words about an earlier commit say nothing of what came after it.
        let words = [review("bob", Verdict::Commented, &old, 1)];
        assert_eq!(names(&of(&words, None)), ["unreviewed"]);
        let found = of(&words, Some((11, 100)));
        assert_eq!((names(&found), found[0].weight), (vec!["unreviewed"], Weight::Warn));
        assert_eq!(of(&words, Some((10, 100))), []);
        let both = [review("cid", Verdict::Commented, &head, 1), words[0].clone()];
        assert_eq!(of(&both, None), []);
    }

    #[test]
    fn whoever_merges_their_own_change_without_approval_is_told() {
        let head = Sha::parse(&"b".repeat(40)).expect("valid");
        let of = |reviews: &[Review], by| of_merge(reviews, Some("ann"), by).is_some();
        let approved = [review("bob", Verdict::Approved, &head, 1)];
        assert!(of(&[], Some("ann")));
        assert!(of(&[review("bob", Verdict::Commented, &head, 1)], Some("ann")));
        assert!(!of(&approved, Some("ann")));
        assert!(!of(&[], Some("bob")) && !of(&[], None));
    }
}
