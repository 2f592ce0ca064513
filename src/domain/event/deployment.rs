//! `deployment`: a deployment was made; how it ends, `deployment_status` tells.

use serde::Deserialize;

use super::Intent;
use super::delivered::Where;
use crate::domain::metrics::{Sighting, wire};

#[derive(Deserialize)]
struct Payload {
    deployment: wire::Deployment,
    #[serde(flatten)]
    place: Where,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    p.place.sighted(Sighting::Deployment(p.deployment.seen(None)?))
}
