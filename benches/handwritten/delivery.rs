//! `delivery/platform_workflow_pinned` and `delivery/platform_workflow_used`.

use waymark::domain::facts::{Answer, Extracted, FactKind, Pin};
use waymark::domain::finding::Finding;

use super::{Params, delivered, finding, platform_calls, whole};

pub fn platform_workflow_pinned(facts: &Extracted, params: &Params, found: &mut Vec<Finding>) {
    for call in platform_calls(facts, params) {
        let at = call.reference.as_deref().unwrap_or_default();
        let fault = match call.pin {
            Pin::None => "without a version".to_owned(),
            Pin::Wildcard => format!(
                "at `{at}`, which is a pattern: GitHub takes it for a branch or tag of that name"
            ),
            Pin::BranchOrTag => {
                format!("at `{at}`, which is neither a version tag nor a full commit SHA")
            }
            Pin::Expression => format!("at `{at}`, but GitHub allows no expression there"),
            Pin::Sha | Pin::Digest | Pin::Version => continue,
        };
        let name = call.raw.split('@').next().unwrap_or_default();
        let job = call.job.as_deref().unwrap_or_default();
        found.push(finding(
            facts,
            "delivery/platform_workflow_pinned",
            format!("Job `{job}` calls `{name}` {fault}"),
            Some((&call.path, Some(&call.pointer))),
            Some(format!("job {job}")),
            format!("Write `uses: {name}@v1`"),
        ));
    }
}

pub fn platform_workflow_used(facts: &Extracted, params: &Params, found: &mut Vec<Finding>) {
    const ID: &str = "delivery/platform_workflow_used";
    let snapshot = &facts.snapshot;
    let home = params.platform.contains(&snapshot.repo.full_name.to_lowercase());
    if snapshot.repo.archived || home || !delivered(facts) {
        return;
    }
    if !whole(facts, FactKind::Workflows) || !whole(facts, FactKind::Catalog) {
        return;
    }
    let counts = |answer| matches!(answer, Answer::Yes | Answer::Unknown);
    if platform_calls(facts, params).any(|call| counts(call.runs_on_default_branch_push)) {
        return;
    }
    let branch = snapshot.repo.default_branch.as_deref().unwrap_or("the default branch");
    if platform_calls(facts, params).next().is_none() {
        let names: Vec<String> = params.platform.iter().map(|name| format!("`{name}`")).collect();
        found.push(finding(
            facts,
            ID,
            format!("No workflow calls a reusable workflow of {}", names.join(" or ")),
            None,
            None,
            format!("Add a job to a workflow that runs on push to `{branch}`: `uses: {}/.github/workflows/service.yml@v1`", params.platform[0]),
        ));
    }
    for workflow in &snapshot.workflows {
        if platform_calls(facts, params).any(|call| call.path == workflow.path) {
            found.push(finding(
                facts,
                ID,
                format!("Workflow `{}` calls the platform's workflow, but does not run on push to `{branch}`", workflow.name),
                Some((&workflow.path, Some("/on"))),
                Some(format!("workflow {}", workflow.name)),
                format!("Let it run on push: `on: {{push: {{branches: [{branch}]}}}}`"),
            ));
        }
    }
}
