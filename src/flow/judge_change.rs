//! What would a change bring to a branch? One head against one base, by the branch's own rules.

use crate::domain::baseline::Baseline;
use crate::domain::evaluate::ConfigFile;
use crate::domain::ids::Sha;
use crate::domain::judge::{Case, EDITS_CONFIGURATION, Judgement, Kept, judge, judge_proposal};

use crate::domain::scorecard::campaign::reminders;

use super::App;
use super::fate::Fate;
use super::judge_commit::{Evaluated, Rules, Subject};

/// A change to judge.
pub(super) struct Change<'a> {
    /// The commit that is judged.
    pub(super) head: &'a Sha,
    /// The commit that it starts from: what is wrong there is *existing*.
    pub(super) from: &'a Sha,
    /// Its tree, when known.
    pub(super) from_tree: Option<&'a Sha>,
    /// The commit whose configuration counts: the tip of the branch that the change goes to.
    /// Not where the change starts, or an old starting point would bring back old rules.
    pub(super) rules_at: &'a Sha,
}

impl App {
    /// Judges; also tells whether there was something to compare with.
    pub(super) async fn judge_change(
        &self,
        subject: &Subject,
        change: Change<'_>,
    ) -> Result<(Judgement, bool), Fate> {
        let Change { head, from, from_tree, rules_at } = change;
        let mut notes = subject.organisation.notes();
        let before = match self.before(subject, from, from_tree, rules_at).await {
            Ok(before) => Some(before),
            // A force-push may have left the old commit behind.
            Err(Fate::Moot(_)) => {
                notes.push(
                    "the base commit could not be read, so every finding counts as new".to_owned(),
                );
                None
            }
            Err(other) => return Err(other),
        };
        let (before, config) = match before {
            Some((before, config)) => (Some(before), config),
            None => (None, self.config_at(subject, rules_at).await?),
        };
        let path = before.as_ref().map(|b| b.answer.path.as_str());
        let rules = Rules::given(config.as_ref()).on(path);
        let mut after = self.evaluate_commit(subject, head, None, rules).await?;
        match &before {
            Some(_) => self.evaluate_change(subject, from, head, rules, &mut after).await?,
            None => self.change_is_unknown(subject, &mut after),
        }
        let old = before.as_ref().map_or(config.as_ref(), |b| b.config_file.as_ref());
        let mut own = match old == after.config_file.as_ref() {
            true => None,
            false => Some(self.evaluate_commit(subject, head, None, Rules::OWN).await?),
        };
        match (&before, &mut own) {
            (_, None) => {}
            (Some(_), Some(own)) => {
                self.evaluate_change(subject, from, head, Rules::OWN, own).await?;
            }
            (None, Some(own)) => self.change_is_unknown(subject, own),
        }
        // Who mends a broken configuration is not held up by it.
        let judged_by = own.as_ref().unwrap_or(&after);
        let mut config_problems = judged_by.answer.config_problems.clone();
        config_problems.extend(self.own_faults(subject, head, &after).await?);
        if own.is_some() {
            notes.push(EDITS_CONFIGURATION.to_owned());
        }
        let compared = before.is_some();
        // Of where the change starts: it cannot leave a rollout by changing its owner.
        let started = before.as_ref().map_or(&after.answer, |b| &b.answer);
        let owner = started.owner.clone();
        let traits = subject.organisation.traits(subject.id, started);
        let baseline =
            before.map(|b| Baseline::with_waivers(&b.answer.evaluation, b.files, &b.answer.inline));
        let case = Case {
            metas: &subject.evaluators(self).catalogue().policies,
            path: &after.answer.path,
            config: &after.answer.config,
            organisation: &after.answer.organisation,
            traits: &traits,
            config_problems,
            head: &after.answer.evaluation,
            head_files: &after.files,
            baseline,
            inline: &[],
            kept: Kept {
                waivers: &judged_by.answer.config.waivers,
                before: Some(&after.answer.config.waivers),
                inline: &after.answer.inline,
                malformed: &after.answer.inline_problems,
            },
            today: self.clock.now().date(),
            notes,
        };
        let mut judgement = match &own {
            Some(own) => judge_proposal(case, &own.answer),
            None => judge(case),
        };
        let owner = owner.as_deref();
        let campaigns = &after.answer.organisation.campaigns;
        let (name, today) = (subject.name.name(), self.clock.now().date());
        let told = reminders(&judgement, campaigns, name, owner, today);
        judgement.notes.extend(told);
        Ok((judgement, compared))
    }

    /// The starting point by the branch's rules, and these.
    async fn before(
        &self,
        subject: &Subject,
        from: &Sha,
        from_tree: Option<&Sha>,
        rules_at: &Sha,
    ) -> Result<(Evaluated, Option<ConfigFile>), Fate> {
        if from == rules_at {
            let before = self.evaluate_commit(subject, from, from_tree, Rules::OWN).await?;
            let config = before.config_file.clone();
            return Ok((before, config));
        }
        let config = self.config_at(subject, rules_at).await?;
        let rules = Rules::given(config.as_ref());
        let before = self.evaluate_commit(subject, from, from_tree, rules).await?;
        Ok((before, config))
    }
}
