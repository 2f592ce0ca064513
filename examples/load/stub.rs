//! A GitHub that only answers, fast: everything is computed from the numbers in the address. The
//! strict fake of the tests would be the bottleneck here.
//!
//! Push `k` is pull request `k` of tenant `k % TENANTS`; its tree is that of
//! `fixtures/repos/payment-service` with `k` in the Dockerfile, so that each is judged afresh.

use std::collections::HashMap;
use std::ops::Sub;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use tokio::sync::oneshot;

/// Installations with one repository each: GitHub's limits are per installation.
pub const TENANTS: u64 = 400;

pub fn installation(tenant: u64) -> u64 {
    1_000 + tenant
}

pub fn head(k: u64) -> String {
    format!("a{k:039}")
}

fn tree_of(k: u64) -> String {
    format!("b{k:039}")
}

const BASE: &str = "c000000000000000000000000000000000000000";
const BASE_TREE: &str = "d000000000000000000000000000000000000000";

fn number_of(sha: &str) -> Option<u64> {
    sha.get(1..)?.parse().ok()
}

pub fn repository(tenant: u64) -> Value {
    json!({ "id": 5_000 + tenant, "name": "service", "full_name": format!("org{tenant}/service"),
            "private": true, "archived": false, "default_branch": "main", "topics": [],
            "owner": { "login": format!("org{tenant}"), "id": 9_000 + tenant, "type": "Organization" } })
}

pub fn pull(k: u64) -> Value {
    let repo = repository(k % TENANTS);
    json!({ "number": k, "id": k, "state": "open", "draft": false, "title": "Change the image",
            "body": "", "html_url": "https://github.example", "user": { "login": "somebody" },
            "updated_at": "2026-11-21T09:00:00Z", "additions": 1, "deletions": 1,
            "changed_files": 1, "commits": 1,
            "head": { "sha": head(k), "ref": format!("topic-{k}"), "repo": repo },
            "base": { "sha": BASE, "ref": "main", "repo": repo } })
}

/// How much was asked.
#[derive(Clone, Copy)]
pub struct Counts {
    pub calls: u64,
    /// Of GitHub's secondary limit: 1 for a GET or a GraphQL query, 5 for a write.
    pub points: u64,
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { calls: self.calls - before.calls, points: self.points - before.points }
    }
}

struct Inner {
    latency: Duration,
    files: Vec<(String, String)>,
    calls: AtomicU64,
    points: AtomicU64,
    /// Of Dockerfiles, by object name.
    blobs: Mutex<HashMap<String, String>>,
    waiting: Mutex<HashMap<u64, oneshot::Sender<Instant>>>,
}

#[derive(Clone)]
pub struct Stub {
    pub url: String,
    inner: Arc<Inner>,
}

impl Stub {
    pub async fn start(latency: Duration) -> Self {
        let files = fixture();
        let known = files.iter().map(|(_, text)| (object_name(text), text.clone())).collect();
        let inner = Arc::new(Inner {
            latency,
            files,
            calls: AtomicU64::new(0),
            points: AtomicU64::new(0),
            blobs: Mutex::new(known),
            waiting: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = inner.clone();
        let app = Router::new().fallback(move |request: Request| {
            let inner = served.clone();
            async move { inner.answer(request).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, inner }
    }

    /// Hears when the first check of push `k` is posted.
    pub fn wait_for(&self, k: u64) -> oneshot::Receiver<Instant> {
        let (tell, hear) = oneshot::channel();
        self.inner.waiting.lock().unwrap().insert(k, tell);
        hear
    }

    pub fn counts(&self) -> Counts {
        Counts {
            calls: self.inner.calls.load(Ordering::Relaxed),
            points: self.inner.points.load(Ordering::Relaxed),
        }
    }
}

impl Inner {
    async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
        let path = parts.uri.path();
        let path = path.strip_prefix("/api/v3").unwrap_or(path);
        let path = if path == "/api/graphql" { "/graphql" } else { path };
        let write = parts.method != "GET" && path != "/graphql";
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.points.fetch_add(if write { 5 } else { 1 }, Ordering::Relaxed);
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
        let steps: Vec<&str> = path.split('/').skip(1).collect();
        let token = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let tenant = token.and_then(tenant_of);
        let (status, value) = self.say(parts.method.as_str(), &steps, &body, tenant);
        let headers = [
            (header::CONTENT_TYPE.as_str(), "application/json; charset=utf-8"),
            ("x-ratelimit-remaining", "4999"),
            ("x-ratelimit-limit", "5000"),
            ("x-ratelimit-resource", "core"),
        ];
        (status, headers, serde_json::to_vec(&value).unwrap()).into_response()
    }

    fn say(
        &self,
        method: &str,
        steps: &[&str],
        body: &Bytes,
        tenant: Option<u64>,
    ) -> (StatusCode, Value) {
        let found = match steps {
            ["app", "installations", id, "access_tokens"] => {
                let token = format!("ghs_424242_{id}_{}", "x".repeat(480));
                let far = "2099-01-01T00:00:00Z";
                let granted = json!({ "checks": "write", "contents": "write" });
                let token = json!({ "token": token, "expires_at": far, "permissions": granted,
                                    "repository_selection": "all" });
                return (StatusCode::CREATED, token);
            }
            ["app", "installations", id] => {
                let id: u64 = id.parse().unwrap_or(installation(0));
                let owner = repository(id.saturating_sub(installation(0)))["owner"].clone();
                let granted = json!({ "checks": "write", "contents": "write" });
                Some(json!({ "id": id, "account": owner, "permissions": granted,
                             "events": ["pull_request", "push"], "repository_selection": "all" }))
            }
            ["app"] => Some(json!({ "id": 424_242, "slug": "waymark", "name": "Waymark" })),
            ["installation", "repositories"] => tenant
                .map(|tenant| json!({ "total_count": 1, "repositories": [repository(tenant)] })),
            ["graphql"] => Some(self.graphql(body)),
            ["repos", _, "service"] => tenant.map(repository),
            ["repos", owner, "service", rest @ ..] => {
                return self.repo(method, owner, rest, body);
            }
            _ => None,
        };
        found.map_or_else(not_found, |value| (StatusCode::OK, value))
    }

    fn repo(&self, method: &str, _owner: &str, rest: &[&str], body: &Bytes) -> (StatusCode, Value) {
        let found = match (method, rest) {
            ("GET", ["pulls", number]) => number.parse().ok().map(pull),
            ("GET", ["commits", _, "check-runs"]) => {
                Some(json!({ "total_count": 0, "check_runs": [] }))
            }
            ("GET", ["commits", ..]) => Some(commit(BASE, BASE_TREE)),
            ("GET", ["compare", _]) => {
                let base = commit(BASE, BASE_TREE);
                Some(json!({ "merge_base_commit": base, "base_commit": base, "status": "ahead",
                             "commits": [], "files": [], "ahead_by": 1, "total_commits": 1 }))
            }
            ("GET", ["git", "commits", sha]) => {
                let tree = number_of(sha).filter(|_| sha.starts_with('a')).map(tree_of);
                let tree = tree.unwrap_or_else(|| BASE_TREE.to_owned());
                Some(json!({ "sha": sha, "tree": { "sha": tree }, "parents": [] }))
            }
            ("GET", ["git", "trees", sha]) => Some(self.tree(sha)),
            ("GET", ["contents", path @ ..]) => self.contents(&path.join("/")),
            ("POST", ["check-runs"]) => return self.posted(body),
            _ => None,
        };
        found.map_or_else(not_found, |value| (StatusCode::OK, value))
    }

    fn tree(&self, sha: &str) -> Value {
        let changed = number_of(sha).filter(|_| sha.starts_with(['a', 'b']));
        let entries: Vec<Value> = self
            .files
            .iter()
            .map(|(path, text)| {
                let mut text = text.clone();
                if let Some(k) = changed.filter(|_| path == "Dockerfile") {
                    text = format!("# push {k}\n{text}");
                    self.blobs.lock().unwrap().insert(object_name(&text), text.clone());
                }
                json!({ "path": path, "mode": "100644", "type": "blob", "size": text.len(),
                        "sha": object_name(&text) })
            })
            .collect();
        let name = changed.map_or_else(|| BASE_TREE.to_owned(), tree_of);
        json!({ "sha": name, "truncated": false, "tree": entries })
    }

    /// The question names its objects `b0: object(oid: "…")`.
    fn graphql(&self, body: &Bytes) -> Value {
        let question: Value = serde_json::from_slice(body).unwrap_or_default();
        let query = question["query"].as_str().unwrap_or_default();
        let blobs = self.blobs.lock().unwrap();
        let mut found = serde_json::Map::new();
        for (n, part) in query.split("oid: \"").skip(1).enumerate() {
            let text = part.get(..40).and_then(|sha| blobs.get(sha));
            let said = text.map(|text| {
                json!({ "byteSize": text.len(), "isBinary": false, "isTruncated": false, "text": text })
            });
            found.insert(format!("b{n}"), said.unwrap_or(Value::Null));
        }
        json!({ "data": { "repository": found } })
    }

    fn contents(&self, path: &str) -> Option<Value> {
        let (_, text) = self.files.iter().find(|(known, _)| known == path)?;
        let content = base64::engine::general_purpose::STANDARD.encode(text);
        Some(json!({ "type": "file", "path": path, "sha": object_name(text), "size": text.len(),
                     "encoding": "base64", "content": content }))
    }

    fn posted(&self, body: &Bytes) -> (StatusCode, Value) {
        let run: Value = serde_json::from_slice(body).unwrap_or_default();
        let sha = run["head_sha"].as_str().unwrap_or_default();
        let waiting = number_of(sha).and_then(|k| self.waiting.lock().unwrap().remove(&k));
        if let Some(tell) = waiting {
            let _ = tell.send(Instant::now());
        }
        let id = self.calls.load(Ordering::Relaxed);
        let run = json!({ "id": id, "name": run["name"], "head_sha": sha, "status": "completed",
                          "external_id": run["external_id"], "conclusion": run["conclusion"],
                          "html_url": "https://github.example", "app": { "id": 424_242 },
                          "output": { "annotations_count": 0 } });
        (StatusCode::CREATED, run)
    }
}

/// Our tokens name their installation: `ghs_424242_1007_xxx…`.
fn tenant_of(authorization: &str) -> Option<u64> {
    let id: u64 = authorization.split('_').nth(2)?.parse().ok()?;
    id.checked_sub(installation(0))
}

fn commit(sha: &str, tree: &str) -> Value {
    json!({ "sha": sha, "commit": { "tree": { "sha": tree } }, "parents": [] })
}

fn not_found() -> (StatusCode, Value) {
    (StatusCode::NOT_FOUND, json!({ "message": "Not Found" }))
}

fn object_name(text: &str) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", text.len()));
    hash.update(text);
    hex::encode(hash.finalize())
}

/// Path → text of the fixture's files.
fn fixture() -> Vec<(String, String)> {
    let root =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos/payment-service");
    let tree = waymark::edge::disk::read_tree(&root, |_| true).expect("the fixture is there");
    let text = |path: &String| Some((path.clone(), tree.text(path)?.to_string()));
    let files: Vec<_> = tree.entries.keys().filter_map(text).collect();
    assert!(files.iter().any(|(path, _)| path == "Dockerfile"));
    files
}
