//! `pullRequests(states:, baseRefName:, first:, after:, orderBy:)`: merged ones, by their last
//! change.

use serde_json::{Value, json};

use super::Walk;
use super::parse::Field;
use crate::github::clock::stamp;
use crate::github::git::{FileDiff, FileStatus};
use crate::github::routes::changes_of;
use crate::github::state::Pull;

pub fn pull_requests(walk: &mut Walk, repo: u64, field: &Field) -> Value {
    let world = walk.world;
    let argument = |name: &str| field.arguments.get(name).and_then(Value::as_str);
    let first = field.arguments.get("first").and_then(Value::as_u64).unwrap_or(0) as usize;
    if argument("states") != Some("MERGED") || !(1..=100).contains(&first) {
        walk.faults.push("pullRequests: only merged ones, 1 to 100 at once".into());
        return Value::Null;
    }
    let base = argument("baseRefName").map(str::to_owned);
    let after: usize = argument("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let here = &world.repos[&repo];
    let mut merged: Vec<&Pull> = here
        .pulls
        .values()
        .filter(|pull| pull.merged && base.as_ref().is_none_or(|base| *base == pull.base_ref))
        .collect();
    merged.sort_by_key(|pull| std::cmp::Reverse((pull.updated, pull.number)));
    let end = (after + first).min(merged.len());
    let page: Vec<Pull> =
        merged.get(after..end).unwrap_or_default().iter().map(|pull| (*pull).clone()).collect();
    let more = end < merged.len();
    walk.select(
        "PullRequestConnection",
        &field.fields,
        &mut |walk, field| match field.name.as_str() {
            "pageInfo" => {
                walk.select("PageInfo", &field.fields, &mut |walk, field| match field.name.as_str()
                {
                    "hasNextPage" => json!(more),
                    "endCursor" => json!(end.to_string()),
                    _ => walk.unknown("PageInfo", field),
                })
            }
            "nodes" => page.iter().map(|pull| one(walk, repo, pull, field)).collect(),
            _ => walk.unknown("PullRequestConnection", field),
        },
    )
}

fn one(walk: &mut Walk, repo: u64, pull: &Pull, field: &Field) -> Value {
    let world = walk.world;
    let issue = &world.repos[&repo].issues[&pull.number];
    let changed = changes_of(world, repo, pull);
    walk.select("PullRequest", &field.fields, &mut |walk, field| match field.name.as_str() {
        "number" => json!(pull.number),
        "title" => json!(issue.title),
        "body" => json!(issue.body),
        "mergedAt" => json!(stamp(pull.updated)),
        "mergeCommit" => walk.select("Commit", &field.fields, &mut |walk, field| {
            if field.name == "oid" { json!(pull.merge_sha) } else { walk.unknown("Commit", field) }
        }),
        "author" => {
            let kind = world.accounts.get(&pull.author).map_or("User", |account| account.kind);
            walk.select(kind, &field.fields, &mut |walk, field| match field.name.as_str() {
                "login" => json!(pull.author.trim_end_matches("[bot]")),
                _ => walk.unknown(kind, field),
            })
        }
        "changedFiles" => json!(changed.len()),
        "files" => {
            let first = field.arguments.get("first").and_then(Value::as_u64).unwrap_or(0) as usize;
            let files = &changed[..changed.len().min(first)];
            let inner = &field.fields;
            walk.select("PullRequestChangedFileConnection", inner, &mut |walk, field| {
                if field.name == "nodes" {
                    files.iter().map(|diff| file(walk, diff, field)).collect()
                } else {
                    walk.unknown("PullRequestChangedFileConnection", field)
                }
            })
        }
        _ => walk.unknown("PullRequest", field),
    })
}

fn file(walk: &mut Walk, diff: &FileDiff, field: &Field) -> Value {
    let kind = match diff.status {
        FileStatus::Added => "ADDED",
        FileStatus::Removed => "DELETED",
        FileStatus::Modified => "MODIFIED",
        FileStatus::Renamed => "RENAMED",
    };
    let fields = &field.fields;
    walk.select("PullRequestChangedFile", fields, &mut |walk, field| match field.name.as_str() {
        "path" => json!(diff.path),
        "additions" => json!(diff.additions),
        "deletions" => json!(diff.deletions),
        "changeType" => json!(kind),
        _ => walk.unknown("PullRequestChangedFile", field),
    })
}
