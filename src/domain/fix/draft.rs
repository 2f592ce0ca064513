//! The fixes of many findings, one after the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::bench::Bench;
use super::trial::Trial;
use super::{FixRequest, Fixed, Left, find};
use crate::domain::facts::Extracted;
use crate::domain::finding::Finding;
use crate::domain::ids::PolicyId;
use crate::domain::tree::SourceTree;

/// Findings that are looked at, of one request.
const MAX_TARGETS: usize = 500;

/// What was changed, not judged yet.
#[derive(Debug, Default)]
pub struct Draft {
    /// Path → new text.
    pub texts: BTreeMap<String, String>,
    /// Path → the policies for whose sake.
    pub policies: BTreeMap<String, BTreeSet<PolicyId>>,
    /// What was put right.
    pub fixed: Vec<Fixed>,
    /// What was not.
    pub left: Vec<Left>,
    /// `owner/repository@ref` whose commit is needed.
    pub wanted: BTreeSet<String>,
    /// The targets that were put right, by number.
    pub numbers: Vec<usize>,
}

/// Applies the fixes of all targets but those with the numbers in `without`, in order.
pub fn draft(
    request: &FixRequest,
    extracted: &Extracted,
    parameters: &dyn Fn(&PolicyId) -> Map<String, Value>,
    without: &BTreeMap<usize, String>,
) -> Draft {
    let mut bench = Bench {
        tree: &request.request.tree,
        extracted,
        parameters: Map::new(),
        refs: Some(&request.refs),
        wanted: BTreeSet::new(),
        offline: request.offline,
        named: request.named,
        trial: None,
        changed: BTreeMap::new(),
    };
    let mut draft = Draft::default();
    // By policy: whether a pod may run as another user depends on what its Dockerfile says by then.
    let mut order: Vec<(usize, &Finding)> = request.targets.iter().enumerate().collect();
    order.sort_by_key(|(_, finding)| finding.policy.clone());
    for (number, finding) in order {
        if without.contains_key(&number) {
            continue;
        }
        let left = |why: &str| Left { finding: finding.clone(), why: why.to_owned() };
        if number >= MAX_TARGETS {
            draft.left.push(left("there are too many at once; ask again"));
            continue;
        }
        let Some(fix) = find(&finding.policy) else {
            draft.left.push(left("there is no fix with one right answer"));
            continue;
        };
        bench.parameters = parameters(&finding.policy);
        let before = bench.changed.clone();
        match (fix.apply)(&mut bench, finding) {
            Ok(what) => {
                for (path, text) in &bench.changed {
                    if before.get(path) != Some(text) {
                        let of = draft.policies.entry(path.clone()).or_default();
                        of.insert(finding.policy.clone());
                    }
                }
                draft.numbers.push(number);
                draft.fixed.push(Fixed { finding: finding.clone(), what });
            }
            Err(why) => {
                bench.changed = before;
                draft.left.push(left(&why));
            }
        }
    }
    let mut fixed: Vec<(usize, Fixed)> = draft.numbers.into_iter().zip(draft.fixed).collect();
    fixed.sort_by_key(|(number, _)| *number);
    (draft.numbers, draft.fixed) = fixed.into_iter().unzip();
    draft.texts = bench.changed;
    draft.wanted = bench.wanted;
    draft
}

/// Whether a fix of this finding alone would change something, as far as can be told without
/// asking anybody and without judging the outcome.
///
/// With a `trial`, one for all findings of a tree, the changed file is not read back either.
pub fn would(
    finding: &Finding,
    tree: &SourceTree,
    extracted: &Extracted,
    parameters: &Map<String, Value>,
    trial: Option<&Trial>,
) -> bool {
    let Some(fix) = find(&finding.policy) else { return false };
    let mut bench = Bench {
        tree,
        extracted,
        parameters: parameters.clone(),
        refs: None,
        wanted: BTreeSet::new(),
        offline: false,
        named: false,
        trial,
        changed: BTreeMap::new(),
    };
    (fix.apply)(&mut bench, finding).is_ok()
}
