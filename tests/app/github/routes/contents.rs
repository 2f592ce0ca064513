//! Files and folders by path.

use serde_json::{Value, json};

use super::git::wrapped_base64;
use super::{CONTENTS, Route, get};
use crate::github::call::{Call, Reply, encode};
use crate::github::git::{Mode, TreeEntry};
use crate::github::state::World;

pub const ROUTES: &[Route] = &[get("/repos/{owner}/{repo}/contents/{path}", CONTENTS, contents)];

const INLINE: usize = 1 << 20;
const LARGEST: usize = 100 << 20;
const FOLDER_ENTRIES: usize = 1_000;

fn contents(world: &mut World, call: &Call) -> Reply {
    let path = call.param("path").trim_matches('/');
    let Some(commit) = world.resolve(call.repo, call.query("ref").unwrap_or("HEAD")) else {
        let text = format!("No commit found for the ref {}", call.query("ref").unwrap_or("HEAD"));
        return Reply::error(404, &text);
    };
    let store = world.store(call.repo);
    let root = store.commit(&commit).expect("resolved").tree.clone();
    let Some(mut entry) = store.entry_at(&root, path) else { return Reply::not_found() };
    let reference = call.query("ref").unwrap_or(&world.repos[&call.repo].default_branch);
    if entry.mode == Mode::Directory {
        let entries = store.tree(&entry.sha).expect("a folder is a tree").clone();
        let rows = entries.iter().take(FOLDER_ENTRIES).map(|below| {
            let path = format!("{path}/{}", below.name);
            let kind = if below.mode == Mode::Submodule { "file" } else { kind(below.mode) };
            row(world, call.repo, path.trim_start_matches('/'), reference, below, kind)
        });
        return Reply::ok(Value::Array(rows.collect()));
    }
    // A link to a file of the same repository is followed without a word.
    if entry.mode == Mode::Symlink {
        let target = String::from_utf8_lossy(store.blob(&entry.sha).expect("a link")).into_owned();
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        match resolve_link(folder, &target).and_then(|path| store.entry_at(&root, &path)) {
            Some(found) if matches!(found.mode, Mode::File | Mode::Executable) => {
                entry = TreeEntry { name: entry.name, ..found };
            }
            _ => {
                let mut value = row(world, call.repo, path, reference, &entry, "symlink");
                value["target"] = json!(target);
                return Reply::ok(value);
            }
        }
    }
    if entry.mode == Mode::Submodule {
        let mut value = row(world, call.repo, path, reference, &entry, "submodule");
        value["submodule_git_url"] = json!("https://github.test/other/repo.git");
        return Reply::ok(value);
    }
    let bytes = store.blob(&entry.sha).expect("a file is a blob");
    if bytes.len() > LARGEST {
        return Reply::error(403, "This API returns blobs up to 100 MB in size.");
    }
    if call.accepts_raw() {
        return Reply::raw(bytes.to_vec());
    }
    let mut value = row(world, call.repo, path, reference, &entry, "file");
    let inline = bytes.len() <= INLINE;
    value["content"] = json!(if inline { wrapped_base64(bytes) } else { String::new() });
    value["encoding"] = json!(if inline { "base64" } else { "none" });
    Reply::ok(value)
}

fn kind(mode: Mode) -> &'static str {
    match mode {
        Mode::Directory => "dir",
        Mode::Symlink => "symlink",
        Mode::Submodule => "submodule",
        Mode::File | Mode::Executable => "file",
    }
}

fn row(
    world: &World,
    repo: u64,
    path: &str,
    reference: &str,
    entry: &TreeEntry,
    kind: &str,
) -> Value {
    let full_name = world.repos[&repo].full_name();
    let coded: Vec<String> = path.split('/').map(encode).collect();
    let api = format!(
        "{}/repos/{full_name}/contents/{}?ref={}",
        world.base,
        coded.join("/"),
        encode(reference)
    );
    let git = format!("{}/repos/{full_name}/git/{}s/{}", world.base, entry.mode.kind(), entry.sha);
    let html = format!("{}/{full_name}/blob/{reference}/{}", world.base, coded.join("/"));
    let size = world.store(repo).blob(&entry.sha).map_or(0, |bytes| bytes.len());
    json!({
        "type": kind, "name": entry.name, "path": path, "sha": entry.sha, "size": size, "url": api,
        "git_url": git, "html_url": html, "download_url": (kind == "file").then_some(&html),
        "_links": {"self": api, "git": git, "html": html},
    })
}

/// Where a link in `folder` leads; None outside the repository.
fn resolve_link(folder: &str, target: &str) -> Option<String> {
    if target.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop()?,
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
