//! The smallest HTTP client that can be polite to GitHub.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{FakeGitHub, NOW};

pub struct Client {
    host: String,
    prefix: String,
    pub token: String,
    pub user_agent: bool,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

impl Client {
    pub fn new(github: &FakeGitHub) -> Client {
        let url = github.url();
        let rest = url.strip_prefix("http://").unwrap();
        let (host, prefix) = match rest.split_once('/') {
            Some((host, prefix)) => (host.to_string(), format!("/{prefix}")),
            None => (rest.to_string(), String::new()),
        };
        Client { host, prefix, token: String::new(), user_agent: true }
    }

    /// As the App.
    pub fn jwt(&mut self, github: &FakeGitHub, iat: i64, exp: i64) {
        let key = EncodingKey::from_rsa_pem(github.private_key_pem().as_bytes()).unwrap();
        let claims = json!({"iss": github.app_id().to_string(), "iat": iat, "exp": exp});
        self.token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).unwrap();
    }

    /// As the installation of acme, narrowed by `body`.
    pub async fn install(&mut self, github: &FakeGitHub, body: Value) -> Answer {
        self.jwt(github, NOW - 60, NOW + 500);
        let id = github.installation_id("acme");
        let answer = self.post(&format!("/app/installations/{id}/access_tokens"), body).await;
        if answer.status == 201 {
            self.token = answer.json()["token"].as_str().unwrap().into();
        }
        answer
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body)).await.unwrap()
    }

    /// An error when the connection was cut before the answer was complete.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<Answer, String> {
        self.send_with(method, path, body, "").await
    }

    pub async fn send_with(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
        extra: &str,
    ) -> Result<Answer, String> {
        let body = body.map(|value| value.to_string()).unwrap_or_default();
        let mut head = format!(
            "{method} {}{path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             X-GitHub-Api-Version: 2022-11-28\r\nContent-Length: {}\r\n{extra}",
            self.prefix,
            self.host,
            body.len()
        );
        if self.user_agent {
            head += "User-Agent: test\r\n";
        }
        if !self.token.is_empty() {
            head += &format!("Authorization: Bearer {}\r\n", self.token);
        }
        let mut stream = TcpStream::connect(&self.host).await.map_err(|error| error.to_string())?;
        stream
            .write_all(format!("{head}\r\n{body}").as_bytes())
            .await
            .map_err(|e| e.to_string())?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, text) = text.split_once("\r\n\r\n").ok_or("no answer")?;
        let status =
            head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no status")?;
        let answer = Answer { status, head: head.into(), text: text.into() };
        match answer.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
            Some(length) if length != answer.text.len() => Err("half an answer".into()),
            _ => Ok(answer),
        }
    }
}
