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

    /// GitHub may give another ETag to another token: then the question costs a call, no more.
    async fn head_by_rest(&self, asked: HeadAsked) -> Result<Head, GitHubError> {
        #[derive(Deserialize)]
        struct Wire {
            sha: Sha,
        }
        let branch = asked.branch.as_deref().map(|name| format!("heads/{name}"));
        let branch = escape(branch.as_deref().unwrap_or("HEAD"));
        let path = in_repo(&asked.name, &format!("/commits/{branch}?per_page=1"));
        let mut call = Call::get("/repos/{owner}/{repo}/commits/{ref}", path);
        call.etag = asked.etag.as_ref().map(|(_, etag)| etag.clone());
        let answer = match self.call(&call).await.map_err(absent) {
            Ok(answer) => answer,
            Err(GitHubError::NotFound { .. }) => return Ok(Head::Gone),
            Err(error @ GitHubError::Forbidden { .. }) if !error.is_suspended() => {
                return Ok(Head::Gone);
            }
            Err(error) => return Err(error),
        };
        let (commit, etag) = match (answer.status.as_u16(), asked.etag) {
            (304, Some((sha, etag))) => (sha, Some(etag)),
            _ => (answer.json::<Wire>(&call)?.sha, answer.header("etag").map(str::to_owned)),
        };
        Ok(Head::At { commit, name: asked.name, branch: None, archived: None, etag })
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
