//! `issues`: an incident began, ended, or turned out to be none.

use serde::Deserialize;

use super::Intent;
use super::delivered::Where;
use crate::domain::metrics::{Sighting, wire};

#[derive(Deserialize)]
struct Payload {
    action: String,
    issue: wire::Issue,
    label: Option<wire::Label>,
    #[serde(flatten)]
    place: Where,
}

/// What can change an incident.
const ACTIONS: [&str; 7] =
    ["opened", "labeled", "unlabeled", "closed", "reopened", "deleted", "transferred"];

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    if !ACTIONS.contains(&p.action.as_str()) {
        return Ok(Vec::new());
    }
    let mut issue = p.issue.seen(p.label.filter(|_| p.action == "unlabeled"))?;
    issue.withdrawn |= matches!(p.action.as_str(), "deleted" | "transferred");
    p.place.sighted(Sighting::Issue(issue))
}
