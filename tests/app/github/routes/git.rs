//! Git's own objects: trees, blobs, commits, references.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{CONTENTS, Route, get};
use crate::github::call::{Call, Reply};
use crate::github::git::{Mode, TreeEntry};
use crate::github::shapes;
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/git/trees/{tree_sha}", CONTENTS, tree),
    get("/repos/{owner}/{repo}/git/blobs/{file_sha}", CONTENTS, blob),
    get("/repos/{owner}/{repo}/git/commits/{commit_sha}", CONTENTS, commit),
    get("/repos/{owner}/{repo}/git/ref/{ref}", CONTENTS, reference),
    get("/repos/{owner}/{repo}/git/matching-refs/{ref}", CONTENTS, matching),
];

/// GitHub's cap on a blob.
const BLOB_BYTES: usize = 100 << 20;

fn tree(world: &mut World, call: &Call) -> Reply {
    let asked = call.param("tree_sha");
    let store = world.store(call.repo);
    let root = match store.tree(asked) {
        Some(_) => Some(asked.to_string()),
        None => world
            .resolve(call.repo, asked)
            .and_then(|sha| store.commit(&sha).map(|commit| commit.tree.clone())),
    };
    let Some(root) = root else { return Reply::not_found() };
    let api = format!("{}/repos/{}/git", world.base, world.repos[&call.repo].full_name());
    let row = |path: &str, entry: &TreeEntry| {
        let mut row = json!({"path": path, "mode": entry.mode.digits(), "type": entry.mode.kind(),
                             "sha": entry.sha});
        match entry.mode {
            Mode::Submodule => {}
            Mode::Directory => row["url"] = json!(format!("{api}/trees/{}", entry.sha)),
            _ => {
                row["size"] = json!(store.blob(&entry.sha).map_or(0, |bytes| bytes.len()));
                row["url"] = json!(format!("{api}/blobs/{}", entry.sha));
            }
        }
        row
    };
    let mut rows: Vec<Value> = Vec::new();
    let mut truncated = false;
    // Any value at all means recursive, "0" and "false" included.
    if call.query("recursive").is_some() {
        let mut bytes = 0;
        let (most, most_bytes) = (world.options.tree_entries, world.options.tree_bytes);
        store.walk(&root, &mut |path, entry| {
            bytes += path.len() + api.len() + 130;
            truncated |= rows.len() >= most || bytes > most_bytes;
            if !truncated {
                rows.push(row(path, entry));
            }
        });
    } else {
        let entries = store.tree(&root).expect("just found");
        rows.extend(entries.iter().map(|entry| row(&entry.name, entry)));
    }
    Reply::ok(json!({"sha": root, "url": format!("{api}/trees/{root}"), "tree": rows,
                     "truncated": truncated}))
}

fn blob(world: &mut World, call: &Call) -> Reply {
    let sha = call.param("file_sha");
    let Some(bytes) = world.store(call.repo).blob(sha) else { return Reply::not_found() };
    if bytes.len() > BLOB_BYTES {
        return Reply::error(
            403,
            "This blob is too large. The API supports blobs of up to 100 MB.",
        );
    }
    if call.accepts_raw() {
        return Reply::raw(bytes.to_vec());
    }
    let api = format!("{}/repos/{}/git", world.base, world.repos[&call.repo].full_name());
    Reply::ok(json!({
        "sha": sha, "node_id": format!("B_fake{sha}"), "size": bytes.len(),
        "url": format!("{api}/blobs/{sha}"), "content": wrapped_base64(bytes), "encoding": "base64",
    }))
}

/// Base64 in lines of 60 characters, as GitHub sends it.
pub fn wrapped_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for line in STANDARD.encode(bytes).as_bytes().chunks(60) {
        out.extend(line.iter().map(|byte| char::from(*byte)));
        out.push('\n');
    }
    out
}

fn commit(world: &mut World, call: &Call) -> Reply {
    match world.store(call.repo).commit(call.param("commit_sha")) {
        Some(commit) => Reply::ok(shapes::git_commit(world, call.repo, commit)),
        None => Reply::not_found(),
    }
}

fn reference(world: &mut World, call: &Call) -> Reply {
    let name = format!("refs/{}", call.param("ref"));
    let repo = &world.repos[&call.repo];
    let Some(sha) = repo.refs.get(&name) else { return Reply::not_found() };
    let api = format!("{}/repos/{}/git", world.base, repo.full_name());
    Reply::ok(json!({
        "ref": name, "node_id": format!("REF_fake{sha}"), "url": format!("{api}/{name}"),
        "object": {"type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}")},
    }))
}

fn matching(world: &mut World, call: &Call) -> Reply {
    let start = format!("refs/{}", call.param("ref"));
    let repo = &world.repos[&call.repo];
    if repo.refs.is_empty() {
        return Reply::error(409, "Git Repository is empty.");
    }
    let api = format!("{}/repos/{}/git", world.base, repo.full_name());
    let row = |(name, sha): (&String, &String)| {
        json!({"ref": name, "node_id": format!("REF_fake{sha}"), "url": format!("{api}/{name}"),
               "object": {"type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}")}})
    };
    let rows = repo.refs.iter().filter(|(name, _)| name.starts_with(&start)).map(row);
    Reply::ok(Value::Array(rows.collect()))
}
