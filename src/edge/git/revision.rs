//! Which commit is meant?

use super::Checkout;
use super::command::SMALL;
use super::error::{GitError, shown};
use crate::domain::ids::Sha;

impl Checkout {
    /// The commit that a revision (`main`, `v1.2^`, `HEAD~3`, a SHA) names. What could be taken
    /// for an option is refused.
    pub async fn commit(&self, revision: &str) -> Result<Sha, GitError> {
        let unknown = || GitError::UnknownRevision { revision: shown(revision) };
        let speakable = !revision.is_empty()
            && revision.len() <= 300
            && !revision.starts_with('-')
            && !revision.contains(char::is_control);
        if !speakable {
            return Err(unknown());
        }
        let commit = format!("{revision}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", &commit];
        // Both 1 and 128 mean that there is no such commit, depending on what is wrong.
        let output = self.git.run(&arguments, Vec::new(), SMALL).await?;
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match output.code {
            Some(0) => Sha::parse(&answer).map_err(|_| unknown()),
            _ => Err(unknown()),
        }
    }

    /// The commit where two lines of history part; `None` when they share none (in this clone).
    pub async fn merge_base(&self, a: &Sha, b: &Sha) -> Result<Option<Sha>, GitError> {
        let found = self.git.maybe(&["merge-base", a.as_str(), b.as_str()]).await?;
        let text = found.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        Ok(text.and_then(|text| Sha::parse(&text).ok()))
    }

    /// Whether history ends early in this clone (`git clone --depth`).
    pub async fn is_shallow(&self) -> Result<bool, GitError> {
        Ok(self.git.text(&["rev-parse", "--is-shallow-repository"]).await? == "true")
    }
}
