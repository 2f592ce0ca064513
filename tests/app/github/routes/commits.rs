//! Commits, comparisons, which pull requests a commit belongs to.

use serde_json::{Value, json};

use super::{CONTENTS, PULLS, Route, get};
use crate::github::call::{Call, Reply, page, paged, with_link};
use crate::github::clock::stamp;
use crate::github::git::{Commit, FileDiff, Flat, Sha, diff_trees};
use crate::github::shapes;
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/commits", CONTENTS, list),
    get("/repos/{owner}/{repo}/commits/{ref}", CONTENTS, commit),
    get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", PULLS, pulls),
    get("/repos/{owner}/{repo}/compare/{basehead}", CONTENTS, compare),
];

/// GitHub shows at most so many files of a comparison or on a page of a commit.
const FILES: usize = 300;

fn files_of(world: &World, repo: u64, sha: &str) -> Flat {
    let store = world.store(repo);
    store.commit(sha).map(|commit| store.flat(&commit.tree)).unwrap_or_default()
}

/// What `to` changed since `from` (None: everything is new).
pub fn changes(world: &World, repo: u64, from: Option<&str>, to: &str) -> Vec<FileDiff> {
    let old = from.map(|sha| files_of(world, repo, sha)).unwrap_or_default();
    diff_trees(world.store(repo), &old, &files_of(world, repo, to))
}

fn commit(world: &mut World, call: &Call) -> Reply {
    let found = world.resolve(call.repo, call.param("ref"));
    let Some(commit) = found.and_then(|sha| world.store(call.repo).commit(&sha).cloned()) else {
        return Reply::error(422, &format!("No commit found for SHA: {}", call.param("ref")));
    };
    let mut files =
        changes(world, call.repo, commit.parents.first().map(String::as_str), &commit.sha);
    files.truncate(FILES);
    Reply::ok(shapes::commit(world, call.repo, &commit, Some(&files)))
}

/// A branch's commits, merged ones among them, newest first.
fn list(world: &mut World, call: &Call) -> Reply {
    let Some(tip) = world.resolve(call.repo, call.query("sha").unwrap_or("HEAD")) else {
        return Reply::error(409, "Git Repository is empty.");
    };
    let store = world.store(call.repo);
    let since = call.query("since").unwrap_or_default();
    let mut found: Vec<&Commit> = store
        .commits_between("", &tip)
        .iter()
        .filter_map(|sha| store.commit(sha))
        .filter(|commit| stamp(commit.when).as_str() >= since)
        .collect();
    found.reverse();
    let rows = found.iter().map(|one| shapes::commit(world, call.repo, one, None)).collect();
    paged(call, &world.base, rows)
}

fn pulls(world: &mut World, call: &Call) -> Reply {
    let sha = call.param("commit_sha").to_string();
    let repo = &world.repos[&call.repo];
    let store = world.store(call.repo);
    let all: Vec<Value> = repo
        .pulls
        .values()
        .filter(|pull| pull.open || pull.merged)
        .filter(|pull| {
            pull.head_sha == sha
                || pull.landed.contains(&sha)
                // The merge commit of it.
                || pull.merged
                    && store.commit(&sha).is_some_and(|c| c.parents.get(1) == Some(&pull.head_sha))
                || store.commits_between(&pull.base_sha, &pull.head_sha).contains(&sha)
        })
        .map(|pull| shapes::pull(world, call.repo, pull))
        .collect();
    paged(call, &world.base, all)
}

fn compare(world: &mut World, call: &Call) -> Reply {
    let text = call.param("basehead");
    let ends = text.split_once("...").and_then(|(base, head)| {
        Some((world.resolve(call.repo, base)?, world.resolve(call.repo, head)?))
    });
    let Some((base, head)) = ends else { return Reply::not_found() };
    let store = world.store(call.repo);
    let Some(fork) = store.merge_base(&base, &head) else {
        return Reply::error(404, &format!("No common ancestor between {base} and {head}."));
    };
    let known = |sha: &Sha| -> &Commit { store.commit(sha).expect("commits refer to commits") };
    let ahead = store.commits_between(&base, &head);
    let behind = store.commits_between(&head, &base).len();
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let first_page = call.query("page").is_none_or(|page| page == "1");
    let api = format!("{}/repos/{}", world.base, world.repos[&call.repo].full_name());
    let files: Vec<Value> = changes(world, call.repo, Some(&fork), &head)
        .iter()
        .take(if first_page { FILES } else { 0 })
        .map(|diff| shapes::file(&api, &head, diff))
        .collect();
    let rows: Vec<Value> =
        ahead.iter().map(|sha| shapes::commit(world, call.repo, known(sha), None)).collect();
    let (total, url) = (rows.len(), format!("{api}/compare/{text}"));
    // At most 250 commits unpaged; that they are the newest is assumed.
    let (rows, link) = match call.query("page").or(call.query("per_page")) {
        Some(_) => page(call, &world.base, rows),
        None => (rows.into_iter().rev().take(250).rev().collect(), None),
    };
    let body = json!({
        "url": url, "html_url": url, "permalink_url": url, "diff_url": format!("{url}.diff"),
        "patch_url": format!("{url}.patch"), "status": status, "ahead_by": total,
        "behind_by": behind, "total_commits": total, "commits": rows, "files": files,
        "base_commit": shapes::commit(world, call.repo, known(&base), None),
        "merge_base_commit": shapes::commit(world, call.repo, known(&fork), None),
    });
    with_link(Reply::ok(body), link)
}
