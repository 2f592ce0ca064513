//! A server that answers by a script, remembers what it was asked, and mints tokens itself.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Method, Response, Uri};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use waymark::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use waymark::domain::time::Timestamp;
use waymark::edge::github::{GitHub, GitHubSettings, Installation, TokenScope};

pub const PEM: &str = include_str!("../../fixtures/github/test-app.pem");
pub const START: Timestamp = Timestamp(1_800_000_000_000);

/// One request as it arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: Method,
    /// Path and query.
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Seen {
    pub fn auth(&self) -> Option<&str> {
        self.headers.get("authorization").map(|v| v.to_str().unwrap())
    }
}

pub type Reply = Response<Body>;

/// `Some` answers; `None` leaves it to the stub: a token for an exchange, else 404.
type Script = Arc<dyn Fn(&Seen) -> Option<Reply> + Send + Sync>;

pub struct Stub {
    /// `http://127.0.0.1:PORT`
    pub origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    clock: Arc<AtomicI64>,
}

impl Stub {
    pub async fn start(script: impl Fn(&Seen) -> Option<Reply> + Send + Sync + 'static) -> Self {
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let clock = Arc::new(AtomicI64::new(START.0));
        let script: Script = Arc::new(script);
        let (log, time) = (seen.clone(), clock.clone());
        let app = axum::Router::new().fallback(
            move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let path = uri.path_and_query().unwrap().to_string();
                let seen = Seen { method, path, headers, body };
                let nth = {
                    let mut log = log.lock().unwrap();
                    log.push(seen.clone());
                    log.iter().filter(|s| is_exchange(s)).count()
                };
                let reply = script(&seen).unwrap_or_else(|| {
                    if is_exchange(&seen) {
                        let end = Timestamp(time.load(Ordering::Relaxed)).plus_ms(3_600_000);
                        token(&format!("ghs_{nth}"), end)
                    } else {
                        answer(404, json!({"message": "Not Found"}))
                    }
                });
                async move { reply }
            },
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { origin, seen, clock }
    }

    pub fn github(&self) -> GitHub {
        self.github_at("")
    }

    /// With the API below a path, as on Enterprise.
    pub fn github_at(&self, prefix: &str) -> GitHub {
        GitHub::new(self.settings(prefix)).unwrap()
    }

    pub fn settings(&self, prefix: &str) -> GitHubSettings {
        let (clock, hands) = (self.clock.clone(), self.clock.clone());
        GitHubSettings {
            api_base: format!("{}{prefix}", self.origin),
            app_id: 7,
            private_key_pem: SecretString::from(PEM),
            timeout: Duration::from_secs(10),
            clock: Arc::new(move || Timestamp(clock.load(Ordering::Relaxed))),
            on_call: None,
            limits: Some(waymark::domain::budget::Limits::GITHUB),
            sleep: Arc::new(move |ms| {
                hands.fetch_add(ms, Ordering::Relaxed);
                Box::pin(std::future::ready(()))
            }),
        }
    }

    pub fn pass_ms(&self, ms: i64) {
        self.clock.fetch_add(ms, Ordering::Relaxed);
    }

    /// Everything asked so far but token exchanges.
    pub fn calls(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|s| !is_exchange(s)).cloned().collect()
    }

    pub fn exchanges(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|s| is_exchange(s)).cloned().collect()
    }

    /// `METHOD /path` of everything asked so far but token exchanges.
    pub fn lines(&self) -> Vec<String> {
        self.calls().iter().map(|s| format!("{} {}", s.method, s.path)).collect()
    }
}

fn is_exchange(seen: &Seen) -> bool {
    seen.path.ends_with("/access_tokens")
}

pub fn answer(status: u16, body: Value) -> Reply {
    with(status, &[], body.to_string())
}

pub fn with(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let mut reply = Response::builder().status(status);
    for (name, value) in headers {
        reply = reply.header(*name, *value);
    }
    reply.body(body.into()).unwrap()
}

pub fn token(token: &str, end: Timestamp) -> Reply {
    answer(201, json!({"token": token, "expires_at": end.to_rfc3339()}))
}

pub fn tenant(github: &GitHub) -> Installation {
    github.installation(InstallationId(5), TokenScope::checking(RepoId(9)))
}

pub fn repo() -> RepoName {
    RepoName::parse("acme/api").unwrap()
}

pub fn sha(c: char) -> Sha {
    Sha::parse(&c.to_string().repeat(40)).unwrap()
}

pub fn repository() -> Value {
    json!({"id": 9, "full_name": "acme/api", "default_branch": "main", "archived": false,
           "private": true, "fork": false})
}
