//! `check_run`: somebody pressed *Re-run* (`rerequested`) or one of our buttons
//! (`requested_action`); or a run is done that may tell of coverage (`completed`). Other runs'
//! `created` and `completed`, our own among them, are ignored.

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, PullRef, Repository, numbers_in};
use crate::domain::ids::Sha;
use crate::domain::report::check_run::{GOLDEN_PATH_CHECK, RERUN, command_of};
use crate::domain::risk::coverage::{clipped, is_coverage};
use crate::domain::time::Timestamp;

/// So much of a title and a summary is looked at, in characters; GitHub takes no longer summary.
const MAX_WORDS: usize = 65_535;
/// How our own checks begin.
const OURS: &str = "waymark / ";

#[derive(Deserialize)]
struct Payload {
    action: String,
    check_run: Run,
    repository: Repository,
    installation: Option<InstallationRef>,
    requested_action: Option<Button>,
    sender: Option<Sender>,
}

#[derive(Deserialize)]
struct Sender {
    login: String,
}

#[derive(Deserialize)]
struct Button {
    identifier: String,
}

#[derive(Deserialize)]
struct Run {
    #[serde(default)]
    id: i64,
    name: String,
    #[serde(default)]
    started_at: Option<String>,
    head_sha: Sha,
    #[serde(default)]
    pull_requests: Vec<PullRef>,
    check_suite: Option<Suite>,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    output: Output,
}

/// What the run says of itself.
#[derive(Default, Deserialize)]
struct Output {
    title: Option<String>,
    summary: Option<String>,
}

impl Run {
    /// Whether somebody else's run may tell of coverage: it holds a digit.
    fn may_tell(&self) -> bool {
        let words = [&self.output.title, &self.output.summary].into_iter().flatten();
        let ours = self.name.starts_with(OURS);
        !ours && words.into_iter().any(|text| text.bytes().any(|b| b.is_ascii_digit()))
    }
}

#[derive(Deserialize)]
struct Suite {
    head_branch: Option<String>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    let button = p.requested_action.map(|button| button.identifier).unwrap_or_default();
    let wanted = match p.action.as_str() {
        // Codecov's App says in runs what it says in statuses elsewhere; the organisation may name
        // others, which tell a number.
        "completed" if is_coverage(&p.check_run.name) || p.check_run.may_tell() => {
            let title = p.check_run.output.title.unwrap_or_default();
            let words = match is_coverage(&p.check_run.name) {
                true => clipped(&title),
                false => {
                    let summary = p.check_run.output.summary.unwrap_or_default();
                    format!("{title}\n{summary}").chars().take(MAX_WORDS).collect()
                }
            };
            return Ok(vec![Intent::Covered {
                installation: installation.id,
                repo: p.repository.into(),
                sha: p.check_run.head_sha,
                context: p.check_run.name,
                state: p.check_run.conclusion.unwrap_or_default(),
                said: words,
            }]);
        }
        "rerequested" => true,
        "requested_action" if button == RERUN => true,
        "requested_action" if p.check_run.name == GOLDEN_PATH_CHECK => {
            let (Some(line), Some(sender)) = (command_of(&button), p.sender) else {
                return Ok(Vec::new());
            };
            let repo = p.repository.id;
            let started = p.check_run.started_at.and_then(|t| Timestamp::parse_rfc3339(&t));
            return Ok(vec![Intent::Pressed {
                installation: installation.id,
                repo: p.repository.into(),
                run: p.check_run.id,
                since: started.unwrap_or(Timestamp(0)),
                head_sha: p.check_run.head_sha,
                pulls: numbers_in(repo, p.check_run.pull_requests),
                line,
                by: sender.login,
            }]);
        }
        _ => false,
    };
    if !wanted {
        return Ok(Vec::new());
    }
    let repo = p.repository.id;
    Ok(vec![Intent::Rerun {
        installation: installation.id,
        repo: p.repository.into(),
        head_sha: p.check_run.head_sha,
        head_branch: p.check_run.check_suite.and_then(|s| s.head_branch),
        pulls: numbers_in(repo, p.check_run.pull_requests),
        check: Some(p.check_run.name),
    }])
}
