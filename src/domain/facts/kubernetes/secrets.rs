//! Which secrets are written into manifests? Names and kinds of value only: the values stay where
//! they are, as a snapshot is stored and printed.

use serde::Serialize;
use serde_json::Value;

use crate::domain::yaml::escape_token;

use super::super::literal::ValueKind;
use super::rows::{resource_of, short};

/// Secrets or containers with more entries are told up to here.
const MAX_ENTRIES: usize = 500;

/// A Kubernetes `Secret`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// The file.
    pub path: String,
    /// To the object.
    pub pointer: String,
    /// `metadata.name`.
    pub name: Option<String>,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// In words: `Secret payments/db`.
    pub resource: String,
    /// Carries the signature of SOPS, or annotations of a tool that fills it in on the way.
    pub sealed: bool,
    /// Of `data` and `stringData`; the kind of a `data` value is that of what it decodes to.
    pub entries: Vec<Literal>,
}

/// A name with a literal value: of a Secret, or in a container's `env`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Literal {
    /// The name.
    pub name: String,
    /// To the value.
    pub pointer: String,
    /// What the value is.
    pub value_kind: ValueKind,
}

/// Annotations of tools that put the values in on the way to the cluster.
const FILLED_IN: [&str; 3] =
    ["avp.kubernetes.io/", "vault.security.banzaicloud.io/", "kapp.k14s.io/secretgen"];

/// The row of an object, when it is a Secret.
pub(super) fn secret(path: &str, pointer: &str, object: &Value) -> Option<Secret> {
    let is = |key, text: &str| object.get(key).and_then(Value::as_str) == Some(text);
    if !is("kind", "Secret") || !is("apiVersion", "v1") {
        return None;
    }
    let annotations = object.pointer("/metadata/annotations").and_then(Value::as_object);
    let filled = annotations.into_iter().flat_map(serde_json::Map::keys);
    let mut filled = filled.filter(|key| FILLED_IN.iter().any(|prefix| key.starts_with(prefix)));
    let sealed = object.get("sops").is_some_and(Value::is_object) || filled.next().is_some();
    let mut entries = Vec::new();
    for field in ["data", "stringData"] {
        for (name, value) in object.get(field).and_then(Value::as_object).into_iter().flatten() {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                _ => continue,
            };
            let (Some(name), true) = (short(name), entries.len() < MAX_ENTRIES) else { continue };
            let written = ValueKind::of_named(&name, &text);
            let decoded = || decode(&text).map(|text| ValueKind::of(&text));
            let value_kind = match written {
                // What is no template and no ciphertext is base64, however it looks.
                ValueKind::Text | ValueKind::Number | ValueKind::Flag if field == "data" => {
                    decoded().unwrap_or(ValueKind::Text)
                }
                kind => kind,
            };
            let pointer = format!("{pointer}/{field}/{}", escape_token(&name));
            entries.push(Literal { name, pointer, value_kind });
        }
    }
    let text = |pointer| short(object.pointer(pointer)?.as_str()?);
    let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
    let resource = resource_of("Secret", namespace.as_deref(), name.as_deref());
    Some(Secret {
        path: path.to_owned(),
        pointer: pointer.to_owned(),
        name,
        namespace,
        resource,
        sealed,
        entries,
    })
}

/// The literal values of a container's `env`.
pub(super) fn env(container: &Value, pointer: &str) -> Vec<Literal> {
    let list = container.get("env").and_then(Value::as_array).into_iter().flatten();
    let literal = |(index, entry): (usize, &Value)| {
        let name = short(entry.get("name")?.as_str()?)?;
        let value_kind = match entry.get("value")? {
            Value::String(text) => ValueKind::of_named(&name, text),
            value @ (Value::Number(_) | Value::Bool(_)) => ValueKind::of(&value.to_string()),
            _ => return None,
        };
        Some(Literal { name, pointer: format!("{pointer}/env/{index}/value"), value_kind })
    };
    list.enumerate().take(MAX_ENTRIES).filter_map(literal).collect()
}

/// Text from base64; `None` when it is none, or no text.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut buffer, mut bits) = (0_u32, 0);
    for c in text.bytes().filter(|c| !c.is_ascii_whitespace() && *c != b'=') {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        buffer = (buffer << 6 | u32::from(value)) & 0xFFFF;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((buffer >> bits & 0xFF) as u8);
        }
    }
    // A single character at the end says less than a byte.
    if bits >= 6 { None } else { String::from_utf8(bytes).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn data_is_decoded_before_it_is_looked_at() {
        let object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"},
            "data": {"a": "aHVudGVyMg==", "b": "PHRva2VuPg==", "c": "${C}", "d": "", "e": "!!",
            "f": 7, "g": null}, "stringData": {"h/i": "hunter2"}});
        let got = secret("s.yaml", "#1", &object).expect("a Secret");
        let kinds: Vec<_> = got.entries.iter().map(|e| (e.name.as_str(), e.value_kind)).collect();
        assert_eq!(
            kinds,
            [
                ("a", ValueKind::Text),
                ("b", ValueKind::Placeholder),
                ("c", ValueKind::Reference),
                ("d", ValueKind::Empty),
                ("e", ValueKind::Text),
                ("f", ValueKind::Text),
                ("h/i", ValueKind::Text),
            ]
        );
        assert_eq!(got.entries[6].pointer, "#1/stringData/h~1i");
        assert!(!got.sealed);
        let sealed = json!({"apiVersion": "v1", "kind": "Secret", "sops": {}});
        assert!(secret("s.yaml", "", &sealed).expect("a Secret").sealed);
        assert_eq!(secret("s.yaml", "", &json!({"kind": "Secret"})), None);
        assert_eq!(decode("aGVsbG8gd29ybGQ=").as_deref(), Some("hello world"));
    }
}
