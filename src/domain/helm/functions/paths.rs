//! Paths and addresses.

use crate::domain::helm::value::Value;

use super::{Function, function};

pub(super) const TABLE: &[Function] = &[
    function("base", 1, 1, |a| a.text(base(a.str(0)?))),
    function("osBase", 1, 1, |a| a.text(base(a.str(0)?))),
    function("dir", 1, 1, |a| a.text(dir(a.str(0)?))),
    function("osDir", 1, 1, |a| a.text(dir(a.str(0)?))),
    function("clean", 1, 1, |a| a.text(clean(a.str(0)?))),
    function("osClean", 1, 1, |a| a.text(clean(a.str(0)?))),
    function("ext", 1, 1, |a| a.text(ext(a.str(0)?))),
    function("osExt", 1, 1, |a| a.text(ext(a.str(0)?))),
    function("isAbs", 1, 1, |a| Ok(Value::Bool(a.str(0)?.starts_with('/')))),
    function("urlParse", 1, 1, |a| Ok(url(a.str(0)?))),
    function("urlJoin", 1, 1, |a| {
        let Some(map) = a.map(0)? else { return a.text("") };
        let map = map.borrow();
        let part = |key: &str| match map.get(key) {
            Some(Value::Str(text)) => text.to_string(),
            _ => String::new(),
        };
        let with = |mark: &str, text: String, after: bool| match (text.is_empty(), after) {
            (true, _) => text,
            (false, true) => format!("{text}{mark}"),
            (false, false) => format!("{mark}{text}"),
        };
        let host = format!("{}{}", with("@", part("userinfo"), true), part("host"));
        let scheme = with(":", part("scheme"), true);
        let host = with("//", host, false);
        let query = with("?", part("query"), false);
        let fragment = with("#", part("fragment"), false);
        a.text(format!("{scheme}{host}{}{query}{fragment}", part("path")))
    }),
];

fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        (false, false) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

fn dir(path: &str) -> String {
    let end = path.rfind('/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

/// Go's `path.Clean`.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').map_or("", |at| &name[at..])
}

fn url(text: &str) -> Value {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once("://").map_or(("", rest), |(scheme, rest)| (scheme, rest));
    let (authority, path) = if scheme.is_empty() {
        ("", rest)
    } else {
        rest.split_at(rest.find('/').unwrap_or(rest.len()))
    };
    let (userinfo, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let hostname = host.rsplit_once(':').map_or(host, |(name, _)| name);
    Value::of([
        ("scheme", Value::str(scheme)),
        ("host", Value::str(host)),
        ("hostname", Value::str(hostname)),
        ("path", Value::str(path)),
        ("query", Value::str(query)),
        ("opaque", Value::str("")),
        ("fragment", Value::str(fragment)),
        ("userinfo", Value::str(userinfo)),
    ])
}
