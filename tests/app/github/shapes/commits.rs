//! Commits and changed files.

use serde_json::{Value, json};

use super::account;
use crate::github::call::encode;
use crate::github::clock::stamp;
use crate::github::git::{Commit, FileDiff};
use crate::github::sample::fill;
use crate::github::state::World;

fn person(commit: &Commit) -> Value {
    json!({"name": commit.author, "email": commit.email(), "date": stamp(commit.when)})
}

/// Whoever pressed a button did not commit: GitHub did.
fn committer(commit: &Commit) -> Value {
    match commit.by_button {
        true => {
            json!({"name": "GitHub", "email": "noreply@github.com", "date": stamp(commit.when)})
        }
        false => person(commit),
    }
}

/// An address that belongs to no account.
fn account_of(world: &World, commit: &Commit) -> Value {
    if commit.author.contains('@') { Value::Null } else { account(world, &commit.author) }
}

fn parents(api: &str, commit: &Commit) -> Value {
    commit
        .parents
        .iter()
        .map(|sha| {
            json!({"sha": sha, "url": format!("{api}/commits/{sha}"),
                   "html_url": format!("{api}/commit/{sha}")})
        })
        .collect()
}

fn verification() -> Value {
    json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null,
           "verified_at": null})
}

/// `GET …/commits/{ref}` and the rows of lists. `files`: None for rows.
pub fn commit(world: &World, repo: u64, commit: &Commit, files: Option<&[FileDiff]>) -> Value {
    let api = format!("{}/repos/{}", world.base, world.repos[&repo].full_name());
    let sha = &commit.sha;
    let mut value = fill(
        "commit",
        json!({
            "sha": sha, "node_id": format!("C_fake{sha}"), "url": format!("{api}/commits/{sha}"),
            "html_url": format!("{api}/commit/{sha}"),
            "comments_url": format!("{api}/commits/{sha}/comments"),
            "commit": {
                "author": person(commit), "committer": committer(commit), "message": commit.message,
                "tree": {"sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree)},
                "url": format!("{api}/git/commits/{sha}"), "comment_count": 0,
                "verification": verification(),
            },
            "author": account_of(world, commit), "committer": account_of(world, commit),
            "parents": parents(&api, commit),
        }),
    );
    if let Some(files) = files {
        let (plus, minus) = files
            .iter()
            .fold((0, 0), |(plus, minus), file| (plus + file.additions, minus + file.deletions));
        value["stats"] = json!({"additions": plus, "deletions": minus, "total": plus + minus});
        value["files"] = files.iter().map(|diff| file(&api, sha, diff)).collect();
    }
    value
}

/// `GET …/git/commits/{sha}`.
pub fn git_commit(world: &World, repo: u64, commit: &Commit) -> Value {
    let api = format!("{}/repos/{}", world.base, world.repos[&repo].full_name());
    let sha = &commit.sha;
    json!({
        "sha": sha, "node_id": format!("C_fake{sha}"), "url": format!("{api}/git/commits/{sha}"),
        "html_url": format!("{api}/commit/{sha}"), "author": person(commit),
        "committer": person(commit), "message": commit.message,
        "tree": {"sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree)},
        "parents": parents(&api, commit), "verification": verification(),
    })
}

/// As `push`, `merge_group` and check suites show a commit.
pub fn short_commit(world: &World, commit: &Commit) -> Value {
    let who = json!({"name": commit.author, "email": commit.email(), "username": commit.author});
    json!({
        "id": commit.sha, "tree_id": commit.tree, "message": commit.message, "distinct": true,
        "timestamp": stamp(commit.when), "url": format!("{}/commit/{}", world.base, commit.sha),
        "author": who, "committer": who, "added": [], "removed": [], "modified": [],
    })
}

/// One changed file of a commit, a comparison or a pull request.
pub fn file(api: &str, sha: &str, diff: &FileDiff) -> Value {
    let path: Vec<String> = diff.path.split('/').map(encode).collect();
    let path = path.join("/");
    let mut value = json!({
        "sha": diff.sha, "filename": diff.path, "status": diff.status.word(),
        "additions": diff.additions, "deletions": diff.deletions,
        "changes": diff.additions + diff.deletions,
        "blob_url": format!("{api}/blob/{sha}/{path}"), "raw_url": format!("{api}/raw/{sha}/{path}"),
        "contents_url": format!("{api}/contents/{path}?ref={sha}"),
    });
    if let Some(patch) = &diff.patch {
        value["patch"] = json!(patch);
    }
    if let Some(previous) = &diff.previous {
        value["previous_filename"] = json!(previous);
    }
    value
}
