//! Who runs on a push to the default branch because somebody else does?

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::gather::Gather;
use super::super::trigger::Answer;
use super::UseKind;

/// Hands "runs on push to the default branch" on to what such workflows call, until nothing
/// changes, and writes it into all rows.
pub(super) fn spread(gather: &mut Gather<'_>, mut answers: BTreeMap<String, Answer>) {
    let edges = calls(gather, &answers);
    // Each round lifts at least one answer by at least one of two steps.
    for _ in 0..=2 * answers.len() {
        let mut changed = false;
        for (from, to) in &edges {
            let answer = answers.get(from).copied().unwrap_or(Answer::No);
            if let Some(known) = answers.get_mut(to).filter(|known| **known < answer) {
                *known = answer;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let answer = |path: &str| answers.get(path).copied().unwrap_or(Answer::Unknown);
    let snapshot = &mut gather.snapshot;
    for row in &mut snapshot.workflows {
        row.runs_on_default_branch_push = answer(&row.path);
    }
    for row in &mut snapshot.uses {
        row.runs_on_default_branch_push = answer(&row.path);
    }
    for row in &mut snapshot.runs {
        row.runs_on_default_branch_push = answer(&row.path);
    }
}

/// Who starts whom within the repository, by path.
fn calls(gather: &Gather<'_>, known: &BTreeMap<String, Answer>) -> Vec<(String, String)> {
    let snapshot = &gather.snapshot;
    let mut edges = Vec::new();
    for row in snapshot.uses.iter().filter(|row| row.kind == UseKind::Local) {
        let Some(target) = row.subpath.as_deref() else { continue };
        let spellings = ["", "/action.yml", "/action.yaml"].map(|end| format!("{target}{end}"));
        let found = spellings.into_iter().find(|path| known.contains_key(path));
        edges.extend(found.map(|path| (row.path.clone(), path)));
    }
    for later in &snapshot.workflows {
        let after = later.on.get("workflow_run").and_then(|config| config.get("workflows"));
        for name in after.and_then(Value::as_array).into_iter().flatten() {
            let first = snapshot.workflows.iter().filter(|w| name.as_str() == Some(&w.name));
            edges.extend(first.map(|first| (first.path.clone(), later.path.clone())));
        }
    }
    edges
}
