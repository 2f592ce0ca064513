//! What is the repository called on GitHub, and which branch is its main one?

use super::Checkout;
use super::error::GitError;
use crate::domain::ids::RepoName;

/// Branches that are taken for the default one when the clone does not say, the best first.
const LIKELY: [&str; 4] = [
    "refs/remotes/origin/main",
    "refs/remotes/origin/master",
    "refs/heads/main",
    "refs/heads/master",
];

impl Checkout {
    /// The name that the remote `origin` has on its server; `None` without such a remote.
    pub async fn origin(&self) -> Result<Option<RepoName>, GitError> {
        let url = self.git.maybe(&["config", "--get", "remote.origin.url"]).await?;
        Ok(url.and_then(|url| name_in_url(String::from_utf8_lossy(&url).trim())))
    }

    /// The default branch: the one that `origin` names, else `main` or `master` if there is one,
    /// else the current one.
    pub async fn default_branch(&self) -> Result<Option<String>, GitError> {
        let word = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
        let list = [&["for-each-ref", "--format=%(refname)"], &LIKELY[..]].concat();
        let (told, known) = tokio::join!(
            self.git.maybe(&["symbolic-ref", "--quiet", "refs/remotes/origin/HEAD"]),
            self.git.text(&list)
        );
        let told = told?.map(word);
        if let Some(branch) = told.as_deref().and_then(|r| r.strip_prefix("refs/remotes/origin/")) {
            return Ok(Some(branch.to_owned()));
        }
        let known = known?;
        if let Some(found) = LIKELY.into_iter().find(|likely| known.lines().any(|k| k == *likely)) {
            return Ok(found.rsplit('/').next().map(str::to_owned));
        }
        let current = self.git.maybe(&["symbolic-ref", "--quiet", "--short", "HEAD"]).await?;
        Ok(current.map(word))
    }
}

/// `https://host/owner/name.git`, `ssh://git@host:22/owner/name`, `git@host:owner/name.git`.
fn name_in_url(url: &str) -> Option<RepoName> {
    let path = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?.1,
        None => url.split_once(':').filter(|(host, _)| !host.contains('/'))?.1,
    };
    let path = path.trim_matches('/');
    RepoName::parse(path.strip_suffix(".git").unwrap_or(path)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_all_shapes() {
        for url in [
            "https://github.com/acme/payments",
            "https://x-token:secret@github.example/acme/payments.git",
            "ssh://git@github.com:22/acme/payments.git/",
            "git@github.com:acme/payments.git",
            "gh:acme/payments",
        ] {
            let name = name_in_url(url).map(|n| n.to_string());
            assert_eq!(name.as_deref(), Some("acme/payments"), "{url}");
        }
        for url in ["/srv/git/acme/payments", "file:///srv/acme/x", "https://h/a/b/c", "", "../x"] {
            assert_eq!(name_in_url(url), None, "{url}");
        }
    }
}
