//! `pull_request_review`: submitted or dismissed. An edit changes words, not what it says.

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, Repository};
use crate::domain::ids::Sha;
use crate::domain::risk::condition::{Review, Verdict};
use crate::domain::time::Timestamp;

#[derive(Deserialize)]
struct Payload {
    action: String,
    review: Given,
    pull_request: Pull,
    repository: Repository,
    installation: Option<InstallationRef>,
}

#[derive(Deserialize)]
struct Given {
    id: i64,
    user: Option<User>,
    state: String,
    commit_id: Option<Sha>,
    submitted_at: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(default)]
    r#type: String,
}

#[derive(Deserialize)]
struct Pull {
    number: i64,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    let verdict = match p.action.as_str() {
        "submitted" => Verdict::of(&p.review.state),
        "dismissed" => Some(Verdict::Dismissed),
        _ => None,
    };
    let at = p.review.submitted_at.as_deref().and_then(Timestamp::parse_rfc3339);
    let (Some(verdict), Some(at)) = (verdict, at) else { return Ok(Vec::new()) };
    let bot = p.review.user.as_ref().is_some_and(|user| user.r#type == "Bot");
    let by = p.review.user.map(|user| user.login);
    Ok(vec![Intent::Reviewed {
        installation: installation.id,
        repo: p.repository.into(),
        number: p.pull_request.number,
        id: p.review.id,
        review: Review { by, bot, verdict, commit: p.review.commit_id, at },
    }])
}
