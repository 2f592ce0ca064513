//! What runs on GitHub Actions, when, and by calling whom?

mod called;
mod spread;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::yaml::{Schema, escape_token, holds_mark, load};

use super::gather::Gather;
use super::image::Image;
use super::pin::Pin;
use super::select::is_workflow;
use super::trigger::{Answer, events, on_default_branch_push};
use super::{FactKind, RepoFacts};
use called::Called;
use spread::spread;

/// Longest name of a workflow or job, in characters; every row repeats it. GitHub's own is 100.
const MAX_NAME: usize = 200;

/// One file under `.github/workflows`.
#[derive(Debug, Clone, Serialize)]
pub struct Workflow {
    /// The file.
    pub path: String,
    /// Its `name:`, else its path, as GitHub shows it.
    pub name: String,
    /// Event → configuration, whichever way `on` was spelled.
    pub on: Map<String, Value>,
    /// Whether a push to the default branch runs it: itself, or because a workflow that runs then
    /// calls it (`uses: ./…`, `workflow_run`).
    pub runs_on_default_branch_push: Answer,
    /// The document as it is; `on` is a string key.
    pub document: Value,
}

/// One `uses:`, in a job, a step, or a step of a composite action.
#[derive(Debug, Clone, Serialize)]
pub struct Use {
    /// The file.
    pub path: String,
    /// To the `uses` key.
    pub pointer: String,
    /// The workflow's name; `None` in a composite action.
    pub workflow: Option<String>,
    /// As [`Workflow::runs_on_default_branch_push`]; a composite action runs when its callers do.
    pub runs_on_default_branch_push: Answer,
    /// The job's key; `None` in a composite action.
    pub job: Option<String>,
    /// The step's index; `None` for a job that calls a workflow.
    pub step: Option<usize>,
    /// As written.
    pub raw: String,
    /// What is called.
    pub kind: UseKind,
    /// The account, for actions and workflows of other repositories.
    pub owner: Option<String>,
    /// The repository without owner, likewise.
    pub repo: Option<String>,
    /// The path inside that repository, or inside this one for local calls.
    pub subpath: Option<String>,
    /// What stands behind `@`.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// How firmly it is held.
    pub pin: Pin,
    /// The image of a `docker://` call.
    pub image: Option<Image>,
    /// Inputs as they are.
    pub with: Value,
    /// A called workflow's `secrets`: a mapping or `inherit`.
    pub secrets: Value,
}

/// What a `uses:` calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// An action of another repository.
    Action,
    /// A workflow of another repository.
    ReusableWorkflow,
    /// An image.
    Docker,
    /// Something in this repository.
    Local,
}

/// One `run:` of a step.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// The file.
    pub path: String,
    /// To the `run` key.
    pub pointer: String,
    /// The workflow's name; `None` in a composite action.
    pub workflow: Option<String>,
    /// As [`Use::runs_on_default_branch_push`].
    pub runs_on_default_branch_push: Answer,
    /// The job's key; `None` in a composite action.
    pub job: Option<String>,
    /// The step's index.
    pub step: usize,
    /// The script.
    pub run: String,
    /// The step's shell, when it says one.
    pub shell: Option<String>,
    /// The step's environment as it is.
    pub env: Value,
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Workflows;
    let repo = gather.snapshot.repo.clone();
    let mut answers: BTreeMap<String, Answer> = BTreeMap::new();
    for path in gather.paths(kind) {
        let Some(text) = gather.text(kind, path) else { continue };
        let mut loaded = load(&text, Schema::Core12);
        gather.keep_spans(path, &loaded);
        if let Some(fault) = &loaded.error {
            gather.gap_in(kind, path, &text, fault);
            continue;
        }
        // GitHub reads the first document only.
        if loaded.documents.is_empty() {
            gather.gap(kind, Some(path), "is empty".to_owned());
            continue;
        }
        let document = loaded.documents.swap_remove(0);
        for fault in &document.duplicates {
            gather.gap_at(kind, path, fault);
        }
        if !document.value.is_object() {
            gather.gap(kind, Some(path), "does not hold a mapping".to_owned());
            continue;
        }
        let document = document.value;
        let mut rows = Rows { gather, repo: &repo, path, workflow: None };
        if is_workflow(path) {
            let on = events(document.get("on"));
            let name = document.get("name").and_then(Value::as_str).unwrap_or(path);
            let name: String = name.chars().take(MAX_NAME).collect();
            let answer = on_default_branch_push(&on, repo.default_branch.as_deref());
            answers.insert(path.to_owned(), answer);
            rows.workflow = Some(name.clone());
            rows.jobs(&document);
            gather.snapshot.workflows.push(Workflow {
                path: path.to_owned(),
                name,
                on,
                runs_on_default_branch_push: answer,
                document,
            });
        } else {
            answers.insert(path.to_owned(), Answer::No);
            rows.steps(document.pointer("/runs/steps"), "/runs", None);
        }
    }
    spread(gather, answers);
}

/// Adds the rows of one file.
struct Rows<'g, 't> {
    gather: &'g mut Gather<'t>,
    repo: &'g RepoFacts,
    path: &'g str,
    workflow: Option<String>,
}

impl Rows<'_, '_> {
    fn jobs(&mut self, document: &Value) {
        for (name, job) in document.get("jobs").and_then(Value::as_object).into_iter().flatten() {
            if name.len() > MAX_NAME {
                let reason = format!("has a job whose name is longer than {MAX_NAME} characters");
                self.gather.gap(FactKind::Workflows, Some(self.path), reason);
                continue;
            }
            let at = format!("/jobs/{}", escape_token(name));
            if let Some(raw) = job.get("uses").and_then(Value::as_str) {
                self.push_use(raw, &at, Some(name), None, job);
            }
            self.steps(job.get("steps"), &at, Some(name));
        }
    }

    fn steps(&mut self, steps: Option<&Value>, at: &str, job: Option<&str>) {
        for (index, step) in steps.and_then(Value::as_array).into_iter().flatten().enumerate() {
            let at = format!("{at}/steps/{index}");
            if let Some(raw) = step.get("uses").and_then(Value::as_str) {
                self.push_use(raw, &at, job, Some(index), step);
            }
            if let Some(run) = step.get("run").and_then(Value::as_str) {
                self.gather.snapshot.runs.push(Run {
                    path: self.path.to_owned(),
                    pointer: format!("{at}/run"),
                    workflow: self.workflow.clone(),
                    runs_on_default_branch_push: Answer::No,
                    job: job.map(str::to_owned),
                    step: index,
                    run: run.to_owned(),
                    shell: step.get("shell").and_then(Value::as_str).map(str::to_owned),
                    env: field(step, "env"),
                });
            }
        }
    }

    fn push_use(
        &mut self,
        raw: &str,
        at: &str,
        job: Option<&str>,
        step: Option<usize>,
        of: &Value,
    ) {
        // `${{ … }}` is an expression of GitHub.
        if holds_mark(&raw.replace("${{", "")) {
            self.gather.gap_template(FactKind::Workflows, self.path);
            return;
        }
        let called = Called::parse(raw, step.is_none(), self.repo);
        self.gather.snapshot.uses.push(Use {
            path: self.path.to_owned(),
            pointer: format!("{at}/uses"),
            workflow: self.workflow.clone(),
            runs_on_default_branch_push: Answer::No,
            job: job.map(str::to_owned),
            step,
            raw: raw.to_owned(),
            kind: called.kind,
            owner: called.owner,
            repo: called.repo,
            subpath: called.subpath,
            reference: called.reference,
            pin: called.pin,
            image: called.image,
            with: field(of, "with"),
            secrets: field(of, "secrets"),
        });
    }
}

fn field(of: &Value, key: &str) -> Value {
    of.get(key).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests;
