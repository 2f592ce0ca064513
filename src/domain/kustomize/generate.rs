//! `configMapGenerator` and `secretGenerator`.
//!
//! Literals of a Secret are secrets written down; what comes from files stays in those. The hash
//! behind a generated name is left away, as nothing that is judged refers to it.

use serde_json::{Map, Value, json};

use super::file::Kustomization;
use super::node::Node;
use super::object::Object;
use super::origins::Origins;

/// Entries told of one generator.
const MAX_LITERALS: usize = 500;

/// The objects that a kustomization generates.
pub(super) fn generated(file: &Kustomization, origins: &mut Origins) -> Vec<Object> {
    let mut made = Vec::new();
    for (list, kind) in [("configMapGenerator", "ConfigMap"), ("secretGenerator", "Secret")] {
        for (index, entry) in file.list(list).iter().enumerate() {
            let Some(name) = entry.text_at(&["name"]) else { continue };
            let prefix = format!("{}/{list}/{index}", file.prefix);
            let mut object = json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name}});
            if let Some(namespace) = entry.text_at(&["namespace"]) {
                object["metadata"]["namespace"] = namespace.into();
            }
            let mut node = origins.adopt(&file.path, &prefix, &object);
            let literals = literals(entry);
            let values: Map<String, Value> =
                literals.iter().map(|(key, value, _)| (key.clone(), value.clone())).collect();
            let mut data = origins.adopt(&file.path, &prefix, &Value::Object(values));
            for (key, _, literal) in &literals {
                if let Some(value) = data.map_mut().and_then(|map| map.get_mut(key.as_str())) {
                    value.origin = literal.origin;
                }
            }
            let field = if kind == "Secret" { "stringData" } else { "data" };
            node.map_mut().map(|map| map.insert(field.into(), data));
            if let Some(mut object) = Object::new(node) {
                object.opaque = true;
                made.push(object);
            }
        }
    }
    made
}

/// `key=value`, the value with one pair of quotes around it taken off.
fn literals(entry: &Node) -> Vec<(String, Value, &Node)> {
    let list = entry.get("literals").map(Node::items).unwrap_or_default();
    let pair = |literal| {
        let (key, value) = Node::as_text(literal)?.split_once('=')?;
        let bare = |mark| value.strip_prefix(mark)?.strip_suffix(mark);
        let value = bare('"').or_else(|| bare('\'')).unwrap_or(value);
        Some((key.to_owned(), Value::from(value), literal))
    };
    list.iter().take(MAX_LITERALS).filter_map(pair).collect()
}
