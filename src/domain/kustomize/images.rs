//! `images` and `replicas`.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/>: every
//! `containers` and `initContainers` list is gone through, in custom resources too.

use std::sync::Arc;

use regex::RegexBuilder;
use serde_json::Value;

use super::Budget;
use super::node::{Body, Node};
use super::object::Object;
use super::origins::Origin;

/// Longest name, in bytes.
const MAX_NAME_BYTES: usize = 500;
/// Largest name when compiled as an expression, in bytes.
const MAX_COMPILED_BYTES: usize = 100_000;

/// One entry of `images`.
pub(super) struct NewImage {
    name: regex::Regex,
    new_name: Option<String>,
    tag: Option<String>,
    digest: Option<String>,
    suffix: Option<String>,
    origin: Origin,
}

impl NewImage {
    /// Reads an entry; `None` for a name that is no expression, which matches nothing.
    pub(super) fn read(entry: &Node) -> Option<Self> {
        let text = |key| entry.get(key).and_then(Node::letters).filter(|text| !text.is_empty());
        let name = text("name").filter(|name| name.len() <= MAX_NAME_BYTES)?;
        let whole = format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$");
        let mut builder = RegexBuilder::new(&whole);
        Some(Self {
            name: builder.size_limit(MAX_COMPILED_BYTES).build().ok()?,
            new_name: text("newName"),
            tag: text("newTag"),
            digest: text("digest"),
            suffix: text("tagSuffix"),
            origin: entry.origin,
        })
    }

    /// Changes every image of an object that it names.
    pub(super) fn apply(&self, object: &mut Object, budget: &mut Budget) -> Result<(), String> {
        if object.kind() != "CustomResourceDefinition" && self.meets(&object.node, budget)? {
            self.walk(&mut object.node);
        }
        Ok(())
    }

    /// Whether there is something to change, seen before anything is copied.
    fn meets(&self, node: &Node, budget: &mut Budget) -> Result<bool, String> {
        budget.spend(1)?;
        match &node.body {
            Body::List(items) => {
                for item in items.iter() {
                    if self.meets(item, budget)? {
                        return Ok(true);
                    }
                }
            }
            Body::Map(map) => {
                for (key, value) in map.iter() {
                    let held = is_list_of_containers(key)
                        && value.items().iter().any(|item| {
                            item.text_at(&["image"]).is_some_and(|text| self.name.is_match(text))
                        });
                    if held || self.meets(value, budget)? {
                        return Ok(true);
                    }
                }
            }
            _ => {}
        }
        Ok(false)
    }

    fn walk(&self, node: &mut Node) {
        match &mut node.body {
            Body::List(items) => Arc::make_mut(items).iter_mut().for_each(|item| self.walk(item)),
            Body::Map(map) => {
                for (key, value) in Arc::make_mut(map).iter_mut() {
                    self.walk(value);
                    let list = value.list_mut().filter(|_| is_list_of_containers(key));
                    for item in list.into_iter().flatten() {
                        self.change(item);
                    }
                }
            }
            _ => {}
        }
    }

    fn change(&self, container: &mut Node) {
        let Some(image) = container.map_mut().and_then(|map| map.get_mut("image")) else { return };
        let Some(old) = image.as_text().filter(|text| self.name.is_match(text)) else { return };
        let (name, tag, digest) = split(old);
        let same_name = self.new_name.as_deref().is_none_or(|new| new == name);
        let name = self.new_name.as_deref().unwrap_or(name);
        let (tag, digest) = match (&self.tag, &self.digest, &self.suffix) {
            (Some(tag), Some(digest), _) => (tag.clone(), digest.clone()),
            (Some(tag), None, _) => (tag.clone(), String::new()),
            (None, Some(digest), _) => (String::new(), digest.clone()),
            (None, None, Some(suffix)) => (format!("{tag}{suffix}"), String::new()),
            (None, None, None) => (tag.to_owned(), digest.to_owned()),
        };
        let joined = |mark: &str, part: &str| {
            if part.is_empty() { String::new() } else { format!("{mark}{part}") }
        };
        let new = format!("{name}{}{}", joined(":", &tag), joined("@", &digest));
        // What is said of an image stays the same: then the line that names it is the one to look
        // at. Otherwise it is this entry.
        let class = |tag: &str, digest: &str| (!digest.is_empty(), tag.is_empty(), tag == "latest");
        let (_, old_tag, old_digest) = split(old);
        let kept = same_name && class(&tag, &digest) == class(old_tag, old_digest);
        *image = Node::text(&new, if kept { image.origin } else { self.origin });
    }
}

fn is_list_of_containers(key: &str) -> bool {
    matches!(key, "containers" | "initContainers")
}

/// Name, tag and digest; missing parts are empty.
fn split(image: &str) -> (&str, &str, &str) {
    let (rest, digest) = image.split_once('@').unwrap_or((image, ""));
    // A colon before the first slash belongs to the host's port.
    let from = rest.find('/').unwrap_or(0);
    match rest[from..].find(':') {
        Some(at) => (&rest[..from + at], &rest[from + at + 1..], digest),
        None => (rest, "", digest),
    }
}

/// Sets the replicas that an entry of `replicas` names; whether it was for this object.
pub(super) fn scale(object: &mut Object, entry: &Node) -> bool {
    const SCALED: [&str; 4] = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];
    let named = entry.get("name").and_then(Node::letters);
    let hit = SCALED.contains(&object.kind())
        && named.is_some_and(|name| object.ids().iter().any(|id| id.name == name));
    let count = entry.get("count").cloned();
    if let (true, Some(spec)) = (hit, object.node.map_mut()) {
        let origin = count.as_ref().map_or(entry.origin, |count| count.origin);
        let spec = spec.entry("spec".into()).or_insert_with(|| Node::map(origin));
        if let Some(spec) = spec.map_mut() {
            let zero = Node { origin, body: Body::Scalar(Value::from(0)) };
            spec.insert("replicas".into(), count.unwrap_or(zero));
        }
    }
    hit
}
