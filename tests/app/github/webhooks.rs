//! How do events reach the App? Queued in the order they happen, signed, sent when the test says so.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::FakeGitHub;
use super::openapi;
use super::shapes;
use super::state::World;

/// One delivery, waiting in the queue or kept in the history.
#[derive(Clone, Debug)]
pub struct Hook {
    /// Of the attempt; grows.
    pub id: u64,
    /// Of the event; a redelivery keeps it.
    pub guid: String,
    pub event: String,
    pub action: Option<String>,
    pub installation: Option<u64>,
    pub repository: Option<u64>,
    pub body: Vec<u8>,
    /// Unix seconds of the attempt.
    pub at: i64,
    pub redelivery: bool,
    /// The App's answer; 502 when it could not be reached, 0 while waiting.
    pub status: u16,
}

impl Hook {
    pub fn status_word(&self) -> &'static str {
        match self.status {
            200..400 => "OK",
            502 => "failed to connect to host",
            _ => "Invalid HTTP Response",
        }
    }

    /// `pull_request.opened`, `push`.
    pub fn name(&self) -> String {
        match &self.action {
            Some(action) => format!("{}.{action}", self.event),
            None => self.event.clone(),
        }
    }

    pub fn payload(&self) -> Value {
        serde_json::from_slice(&self.body).expect("payloads are JSON")
    }

    /// What GitHub sends along.
    pub fn headers(&self, world: &World) -> Vec<(&'static str, String)> {
        vec![
            ("Accept", "*/*".into()),
            ("Content-Type", "application/json".into()),
            ("User-Agent", "GitHub-Hookshot/fa4e000".into()),
            ("X-GitHub-Delivery", self.guid.clone()),
            ("X-GitHub-Event", self.event.clone()),
            ("X-GitHub-Hook-ID", "424242001".into()),
            ("X-GitHub-Hook-Installation-Target-ID", world.app_id.to_string()),
            ("X-GitHub-Hook-Installation-Target-Type", "integration".into()),
            ("X-Hub-Signature-256", signature(&world.webhook_secret, &self.body)),
        ]
    }
}

/// `sha256=` and the HMAC of the raw body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

impl World {
    /// Queues an event about `repo` (None: the installation itself) if the App would be told of it.
    /// `payload` needs only what is special; installation, repository and sender are added.
    pub fn notify(
        &mut self,
        event: &str,
        repo: Option<u64>,
        installation: Option<u64>,
        sender: &str,
        mut payload: Value,
    ) {
        let installation = installation.or_else(|| Some(self.installation_of(repo?)?.id));
        let Some(id) = installation else { return };
        if event != "installation" && self.installations[&id].suspended.is_some() {
            return;
        }
        if payload["installation"].is_null() {
            payload["installation"] = json!({"id": id, "node_id": shapes::node_id("IN", id)});
        }
        if let Some(repo) = repo {
            payload["repository"] = shapes::small_repo(self, repo);
            let owner = self.repos[&repo].owner.clone();
            if self.accounts.get(&owner).is_some_and(|account| account.kind == "Organization") {
                payload["organization"] = self.organisation(&owner);
            }
        }
        payload["sender"] = shapes::account(self, sender);
        self.enqueue(event, installation, repo, payload);
    }

    fn organisation(&self, login: &str) -> Value {
        let (base, id) = (&self.base, self.accounts[login].id);
        let api = format!("{base}/orgs/{login}");
        json!({"login": login, "id": id, "node_id": shapes::node_id("O", id), "url": api,
               "repos_url": format!("{api}/repos"), "events_url": format!("{api}/events"),
               "hooks_url": format!("{api}/hooks"), "issues_url": format!("{api}/issues"),
               "members_url": format!("{api}/members{{/member}}"),
               "public_members_url": format!("{api}/public_members{{/member}}"),
               "avatar_url": format!("{base}/avatars/{id}"), "description": null})
    }

    pub fn enqueue(
        &mut self,
        event: &str,
        installation: Option<u64>,
        repository: Option<u64>,
        payload: Value,
    ) {
        let action = payload["action"].as_str().map(String::from);
        self.check_payload(event, action.as_deref(), &payload);
        let id = self.next_id();
        let hook = Hook {
            id,
            guid: format!("{id:08x}-fa4e-11f0-8000-0000{id:08x}"),
            event: event.into(),
            action,
            installation,
            repository,
            body: serde_json::to_vec(&payload).expect("a value can be written"),
            at: self.clock.now(),
            redelivery: false,
            status: 0,
        };
        self.queue.push_back(hook);
    }

    fn check_payload(&mut self, event: &str, action: Option<&str>, payload: &Value) {
        let name = [Some(event), action].into_iter().flatten().collect::<Vec<_>>().join("-");
        let pointer = format!("/components/schemas/webhook-{}", name.replace('_', "-"));
        if openapi::document().pointer(&pointer).is_none() {
            return;
        }
        for text in openapi::complaints(&pointer, payload) {
            self.blame(format!("MISTAKE OF THE FAKE in webhook {name}: {text}"));
        }
    }

    /// The same event once more, with the same GUID.
    pub fn requeue(&mut self, mut hook: Hook) {
        hook.id = self.next_id();
        (hook.redelivery, hook.status) = (true, 0);
        self.queue.push_back(hook);
    }

    /// Into the history with the answer it got.
    fn settle(&mut self, mut hook: Hook, status: u16) {
        // Attempts are numbered as they are made: what was sent twice or out of turn has another.
        if self.history.last().is_some_and(|last| last.id >= hook.id) {
            hook.id = self.next_id();
        }
        (hook.status, hook.at) = (status, self.clock.now());
        self.history.push(hook);
    }
}

impl FakeGitHub {
    /// Webhooks go to this URL (`http://127.0.0.1:PORT/webhook`).
    pub fn deliver_to(&self, url: &str) {
        self.world().hook_target = Some(url.into());
    }

    /// Sends everything in the queue in order, also what is queued meanwhile. Returns
    /// (`event.action`, the App's status) for each.
    pub async fn deliver(&self) -> Vec<(String, u16)> {
        let mut out = Vec::new();
        while let Some(sent) = self.deliver_one().await {
            out.push(sent);
        }
        out
    }

    /// Sends the first of the queue.
    pub async fn deliver_one(&self) -> Option<(String, u16)> {
        let (hook, target, headers) = {
            let mut world = self.world();
            let hook = world.queue.pop_front()?;
            let target = world.hook_target.clone().expect("call deliver_to first");
            let headers = hook.headers(&world);
            (hook, target, headers)
        };
        // 502 is what GitHub notes when nobody answers.
        let status = post(&target, &headers, &hook.body).await.unwrap_or(502);
        let name = hook.name();
        self.world().settle(hook, status);
        self.changed();
        Some((name, status))
    }

    /// Sends whatever is queued from now on without being asked, until the fake is dropped.
    pub fn deliver_automatically(&self) {
        // Only a weak reference: the task must not keep the fake alive.
        let weak = std::sync::Arc::downgrade(&self.inner);
        let task = tokio::spawn(async move {
            while let Some(inner) = weak.upgrade() {
                let github = FakeGitHub { inner };
                let wake = github.inner.wake.clone();
                let woken = wake.notified();
                tokio::pin!(woken);
                woken.as_mut().enable();
                if github.world().hook_target.is_some() {
                    github.deliver().await;
                }
                drop(github);
                woken.await;
            }
        });
        self.inner.tasks.lock().expect("no task panics with it").push(task.abort_handle());
    }

    /// What waits, as `event.action`.
    pub fn queued(&self) -> Vec<String> {
        self.world().queue.iter().map(Hook::name).collect()
    }

    /// The queue itself: reorder, remove, edit.
    pub fn with_queue<T>(
        &self,
        edit: impl FnOnce(&mut std::collections::VecDeque<Hook>) -> T,
    ) -> T {
        edit(&mut self.world().queue)
    }

    /// GitHub tried to send the first of the queue, but nobody answered: it is in the history only.
    /// Tells whether there was one.
    pub fn lose_first(&self) -> bool {
        let mut world = self.world();
        let Some(hook) = world.queue.pop_front() else { return false };
        world.settle(hook, 502);
        true
    }

    /// GitHub tried to send the queue, but nobody answered: it is in the history only.
    pub fn lose_queue(&self) {
        while self.lose_first() {}
    }

    /// Everything in the queue twice, the second time with the same GUID.
    pub fn duplicate_queue(&self) {
        let mut world = self.world();
        let hooks: Vec<Hook> = world.queue.drain(..).collect();
        for hook in hooks {
            world.queue.extend([hook.clone(), hook]);
        }
    }

    /// Last first.
    pub fn reverse_queue(&self) {
        self.world().queue.make_contiguous().reverse();
    }

    /// Queues the newest past delivery of this name once more, with its GUID.
    pub fn redeliver(&self, name: &str) {
        let mut world = self.world();
        let found = world.history.iter().rev().find(|hook| hook.name() == name).cloned();
        world.requeue(found.unwrap_or_else(|| panic!("no past delivery {name}")));
        drop(world);
        self.inner.wake.notify_waiters();
    }

    /// Past attempts, oldest first.
    pub fn history(&self) -> Vec<Hook> {
        self.world().history.clone()
    }
}

/// A POST over a connection of its own; the status of the answer.
async fn post(url: &str, headers: &[(&str, String)], body: &[u8]) -> std::io::Result<u16> {
    let rest = url.strip_prefix("http://").expect("webhooks go to plain http in tests");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).await?;
    let mut head = format!("POST /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    // The server may answer (413) and close before it has read everything.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer);
    match text.split(' ').nth(1).and_then(|status| status.parse().ok()) {
        Some(status) => Ok(status),
        None => Err(read.err().unwrap_or_else(|| std::io::ErrorKind::InvalidData.into())),
    }
}
