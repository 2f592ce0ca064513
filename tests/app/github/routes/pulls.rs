//! Pull requests.

use serde_json::Value;

use super::commits::changes;
use super::{PULLS, Route, get};
use crate::github::call::{Call, Reply, paged};
use crate::github::git::FileDiff;
use crate::github::shapes;
use crate::github::state::{Pull, World};

pub const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/pulls", PULLS, list),
    get("/repos/{owner}/{repo}/pulls/{pull_number}", PULLS, one),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/files", PULLS, files),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/commits", PULLS, commits),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", PULLS, reviews),
    get("/repos/{owner}/{repo}/pulls/{pull_number}/comments", PULLS, remarks),
];

/// GitHub lists no more changed files of a pull request.
const FILES: usize = 3_000;

fn list(world: &mut World, call: &Call) -> Reply {
    let state = call.query("state").unwrap_or("open");
    let repo = &world.repos[&call.repo];
    let mut found: Vec<_> = repo
        .pulls
        .values()
        .filter(|pull| state == "all" || (state == "open") == pull.open)
        .filter(|pull| call.query("base").is_none_or(|base| pull.base_ref == base))
        .filter(|pull| {
            let owner = &world.repos[&pull.head_repo].owner;
            // Assumed: a head without "owner:" is ignored, so that everything matches.
            call.query("head")
                .filter(|head| head.contains(':'))
                .is_none_or(|head| head == format!("{owner}:{}", pull.head_ref))
        })
        .collect();
    if call.query("sort") == Some("updated") {
        found.sort_by_key(|pull| (pull.updated, pull.number));
    }
    if call.query("direction") != Some("asc") {
        found.reverse();
    }
    let rows = found.into_iter().map(|pull| shapes::pull(world, call.repo, pull)).collect();
    paged(call, &world.base, rows)
}

fn one(world: &mut World, call: &Call) -> Reply {
    match world.repos[&call.repo].pulls.get(&call.number("pull_number")) {
        Some(pull) => Reply::ok(shapes::pull(world, call.repo, pull)),
        None => Reply::not_found(),
    }
}

fn files(world: &mut World, call: &Call) -> Reply {
    let repo = &world.repos[&call.repo];
    let Some(pull) = repo.pulls.get(&call.number("pull_number")) else {
        return Reply::not_found();
    };
    let api = format!("{}/repos/{}", world.base, repo.full_name());
    let rows: Vec<Value> = changes_of(world, call.repo, pull)
        .iter()
        .take(FILES)
        .map(|diff| shapes::file(&api, &pull.head_sha, diff))
        .collect();
    paged(call, &world.base, rows)
}

/// What a pull request does to the files.
pub fn changes_of(world: &World, repo: u64, pull: &Pull) -> Vec<FileDiff> {
    let fork = world.store(repo).merge_base(&pull.base_sha, &pull.head_sha);
    changes(world, repo, fork.as_deref(), &pull.head_sha)
}

fn commits(world: &mut World, call: &Call) -> Reply {
    let repo = &world.repos[&call.repo];
    let Some(pull) = repo.pulls.get(&call.number("pull_number")) else {
        return Reply::not_found();
    };
    let store = world.store(call.repo);
    let rows = store
        .commits_between(&pull.base_sha, &pull.head_sha)
        .iter()
        .filter_map(|sha| store.commit(sha))
        .take(250)
        .map(|commit| shapes::commit(world, call.repo, commit, None))
        .collect();
    paged(call, &world.base, rows)
}

fn reviews(world: &mut World, call: &Call) -> Reply {
    let repo = &world.repos[&call.repo];
    let Some(pull) = repo.pulls.get(&call.number("pull_number")) else {
        return Reply::not_found();
    };
    let rows = pull.reviews.iter().map(|review| shapes::review(world, call.repo, pull, review));
    paged(call, &world.base, rows.collect())
}

fn remarks(world: &mut World, call: &Call) -> Reply {
    let repo = &world.repos[&call.repo];
    let Some(pull) = repo.pulls.get(&call.number("pull_number")) else {
        return Reply::not_found();
    };
    let rows = pull.remarks.iter().map(|author| shapes::remark(world, call.repo, pull, author));
    paged(call, &world.base, rows.collect())
}
