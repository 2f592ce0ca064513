//! Everything that a deployment is decided on: the Rego input of `policies/deployment/`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::brought::Risk;
use super::freeze::Window;
use super::slo::SloFacts;
use crate::domain::config::GateRules;
use crate::domain::config::gating::UnknownSlo;
use crate::domain::ids::{RepoName, Sha};
use crate::domain::judge::{Conclusion, Judgement, State};
use crate::domain::time::Timestamp;

/// The version of its shape.
pub const SCHEMA: &str = "waymark.dev/gate/v1";
/// Findings that are told one by one.
const MAX_FINDINGS: usize = 10;

/// May this be deployed?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRequest {
    /// [`SCHEMA`].
    pub schema: String,
    /// Whose code.
    pub repository: Repository,
    /// Where to.
    pub environment: String,
    /// The deployment, when it is one of GitHub's.
    pub deployment: Option<Deployment>,
    /// What was named: `refs/heads/main`, `main`, a commit.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The commit.
    pub sha: Sha,
    /// What the golden path says of the commit; `None`: nothing is known of it.
    pub judgement: Option<Judged>,
    /// What is known of the changes that the deployment brings; `None`: nothing.
    pub risk: Option<Risk>,
    /// How fast error budgets burn.
    pub slo: SloFacts,
    /// Freeze windows about this deployment, now and within a week.
    pub freezes: Vec<Window>,
    /// Open incidents; `None`: nobody looked.
    pub incidents: Option<Vec<Incident>>,
    /// What people have acknowledged for this commit.
    pub waivers: Vec<Acknowledged>,
    /// What the organisation set.
    pub settings: GateSettings,
    /// The present, RFC 3339 in UTC.
    pub now: String,
    /// When waiting ends in a rejection, RFC 3339 in UTC.
    pub wait_ends: String,
}

/// A repository, as a deployment shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// `owner/name`.
    pub full_name: String,
    /// The organisation or user.
    pub owner: String,
    /// Its own name.
    pub name: String,
    /// Teams that own it, without `@` and organisation, in lower case.
    pub teams: BTreeSet<String>,
}

impl Repository {
    /// Of a name, and those who own it.
    pub fn new(name: &RepoName, teams: BTreeSet<String>) -> Self {
        let (owner, own) = (name.owner().to_owned(), name.name().to_owned());
        Self { full_name: name.to_string(), owner, name: own, teams }
    }
}

/// A deployment of GitHub's that waits for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// GitHub's id; 0 when the event told none.
    pub id: i64,
    /// The workflow run that waits.
    pub run: i64,
    /// What set the workflow going: `push`, `workflow_dispatch`.
    pub event: String,
    /// Login of who set it going.
    pub creator: Option<String>,
    /// Pull requests that GitHub names.
    pub pulls: Vec<i64>,
}

/// What the golden path says of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// `success`, `neutral`, `failure`, `action_required`.
    pub conclusion: String,
    /// `bronze`, `silver`, `gold`; `None`: no rung is reached.
    pub level: Option<String>,
    /// The golden path.
    pub path: String,
    /// How many new findings block.
    pub blocking: usize,
    /// The first of them.
    pub findings: Vec<JudgedFinding>,
}

/// A new finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedFinding {
    /// Which policy found it.
    pub policy: String,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub path: Option<String>,
    /// Its line.
    pub line: Option<u32>,
}

impl Judged {
    /// Of a whole judgement.
    pub fn of(judgement: &Judgement) -> Self {
        let enforced = |id| {
            use crate::domain::finding::Mode;
            let policy = judgement.policies.iter().find(|policy| policy.id == id);
            policy.is_some_and(|policy| policy.mode == Mode::Enforce)
        };
        let blocking: Vec<_> = judgement
            .findings
            .iter()
            .filter(|f| f.state == State::New && enforced(f.policy.clone()))
            .collect();
        let finding = |f: &&crate::domain::judge::JudgedFinding| JudgedFinding {
            policy: f.policy.to_string(),
            message: f.message.clone(),
            path: f.path.clone(),
            line: f.start_line,
        };
        Self {
            conclusion: match judgement.conclusion {
                Conclusion::Success => "success",
                Conclusion::Neutral => "neutral",
                Conclusion::Failure => "failure",
                Conclusion::ActionRequired => "action_required",
            }
            .to_owned(),
            level: judgement.level.map(|level| level.as_str().to_owned()),
            path: judgement.path.clone(),
            blocking: blocking.len(),
            findings: blocking.iter().take(MAX_FINDINGS).map(finding).collect(),
        }
    }
}

/// Something is broken in production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// The issue's number.
    pub number: i64,
    /// Its title; anybody's text.
    pub title: String,
}

/// Somebody takes responsibility for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// The condition; `*`: whatever holds the deployment.
    pub condition: String,
    /// For which environment; `None`: every one.
    pub environment: Option<String>,
    /// The change that it answers for, as conditions name it; `None`: all of them.
    #[serde(default)]
    pub change: Option<String>,
    /// Login.
    pub by: String,
    /// Why, in their words.
    pub reason: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

impl Acknowledged {
    /// Stands for whatever holds the deployment.
    pub const ALL: &'static str = "*";

    /// Whether it is about a condition of a deployment to this environment. One that was given for a
    /// change does not answer for what another one brings along; `change` is the one that the
    /// condition is of, `None` for one of the whole deployment.
    pub fn covers(&self, condition: &str, environment: &str, change: Option<&str>) -> bool {
        let there = self.environment.as_deref().is_none_or(|name| name == environment);
        let same = self.change.as_deref().is_none_or(|own| change.is_none_or(|of| own == of));
        there && (self.condition == Self::ALL || (self.condition == condition && same))
    }
}

/// What the organisation set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateSettings {
    /// `pass` or `wait`.
    pub unknown_slo: UnknownSlo,
    /// Conditions of risk that hold a deployment until they are acknowledged.
    pub blocks: Vec<String>,
    /// Teams that may override; empty: the repository's administrators.
    pub r#override: Vec<String>,
    /// Labels of issues that are incidents; empty: nobody looks for any.
    #[serde(default)]
    pub incidents: Vec<String>,
}

impl GateSettings {
    /// Of the organisation's file.
    pub fn of(rules: &GateRules) -> Self {
        Self {
            unknown_slo: rules.unknown_slo,
            blocks: rules.blocks.clone(),
            r#override: rules.r#override.clone(),
            incidents: rules.incidents.clone(),
        }
    }
}

impl GateRequest {
    /// A deployment that nothing speaks against: what examples of rules differ from.
    pub fn calm() -> Self {
        let teams = BTreeSet::from(["shop".to_owned()]);
        Self {
            schema: SCHEMA.to_owned(),
            repository: Repository {
                full_name: "acme/payments".to_owned(),
                owner: "acme".to_owned(),
                name: "payments".to_owned(),
                teams,
            },
            environment: "production".to_owned(),
            deployment: None,
            git_ref: "refs/heads/main".to_owned(),
            sha: Sha::parse(&"a1".repeat(20)).expect("hexadecimal"),
            judgement: Some(Judged {
                conclusion: "success".to_owned(),
                level: Some("gold".to_owned()),
                path: "service".to_owned(),
                blocking: 0,
                findings: Vec::new(),
            }),
            risk: None,
            slo: SloFacts::none(),
            freezes: Vec::new(),
            incidents: Some(Vec::new()),
            waivers: Vec::new(),
            settings: GateSettings::of(&GateRules::default()),
            now: "2026-11-21T09:06:40Z".to_owned(),
            wait_ends: "2026-11-22T09:06:40Z".to_owned(),
        }
    }

    /// The instant until which waiting is worth while.
    pub fn wait_ends(&self) -> Option<Timestamp> {
        Timestamp::parse_rfc3339(&self.wait_ends)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A deployment that nothing speaks against.
    pub(crate) fn request() -> GateRequest {
        GateRequest::calm()
    }

    #[test]
    fn it_survives_the_pipe() {
        let text = serde_json::to_string(&request()).expect("JSON");
        assert_eq!(serde_json::from_str::<GateRequest>(&text).expect("JSON"), request());
        assert!(text.contains(r#""ref":"refs/heads/main""#), "{text}");
    }
}
