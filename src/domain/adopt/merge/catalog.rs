//! What does a catalog entry lack? Fields of the component, and links.

use serde_json::{Map, Value};

use super::Outcome;
use super::lines::{Insertion, behind, copied, insert};
use crate::domain::yaml::{self, Document, Schema, escape_token};

/// Mappings whose missing keys are added, from the outside in.
const MAPPINGS: &[&str] = &["", "/metadata", "/metadata/annotations", "/spec"];

pub(super) fn merge(own: &str, new: &str) -> Option<Outcome> {
    let (theirs, ours) = (yaml::load(own, Schema::Core12), yaml::load(new, Schema::Core12));
    if theirs.error.is_some() {
        return None;
    }
    let component = |document: &&Document| document.value["kind"] == "Component";
    let ours = ours.documents.iter().find(component)?;
    let theirs = theirs.documents.iter().find(component)?;
    let mut insertions = Vec::new();
    let mut gained = Vec::new();
    for mapping in MAPPINGS {
        let (Some(wanted), Some(there)) =
            (object(&ours.value, mapping), object(&theirs.value, mapping))
        else {
            continue;
        };
        let at = |key: &str| format!("{mapping}/{}", escape_token(key));
        let mut keys: Vec<&String> = wanted.keys().collect();
        keys.sort_by_key(|key| ours.spans.lines(&at(key)));
        for (number, key) in keys.iter().enumerate().filter(|(_, key)| !there.contains_key(**key)) {
            // Behind the neighbour that it follows in ours; else behind the last one.
            let place = |near: &str| behind(own, theirs, &at(near), Some(near));
            let before = keys[..number].iter().rev().find(|near| there.contains_key(**near));
            let (after, depth) = before
                .and_then(|near| place(near))
                .or_else(|| there.keys().filter_map(|near| place(near)).max())?;
            let pointer = at(key);
            insertions.push(Insertion { after, lines: copied(new, ours, &pointer, depth) });
            let words = pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/");
            gained.push(format!("`{words}`"));
        }
    }
    links(own, theirs, new, ours, &mut insertions, &mut gained)?;
    Some(Outcome::Merged(insert(own, insertions), gained))
}

/// Adds links whose kind (type or title) no link has.
fn links(
    own: &str,
    theirs: &Document,
    new: &str,
    ours: &Document,
    insertions: &mut Vec<Insertion>,
    gained: &mut Vec<String>,
) -> Option<()> {
    let list = |document: &Document| {
        document.value.pointer("/metadata/links").and_then(Value::as_array).cloned()
    };
    let (Some(wanted), Some(there)) = (list(ours), list(theirs)) else { return Some(()) };
    let words = |link: &Value| {
        let word = |key: &str| link[key].as_str().unwrap_or_default().to_lowercase();
        format!("{} {}", word("type"), word("title"))
    };
    for (number, link) in wanted.iter().enumerate() {
        let kind = link["type"].as_str().unwrap_or_default();
        if there.iter().any(|known| words(known).contains(kind)) {
            continue;
        }
        let last = format!("/metadata/links/{}", there.len().checked_sub(1)?);
        let (after, depth) = behind(own, theirs, &last, None)?;
        let lines = copied(new, ours, &format!("/metadata/links/{number}"), depth);
        insertions.push(Insertion { after, lines });
        gained.push(format!("a link to the {kind}"));
    }
    Some(())
}

fn object<'v>(value: &'v Value, pointer: &str) -> Option<&'v Map<String, Value>> {
    value.pointer(pointer).and_then(Value::as_object)
}
