//! Which image does a reference name?

use serde::Serialize;

/// A container image reference, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// As written.
    pub raw: String,
    /// The host, when the reference names one: `ghcr.io`, `localhost:5000`.
    pub registry: Option<String>,
    /// The rest of the name, without host, tag and digest: `library/node`, `acme/api`.
    pub repository: String,
    /// `3.8` in `alpine:3.8`.
    pub tag: Option<String>,
    /// `sha256:…`.
    pub digest: Option<String>,
}

impl Image {
    /// Takes a reference apart; anything is accepted, as it stands in somebody's file.
    pub fn parse(raw: &str) -> Self {
        let (rest, digest) = match raw.split_once('@') {
            Some((rest, digest)) => (rest, named(digest)),
            None => (raw, None),
        };
        // A colon after the last slash starts the tag; one before belongs to the host's port.
        let name_start = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[name_start..].split_once(':') {
            Some((name, tag)) => (&rest[..name_start + name.len()], named(tag)),
            None => (rest, None),
        };
        let (registry, repository) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => {
                (Some(host.to_owned()), path)
            }
            _ => (None, name),
        };
        Self { raw: raw.to_owned(), registry, repository: repository.to_owned(), tag, digest }
    }
}

/// `app:` names no tag: what was to fill it in had nothing.
fn named(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_tags_and_digests_are_told_apart() {
        let parts = |raw| {
            let image = Image::parse(raw);
            let text = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
            [text(image.registry), image.repository, text(image.tag), text(image.digest)]
        };
        assert_eq!(parts("node"), ["-", "node", "-", "-"]);
        assert_eq!(parts("acme/api:1.2"), ["-", "acme/api", "1.2", "-"]);
        assert_eq!(parts("localhost:5000/api"), ["localhost:5000", "api", "-", "-"]);
        assert_eq!(
            parts("ghcr.io/a/b:v1@sha256:abc"),
            ["ghcr.io", "a/b", "v1", "sha256:abc"].map(str::to_owned)
        );
        assert_eq!(parts(""), ["-", "", "-", "-"]);
        assert_eq!(parts("app:@"), ["-", "app", "-", "-"]);
    }
}
