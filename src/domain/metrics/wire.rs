//! How does GitHub show deployments, runs, releases and issues? The same in webhooks and in answers
//! of its API, so both are read here; only what is needed.

use serde::Deserialize;
use serde_json::Value;

use super::record::Run;
use super::sighting::{DeploymentSeen, IssueSeen, ReleaseSeen, RunSeen};
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

/// A time as GitHub writes it: RFC 3339, or seconds since 1970 in some payloads.
pub fn time(value: &Value) -> Option<Timestamp> {
    match value {
        Value::String(text) => Timestamp::parse_rfc3339(text),
        Value::Number(secs) => secs.as_i64().map(Timestamp::from_secs),
        _ => None,
    }
}

fn needed(value: &Value, name: &str) -> Result<Timestamp, serde_json::Error> {
    use serde::de::Error;
    time(value).ok_or_else(|| serde_json::Error::custom(format!("`{name}` is not a time")))
}

/// A deployment.
#[derive(Debug, Clone, Deserialize)]
pub struct Deployment {
    id: i64,
    sha: Sha,
    #[serde(default)]
    environment: String,
    created_at: Value,
}

impl Deployment {
    /// What is seen of it. `environment`: the one that its status names, which may differ.
    pub fn seen(self, environment: Option<String>) -> Result<DeploymentSeen, serde_json::Error> {
        Ok(DeploymentSeen {
            id: self.id,
            sha: self.sha,
            environment: environment.filter(|e| !e.is_empty()).unwrap_or(self.environment),
            created: needed(&self.created_at, "deployment.created_at")?,
        })
    }
}

/// A status of a deployment.
#[derive(Debug, Clone, Deserialize)]
pub struct Status {
    state: String,
    /// The environment that it names.
    #[serde(default)]
    pub environment: Option<String>,
    created_at: Value,
}

impl Status {
    /// Whether the deployment succeeded, and when; `None` where it goes on, or where another one
    /// took its place.
    pub fn end(&self) -> Result<Option<(bool, Timestamp)>, serde_json::Error> {
        let success = match self.state.as_str() {
            "success" => true,
            "failure" | "error" => false,
            _ => return Ok(None),
        };
        Ok(Some((success, needed(&self.created_at, "deployment_status.created_at")?)))
    }
}

/// A workflow run.
#[derive(Debug, Clone, Deserialize)]
pub struct WorkflowRun {
    id: i64,
    name: Option<String>,
    #[serde(default)]
    path: String,
    #[serde(default)]
    referenced_workflows: Option<Vec<Referenced>>,
    head_branch: Option<String>,
    head_sha: Sha,
    event: String,
    conclusion: Option<String>,
    created_at: Value,
    #[serde(default)]
    run_started_at: Value,
    updated_at: Value,
}

/// A workflow that another one calls.
#[derive(Debug, Clone, Deserialize)]
struct Referenced {
    path: String,
}

impl WorkflowRun {
    /// What is seen of a finished run on the default branch; `None` of others. A pull request from
    /// a fork's `main` bears that branch's name, too.
    pub fn seen(self, branch: &str) -> Result<Option<RunSeen>, serde_json::Error> {
        if self.head_branch.as_deref() != Some(branch) || self.event.starts_with("pull_request") {
            return Ok(None);
        }
        let started = match time(&self.run_started_at) {
            Some(started) => started,
            None => needed(&self.created_at, "workflow_run.created_at")?,
        };
        let finished = needed(&self.updated_at, "workflow_run.updated_at")?;
        let success = match self.conclusion.as_deref() {
            Some("success") => Some(true),
            Some("failure" | "timed_out" | "startup_failure") => Some(false),
            _ => None,
        };
        Ok(Some(RunSeen {
            id: self.id,
            name: self.name.unwrap_or_default(),
            path: self.path,
            calls: self.referenced_workflows.into_iter().flatten().map(|r| r.path).collect(),
            event: self.event,
            sha: self.head_sha,
            run: Run { started, finished, success },
        }))
    }
}

/// A release.
#[derive(Debug, Clone, Deserialize)]
pub struct Release {
    id: i64,
    tag_name: String,
    #[serde(default)]
    draft: bool,
    #[serde(default)]
    prerelease: bool,
    #[serde(default)]
    published_at: Value,
}

impl Release {
    /// What is seen of it; drafts and pre-releases are not published.
    pub fn seen(self) -> ReleaseSeen {
        let published = time(&self.published_at).filter(|_| !(self.draft || self.prerelease));
        ReleaseSeen { id: self.id, tag: self.tag_name, published }
    }
}

/// An issue.
#[derive(Debug, Clone, Deserialize)]
pub struct Issue {
    number: i64,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    state_reason: Option<String>,
    #[serde(default)]
    pull_request: Option<Value>,
    created_at: Value,
    #[serde(default)]
    closed_at: Value,
    updated_at: Value,
}

/// A label.
#[derive(Debug, Clone, Deserialize)]
pub struct Label {
    /// Its name.
    pub name: String,
}

impl Issue {
    /// What is seen of it. Pull requests are issues to GitHub, but no incidents.
    pub fn seen(self, unlabelled: Option<Label>) -> Result<IssueSeen, serde_json::Error> {
        let no_incident = matches!(self.state_reason.as_deref(), Some("not_planned" | "duplicate"));
        Ok(IssueSeen {
            number: self.number,
            labels: self.labels.into_iter().map(|label| label.name).collect(),
            unlabelled: unlabelled.map(|label| label.name),
            opened: needed(&self.created_at, "issue.created_at")?,
            closed: time(&self.closed_at),
            updated: needed(&self.updated_at, "issue.updated_at")?,
            withdrawn: no_incident || self.pull_request.is_some(),
        })
    }
}

/// A comparison of two commits.
#[derive(Debug, Clone, Deserialize)]
pub struct Comparison {
    /// `ahead`, `behind`, `identical`, `diverged`.
    pub status: String,
    /// How many commits there are in all.
    pub total_commits: usize,
    /// A page of them, oldest first.
    pub commits: Vec<ComparedCommit>,
}

/// A commit of a comparison.
#[derive(Debug, Clone, Deserialize)]
pub struct ComparedCommit {
    sha: Sha,
    commit: Inner,
    #[serde(default)]
    parents: Vec<Value>,
}

#[derive(Debug, Clone, Deserialize)]
struct Inner {
    #[serde(default)]
    message: String,
    committer: Option<Person>,
}

#[derive(Debug, Clone, Deserialize)]
struct Person {
    #[serde(default)]
    date: Value,
}

impl ComparedCommit {
    /// The commit as it is measured; its message is not kept. `None`: it has no date.
    pub fn measured(&self) -> Option<super::Commit> {
        let message = &self.commit.message;
        Some(super::Commit {
            sha: self.sha.clone(),
            committed: time(&self.commit.committer.as_ref()?.date)?,
            merge: self.parents.len() > 1,
            pull: super::message::pull_of(message),
            reverts: super::message::reverts(message),
        })
    }
}
