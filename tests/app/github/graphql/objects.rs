//! Git objects as GraphQL shows them.

use serde_json::{Value, json};

use super::Walk;
use super::parse::Field;
use crate::github::git::{Mode, Object, Sha};

/// Longer text is cut and marked `isTruncated`. An assumption: GitHub documents the flag, not the number.
const TEXT: usize = 512_000;

/// `object(oid:)` or `object(expression:)`; null when there is none.
pub fn object(walk: &mut Walk, repo: u64, field: &Field) -> Value {
    let world = walk.world;
    let sha = match field.arguments.get("oid").and_then(Value::as_str) {
        Some(oid) if oid.len() == 40 && oid.bytes().all(|b| b.is_ascii_hexdigit()) => {
            Some(oid.into())
        }
        Some(oid) => {
            let text = format!(
                "Argument 'oid' has an invalid value ({oid:?}). Expected type 'GitObjectID'."
            );
            walk.faults.push(text.clone());
            walk.errors.push(json!({"message": text}));
            return Value::Null;
        }
        None => {
            let expression = walk.text_argument(field, "expression");
            match expression.split_once(':') {
                Some((commit, path)) => world.resolve(repo, commit).and_then(|sha| {
                    let root = world.store(repo).commit(&sha)?.tree.clone();
                    world.store(repo).entry_at(&root, path).map(|entry| entry.sha)
                }),
                None => world.resolve(repo, &expression),
            }
        }
    };
    sha.map_or(Value::Null, |sha| show(walk, repo, &sha, &field.fields))
}

pub fn show(walk: &mut Walk, repo: u64, sha: &Sha, fields: &[Field]) -> Value {
    let world = walk.world;
    let common = |field: &Field| match field.name.as_str() {
        "oid" => Some(json!(sha)),
        "abbreviatedOid" => Some(json!(sha[..7])),
        "id" => Some(json!(format!("GO_fake{sha}"))),
        _ => None,
    };
    match world.store(repo).get(sha) {
        None => Value::Null,
        Some(Object::Blob(bytes)) => {
            walk.select("Blob", fields, &mut |walk, field| {
                let binary = bytes.iter().take(8_000).any(|byte| *byte == 0);
                match field.name.as_str() {
                    "byteSize" => json!(bytes.len()),
                    "isBinary" => json!(binary),
                    "isTruncated" => json!(bytes.len() > TEXT),
                    "text" if binary => Value::Null,
                    // Invalid UTF-8 is replaced without a word: only the hash tells.
                    "text" => json!(String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT)])),
                    _ => common(field).unwrap_or_else(|| walk.unknown("Blob", field)),
                }
            })
        }
        Some(Object::Commit(commit)) => {
            walk.select("Commit", fields, &mut |walk, field| match field.name.as_str() {
                "tree" => show(walk, repo, &commit.tree, &field.fields),
                "message" => json!(commit.message),
                "messageHeadline" => json!(commit.message.lines().next().unwrap_or_default()),
                _ => common(field).unwrap_or_else(|| walk.unknown("Commit", field)),
            })
        }
        Some(Object::Tree(entries)) => {
            walk.select("Tree", fields, &mut |walk, field| match field.name.as_str() {
                "entries" => entries
                    .iter()
                    .map(|entry| {
                        walk.select("TreeEntry", &field.fields, &mut |walk, field| match field
                            .name
                            .as_str()
                        {
                            "name" | "path" => json!(entry.name),
                            "oid" => json!(entry.sha),
                            "type" => json!(entry.mode.kind()),
                            "mode" => json!(mode_number(entry.mode)),
                            "object" if entry.mode == Mode::Submodule => Value::Null,
                            "object" => show(walk, repo, &entry.sha, &field.fields),
                            _ => walk.unknown("TreeEntry", field),
                        })
                    })
                    .collect(),
                _ => common(field).unwrap_or_else(|| walk.unknown("Tree", field)),
            })
        }
    }
}

fn mode_number(mode: Mode) -> u32 {
    u32::from_str_radix(mode.digits(), 8).expect("modes are octal")
}
