//! What do the policies say that look at the change itself?
//!
//! The same tree is reached by many changes, and an evaluation is remembered by its tree: a push
//! that merges a pull request finds its tree evaluated already. So policies that look at a change
//! are silent there (not applicable), and are evaluated here by themselves, remembered by both
//! ends of the change. Only their outcomes are kept, and nothing is asked of GitHub when the golden
//! path holds none of them.

use sha2::{Digest, Sha256};

use crate::domain::change::Change;
use crate::domain::evaluate::Request;
use crate::domain::facts;
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::policy::outcome::{Outcome, Status};
use crate::edge::clock::Stopwatch;
use crate::flow::App;
use crate::flow::fate::Fate;
use crate::flow::read_tree::is_wanted;

use super::{Evaluated, Rules, Source, Subject};

impl App {
    /// Replaces the outcomes of policies that look at the change from `from` to `head`.
    pub(in crate::flow) async fn evaluate_change(
        &self,
        subject: &Subject,
        from: &Sha,
        head: &Sha,
        rules: Rules<'_>,
        after: &mut Evaluated,
    ) -> Result<(), Fate> {
        let asked = self.asked_of_change(subject, after);
        if asked.is_empty() {
            return Ok(());
        }
        let key = self.change_key(subject, from, head, rules);
        let known = self.store.evaluation(subject.id, &key).await?;
        if let Some(outcomes) = known.and_then(|json| serde_json::from_str(&json).ok()) {
            self.meter.evaluation("cached");
            replace(after, outcomes);
            return Ok(());
        }
        let (_, needs) = subject.evaluators(self).catalogue().of_change();
        let base = self.read_tree(&subject.github, &subject.name, from, |_| false).await?.tree;
        let wanted = |path: &str| {
            let added = !base.entries.contains_key(path);
            is_wanted(&needs, path) || (added && facts::wanted_of_change(&needs, path))
        };
        let tree = self.read_tree(&subject.github, &subject.name, head, wanted).await?.tree;
        let change = Some(Change::between(&base, &tree));
        let config = match rules.config {
            Source::Own => after.config_file.clone(),
            Source::Given(config) => config.cloned(),
        };
        let repo = subject.facts.clone();
        let path = Some(after.answer.path.clone());
        self.meter.evaluation("fresh");
        let organisation = subject.organisation.file.clone();
        let only = Some(asked);
        let request = Request { tree, repo, config, organisation, path, change, only };
        let stopwatch = Stopwatch::start();
        let outcomes = subject.evaluators(self).evaluate(&request).await?.evaluation.outcomes;
        self.meter.evaluated(stopwatch.seconds());
        let sound = outcomes.iter().all(|outcome| outcome.status != Status::Broken);
        if sound && let Ok(json) = serde_json::to_string(&outcomes) {
            self.store.put_evaluation(subject.id, &key, &json, self.clock.now()).await?;
        }
        replace(after, outcomes);
        Ok(())
    }

    /// Says that the change is not known, as where it starts cannot be read.
    pub(in crate::flow) fn change_is_unknown(&self, subject: &Subject, after: &mut Evaluated) {
        let asked = self.asked_of_change(subject, after);
        let reason = "where the change starts could not be read".to_owned();
        let outcome =
            |policy| Outcome::new(policy, Status::Unknown, Some(reason.clone()), Vec::new());
        replace(after, asked.into_iter().map(outcome).collect());
    }

    /// Policies that look at a change, as far as they are active.
    fn asked_of_change(&self, subject: &Subject, after: &Evaluated) -> Vec<PolicyId> {
        let (ids, _) = subject.evaluators(self).catalogue().of_change();
        let active =
            |id: &PolicyId| after.answer.evaluation.outcomes.iter().any(|o| o.policy == *id);
        ids.into_iter().filter(active).collect()
    }

    /// Everything that such an evaluation depends on: that of the head, and where it starts.
    fn change_key(&self, subject: &Subject, from: &Sha, head: &Sha, rules: Rules<'_>) -> String {
        let of_head = self.key(subject, head, rules);
        let mut hash = Sha256::new();
        for part in ["change", from.as_str(), of_head.as_str()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

fn replace(after: &mut Evaluated, outcomes: Vec<Outcome>) {
    for outcome in outcomes {
        let all = &mut after.answer.evaluation.outcomes;
        if let Some(place) = all.iter_mut().find(|known| known.policy == outcome.policy) {
            *place = outcome;
        }
    }
}
