//! How does somebody speak to the App who does not keep to the rules? Bytes over a socket.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |line: &&str| line.to_lowercase().starts_with(&format!("{name}:"));
        self.head.lines().find(named).and_then(|line| line.split_once(": ")).map(|(_, v)| v.trim())
    }
}

/// `GET path` from the App at `url` (`http://127.0.0.1:PORT`).
pub async fn get(url: &str, path: &str) -> Answer {
    let head = format!("GET {path} HTTP/1.1\r\nHost: app\r\nConnection: close\r\n\r\n");
    exchange(url, head.into_bytes()).await
}

/// The same with a bearer token.
pub async fn get_as(url: &str, path: &str, token: &str) -> Answer {
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: app\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    exchange(url, head.into_bytes()).await
}

/// Sends a body with a bearer token.
pub async fn post_as(url: &str, path: &str, token: &str, body: &[u8]) -> Answer {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: app\r\nAuthorization: Bearer {token}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    exchange(url, [head.as_bytes(), body].concat()).await
}

/// A request to the webhook with these headers, whatever they hold.
pub fn hook(headers: &[(&str, &[u8])], body: &[u8]) -> Vec<u8> {
    let mut bytes = b"POST /webhook HTTP/1.1\r\nHost: app\r\nConnection: close\r\n".to_vec();
    for (name, value) in headers {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// Sends `bytes` while it reads: a server may answer before it has heard everything.
pub async fn exchange(url: &str, bytes: Vec<u8>) -> Answer {
    let host = url.strip_prefix("http://").unwrap();
    let (mut from, mut to) = TcpStream::connect(host).await.unwrap().into_split();
    let talk = tokio::spawn(async move {
        let _ = to.write_all(&bytes).await;
        // Kept open: a closed half looks like a client that went away.
        to
    });
    let mut answer = Vec::new();
    let _ = from.read_to_end(&mut answer).await;
    talk.abort();
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no answer: {text:?}"));
    Answer { status, head: head.to_owned(), body: body.to_owned() }
}
