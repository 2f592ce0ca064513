//! Did somebody approve it who knows the files?

use super::{Evidence, NO_HISTORY, OURS, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "expert_approvals",
    title: "approvals by people who know the files",
    definition: "people other than the author whose last word is an approval and who changed at least half of the touched files that were there before, or own one of the touched files by CODEOWNERS",
    unit: "people",
    formula: "approvers whose share of known files (as b_known) is 0.5 or more, or whom the rule of CODEOWNERS for a touched file names",
    source: OURS,
    read: expert_approvals,
};

/// Approvals by people who know at least half of the files, or own one.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::{Observed, Reviewing};
/// use waymark::domain::risk::signals::{Evidence, expert_approvals};
/// let change = Change::of("", &[("a.rs", 4, 1), ("b.rs", 1, 0)]);
/// // bob, who changed a.rs before, and cid, who changed neither, approve it.
/// let reviewing = Reviewing { approvals: 2, experts: Some(1), ..Reviewing::default() };
/// let seen = Observed { reviewing: Ok(reviewing), ..Observed::nothing("nobody looked") };
/// assert_eq!(expert_approvals(Evidence::without_past(&change).observing(&seen)), Ok(1.0));
/// ```
pub fn expert_approvals(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let reviewing = evidence.observed()?.reviewing?;
    reviewing.experts.map(|experts| experts as f64).ok_or(match evidence.past() {
        Ok(_) => "nothing that was there before is touched, or a team owns it and nobody asks who is in it",
        Err(_) => NO_HISTORY,
    })
}
