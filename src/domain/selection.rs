//! Which policies did somebody ask for? The filters of `waymark check`: by id, level and mode.
//!
//! A filter narrows a finished judgement, so that a policy says the same whether or not others
//! are looked at.

use std::collections::BTreeSet;

use super::finding::{Level, Mode};
use super::glob;
use super::ids::PolicyId;
use super::judge::{self, JudgedPolicy, Judgement};
use super::nearest::unknown_word;

/// What was asked for. Everything, when nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// These policies; `None` means all.
    pub policies: Option<BTreeSet<PolicyId>>,
    /// Policies of this level and the ones below; those about waivers belong to none.
    pub level: Option<Level>,
    /// Policies that speak in one of these modes here; empty means any.
    pub modes: Vec<Mode>,
}

impl Selection {
    /// Whether it leaves nothing out.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a policy was asked for.
    pub fn holds(&self, policy: &JudgedPolicy) -> bool {
        self.policies.as_ref().is_none_or(|ids| ids.contains(&policy.id))
            && self.level.is_none_or(|most| policy.counts_for().is_some_and(|level| level <= most))
            && (self.modes.is_empty() || self.modes.contains(&policy.mode))
    }

    /// What a judgement says of the policies that were asked for. Its level stays: it is the
    /// repository's, whatever is looked at. So does what is wrong with the configuration. A note
    /// tells that this is not all.
    pub fn narrow(&self, mut judgement: Judgement) -> Judgement {
        if self.is_all() {
            return judgement;
        }
        let all = judgement.policies.len();
        judgement.policies.retain(|p| self.holds(p));
        let kept = judgement.policies.len();
        if kept < all {
            judgement.notes.push(format!(
                "only {kept} of {all} policies were looked at, as asked for; the others do not count"
            ));
        }
        let ids: BTreeSet<&PolicyId> = judgement.policies.iter().map(|p| &p.id).collect();
        judgement.findings.retain(|f| ids.contains(&f.policy));
        judgement.summary = judge::count(&judgement.policies);
        judgement.conclusion =
            judge::conclude(&judgement.policies, &judgement.findings, &judgement.config_problems);
        judgement
    }
}

/// The policies that a name or glob means: `container/non_root_user`, `container/*`, `*/probes`.
/// Fails with words for the user when it means none.
pub fn named(name: &str, known: &[PolicyId]) -> Result<BTreeSet<PolicyId>, String> {
    glob::check(name).map_err(|e| format!("`{name}` is not a glob over policy ids: {e}"))?;
    let meant = |id: &&PolicyId| glob::matches(name, id.as_str());
    let found: BTreeSet<PolicyId> = known.iter().filter(meant).cloned().collect();
    if found.is_empty() { Err(refusal(name, known)) } else { Ok(found) }
}

/// What is said of a name that means no policy.
fn refusal(name: &str, known: &[PolicyId]) -> String {
    if known.iter().any(|id| id.pack() == name.trim_end_matches('/')) {
        return format!("`{name}` is a pack; did you mean `{}/*`?", name.trim_end_matches('/'));
    }
    let half = |id: &&PolicyId| id.as_str().starts_with(name) || id.policy() == name;
    if let Some(id) = known.iter().find(half) {
        return format!("unknown policy `{name}`; did you mean `{id}`?");
    }
    let ids: Vec<&str> = known.iter().map(PolicyId::as_str).collect();
    unknown_word("policy", name, &ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::judge::Conclusion;
    use crate::domain::report::sample;

    fn ids() -> Vec<PolicyId> {
        sample::blocked().policies.into_iter().map(|p| p.id).collect()
    }

    fn named(name: &str) -> Result<Vec<String>, String> {
        let found = super::named(name, &ids())?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn names_and_globs_mean_policies() {
        assert_eq!(
            named("catalog/info_*"),
            Ok(vec!["catalog/info_present".into(), "catalog/info_valid".into()])
        );
        assert_eq!(named("*/non_root"), Ok(vec!["kubernetes/non_root".into()]));
    }

    #[test]
    fn what_means_nothing_is_refused_with_a_remedy() {
        let refused = |name: &str| named(name).expect_err("means nothing");
        assert_eq!(refused("catalog"), "`catalog` is a pack; did you mean `catalog/*`?");
        for name in ["container/non_root", "non_root_user", "contaner/non_root_user"] {
            let expected =
                format!("unknown policy `{name}`; did you mean `container/non_root_user`?");
            assert_eq!(refused(name), expected);
        }
        assert!(refused("*/nothing").starts_with("unknown policy `*/nothing`; "));
        assert!(refused("x/[").starts_with("`x/[` is not a glob over policy ids: "));
    }

    #[test]
    fn what_was_not_asked_for_neither_shows_nor_counts() {
        let ids = super::named("catalog/*", &ids()).expect("a pack");
        let judgement =
            Selection { policies: Some(ids), ..Selection::default() }.narrow(sample::blocked());
        assert_eq!(judgement.conclusion, Conclusion::Neutral);
        assert!(judgement.findings.iter().all(|f| f.policy.pack() == "catalog"));
        assert_eq!((judgement.summary.pass, judgement.summary.fail), (1, 3));
    }

    #[test]
    fn a_level_holds_the_ones_below_and_modes_add_up() {
        let of = |selection: Selection| {
            let policies = selection.narrow(sample::blocked()).policies;
            policies.iter().map(|p| (p.level, p.mode)).collect::<BTreeSet<_>>()
        };
        let silver = of(Selection { level: Some(Level::Silver), ..Selection::default() });
        assert!(silver.iter().all(|(level, _)| *level != Level::Gold));
        assert!(silver.iter().any(|(level, _)| *level == Level::Bronze));
        let modes = vec![Mode::Observe, Mode::Warn];
        let quiet = of(Selection { modes, ..Selection::default() });
        assert!(quiet.iter().all(|(_, mode)| *mode != Mode::Enforce));
        assert_eq!(quiet.len(), 3);
    }

    #[test]
    fn a_broken_configuration_gives_no_verdict_whatever_is_asked_for() {
        let selection = Selection { modes: vec![Mode::Observe], ..Selection::default() };
        let conclusion = selection.narrow(sample::misconfigured()).conclusion;
        assert_eq!(conclusion, Conclusion::ActionRequired);
    }
}
