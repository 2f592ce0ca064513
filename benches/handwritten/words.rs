//! Backstage's syntax of names.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

static NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"));
static DNS_LABEL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z0-9]+(-+[a-z0-9]+)*$"));
static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z0-9:+#]+(-[a-z0-9:+#]+)*$"));

/// A pattern that is known to be one.
pub fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

pub fn is_text(value: Option<&Value>) -> bool {
    value.and_then(Value::as_str).is_some_and(|text| !text.is_empty())
}

pub fn is_name(text: &str) -> bool {
    NAME.is_match(text)
}

pub fn is_dns_label(text: &str) -> bool {
    text.chars().count() <= 63 && DNS_LABEL.is_match(text)
}

pub fn is_tag(text: &str) -> bool {
    text.chars().count() <= 63 && TAG.is_match(text)
}

pub fn is_label_key(key: &str) -> bool {
    let parts: Vec<&str> = key.split('/').collect();
    is_name(key)
        || matches!(parts.as_slice(), [prefix, name]
            if prefix.chars().count() <= 253 && prefix.split('.').all(is_dns_label) && is_name(name))
}

/// A value as a message quotes it.
pub fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
