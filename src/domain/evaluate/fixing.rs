//! Which findings can be put right, and does it help? Each change is judged before it is offered.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Answer, Evaluator, Request, without};
use crate::domain::facts::{self, Extracted, FactKind};
use crate::domain::finding::Finding;
use crate::domain::fix::{self, Draft, FixPlan, FixRequest, FixedFile, Left};
use crate::domain::glob::Globs;
use crate::domain::ids::PolicyId;
use crate::domain::policy::outcome::{Outcome, Status};
use crate::domain::tree::{Content, Entry, SourceTree};

/// Findings of one evaluation of which it is tried whether they can be put right.
const MAX_TRIED: usize = 40;
/// How often a draft is judged; each time, what did not help is left out.
const MAX_ROUNDS: usize = 6;

/// What makes findings the same fault, and how many there are of it.
type Counts<'f> = BTreeMap<(&'f str, Option<&'f str>, Option<&'f str>, &'f str), usize>;

impl Evaluator {
    /// Makes and judges the fixes of a request. What does not silence its finding, or makes
    /// another one new, is left out.
    pub fn fix(&mut self, request: &FixRequest) -> FixPlan {
        let before = self.evaluate(&request.request);
        let layers = super::explain::layers(&before);
        let tree = without(&request.request.tree, Globs::new(layers.exclude()));
        let kinds = FactKind::ALL.into_iter().filter(|kind| !kind.is_of_change()).collect();
        let extracted = facts::extract(&tree, &request.request.repo, &kinds);
        let known = counts(&before.evaluation.outcomes);
        let mut left_out: BTreeMap<usize, String> = BTreeMap::new();
        for (number, target) in request.targets.iter().enumerate() {
            if !known.contains_key(&target.fingerprint()) {
                left_out.insert(number, "it is not there any more".to_owned());
            }
        }
        for _ in 0..MAX_ROUNDS {
            let parameters = |id: &PolicyId| object(self.parameters(&before, id));
            let draft = fix::draft(request, &extracted, &parameters, &left_out);
            if draft.fixed.is_empty() || !draft.wanted.is_empty() {
                return plan(request, draft, &left_out);
            }
            let changed = Request {
                tree: overlaid(&request.request.tree, &draft.texts),
                ..request.request.clone()
            };
            let after = self.evaluate(&changed);
            let guilty = guilty(request, &draft, &before, &after);
            if guilty.is_empty() {
                return plan(request, draft, &left_out);
            }
            left_out.extend(guilty);
        }
        let why = "the changes disturb each other; ask for one policy at a time";
        left_out = (0..request.targets.len()).map(|number| (number, why.to_owned())).collect();
        plan(request, Draft::default(), &left_out)
    }

    /// Notes which findings could be put right, for who shows them.
    pub(super) fn note_fixable(
        &self,
        outcomes: &mut [Outcome],
        tree: &SourceTree,
        extracted: &Extracted,
        parameters: &Map<String, Value>,
    ) {
        let findings = outcomes.iter_mut().flat_map(|outcome| &mut outcome.findings);
        let hopeful = findings.filter(|finding| fix::find(&finding.policy).is_some());
        let trial = fix::Trial::default();
        for finding in hopeful.take(MAX_TRIED) {
            finding.fixable = fix::would(finding, tree, extracted, parameters, Some(&trial));
        }
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The tree with other texts.
fn overlaid(tree: &SourceTree, texts: &BTreeMap<String, String>) -> SourceTree {
    let mut tree = tree.clone();
    for (path, text) in texts {
        let content = Content::Text(text.as_str().into());
        let executable = tree.is_executable(path);
        tree.entries.insert(path.clone(), Entry { executable, ..Entry::loose(content) });
    }
    tree
}

fn counts(outcomes: &[Outcome]) -> Counts<'_> {
    let mut counts = Counts::new();
    for finding in outcomes.iter().flat_map(|outcome| &outcome.findings) {
        *counts.entry(finding.fingerprint()).or_default() += 1;
    }
    counts
}

/// The targets, by number, whose change must be taken back, with the reason.
fn guilty(
    request: &FixRequest,
    draft: &Draft,
    before: &Answer,
    after: &Answer,
) -> BTreeMap<usize, String> {
    let (old, new) = (counts(&before.evaluation.outcomes), counts(&after.evaluation.outcomes));
    let target = |number: &usize| &request.targets[*number];
    let mut guilty = BTreeMap::new();
    let mut wanted: Counts<'_> = old.clone();
    for number in &draft.numbers {
        let count = wanted.entry(target(number).fingerprint()).or_default();
        *count = count.saturating_sub(1);
    }
    for number in &draft.numbers {
        let print = target(number).fingerprint();
        if new.get(&print).copied().unwrap_or_default() > wanted[&print] {
            guilty.insert(*number, "the change would not make the policy content".to_owned());
        }
    }
    for (print, count) in &new {
        let (policy, path, _, message) = *print;
        if *count <= old.get(print).copied().unwrap_or_default() {
            continue;
        }
        let of_file: Vec<usize> = draft
            .numbers
            .iter()
            .filter(|number| path.is_some() && target(number).place.path.as_deref() == path)
            .copied()
            .collect();
        let all = if of_file.is_empty() { draft.numbers.clone() } else { of_file };
        for number in all {
            let why = format!("the change would bring up {policy}: {message}");
            guilty.entry(number).or_insert(why);
        }
    }
    // Nothing that could be judged before may be hidden by a change.
    let is_dark = |status: Status| matches!(status, Status::Unknown | Status::Broken);
    let status_before: BTreeMap<&PolicyId, Status> = before
        .evaluation
        .outcomes
        .iter()
        .map(|outcome| (&outcome.policy, outcome.status))
        .collect();
    for outcome in after.evaluation.outcomes.iter().filter(|outcome| is_dark(outcome.status)) {
        if status_before.get(&outcome.policy).is_some_and(|status| !is_dark(*status)) {
            let own: Vec<usize> = draft
                .numbers
                .iter()
                .filter(|number| target(number).policy == outcome.policy)
                .copied()
                .collect();
            let all = if own.is_empty() { draft.numbers.clone() } else { own };
            for number in all {
                let why = format!("{} could not be judged any more", outcome.policy);
                guilty.entry(number).or_insert(why);
            }
        }
    }
    guilty
}

fn plan(request: &FixRequest, draft: Draft, left_out: &BTreeMap<usize, String>) -> FixPlan {
    let Draft { texts, mut policies, fixed, mut left, wanted, numbers: _ } = draft;
    let tree = &request.request.tree;
    let file = |(path, after): (String, String)| {
        let before = tree.text(&path).map(|text| text.to_string());
        let policies = policies.remove(&path).unwrap_or_default();
        let executable = tree.is_executable(&path);
        let is_changed = before.as_ref() != Some(&after);
        is_changed.then_some(FixedFile { path, before, after, policies, executable })
    };
    let files = texts.into_iter().filter_map(file).collect();
    left.extend(left_out.iter().filter_map(|(number, why)| {
        let finding: Finding = request.targets.get(*number)?.clone();
        Some(Left { finding, why: why.clone() })
    }));
    let order = |finding: &Finding| request.targets.iter().position(|target| target == finding);
    left.sort_by_key(|left| order(&left.finding));
    let wanted: BTreeSet<String> = wanted;
    FixPlan { files, fixed, left, wanted }
}
