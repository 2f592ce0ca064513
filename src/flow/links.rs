//! Which page tells more? Links to a judgement's own page, sealed so that nobody can guess one.
//!
//! The page shows what the check run shows, and a check run is seen by whoever may read the
//! repository. Waymark has no login, so the link itself is the key: an HMAC over repository and
//! judgement that only this service can make.

use secrecy::SecretString;

use crate::domain::ids::{RepoId, RepoName};
use crate::edge::github::signature::{sign, verify};

/// Makes and checks links. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Links {
    public_url: String,
    secrets: Vec<SecretString>,
}

impl Links {
    /// `secrets` are the webhook's: while they rotate, the first one seals, and each opens.
    pub fn new(public_url: String, secrets: Vec<SecretString>) -> Self {
        Self { public_url, secrets }
    }

    /// The address of a judgement's page; `None` without a secret to seal it.
    pub fn details(&self, repo: RepoId, judgement: &str) -> Option<String> {
        let seal = sign(self.secrets.first()?, sealed(repo, judgement).as_bytes());
        let seal = seal.trim_start_matches("sha256=");
        Some(format!("{}/judgements/{repo}/{judgement}?seal={seal}", self.public_url))
    }

    /// The address of a private repository's badge; `None` without a secret to seal it.
    pub fn badge(&self, repo: RepoId, name: &RepoName, private: bool) -> Option<String> {
        let url = format!("{}/badge/{name}.svg", self.public_url);
        if !private {
            return Some(url);
        }
        let seal = sign(self.secrets.first()?, badge_sealed(repo).as_bytes());
        Some(format!("{url}?seal={}", seal.trim_start_matches("sha256=")))
    }

    /// Whether a seal was made by [`Links::badge`] for this repository.
    pub fn opens_badge(&self, repo: RepoId, seal: &str) -> bool {
        let header = format!("sha256={seal}");
        verify(&self.secrets, Some(header.as_bytes()), badge_sealed(repo).as_bytes()).is_ok()
    }

    /// Whether a seal was made by [`Links::details`] for this judgement.
    pub fn opens(&self, repo: RepoId, judgement: &str, seal: &str) -> bool {
        let header = format!("sha256={seal}");
        let data = sealed(repo, judgement);
        verify(&self.secrets, Some(header.as_bytes()), data.as_bytes()).is_ok()
    }
}

fn badge_sealed(repo: RepoId) -> String {
    format!("badge {repo}")
}

/// Never the body of a webhook: those are JSON.
fn sealed(repo: RepoId, judgement: &str) -> String {
    format!("judgement page {repo} {judgement}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_opens_one_judgement_only() {
        let links = Links::new("https://waymark.example".into(), vec!["s3cret".into()]);
        let url = links.details(RepoId(7), "abc").expect("sealed");
        let seal = url.rsplit_once('=').expect("has a seal").1.to_owned();
        assert!(links.opens(RepoId(7), "abc", &seal));
        assert!(!links.opens(RepoId(8), "abc", &seal));
        assert!(!links.opens(RepoId(7), "abd", &seal));
        assert!(!links.opens(RepoId(7), "abc", ""));
        let name = RepoName::parse("acme/api").expect("valid");
        let badge = links.badge(RepoId(7), &name, true).expect("sealed");
        let own = badge.rsplit_once('=').expect("has a seal").1;
        assert!(links.opens_badge(RepoId(7), own) && !links.opens_badge(RepoId(8), own));
        assert!(!links.opens_badge(RepoId(7), &seal) && !links.opens(RepoId(7), "abc", own));
        let rotated = Links::new("https://x".into(), vec!["new".into(), "s3cret".into()]);
        assert!(rotated.opens(RepoId(7), "abc", &seal), "the old secret still opens");
    }
}
