//! `release`: something was published; a deployment, where a repository tells of no others.

use serde::Deserialize;

use super::Intent;
use super::delivered::Where;
use crate::domain::metrics::{Sighting, wire};

#[derive(Deserialize)]
struct Payload {
    action: String,
    release: wire::Release,
    #[serde(flatten)]
    place: Where,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let mut release = p.release.seen();
    if matches!(p.action.as_str(), "deleted" | "unpublished") {
        release.published = None;
    }
    p.place.sighted(Sighting::Release(release))
}
