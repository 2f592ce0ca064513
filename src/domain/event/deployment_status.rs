//! `deployment_status`: a deployment came to an end, or went on.

use serde::Deserialize;

use super::Intent;
use super::delivered::Where;
use crate::domain::metrics::{Sighting, wire};

#[derive(Deserialize)]
struct Payload {
    deployment: wire::Deployment,
    deployment_status: wire::Status,
    #[serde(flatten)]
    place: Where,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some((success, at)) = p.deployment_status.end()? else { return Ok(Vec::new()) };
    let deployment = p.deployment.seen(p.deployment_status.environment)?;
    p.place.sighted(Sighting::Status { deployment, success, at })
}
