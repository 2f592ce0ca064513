//! What would GitHub do? A whole, strict, stateful GitHub that speaks HTTP on a local port.
//!
//! Tests drive it with a user's verbs (`create_repo`, `push`, `open_pull`, `rerequest_check`, …), point
//! the App at `url()`, send the queued webhooks with `deliver()`, and end with `assert_calm()`. It
//! knows nothing of Waymark: it is the other side.
//!
//! Strict means: each request and each of its own answers is checked against GitHub's OpenAPI
//! description, tokens are narrowed and expire, limits are enforced. What a client does wrong is
//! answered as GitHub would and also written down in `violations()`.
//!
//! To add an endpoint: one handler and one row in `routes/<area>.rs`. To add something that people do:
//! one method in `verbs/<area>.rs`.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used)]

mod auth;
mod call;
mod calm;
mod clock;
mod faults;
pub mod git;
mod graphql;
mod limits;
mod openapi;
mod pipeline;
mod routes;
mod sample;
mod server;
mod shapes;
mod state;
mod verbs;
mod webhooks;

#[cfg(test)]
mod tests;

pub use auth::{Permissions, permissions};
pub use clock::{FakeClock, stamp};
pub use faults::Stall;
pub use git::Change;
pub use state::{CheckRun, Comment, Issue, Logged};
pub use verbs::{delete, executable, put, submodule, symlink, usual_permissions};
pub use webhooks::{Hook, signature};

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use state::{Options, World};

/// A running fake GitHub; clones are the same one. The server stops with the last clone.
#[derive(Clone)]
pub struct FakeGitHub {
    inner: Arc<Inner>,
}

struct Inner {
    world: Mutex<World>,
    /// Something happened: a request was answered, a verb was used.
    wake: Arc<Notify>,
    tasks: Mutex<Vec<AbortHandle>>,
}

/// Options before the start.
#[derive(Clone, Debug)]
pub struct Builder {
    clock: FakeClock,
    options: Options,
}

impl Builder {
    /// The shape of GitHub Enterprise Server: REST below `/api/v3`, GraphQL at `/api/graphql`.
    pub fn ghes(mut self) -> Self {
        self.options.ghes = true;
        self
    }

    /// `POST /graphql` answers 404.
    pub fn without_graphql(mut self) -> Self {
        self.options.graphql = false;
        self
    }

    /// Tokens of 40 characters, as until 2026.
    pub fn classic_tokens(mut self) -> Self {
        self.options.classic_tokens = true;
        self
    }

    /// No limit per minute: for tests that make thousands of calls while the clock stands.
    pub fn without_secondary_limits(mut self) -> Self {
        self.options.secondary_limits = false;
        self
    }

    /// No limit at all: for days on which one tenant does more than GitHub grants.
    pub fn without_limits(mut self) -> Self {
        (self.options.secondary_limits, self.options.primary_limit) = (false, false);
        self
    }

    /// Sends what else GitHub sends to an App with checks:write: `check_suite.requested` for each push,
    /// `check_run.created` and `check_run.completed` for the App's own runs. Off by default, so that
    /// stories can name every delivery; on, they prove that the App does not answer its own echo.
    pub fn with_echoes(mut self) -> Self {
        self.options.echoes = true;
        self
    }

    /// Listens on a free port of 127.0.0.1.
    pub async fn start(self) -> FakeGitHub {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
            .await
            .expect("a free port on 127.0.0.1");
        let address = listener.local_addr().expect("a bound socket has an address");
        let mut world = World::new(self.clock, self.options);
        world.base = format!("http://{address}{}", if world.options.ghes { "/api/v3" } else { "" });
        if !world.options.graphql {
            world.allowed.push(("POST /graphql".into(), 404));
        }
        let world = Mutex::new(world);
        let inner = Inner { world, wake: Arc::default(), tasks: Mutex::new(Vec::new()) };
        let github = FakeGitHub { inner: Arc::new(inner) };
        // The server holds no strong reference, so that dropping the fake ends it.
        let weak = Arc::downgrade(&github.inner);
        let app = Router::new().fallback(move |request: Request| {
            let inner = weak.upgrade();
            async move {
                match inner {
                    Some(inner) => server::serve(FakeGitHub { inner }, request).await,
                    None => axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response(),
                }
            }
        });
        let task = tokio::spawn(async move {
            // It ends by being aborted.
            let _ = axum::serve(listener, app).await;
        });
        github.inner.tasks.lock().expect("new").push(task.abort_handle());
        github
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        let tasks = self.tasks.get_mut().unwrap_or_else(|poisoned| poisoned.into_inner());
        tasks.iter().for_each(AbortHandle::abort);
    }
}

impl FakeGitHub {
    pub fn builder(clock: FakeClock) -> Builder {
        let options = Options {
            ghes: false,
            graphql: true,
            classic_tokens: false,
            secondary_limits: true,
            primary_limit: true,
            echoes: false,
            tree_entries: 100_000,
            tree_bytes: 7 << 20,
        };
        Builder { clock, options }
    }

    /// github.com's shape with everything on.
    pub async fn start(clock: FakeClock) -> FakeGitHub {
        FakeGitHub::builder(clock).start().await
    }

    /// API base without a slash at the end.
    pub fn url(&self) -> String {
        self.world().base.clone()
    }

    pub fn app_id(&self) -> u64 {
        self.world().app_id
    }

    /// The App's RSA key, PEM (PKCS#1).
    pub fn private_key_pem(&self) -> &'static str {
        auth::PRIVATE_KEY
    }

    pub fn webhook_secret(&self) -> String {
        self.world().webhook_secret.clone()
    }

    /// While rotating: later deliveries are signed with this one.
    pub fn set_webhook_secret(&self, secret: &str) {
        self.world().webhook_secret = secret.into();
    }

    pub fn clock(&self) -> FakeClock {
        self.world().clock.clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.inner.world.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn changed(&self) {
        self.inner.wake.notify_waiters();
    }
}
