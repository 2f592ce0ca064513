//! What does the server hand to an endpoint, and what does it get back?

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::auth::Actor;

/// One request, after authentication and matching.
pub struct Call {
    pub method: String,
    /// Decoded path parameters by their name in the template.
    pub params: Vec<(String, String)>,
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    /// The JSON body; null when there was none.
    pub body: Value,
    pub actor: Actor,
    /// Set when the template starts with `/repos/{owner}/{repo}` and the caller may see it.
    pub repo: u64,
    /// Path and query as asked, for Link headers: below the API base.
    pub path: String,
}

impl Call {
    /// The path parameter `name`.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the token may do this.
    pub fn grants(&self, permission: &str, level: &str) -> bool {
        self.actor.has(permission, level)
    }

    /// A numeric path parameter; 0, which nothing bears, when it is no number.
    pub fn number(&self, name: &str) -> u64 {
        self.param(name).parse().unwrap_or(0)
    }

    pub fn accepts_raw(&self) -> bool {
        let accept = self.headers.get("accept").and_then(|value| value.to_str().ok());
        accept.is_some_and(|text| text.contains(".raw"))
    }
}

/// Status, body and extra headers.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Body,
    pub headers: Vec<(&'static str, String)>,
}

#[derive(Debug)]
pub enum Body {
    Empty,
    Json(Value),
    Raw(Vec<u8>),
}

impl Reply {
    pub fn json(status: u16, value: Value) -> Reply {
        Reply { status, body: Body::Json(value), headers: Vec::new() }
    }

    pub fn ok(value: Value) -> Reply {
        Reply::json(200, value)
    }

    pub fn raw(bytes: Vec<u8>) -> Reply {
        Reply { status: 200, body: Body::Raw(bytes), headers: Vec::new() }
    }

    pub fn error(status: u16, message: &str) -> Reply {
        Reply::json(
            status,
            json!({"message": message, "documentation_url": "https://docs.github.com/rest",
                   "status": status.to_string()}),
        )
    }

    pub fn not_found() -> Reply {
        Reply::error(404, "Not Found")
    }

    /// 422 with one entry of GitHub's `errors` list.
    pub fn invalid(resource: &str, field: &str, message: &str) -> Reply {
        Reply::json(
            422,
            json!({"message": "Validation Failed", "documentation_url": "https://docs.github.com/rest",
                   "errors": [{"resource": resource, "field": field, "code": "custom",
                               "message": message}]}),
        )
    }

    pub fn header(mut self, name: &'static str, value: String) -> Reply {
        self.headers.push((name, value));
        self
    }
}

/// One page of `all` (default 30, at most 100 rows) and the Link header to its neighbours.
pub fn page<T>(call: &Call, base: &str, all: Vec<T>) -> (Vec<T>, Option<String>) {
    let number = |name: &str, default: usize| {
        call.query(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (size, at) = (number("per_page", 30).clamp(1, 100), number("page", 1).max(1));
    let last = all.len().div_ceil(size).max(1);
    let link = |page: usize, rel: &str| {
        let mut query: Vec<String> = call
            .query
            .iter()
            .filter(|(key, _)| key != "page")
            .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
            .collect();
        query.push(format!("page={page}"));
        format!("<{base}{}?{}>; rel=\"{rel}\"", call.path, query.join("&"))
    };
    let mut links = Vec::new();
    if at > 1 {
        links.extend([link(at - 1, "prev"), link(1, "first")]);
    }
    if at < last {
        links.extend([link(at + 1, "next"), link(last, "last")]);
    }
    let rows = all.into_iter().skip((at - 1) * size).take(size).collect();
    (rows, (!links.is_empty()).then(|| links.join(", ")))
}

/// A paged array as an answer.
pub fn paged(call: &Call, base: &str, all: Vec<Value>) -> Reply {
    let (rows, link) = page(call, base, all);
    with_link(Reply::ok(Value::Array(rows)), link)
}

pub fn with_link(reply: Reply, link: Option<String>) -> Reply {
    match link {
        Some(link) => reply.header("link", link),
        None => reply,
    }
}

/// Percent-encoding of everything but unreserved characters.
pub fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// The reverse; invalid sequences stay as they are, invalid UTF-8 is replaced.
pub fn decode(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let coded = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match coded.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 2;
            }
            None if bytes[at] == b'+' && plus_is_space => out.push(b' '),
            None => out.push(bytes[at]),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}
