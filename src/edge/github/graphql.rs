//! Many blobs in one question: GraphQL by object id.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use crate::domain::ids::{RepoName, Sha};
use crate::domain::time::Timestamp;

use super::call::{Answer, Call};
use super::classify::{graphql_limit, speaks_of_limit};
use super::error::GitHubError;
use super::heads::Fault;
use super::installation::Installation;

/// The texts of a batch are at most 2 MiB, and escaping rarely doubles them.
const MAX_ANSWER: usize = 10 * 1024 * 1024;

/// What GraphQL says of one object; nothing of it is believed before its name is recomputed.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct BlobSaid {
    pub(super) byte_size: Option<u64>,
    pub(super) is_binary: Option<bool>,
    pub(super) is_truncated: Option<bool>,
    pub(super) text: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<BTreeMap<String, Option<BlobSaid>>>,
}

impl Installation {
    /// Asks for at most 100 blobs. Those that GraphQL cannot give (unknown, not a blob, an
    /// error beside partial data) are left out of the result.
    pub(super) async fn ask_graphql(
        &self,
        repo: &RepoName,
        wanted: &[Sha],
    ) -> Result<BTreeMap<Sha, BlobSaid>, GitHubError> {
        let body = serde_json::json!({
            "query": query(wanted),
            "variables": { "owner": repo.owner(), "name": repo.name() },
        });
        let mut call =
            Call::send(http::Method::POST, "/graphql", "/graphql", &body).at_most(MAX_ANSWER);
        call.graphql = true;
        let answer = self.call(&call).await?;
        let reply: Reply = answer.json(&call)?;
        if let Some(error) = graphql_fault(&call, &answer, &reply.errors, self.github.now()) {
            return Err(error);
        }
        let mut said = reply.data.and_then(|data| data.repository).unwrap_or_default();
        let found = wanted
            .iter()
            .enumerate()
            .filter_map(|(i, sha)| Some((sha.clone(), said.remove(&format!("b{i}")).flatten()?)));
        Ok(found.collect())
    }

    /// The error, if an answer with status 200 says that a limit was reached.
    pub(super) fn graphql_limit(&self, call: &Call, answer: &Answer) -> Result<(), GitHubError> {
        #[derive(Deserialize)]
        struct Faults {
            #[serde(default)]
            errors: Vec<Fault>,
        }
        let faults: Faults = answer.json(call)?;
        match graphql_fault(call, answer, &faults.errors, self.github.now()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// The rate limit in an answer, which comes with status 200.
pub(super) fn graphql_fault(
    call: &Call,
    answer: &Answer,
    faults: &[Fault],
    now: Timestamp,
) -> Option<GitHubError> {
    let of_limit = |fault: &&Fault| {
        matches!(fault.r#type.as_deref(), Some("RATE_LIMITED" | "RATE_LIMIT"))
            || speaks_of_limit(&fault.message)
    };
    let fault = faults.iter().find(of_limit)?;
    Some(graphql_limit(call, answer, &fault.message, now))
}

/// Object names are hexadecimal digits by type, so they may stand in the text.
fn query(wanted: &[Sha]) -> String {
    let mut fields = String::new();
    for (i, sha) in wanted.iter().enumerate() {
        let _ = write!(
            fields,
            " b{i}: object(oid: \"{sha}\") {{ ... on Blob {{ byteSize isBinary isTruncated text }} }}"
        );
    }
    format!(
        "query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{{fields} }} }}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_asks_for_every_object_under_its_own_name() {
        let shas = ["a", "b"].map(|c| Sha::parse(&c.repeat(40)).expect("valid"));
        assert_eq!(
            query(&shas),
            "query($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { \
             b0: object(oid: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\") \
             { ... on Blob { byteSize isBinary isTruncated text } } \
             b1: object(oid: \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\") \
             { ... on Blob { byteSize isBinary isTruncated text } } } }"
        );
    }
}
