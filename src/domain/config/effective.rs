//! What holds in one repository? Built-in < organisation < repository, locks excepted.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::organisation::{OrgConfig, PolicyRule, rule_pointer};
use super::repository::RepoConfig;
use super::rollout::{Membership, Traits};
use super::{most_specific, place};
use crate::domain::finding::{Level, Mode};
use crate::domain::ids::PolicyId;
use crate::domain::judge::ConfigProblem;
use crate::domain::policy::metadata::PolicyMeta;
use crate::domain::report::words::list;

/// So many policies that a pattern means are named.
const NAMED: usize = 3;

/// Who said so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The policy itself.
    BuiltIn,
    /// The organisation's file.
    Organisation,
    /// The repository's own file.
    Repository,
}

impl Origin {
    /// The word used in JSON and prose.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::Organisation => "organisation",
            Self::Repository => "repository",
        }
    }
}

/// How one policy speaks in one repository on one day, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effective {
    /// The policy.
    pub policy: PolicyId,
    /// How loudly.
    pub mode: Mode,
    /// The rung it belongs to here.
    pub level: Level,
    /// Who decided on the mode.
    pub origin: Origin,
    /// File and line of that decision.
    pub place: Option<String>,
    /// Whether the organisation locks it.
    pub locked: bool,
    /// The day from which it blocks, while that is to come.
    pub enforce_from: Option<NaiveDate>,
    /// How many days that is from today.
    pub days_left: Option<i64>,
    /// Whether the repository is in the rule's rollout, if it has one.
    pub rollout: Option<Membership>,
    /// The quieter mode that the repository asked for in vain.
    pub refused: Option<Mode>,
}

impl Effective {
    /// `will block from 2026-12-01 (10 days left)`, while that is to come.
    pub fn deadline(&self) -> Option<String> {
        let (day, left) = (self.enforce_from?, self.days_left?);
        let days = if left == 1 { "day" } else { "days" };
        Some(format!("will block from {day} ({left} {days} left)"))
    }

    /// Who decided, and what else there is to say: `.github/waymark.yml:4; locked`.
    pub fn decided(&self) -> String {
        let words: Vec<String> = self.place.clone().into_iter().chain(self.remarks()).collect();
        words.join("; ")
    }

    /// What else there is to say, in words: days left, the rollout, the lock, a refused wish.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        remarks.extend(self.deadline());
        if let Some(membership) = self.rollout {
            remarks.push(membership.words().to_owned());
        }
        if self.locked {
            remarks.push("locked".to_owned());
        }
        if let Some(wish) = self.refused {
            remarks.push(format!("the repository asks for {} in vain", wish.as_str()));
        }
        remarks
    }
}

/// The two files.
#[derive(Debug, Clone, Copy)]
pub struct Layers<'a> {
    /// The organisation's.
    pub organisation: &'a OrgConfig,
    /// The repository's.
    pub repository: &'a RepoConfig,
}

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// What decides on rollouts.
    pub traits: &'a Traits,
    /// The day that `enforce_from` is compared with (UTC).
    pub today: NaiveDate,
}

impl Layers<'_> {
    /// How a policy speaks. `meta` is its METADATA; without (it cannot be read) it warns.
    pub fn policy(&self, id: &PolicyId, meta: Option<&PolicyMeta>, at: Standing<'_>) -> Effective {
        let mut it = Effective {
            policy: id.clone(),
            mode: meta.map_or(Mode::Warn, |m| m.mode),
            level: meta.map_or(Level::Bronze, |m| m.level),
            origin: Origin::BuiltIn,
            place: None,
            locked: self.organisation.locks_policy(id),
            enforce_from: None,
            days_left: None,
            rollout: None,
            refused: None,
        };
        if let Some((pattern, rule)) = self.organisation.rule(id) {
            lay(&mut it, rule, at);
            it.level = rule.level.unwrap_or(it.level);
            it.origin = Origin::Organisation;
            it.place = Some(self.organisation.place(&rule_pointer(pattern)));
        }
        // What a campaign has promised.
        let over = self.organisation.promotions(id).filter(|(_, due)| at.today > *due);
        if let Some((level, _)) = over.last() {
            it.level = level;
        }
        if let Some((pattern, wish)) = most_specific(&self.repository.policies, id) {
            if it.locked && *wish < it.mode {
                it.refused = Some(*wish);
            } else {
                // With a lock, what the organisation begins later still comes.
                if !it.locked {
                    it.enforce_from = None;
                    it.days_left = None;
                    it.rollout = None;
                }
                it.mode = *wish;
                it.origin = Origin::Repository;
                let line = self.repository.lines.get(&rule_pointer(pattern)).copied();
                it.place = Some(place(&self.repository.file, line));
            }
        }
        it
    }

    /// Whether a policy is off on every day and for every member: then it need not be evaluated.
    pub fn is_off(&self, id: &PolicyId, meta: Option<&PolicyMeta>) -> bool {
        let rule = self.organisation.rule(id).map(|(_, rule)| rule);
        let wish = most_specific(&self.repository.policies, id).map(|(_, wish)| *wish);
        let locked = self.organisation.locks_policy(id);
        match (rule, wish) {
            (_, Some(wish)) if !locked || wish != Mode::Off => wish == Mode::Off,
            (Some(rule), _) => {
                let inside = match (rule.mode, rule.enforce_from) {
                    (_, Some(_)) => Mode::Enforce,
                    (Some(mode), None) => mode,
                    (None, None) => meta.map_or(Mode::Warn, |m| m.mode),
                };
                let outside = rule.rollout.as_ref().map_or(Mode::Off, |r| r.otherwise);
                inside == Mode::Off && outside == Mode::Off
            }
            (None, _) => meta.is_some_and(|m| m.mode == Mode::Off),
        }
    }

    /// The golden path that the files ask for, and the one for repositories whose catalog does
    /// not choose one either.
    pub fn path(&self) -> (Option<&str>, Option<&str>) {
        let own = self.repository.path.as_deref();
        let organisation = self.organisation.path.as_deref();
        match organisation {
            Some(locked) if self.organisation.locks("path") => (Some(locked), None),
            other => (own, other),
        }
    }

    /// The parameters that the files set: the repository's over the organisation's, unless
    /// locked.
    pub fn parameters(&self) -> Map<String, Value> {
        let mut parameters = self.organisation.parameters.clone();
        let own = self.repository.parameters.iter();
        let free = own.filter(|(name, _)| !self.organisation.locks_parameter(name));
        parameters.extend(free.map(|(name, value)| (name.clone(), value.clone())));
        parameters
    }

    /// Globs over files that are not judged.
    pub fn exclude(&self) -> impl Iterator<Item = &String> {
        let own = (!self.organisation.locks("exclude")).then_some(&self.repository.exclude);
        self.organisation.exclude.iter().chain(own.into_iter().flatten())
    }

    /// What the repository's file asks for in vain, because the organisation locks it: each with
    /// its line, who locked it, and what to do.
    pub fn refusals<'m>(
        &self,
        metas: impl IntoIterator<Item = &'m PolicyMeta>,
        at: Standing<'_>,
    ) -> Vec<ConfigProblem> {
        let mut refused = Vec::new();
        let mut refuse = |pointer: &str, what: String, locked_at: String| {
            let line = self.repository.lines.get(pointer).copied();
            let message = format!(
                "{what} does not count: `{locked_at}` locks it. Remove it here, or ask those who \
                 look after that file"
            );
            refused.push(ConfigProblem { path: self.repository.file.clone(), line, message });
        };
        let org = self.organisation;
        // One line of the file is told once, however many policies it means.
        let mut vain: BTreeMap<(&str, Mode, Mode, String), Vec<String>> = BTreeMap::new();
        for meta in metas {
            let it = self.policy(&meta.id, Some(meta), at);
            let entry = most_specific(&self.repository.policies, &meta.id);
            if let (Some(wish), Some((pattern, _)), Some(locked_at)) = (it.refused, entry, it.place)
            {
                let alike = vain.entry((pattern, wish, it.mode, locked_at)).or_default();
                alike.push(format!("`{}`", meta.id));
            }
        }
        for ((pattern, wish, mode, locked_at), policies) in vain {
            let verb = if policies.len() == 1 { "is" } else { "are" };
            let what = format!(
                "`{}` for {}, which {verb} `{}` in the organisation,",
                wish.as_str(),
                list(&policies, NAMED),
                mode.as_str()
            );
            refuse(&rule_pointer(pattern), what, locked_at);
        }
        if org.locks("path") && org.path.is_some() && self.repository.path.is_some() {
            refuse("/path", "`path`".to_owned(), org.place("/path"));
        }
        let differs =
            |name: &&String| org.parameters.get(*name) != self.repository.parameters.get(*name);
        let names = self.repository.parameters.keys();
        for name in names.filter(|name| org.locks_parameter(name)).filter(differs) {
            let pointer = format!("/parameters/{}", crate::domain::yaml::escape_token(name));
            refuse(&pointer, format!("the parameter `{name}`"), org.place(&pointer));
        }
        if org.locks("exclude") && !self.repository.exclude.is_empty() {
            refuse("/exclude", "`exclude`".to_owned(), org.place("/locked"));
        }
        refused.sort_by_key(|problem| problem.line);
        refused
    }
}

/// Lays an organisation's rule over what the policy itself says.
fn lay(it: &mut Effective, rule: &PolicyRule, at: Standing<'_>) {
    it.rollout = rule.rollout.as_ref().map(|r| r.membership(&it.policy, at.traits));
    if let (Some(rollout), Some(Membership::Outside | Membership::NotKnown)) =
        (&rule.rollout, it.rollout)
    {
        it.mode = rollout.otherwise;
        return;
    }
    it.mode = match (rule.mode, rule.enforce_from) {
        (_, Some(day)) if at.today < day => {
            it.enforce_from = Some(day);
            it.days_left = Some((day - at.today).num_days());
            Mode::Warn
        }
        (_, Some(_)) => Mode::Enforce,
        (Some(mode), None) => mode,
        (None, None) => it.mode,
    };
}
