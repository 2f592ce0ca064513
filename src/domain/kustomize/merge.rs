//! A strategic merge patch, as Kustomize applies it.
//!
//! <https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/>
//! tells of the directives. Kustomize knows `$patch: delete | replace | merge`; the others
//! (`$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`) are ordinary keys to it, seen
//! with Kustomize 5.5, and so they are here.

use std::collections::HashMap;
use std::sync::Arc;

use super::Budget;
use super::node::{Body, Map, Node};
use super::shapes::Shape;

const DIRECTIVE: &str = "$patch";

/// Merges `patch` into `dest`; `None` when the patch deletes it.
pub(super) fn merge(
    dest: Node,
    patch: &Node,
    shape: Shape,
    budget: &mut Budget,
) -> Result<Option<Node>, String> {
    merge_value(Some(dest), patch, shape, &[], budget)
}

fn merge_value(
    dest: Option<Node>,
    patch: &Node,
    shape: Shape,
    keys: &[&str],
    budget: &mut Budget,
) -> Result<Option<Node>, String> {
    budget.spend(1)?;
    let dest = dest.filter(|dest| !dest.is_null());
    if patch.is_null() {
        return Ok(None);
    }
    match (&patch.body, dest) {
        (Body::Map(fields), dest) => merge_map(dest, patch, fields, shape, budget),
        (Body::List(items), dest) if !keys.is_empty() => {
            merge_list(dest, patch, items, shape, keys, budget)
        }
        (Body::List(_), Some(dest)) if !matches!(dest.body, Body::List(_)) => {
            Err(clash(&dest, patch))
        }
        (Body::List(_), _) => Ok(Some(patch.clone())),
        (_, Some(dest)) if matches!(dest.body, Body::Map(_) | Body::List(_)) => {
            Err(clash(&dest, patch))
        }
        _ => Ok(Some(patch.clone())),
    }
}

fn clash(dest: &Node, patch: &Node) -> String {
    let word = |node: &Node| match node.body {
        Body::Map(_) => "a map",
        Body::List(_) => "a list",
        _ => "a plain value",
    };
    format!("a patch has {} where the object has {}", word(patch), word(dest))
}

fn merge_map(
    dest: Option<Node>,
    patch: &Node,
    fields: &Map,
    shape: Shape,
    budget: &mut Budget,
) -> Result<Option<Node>, String> {
    let mut dest = match fields.get(DIRECTIVE).and_then(Node::as_text) {
        Some("delete") => return Ok(None),
        Some("replace") => {
            let mut whole = patch.clone();
            if let Some(map) = whole.map_mut() {
                map.remove(DIRECTIVE);
            }
            return Ok(Some(whole));
        }
        None | Some("merge") => dest.unwrap_or_else(|| Node::map(patch.origin)),
        Some(other) => return Err(format!("a patch says `$patch: {other}`, which is not known")),
    };
    if dest.as_map().is_none() {
        return Err(clash(&dest, patch));
    }
    let Some(map) = dest.map_mut() else { return Ok(Some(dest)) };
    for (key, value) in fields.iter().filter(|(key, _)| &***key != DIRECTIVE) {
        let (shape, keys) = shape.field(key);
        let old = map.remove(key);
        if let Some(new) = merge_value(old, value, shape, keys, budget)? {
            map.insert(Arc::clone(key), new);
        }
    }
    Ok(Some(dest))
}

/// Items of the patch come first, then those that only the object has: Kustomize's order.
fn merge_list(
    dest: Option<Node>,
    patch: &Node,
    items: &[Node],
    shape: Shape,
    keys: &[&str],
    budget: &mut Budget,
) -> Result<Option<Node>, String> {
    let said = items.iter().find_map(|item| {
        let map = item.as_map().filter(|map| map.len() == 1)?;
        map.get(DIRECTIVE)?.as_text()
    });
    let items: Vec<&Node> =
        items.iter().filter(|item| said.is_none() || item.get(DIRECTIVE).is_none()).collect();
    let dest = match said {
        Some("delete") => return Ok(None),
        Some("replace") => None,
        _ => dest,
    };
    let origin = dest.as_ref().map_or(patch.origin, |dest| dest.origin);
    let old: Vec<Node> = match dest.map(|dest| (dest.clone(), dest.body)) {
        None => Vec::new(),
        Some((_, Body::List(old))) => old.to_vec(),
        Some((dest, _)) => return Err(clash(&dest, patch)),
    };
    budget.spend(old.len() + items.len())?;
    let mut old: Vec<Option<Node>> = old.into_iter().map(Some).collect();
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, item) in old.iter().enumerate() {
        if let Some(key) = item.as_ref().and_then(|item| primary(item, keys)) {
            places.entry(key).or_default().push(at);
        }
    }
    let mut made = Vec::with_capacity(old.len() + items.len());
    for item in items {
        let hits = primary(item, keys).and_then(|key| places.get(&key));
        let hits = hits.into_iter().flatten();
        let at = hits.copied().find(|at| {
            old.get(*at).is_some_and(|old| old.as_ref().is_some_and(|old| agree(old, item, keys)))
        });
        let before = at.and_then(|at| old.get_mut(at)).and_then(Option::take);
        made.extend(merge_value(before, item, shape, &[], budget)?);
    }
    made.extend(old.into_iter().flatten());
    Ok(Some(Node { origin, body: Body::List(Arc::new(made)) }))
}

/// The value of the first key, by which an item is found.
fn primary(item: &Node, keys: &[&str]) -> Option<String> {
    match keys.first() {
        None | Some(&"") => item.letters(),
        Some(key) => item.get(key)?.letters(),
    }
}

/// Whether the further keys agree; one that is missing agrees with everything.
fn agree(a: &Node, b: &Node, keys: &[&str]) -> bool {
    keys.iter().skip(1).all(|key| {
        let letters = |node: &Node| node.get(key).and_then(Node::letters);
        match (letters(a), letters(b)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    })
}
