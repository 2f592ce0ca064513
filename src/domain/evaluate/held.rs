//! Which policies does a golden path hold, now and once a campaign has promoted them?

use super::Evaluator;
use crate::domain::config::OrgConfig;
use crate::domain::finding::Level;
use crate::domain::ids::PolicyId;
use crate::domain::policy::metadata::PolicyMeta;

impl Evaluator {
    /// Whether a golden path holds a policy, at the level that the organisation gave it.
    pub(super) fn is_held(&self, id: &PolicyId, path: &str, organisation: &OrgConfig) -> bool {
        // A policy whose METADATA cannot be read is broken on every path.
        let Some(meta) = self.library.policies.get(id) else { return true };
        match organisation.rule(id).and_then(|(_, rule)| rule.level) {
            Some(level) if level != meta.level => self.is_held_at(level, meta, path),
            _ => self.held.get(path).is_none_or(|held| held.contains(id)),
        }
    }

    fn is_held_at(&self, level: Level, meta: &PolicyMeta, path: &str) -> bool {
        let meta = PolicyMeta { level, ..meta.clone() };
        self.library.paths.get(path).is_none_or(|path| path.holds(&meta))
    }

    /// Whether a golden path holds a policy only at the level that a campaign will give it.
    pub(super) fn comes_later(&self, id: &PolicyId, path: &str, organisation: &OrgConfig) -> bool {
        let Some(meta) = self.library.policies.get(id) else { return false };
        let mut levels = organisation.promotions(id).map(|(level, _)| level).peekable();
        levels.peek().is_some()
            && !self.is_held(id, path, organisation)
            && levels.any(|level| self.is_held_at(level, meta, path))
    }
}
