//! Which filters do Backstage and nunjucks add to those of Jinja?
//!
//! Backstage: <https://backstage.io/docs/features/software-templates/builtin-actions> and
//! `parseRepoUrl`, `parseEntityRef`, `projectName`, `pick` of its scaffolder. nunjucks:
//! <https://mozilla.github.io/nunjucks/templating.html#builtin-filters>.

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind};
use serde_json::json;

/// Adds them.
pub(super) fn add(environment: &mut Environment<'static>) {
    environment.add_filter("parseRepoUrl", parse_repo_url);
    environment.add_filter("parseEntityRef", parse_entity_ref);
    environment.add_filter("projectName", project_name);
    environment.add_filter("pick", pick);
    environment.add_filter("dump", dump);
    environment.add_filter("jsonify", dump);
    environment.add_filter("pairs", pairs);
    environment.add_filter("capitalize", capitalize);
    environment.add_filter("nl2br", |text: String| text.replace('\n', "<br />\n"));
    environment.add_filter("wordcount", |text: String| text.split_whitespace().count());
    environment.add_filter("truncate", truncate);
    environment.add_filter("striptags", strip_tags);
    environment.add_filter("urlencode", url_encode);
    // Files are no HTML.
    environment.add_filter("forceescape", |value: Value| value);
}

fn invalid(words: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, words)
}

/// `github.com?owner=acme&repo=shop` → `{host, owner, repo}` and whatever else it names.
fn parse_repo_url(text: String) -> Result<Value, Error> {
    let text = text.trim_start_matches("https://");
    let Some((host, query)) = text.split_once('?') else {
        return Err(invalid(format!(
            "`{text}` is not a repository like `github.com?owner=…&repo=…`"
        )));
    };
    let mut found = serde_json::Map::new();
    found.insert("host".to_owned(), host.trim_end_matches('/').into());
    for (key, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        found.insert(key.to_owned(), decoded(value).into());
    }
    Ok(Value::from(Serde(found)))
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `group:default/payments` → `{kind, namespace, name}`; the argument may hold `defaultKind` and
/// `defaultNamespace`.
fn parse_entity_ref(text: String, context: Option<Value>) -> Result<Value, Error> {
    let given = |key: &str| {
        let value = context.as_ref()?.get_attr(key).ok()?;
        value.as_str().map(str::to_owned)
    };
    let (kind, rest) = match text.split_once(':') {
        Some((kind, rest)) => (Some(kind.to_owned()), rest),
        None => (given("defaultKind"), text.as_str()),
    };
    let (namespace, name) = match rest.split_once('/') {
        Some((namespace, name)) => (namespace.to_owned(), name),
        None => (given("defaultNamespace").unwrap_or_else(|| "default".to_owned()), rest),
    };
    let Some(kind) = kind else {
        return Err(invalid(format!("`{text}` names no kind, and no `defaultKind` is given")));
    };
    let entity = json!({"kind": kind.to_lowercase(), "namespace": namespace, "name": name});
    Ok(Value::from(Serde(entity)))
}

/// The repository's name in such a URL.
fn project_name(text: String) -> Result<Value, Error> {
    parse_repo_url(text)?.get_attr("repo")
}

/// One field of a mapping.
fn pick(value: Value, key: String) -> Value {
    value.get_attr(&key).unwrap_or(Value::UNDEFINED)
}

/// As JSON, indented by so many blanks when asked.
fn dump(value: Value, indent: Option<usize>) -> Result<String, Error> {
    let json: serde_json::Value =
        serde_json::to_value(&value).map_err(|e| invalid(e.to_string()))?;
    let text = match indent {
        Some(1..) => serde_json::to_string_pretty(&json),
        _ => serde_json::to_string(&json),
    };
    text.map_err(|e| invalid(e.to_string()))
}

/// What `for key, value in …` walks: the pairs of a mapping; a list as it is.
fn pairs(value: Value) -> Result<Value, Error> {
    if value.kind() != ValueKind::Map {
        return Ok(value);
    }
    value
        .try_iter()?
        .map(|key| Ok(Value::from(vec![key.clone(), value.get_item(&key)?])))
        .collect::<Result<Vec<_>, Error>>()
        .map(Value::from)
}

/// The first letter large, the others small.
fn capitalize(text: String) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    first + &chars.as_str().to_lowercase()
}

fn truncate(
    text: String,
    length: Option<usize>,
    whole: Option<bool>,
    end: Option<String>,
) -> String {
    let length = length.unwrap_or(255);
    if text.chars().count() <= length {
        return text;
    }
    let cut: String = text.chars().take(length).collect();
    let at = if whole == Some(true) { None } else { cut.rfind(' ') };
    let kept = at.map_or(cut.as_str(), |at| &cut[..at]);
    format!("{kept}{}", end.unwrap_or_else(|| "...".to_owned()))
}

fn strip_tags(text: String) -> String {
    let mut inside = false;
    let kept = text.chars().filter(|c| {
        let was = inside;
        inside = (inside || *c == '<') && *c != '>';
        !was && *c != '<'
    });
    kept.collect::<String>().trim().to_owned()
}

fn url_encode(text: String) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(byte);
    text.bytes()
        .map(
            |byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") },
        )
        .collect()
}
