//! How does one request travel? Deadline, redirects and a bounded body; never a second try.

use std::error::Error;
use std::time::{Duration, Instant};

use http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, IF_NONE_MATCH, LOCATION, USER_AGENT,
};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use secrecy::{ExposeSecret, SecretString};
use tracing::Instrument;

use crate::domain::ids::InstallationId;

use super::base::ApiBase;
use super::call::{Answer, Call, CallHook, CallSeen};
use super::error::GitHubError;

const MAX_REDIRECTS: usize = 5;
/// Enough of an error's body to find its message.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// The road to one GitHub.
///
/// The deadline is here (and the gate before it) and no tower layer, because a layer lets go when
/// the headers are in, and a body that never ends would escape it.
pub(super) struct Transport {
    crab: Octocrab,
    pub(super) base: ApiBase,
    timeout: Duration,
    hook: Option<CallHook>,
}

impl Transport {
    /// Must be called inside a tokio runtime, and dies with it (octocrab's buffer is a task).
    pub(super) fn new(
        base: ApiBase,
        timeout: Duration,
        hook: Option<CallHook>,
    ) -> Result<Self, String> {
        let crab = octocrab(base.is_https(), timeout)?;
        Ok(Self { crab, base, timeout, hook })
    }

    /// Sends a call and reads the whole answer, whatever its status. The error is always
    /// [`GitHubError::Unavailable`] or, for an answer over its size or an odd redirect,
    /// [`GitHubError::Rejected`].
    pub(super) async fn exchange(
        &self,
        call: &Call,
        token: &SecretString,
        installation: Option<InstallationId>,
    ) -> Result<Answer, GitHubError> {
        let start = Instant::now();
        let span = tracing::info_span!("github", method = call.method.as_str(), route = call.route);
        let travel = self.travel(call, token).instrument(span);
        let outcome = tokio::time::timeout(self.timeout, travel).await;
        let answer = outcome.unwrap_or_else(|_| {
            let secs = self.timeout.as_secs_f32();
            Err(GitHubError::unavailable(&format!("{}: no answer within {secs} s", call.name())))
        });
        if let Some(hook) = &self.hook {
            let came = answer.as_ref().ok();
            let header = |name: &str| came.and_then(|answer| answer.header(name));
            hook(&CallSeen {
                route: call.route,
                method: call.method.as_str(),
                status: came.map(|answer| answer.status.as_u16()),
                points: call.weight().points(),
                elapsed_ms: u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                installation,
                remaining: header("x-ratelimit-remaining").and_then(|text| text.parse().ok()),
                resource: header("x-ratelimit-resource").unwrap_or_default(),
            });
        }
        answer
    }

    /// Follows moved repositories (GitHub: "repeat with the same verb"). The token goes to the
    /// API's own host only; a body goes nowhere else either.
    async fn travel(&self, call: &Call, token: &SecretString) -> Result<Answer, GitHubError> {
        let mut url = if call.graphql { self.base.graphql() } else { self.base.rest(&call.path) };
        for _ in 0..=MAX_REDIRECTS {
            let ours = self.base.is_ours(&url);
            let answer = self.once(call, &url, ours.then_some(token)).await?;
            if !matches!(answer.status.as_u16(), 301 | 302 | 307 | 308) {
                return Ok(answer);
            }
            let refuse = |why: &str| {
                let what = format!("{} was redirected {why}", call.name());
                GitHubError::broken_answer(answer.status.as_u16(), &what)
            };
            let location = answer.header(LOCATION.as_str()).unwrap_or_default();
            let next = ApiBase::resolve(&url, location).ok_or_else(|| refuse("to no address"))?;
            if !self.base.is_ours(&next) {
                if call.method != Method::GET {
                    return Err(refuse("to another host, where only reading may follow"));
                }
                if self.base.is_https() && !next.starts_with("https:") {
                    return Err(refuse("to an unencrypted address"));
                }
            }
            url = next;
        }
        let what = format!("{} was redirected more than {MAX_REDIRECTS} times", call.name());
        Err(GitHubError::broken_answer(302, &what))
    }

    async fn once(
        &self,
        call: &Call,
        url: &str,
        token: Option<&SecretString>,
    ) -> Result<Answer, GitHubError> {
        let request = request(call, url, token)?;
        let response = self.crab.send(request).await.map_err(|error| {
            GitHubError::unavailable(&format!("{}: {}", call.name(), causes(&error)))
        })?;
        let (parts, body) = response.into_parts();
        let good = parts.status.is_success();
        let limit = if good { call.max_bytes } else { MAX_ERROR_BODY };
        let body = match Limited::new(body, limit).collect().await {
            Ok(collected) => collected.to_bytes(),
            // The status alone says what to do.
            Err(_) if !good => Default::default(),
            Err(error) => return Err(body_error(call, parts.status, limit, error.as_ref())),
        };
        Ok(Answer { status: parts.status, headers: parts.headers, body })
    }
}

/// The request with our four headers and, for our own host, the token, marked so that no layer
/// prints it.
fn request(
    call: &Call,
    url: &str,
    token: Option<&SecretString>,
) -> Result<Request<OctoBody>, GitHubError> {
    let broken =
        |_| GitHubError::broken_answer(0, &format!("{} has no valid address", call.name()));
    let body = call.body.clone().map_or_else(OctoBody::empty, OctoBody::from);
    let mut request =
        Request::builder().method(call.method.clone()).uri(url).body(body).map_err(broken)?;
    let headers = request.headers_mut();
    headers.insert(
        USER_AGENT,
        HeaderValue::from_static(concat!("waymark/", env!("CARGO_PKG_VERSION"))),
    );
    headers.insert(ACCEPT, HeaderValue::from_static("application/vnd.github+json"));
    headers.insert("x-github-api-version", HeaderValue::from_static("2022-11-28"));
    if call.body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(etag) = call.etag.as_deref().and_then(|etag| HeaderValue::from_str(etag).ok()) {
        headers.insert(IF_NONE_MATCH, etag);
    }
    if let Some(token) = token {
        let bearer = format!("Bearer {}", token.expose_secret());
        let mut value = HeaderValue::from_str(&bearer).map_err(|_| GitHubError::Credentials {
            message: "GitHub gave a token that fits no header".to_owned(),
        })?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok(request)
}

/// octocrab over our own client: no retry, no cache, no token logic. hyper itself sends again
/// only what a closed idle connection has not taken a byte of.
fn octocrab(https: bool, timeout: Duration) -> Result<Octocrab, String> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(timeout));
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(30));
    let Ok(crab) = if https {
        let tls = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|e| e.to_string())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        OctocrabBuilder::new_empty()
            .with_service(builder.build::<_, OctoBody>(tls))
            .with_auth(AuthState::None)
            .build()
    } else {
        // A test server: the system's certificates need not exist.
        OctocrabBuilder::new_empty()
            .with_service(builder.build::<_, OctoBody>(tcp))
            .with_auth(AuthState::None)
            .build()
    };
    Ok(crab)
}

fn body_error(
    call: &Call,
    status: StatusCode,
    limit: usize,
    error: &(dyn Error + Send + Sync + 'static),
) -> GitHubError {
    if error.is::<LengthLimitError>() {
        let what = format!("{} answered more than {limit} bytes", call.name());
        return GitHubError::broken_answer(status.as_u16(), &what);
    }
    let what = format!("{} broke off while answering: {}", call.name(), causes(error));
    GitHubError::unavailable(&what)
}

/// What caused an error, from the outside in; octocrab's own words ("Service Error") only
/// repeat it, and the interesting part is at the bottom.
fn causes(error: &(dyn Error + 'static)) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error.source().unwrap_or(error));
    while let Some(cause) = next {
        let text = cause.to_string();
        if !texts.iter().any(|seen| seen.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    texts.join(": ")
}
