//! `workflow_run`: a workflow ended. Those on the default branch are read, for how long they took
//! and, when the workflow deploys, as deployments.

use serde::Deserialize;

use super::Intent;
use super::delivered::Where;
use crate::domain::metrics::{Sighting, wire};

#[derive(Deserialize)]
struct Payload {
    action: String,
    workflow_run: wire::WorkflowRun,
    #[serde(flatten)]
    place: Where,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    if p.action != "completed" {
        return Ok(Vec::new());
    }
    match p.workflow_run.seen(p.place.default_branch())? {
        Some(run) => p.place.sighted(Sighting::Run(run)),
        None => Ok(Vec::new()),
    }
}
