//! Who are we to GitHub? The App: its address, its key, and the calls made in its own name or
//! an installation's.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use secrecy::SecretString;

use crate::domain::budget::Limits;
use crate::domain::ids::InstallationId;
use crate::domain::time::Timestamp;

use super::base::ApiBase;
use super::budget::{Budget, Sleep};
use super::call::{Answer, Call, CallHook};
use super::classify::success;
use super::error::GitHubError;
use super::installation::Installation;
use super::jwt::AppKey;
use super::scope::TokenScope;
use super::token::TokenCache;
use super::transport::Transport;
use super::tree::{Listings, listings};

/// Tells the time; a fixed one in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What it takes to talk to GitHub.
pub struct GitHubSettings {
    /// `https://api.github.com`, `https://host/api/v3`, or `http://127.0.0.1:PORT` in tests.
    pub api_base: String,
    /// The App's numeric id.
    pub app_id: u64,
    /// The App's RSA private key in PEM form.
    pub private_key_pem: SecretString,
    /// For one whole request: connecting, redirects and the last byte of the answer.
    pub timeout: Duration,
    /// Tells the time for JWTs, tokens' ends and rate limits.
    pub clock: Clock,
    /// Is told of every call.
    pub on_call: Option<CallHook>,
    /// What an installation may ask; `None` on a server without limits.
    pub limits: Option<Limits>,
    /// How short waits are waited out.
    pub sleep: Sleep,
}

/// Why the settings do not make a client. Each text names the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The address is unusable.
    #[error(
        "the GitHub address {why}: give the API's base, such as https://api.github.com or, for GitHub Enterprise Server, https://HOST/api/v3"
    )]
    Address {
        /// What is wrong with it.
        why: String,
    },
    /// The private key is unusable.
    #[error(
        "the GitHub App's private key cannot be used ({why}): give the whole .pem file that GitHub offered for download (App settings, \"Private keys\", \"Generate a private key\"), from its BEGIN line to its END line, with line breaks"
    )]
    PrivateKey {
        /// What is wrong with it; holds nothing of it.
        why: String,
    },
    /// The system's certificates cannot be read.
    #[error(
        "no TLS certificates of this system can be read ({why}): install ca-certificates or point SSL_CERT_FILE at a bundle"
    )]
    Certificates {
        /// What is wrong.
        why: String,
    },
}

/// The App on one GitHub. Cheap to clone; clones share connections and tokens.
#[derive(Clone)]
pub struct GitHub {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) transport: Transport,
    key: AppKey,
    tokens: TokenCache,
    pub(super) listings: Listings,
    clock: Clock,
    pub(super) budget: Budget,
    /// Set once GraphQL answered 404: this host has none.
    pub(super) no_graphql: AtomicBool,
}

/// In whose name a call is made.
#[derive(Clone, Copy)]
pub(super) enum Who<'a> {
    App,
    Tenant(InstallationId, &'a TokenScope),
}

impl GitHub {
    /// Checks the settings and opens the road; nothing is sent yet. Must be called inside the
    /// tokio runtime that will use it.
    pub fn new(settings: GitHubSettings) -> Result<Self, SetupError> {
        let base = ApiBase::parse(&settings.api_base).map_err(|why| SetupError::Address { why })?;
        let key = AppKey::read(settings.app_id, &settings.private_key_pem)
            .map_err(|why| SetupError::PrivateKey { why })?;
        let transport = Transport::new(base, settings.timeout, settings.on_call)
            .map_err(|why| SetupError::Certificates { why })?;
        let inner = Inner {
            transport,
            key,
            tokens: TokenCache::new(),
            listings: listings(),
            clock: settings.clock,
            budget: Budget::new(settings.limits, settings.sleep),
            no_graphql: AtomicBool::new(false),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// One tenant, with tokens narrowed to what the job needs. Sends nothing by itself.
    pub fn installation(&self, id: InstallationId, scope: TokenScope) -> Installation {
        Installation::new(self.clone(), id, scope)
    }

    pub(super) fn app_id(&self) -> u64 {
        self.inner.key.app_id()
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.inner.clock)()
    }

    /// Makes a call and sorts failures. A token that was refused (401) is forgotten and the call
    /// made once more with a fresh one; that is safe for writes too, because a request that was
    /// not believed has done nothing.
    pub(super) async fn call(&self, who: Who<'_>, call: &Call) -> Result<Answer, GitHubError> {
        let answer = match who {
            Who::App => return self.call_as_app(call).await,
            Who::Tenant(id, scope) => {
                let token = self.inner.tokens.get(self, id, scope).await?;
                let answer = self.exchange(Some(id), call, &token.secret).await?;
                if answer.status == 401 {
                    self.inner.tokens.forget(id, scope, &token).await;
                    let fresh = self.inner.tokens.get(self, id, scope).await?;
                    let again = self.exchange(Some(id), call, &fresh.secret).await?;
                    if again.status == 401 {
                        self.inner.tokens.forget(id, scope, &fresh).await;
                    }
                    again
                } else {
                    answer
                }
            }
        };
        success(call, answer, self.now())
    }

    /// Makes a call in the App's own name.
    pub(super) async fn call_as_app(&self, call: &Call) -> Result<Answer, GitHubError> {
        let jwt = self.inner.key.sign(self.now()).map_err(|why| GitHubError::Credentials {
            message: format!("signing a JWT failed: {why}"),
        })?;
        let answer = self.exchange(None, call, &jwt).await?;
        success(call, answer, self.now())
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHub")
            .field("base", &self.inner.transport.base)
            .field("key", &self.inner.key)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for GitHubSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GitHubSettings")
            .field("api_base", &self.api_base)
            .field("app_id", &self.app_id)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
