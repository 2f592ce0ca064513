//! Pull requests of our own: opened once, edited in place.

use http::Method;
use serde::Serialize;

use crate::domain::ids::RepoName;

use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use super::pull::{Pull, Wire};

impl Installation {
    /// Opens a pull request from a branch of the same repository. Refused (422) when there is one
    /// already, or when the branch brings nothing.
    pub async fn create_pull(
        &self,
        repo: &RepoName,
        head: &str,
        base: &str,
        title: &str,
        body: &str,
    ) -> Result<Pull, GitHubError> {
        #[derive(Serialize)]
        struct Wish<'a> {
            head: &'a str,
            base: &'a str,
            title: &'a str,
            body: &'a str,
            maintainer_can_modify: bool,
        }
        let wish = Wish { head, base, title, body, maintainer_can_modify: true };
        let path = in_repo(repo, "/pulls");
        let wire: Wire =
            self.write(Method::POST, "/repos/{owner}/{repo}/pulls", path, &wish).await?;
        Ok(wire.into())
    }

    /// Replaces title and text.
    pub async fn edit_pull(
        &self,
        repo: &RepoName,
        number: i64,
        title: &str,
        body: &str,
    ) -> Result<Pull, GitHubError> {
        #[derive(Serialize)]
        struct Wish<'a> {
            title: &'a str,
            body: &'a str,
        }
        let path = in_repo(repo, &format!("/pulls/{number}"));
        let route = "/repos/{owner}/{repo}/pulls/{pull_number}";
        let wire: Wire = self.write(Method::PATCH, route, path, &Wish { title, body }).await?;
        Ok(wire.into())
    }
}
