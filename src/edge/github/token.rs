//! Which token does this job carry? Minted once for all who ask at the same time, kept until
//! five minutes before its end.

use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use moka::future::Cache;
use moka::ops::compute::Op;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::time::Timestamp;

use super::call::Call;
use super::client::GitHub;
use super::error::GitHubError;
use super::scope::TokenScope;

/// No call made with a token takes longer than this.
const SPARE_MS: i64 = 5 * 60_000;

type Key = (InstallationId, TokenScope);

/// Tokens by installation and scope: what one tenant may do never serves another.
pub(super) struct TokenCache {
    tokens: Cache<Key, Arc<Token>>,
}

/// A token of any length; GitHub's grew from 40 to 520 characters in 2026.
pub(super) struct Token {
    pub(super) secret: SecretString,
    /// Not to be used from here on.
    until: Timestamp,
}

impl TokenCache {
    pub(super) fn new() -> Self {
        // The clock given in the settings decides about a token's end; this bound only keeps
        // tokens of jobs long done from piling up.
        let hour = Duration::from_secs(3600);
        Self { tokens: Cache::builder().max_capacity(10_000).time_to_live(hour).build() }
    }

    /// The cached token, or a new one; of many who ask at once, one asks GitHub and all share
    /// what it hears, failures included.
    pub(super) async fn get(
        &self,
        github: &GitHub,
        id: InstallationId,
        scope: &TokenScope,
    ) -> Result<Arc<Token>, GitHubError> {
        let key = (id, scope.clone());
        if let Some(token) = self.tokens.get(&key).await {
            if github.now() < token.until {
                return Ok(token);
            }
            self.forget(id, scope, &token).await;
        }
        let minted = self.tokens.try_get_with(key, mint(github, id, scope)).await;
        minted.map_err(|error| GitHubError::clone(&error))
    }

    /// Drops this very token; one that another task has minted meanwhile stays.
    pub(super) async fn forget(&self, id: InstallationId, scope: &TokenScope, token: &Arc<Token>) {
        let same = |held: &Arc<Token>| Arc::ptr_eq(held, token);
        self.tokens
            .entry((id, scope.clone()))
            .and_compute_with(|entry| {
                ready(if entry.is_some_and(|e| same(e.value())) { Op::Remove } else { Op::Nop })
            })
            .await;
    }
}

async fn mint(
    github: &GitHub,
    id: InstallationId,
    scope: &TokenScope,
) -> Result<Arc<Token>, GitHubError> {
    #[derive(Deserialize)]
    struct Minted {
        token: SecretString,
        expires_at: String,
    }
    let call = Call::send(
        Method::POST,
        "/app/installations/{installation_id}/access_tokens",
        format!("/app/installations/{id}/access_tokens"),
        &Wish::of(scope),
    );
    let answer = match github.call_as_app(&call).await {
        Ok(answer) => answer,
        Err(error) => return Err(explain(github, id, scope, error).await),
    };
    let minted: Minted = answer.json(&call)?;
    let end = Timestamp::parse_rfc3339(&minted.expires_at).ok_or_else(|| {
        GitHubError::broken_answer(201, &format!("{} gave no expiry", call.name()))
    })?;
    Ok(Arc::new(Token { secret: minted.token, until: end.plus_ms(-SPARE_MS) }))
}

/// GitHub's 422 does not say which permission was not granted; the installation does. A
/// repository that is not the installation's (any more) is *not found*: nothing is owed there.
async fn explain(
    github: &GitHub,
    id: InstallationId,
    scope: &TokenScope,
    error: GitHubError,
) -> GitHubError {
    if !matches!(&error, GitHubError::Rejected { status: 422, .. }) {
        return error;
    }
    let Ok(installation) = github.installation_info(id).await else { return error };
    let missing = scope.missing(&installation.permissions);
    if missing.is_empty() {
        // Everything asked for is granted, so it is the repository: it was deleted, or has left
        // the installation.
        return match error {
            GitHubError::Rejected { message, .. } if !scope.repositories.is_empty() => {
                GitHubError::NotFound { message }
            }
            other => other,
        };
    }
    let message = format!(
        "installation {id} lacks the permission {}: an owner of {} must accept it on the \
         installation's page ({error})",
        missing.join(", "),
        installation.account,
    );
    GitHubError::Forbidden { message: super::error::one_line(&message) }
}

/// The body of the exchange; what is left out is not narrowed.
#[derive(Serialize)]
struct Wish<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    repository_ids: Vec<RepoId>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_map")]
    permissions: Vec<(&'a str, &'a str)>,
}

impl Wish<'_> {
    fn of(scope: &TokenScope) -> Self {
        let words = scope.permissions.iter().map(|(p, a)| (p.as_str(), a.as_str()));
        Self {
            repository_ids: scope.repositories.iter().copied().collect(),
            permissions: words.collect(),
        }
    }
}

fn as_map<S: serde::Serializer>(pairs: &[(&str, &str)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(pairs.iter().copied())
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("until", &self.until).finish_non_exhaustive()
    }
}
