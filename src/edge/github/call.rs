//! What is asked, and what came back? Values between the readers and the transport.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::ids::InstallationId;

use super::error::GitHubError;
use crate::domain::budget::Weight;

/// Largest answer of an ordinary call.
pub(super) const MAX_ANSWER: usize = 5 * 1024 * 1024;

/// One request that was answered, or failed; for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSeen<'a> {
    /// The route as a template of few values: `/repos/{owner}/{repo}/pulls/{number}`.
    pub route: &'static str,
    /// `GET`, `POST`, `PATCH`.
    pub method: &'a str,
    /// The HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// Points of GitHub's secondary limit.
    pub points: u32,
    /// From sending to the last byte, redirects included.
    pub elapsed_ms: u64,
    /// In whose name; `None`: the App's own.
    pub installation: Option<InstallationId>,
    /// What the answer says is left of that caller's hourly budget.
    pub remaining: Option<u64>,
    /// Which budget: `core`, `graphql`.
    pub resource: &'a str,
}

/// Is told of every call; must return at once.
pub type CallHook = Arc<dyn Fn(&CallSeen<'_>) + Send + Sync>;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) route: &'static str,
    /// Path and query below the base.
    pub(super) path: String,
    pub(super) body: Option<Bytes>,
    pub(super) max_bytes: usize,
    /// Goes to GraphQL's address instead of `path`.
    pub(super) graphql: bool,
    /// What the asker knows already: an unchanged answer comes as 304, for free.
    pub(super) etag: Option<String>,
}

impl Call {
    pub(super) fn get(route: &'static str, path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            route,
            path: path.into(),
            body: None,
            max_bytes: MAX_ANSWER,
            graphql: false,
            etag: None,
        }
    }

    pub(super) fn send(
        method: Method,
        route: &'static str,
        path: impl Into<String>,
        body: &impl Serialize,
    ) -> Self {
        let body = serde_json::to_vec(body).expect("our own request structs have string keys");
        Self { method, body: Some(body.into()), ..Self::get(route, path) }
    }

    #[must_use]
    pub(super) fn at_most(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// What the call is to GitHub's limits.
    pub(super) fn weight(&self) -> Weight {
        const CONTENT: [&str; 7] =
            ["/issues", "/pulls", "/comments", "/labels", "/git/refs", "/git/commits", "/contents"];
        if self.graphql {
            Weight::Query
        } else if self.method == Method::GET {
            Weight::Read
        } else if CONTENT.iter().any(|part| self.route.contains(part)) {
            Weight::Content
        } else {
            Weight::Write
        }
    }

    /// Method and path, without the query: how errors name the call.
    pub(super) fn name(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        let path: String = path.chars().take(200).collect();
        format!("{} {path}", self.method)
    }
}

/// Any answer, good or bad.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// The body as JSON. Half of a document means that the road broke; a document of another
    /// shape, that the contract did.
    pub(super) fn json<T: DeserializeOwned>(&self, call: &Call) -> Result<T, GitHubError> {
        use serde_json::error::Category;
        serde_json::from_slice(&self.body).map_err(|error| {
            let what = format!("{} answered {} with ", call.name(), self.status.as_u16());
            match error.classify() {
                Category::Eof | Category::Io => {
                    GitHubError::unavailable(&format!("{what}half a JSON document: {error}"))
                }
                // A proxy's page, as a rule, until it lets us through again.
                Category::Syntax => {
                    GitHubError::unavailable(&format!("{what}something that is not JSON: {error}"))
                }
                Category::Data => GitHubError::broken_answer(
                    self.status.as_u16(),
                    &format!("{what}unexpected JSON: {error}"),
                ),
            }
        })
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
