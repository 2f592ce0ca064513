//! What does a `uses:` call?

use super::super::RepoFacts;
use super::super::image::Image;
use super::super::pin::Pin;
use super::UseKind;

/// A `uses:` taken apart.
pub(super) struct Called {
    pub(super) kind: UseKind,
    pub(super) owner: Option<String>,
    pub(super) repo: Option<String>,
    pub(super) subpath: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) pin: Pin,
    pub(super) image: Option<Image>,
}

impl Called {
    pub(super) fn parse(raw: &str, by_job: bool, own: &RepoFacts) -> Self {
        let raw = raw.trim();
        let mut called = Self {
            kind: if by_job { UseKind::ReusableWorkflow } else { UseKind::Action },
            owner: None,
            repo: None,
            subpath: None,
            reference: None,
            pin: Pin::None,
            image: None,
        };
        if let Some(reference) = raw.strip_prefix("docker://") {
            let image = Image::parse(reference);
            called.kind = UseKind::Docker;
            called.pin = match (&image.digest, image.tag.as_deref()) {
                (Some(_), _) => Pin::Digest,
                (None, tag) => Pin::of(tag),
            };
            called.reference = image.tag.clone();
            called.image = Some(image);
            return called;
        }
        if let Some(path) = raw.strip_prefix("./") {
            called.kind = UseKind::Local;
            called.subpath = Some(path.trim_end_matches('/').to_owned());
            return called;
        }
        let (name, reference) = match raw.split_once('@') {
            Some((name, reference)) => (name, Some(reference.to_owned())),
            None => (raw, None),
        };
        let mut parts = name.splitn(3, '/').map(str::to_owned);
        (called.owner, called.repo, called.subpath) = (parts.next(), parts.next(), parts.next());
        called.pin = Pin::of(reference.as_deref());
        called.reference = reference;
        let is = |part: &Option<String>, own: &str| {
            part.as_ref().is_some_and(|part| !own.is_empty() && part.eq_ignore_ascii_case(own))
        };
        if is(&called.owner, &own.owner) && is(&called.repo, &own.name) {
            called.kind = UseKind::Local;
        }
        called
    }
}
