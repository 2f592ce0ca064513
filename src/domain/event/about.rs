//! Whom is a delivery about? As much of the body as fair share needs, before it is read.

use serde::Deserialize;

use crate::domain::ids::RepoId;

#[derive(Deserialize)]
struct Envelope {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
struct Repository {
    id: RepoId,
}

/// The repository that a body names; `None` when there is none, or when it cannot be read.
pub fn repository_of(body: &[u8]) -> Option<RepoId> {
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    envelope.repository.map(|repository| repository.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_its_repository_or_none() {
        let of = |text: &str| repository_of(text.as_bytes());
        assert_eq!(of(r#"{"action": "x", "repository": {"id": 7, "name": "a"}}"#), Some(RepoId(7)));
        for odd in ["{}", "[]", "{", r#"{"repository": null}"#, r#"{"repository": {"id": "7"}}"#] {
            assert_eq!(of(odd), None, "{odd}");
        }
    }
}
