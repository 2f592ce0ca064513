//! What does a catalog entry lack? Fields of the component, and links.

use serde_json::{Map, Value};

use super::lines::{Insertion, behind, copied, insert};
use crate::domain::yaml::{self, Document, Schema, escape_token};

/// Mappings whose missing keys are added, from the outside in.
const MAPPINGS: &[&str] = &["", "/metadata", "/metadata/annotations", "/spec"];

pub(super) fn merge(own: &str, new: &str) -> Option<(String, Vec<String>)> {
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
        let missing = wanted.keys().filter(|key| !there.contains_key(*key));
        for key in missing {
            let pointer = format!("{mapping}/{}", escape_token(key));
            // Behind the last neighbour that has lines of its own.
            let (after, depth) = there
                .keys()
                .filter_map(|near| {
                    let at = format!("{mapping}/{}", escape_token(near));
                    behind(own, theirs, &at, Some(near))
                })
                .max()?;
            insertions.push(Insertion { after, lines: copied(new, ours, &pointer, depth) });
            gained.push(format!(
                "`{}`",
                pointer.trim_start_matches('/').replace('/', ".").replace("~1", "/")
            ));
        }
    }
    links(own, theirs, new, ours, &mut insertions, &mut gained)?;
    Some((insert(own, insertions), gained))
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
