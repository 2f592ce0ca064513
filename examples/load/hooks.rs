//! Deliveries as GitHub sends them, signed, over connections that are kept.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::stub::{self, TENANTS};

pub const SECRET: &str = "It's a Secret to Everybody";

/// A delivery, ready to be sent.
pub struct Request {
    event: &'static str,
    guid: String,
    body: Vec<u8>,
    signature: String,
}

/// A pull request's new head: push `k`, which is its number, too.
pub fn pull_request(k: u64) -> Request {
    let pull = stub::pull(k);
    request(
        "pull_request",
        k,
        json!({ "action": "synchronize", "number": k, "pull_request": pull }),
    )
}

/// A push to a branch that nobody judges, of the usual size (8 kB): intake and planning alone.
pub fn push(k: u64) -> Request {
    let commit = json!({ "id": stub::head(k), "message": "Change something", "timestamp":
        "2026-11-21T09:00:00Z", "url": "https://github.example/".repeat(4),
        "author": { "name": "Somebody", "email": "somebody@example.org" },
        "added": [], "removed": [], "modified": ["services/payments/src/main.rs"] });
    let commits: Vec<Value> = std::iter::repeat_n(commit, 16).collect();
    request(
        "push",
        k,
        json!({ "ref": format!("refs/heads/topic-{k}"), "before": stub::head(k),
                "after": stub::head(k), "commits": commits }),
    )
}

fn request(event: &'static str, k: u64, mut payload: Value) -> Request {
    let tenant = k % TENANTS;
    payload["repository"] = stub::repository(tenant);
    payload["installation"] = json!({ "id": stub::installation(tenant) });
    payload["sender"] = json!({ "login": "somebody", "id": 7, "type": "User" });
    let body = serde_json::to_vec(&payload).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    Request { event, guid: format!("{k:08x}-10ad-11f0-8000-{k:012x}"), body, signature }
}

/// One connection.
pub struct Sender {
    host: String,
    stream: Option<TcpStream>,
}

impl Sender {
    pub fn new(url: &str) -> Self {
        Self { host: url.strip_prefix("http://").unwrap().to_owned(), stream: None }
    }

    /// The status of the answer; 0 when there was none.
    pub async fn post(&mut self, request: &Request) -> u16 {
        match self.exchange(request).await {
            Ok(status) => status,
            Err(_) => {
                self.stream = None;
                0
            }
        }
    }

    async fn exchange(&mut self, request: &Request) -> std::io::Result<u16> {
        if self.stream.is_none() {
            let stream = TcpStream::connect(&self.host).await?;
            stream.set_nodelay(true)?;
            self.stream = Some(stream);
        }
        let stream = self.stream.as_mut().expect("just connected");
        let Request { event, guid, body, signature } = request;
        let head = format!(
            "POST /webhook HTTP/1.1\r\nHost: {}\r\nUser-Agent: GitHub-Hookshot/load\r\nContent-Type: \
             application/json\r\nX-GitHub-Event: {event}\r\nX-GitHub-Delivery: {guid}\r\n\
             X-Hub-Signature-256: {signature}\r\nContent-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        stream.write_all(&bytes).await?;
        let mut answer = Vec::with_capacity(512);
        loop {
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
                let length = head.split("content-length: ").nth(1).and_then(|rest| {
                    rest.split("\r\n").next().and_then(|text| text.trim().parse::<usize>().ok())
                });
                // Without a length (chunked), the last chunk ends it.
                let whole = match length {
                    Some(length) => answer.len() >= end + 4 + length,
                    None => answer.ends_with(b"0\r\n\r\n"),
                };
                if whole {
                    return Ok(head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0));
                }
            }
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}
