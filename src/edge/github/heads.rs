//! Where does every default branch stand? A hundred repositories in one question, or one by one
//! where an unchanged head costs nothing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::Ordering;

use serde::Deserialize;
use tokio::task::JoinSet;

use crate::domain::ids::{RepoId, RepoName, Sha};

use super::call::Call;
use super::error::GitHubError;
use super::git::absent;
use super::graphql::graphql_fault;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// Repositories in one question.
pub const HEADS_AT_ONCE: usize = 100;
/// REST reads at a time.
const PARALLEL: usize = 8;

/// A repository whose head is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadAsked {
    /// Which: another repository may have taken its name.
    pub id: RepoId,
    /// Its name when last heard of.
    pub name: RepoName,
    /// Its default branch when last heard of, for servers without GraphQL.
    pub branch: Option<String>,
    /// The head and its ETag as last told, for such servers.
    pub etag: Option<(Sha, String)>,
}

/// What GitHub says of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// Its newest commit.
    At {
        /// The commit.
        commit: Sha,
        /// Its present name.
        name: RepoName,
        /// Its default branch, where GitHub tells.
        branch: Option<String>,
        /// Whether it is archived, where GitHub tells.
        archived: Option<bool>,
        /// How to ask next time whether it still is; none with GraphQL.
        etag: Option<String>,
    },
    /// It has no commit.
    Empty,
    /// It is gone, or not ours to see, or its name belongs to another one now.
    Gone,
}

#[derive(Deserialize)]
struct Reply {
    data: Option<BTreeMap<String, Option<Node>>>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
pub(super) struct Fault {
    #[serde(default)]
    pub(super) r#type: Option<String>,
    #[serde(default)]
    pub(super) message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    database_id: Option<i64>,
    name_with_owner: RepoName,
    #[serde(default)]
    is_archived: bool,
    default_branch_ref: Option<BranchRef>,
}

#[derive(Deserialize)]
struct BranchRef {
    name: String,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    oid: Sha,
}

impl Installation {
    /// Asks for at most [`HEADS_AT_ONCE`] heads; the result is in their order.
    pub async fn heads(&self, asked: &[HeadAsked]) -> Result<Vec<Head>, GitHubError> {
        if asked.is_empty() {
            // A question about nothing is none that GraphQL understands.
            return Ok(Vec::new());
        }
        let no_graphql = &self.github.inner.no_graphql;
        if !no_graphql.load(Ordering::Relaxed) {
            match self.heads_by_graphql(asked).await {
                Err(GitHubError::NotFound { .. }) => no_graphql.store(true, Ordering::Relaxed),
                // A question that it does not understand or that is too heavy: REST may do.
                Err(GitHubError::Rejected { .. }) => {}
                other => return other,
            }
        }
        self.heads_by_rest(asked).await
    }

    async fn heads_by_graphql(&self, asked: &[HeadAsked]) -> Result<Vec<Head>, GitHubError> {
        let body = serde_json::json!({ "query": query(asked) });
        let mut call = Call::send(http::Method::POST, "/graphql", "/graphql", &body);
        call.graphql = true;
        let answer = self.call(&call).await?;
        let reply: Reply = answer.json(&call)?;
        if let Some(error) = graphql_fault(&call, &answer, &reply.errors, self.github.now()) {
            return Err(error);
        }
        let Some(mut data) = reply.data else {
            let said = reply.errors.first().map_or("no data", |fault| fault.message.as_str());
            return Err(GitHubError::broken_answer(200, &format!("POST /graphql: {said}")));
        };
        let heads = asked.iter().enumerate();
        Ok(heads.map(|(n, asked)| told(asked, data.remove(&format!("r{n}")).flatten())).collect())
    }

    async fn heads_by_rest(&self, asked: &[HeadAsked]) -> Result<Vec<Head>, GitHubError> {
        let mut waiting = asked.iter().cloned().enumerate();
        let mut heads = vec![Head::Gone; asked.len()];
        let mut running = JoinSet::new();
        loop {
            while running.len() < PARALLEL {
                let Some((n, asked)) = waiting.next() else { break };
                let this = self.clone();
                running.spawn(async move { (n, this.head_by_rest(asked).await) });
            }
            // Leaving early drops the set, which stops the rest.
            match running.join_next().await {
                None => return Ok(heads),
                Some(Ok((n, head))) => heads[n] = head?,
                Some(Err(error)) => {
                    let what = format!("reading a head stopped: {error}");
                    return Err(GitHubError::unavailable(&what));
                }
            }
        }
    }

    /// An unchanged head costs nothing; for a new one the repository itself is asked too, by its id:
    /// it may have been renamed, and another one may bear its name by now.
    async fn head_by_rest(&self, asked: HeadAsked) -> Result<Head, GitHubError> {
        let found = self.head_at(&asked.name, asked.branch.as_deref(), asked.etag.as_ref()).await?;
        let known = asked.etag.as_ref().map(|(sha, _)| sha);
        match found {
            Some(Tip { commit, etag, of }) if Some(&commit) == known && of == asked.name => {
                let (branch, archived) = (None, None);
                Ok(Head::At { commit, name: asked.name, branch, archived, etag })
            }
            found => self.head_of_moved(asked, found).await,
        }
    }

    async fn head_of_moved(
        &self,
        asked: HeadAsked,
        mut found: Option<Tip>,
    ) -> Result<Head, GitHubError> {
        let Some(now) = seen(self.repository_by_id(asked.id).await)? else {
            return Ok(Head::Gone);
        };
        let branch = Some(now.default_branch).filter(|name| !name.is_empty());
        let other = found.as_ref().is_none_or(|tip| tip.of != now.full_name);
        if other || branch.is_some() && branch != asked.branch {
            found = self.head_at(&now.full_name, branch.as_deref(), None).await?;
        }
        let (name, archived) = (now.full_name, Some(now.archived));
        Ok(match found {
            Some(Tip { commit, etag, .. }) => Head::At { commit, name, branch, archived, etag },
            None => Head::Gone,
        })
    }

    /// The newest commit and its ETag. GitHub may give another ETag to another token: then the
    /// question costs a call, no more.
    async fn head_at(
        &self,
        name: &RepoName,
        branch: Option<&str>,
        etag: Option<&(Sha, String)>,
    ) -> Result<Option<Tip>, GitHubError> {
        #[derive(Deserialize)]
        struct Wire {
            sha: Sha,
            /// `https://…/repos/acme/api/commits/…`, by its present name also behind a redirect.
            #[serde(default)]
            url: String,
        }
        let branch = branch.map(|name| format!("heads/{name}"));
        let branch = escape(branch.as_deref().unwrap_or("HEAD"));
        let path = in_repo(name, &format!("/commits/{branch}?per_page=1"));
        let mut call = Call::get("/repos/{owner}/{repo}/commits/{ref}", path);
        call.etag = etag.map(|(_, etag)| etag.clone());
        let Some(answer) = seen(self.call(&call).await.map_err(absent))? else { return Ok(None) };
        if let (304, Some((sha, etag))) = (answer.status.as_u16(), etag) {
            let (commit, etag) = (sha.clone(), Some(etag.clone()));
            return Ok(Some(Tip { commit, etag, of: name.clone() }));
        }
        let etag = answer.header("etag").map(str::to_owned);
        let Wire { sha: commit, url } = answer.json(&call)?;
        let place = url.rsplit_once("/commits/").and_then(|(repo, _)| repo.rsplit_once("/repos/"));
        let of = place.and_then(|(_, name)| RepoName::parse(name).ok());
        Ok(Some(Tip { commit, etag, of: of.unwrap_or_else(|| name.clone()) }))
    }
}

/// The newest commit of a branch.
struct Tip {
    commit: Sha,
    etag: Option<String>,
    /// Whose it is.
    of: RepoName,
}

/// What is gone, or not ours to see, is none; that says nothing of the others.
fn seen<T>(answer: Result<T, GitHubError>) -> Result<Option<T>, GitHubError> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(GitHubError::NotFound { .. }) => Ok(None),
        Err(error @ GitHubError::Forbidden { .. }) if !error.is_suspended() => Ok(None),
        Err(error) => Err(error),
    }
}

fn told(asked: &HeadAsked, node: Option<Node>) -> Head {
    match node {
        None => Head::Gone,
        Some(node) if node.database_id.is_some_and(|id| id != asked.id.0) => Head::Gone,
        Some(node) => match node.default_branch_ref {
            Some(BranchRef { name: branch, target: Some(target) }) => Head::At {
                commit: target.oid,
                name: node.name_with_owner,
                branch: Some(branch),
                archived: Some(node.is_archived),
                etag: None,
            },
            _ => Head::Empty,
        },
    }
}

/// The characters of names need no escaping, by type.
fn query(asked: &[HeadAsked]) -> String {
    let mut fields = String::new();
    for (n, asked) in asked.iter().enumerate() {
        let (owner, name) = (asked.name.owner(), asked.name.name());
        let _ =
            write!(fields, " r{n}: repository(owner: \"{owner}\", name: \"{name}\") {{ ...h }}");
    }
    format!(
        "query {{{fields} }} fragment h on Repository {{ databaseId nameWithOwner isArchived \
         defaultBranchRef {{ name target {{ oid }} }} }}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_question_names_every_repository() {
        let asked = ["acme/api", "acme/.github"].map(|name| HeadAsked {
            id: RepoId(1),
            name: RepoName::parse(name).expect("valid"),
            branch: None,
            etag: None,
        });
        assert_eq!(
            query(&asked),
            "query { r0: repository(owner: \"acme\", name: \"api\") { ...h } \
             r1: repository(owner: \"acme\", name: \".github\") { ...h } } \
             fragment h on Repository { databaseId nameWithOwner isArchived \
             defaultBranchRef { name target { oid } } }"
        );
    }
}
