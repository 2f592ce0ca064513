//! Pull requests.

use serde_json::{Value, json};

use super::{account, node_id, small_repo};
use crate::github::clock::stamp;
use crate::github::git::diff_trees;
use crate::github::sample::{fill, overlay};
use crate::github::state::{Pull, Review, World};
use crate::github::verbs::DEVELOPER;

/// The full pull request, good for lists and webhooks too.
pub fn pull(world: &World, repo: u64, pull: &Pull) -> Value {
    let here = &world.repos[&repo];
    let (base, full_name, number) = (&world.base, here.full_name(), pull.number);
    let api = format!("{base}/repos/{full_name}/pulls/{number}");
    let issue_api = format!("{base}/repos/{full_name}/issues/{number}");
    let html = format!("{base}/{full_name}/pull/{number}");
    let issue = &here.issues[&number];
    let store = world.store(repo);
    let fork = store.merge_base(&pull.base_sha, &pull.head_sha);
    let files =
        |sha: &str| store.commit(sha).map(|commit| store.flat(&commit.tree)).unwrap_or_default();
    let changed = fork.map(|fork| diff_trees(store, &files(&fork), &files(&pull.head_sha)));
    let changed = changed.unwrap_or_default();
    let statuses = format!("{base}/repos/{full_name}/statuses/{}", pull.head_sha);
    let closed = (!pull.open).then(|| stamp(pull.updated));
    let side = |repo: u64, reference: &str, sha: &str| {
        let owner = &world.repos[&repo].owner;
        json!({"label": format!("{owner}:{reference}"), "ref": reference, "sha": sha,
               "user": account(world, owner), "repo": small_repo(world, repo)})
    };
    let association = here.roles.get(&pull.author).map_or("CONTRIBUTOR", |_| "MEMBER");
    let mut value = fill(
        "pull-request",
        json!({
            "id": pull.id, "node_id": node_id("PR", pull.id), "number": number,
            "state": if pull.open { "open" } else { "closed" }, "locked": false,
            "title": issue.title, "body": issue.body, "user": account(world, &pull.author),
            "url": api, "html_url": html, "issue_url": issue_api,
            "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch"),
            "commits_url": format!("{api}/commits"),
            "review_comments_url": format!("{api}/comments"),
            "review_comment_url": format!("{api}/comments{{/number}}"),
            "comments_url": format!("{issue_api}/comments"), "statuses_url": statuses,
            "_links": {
                "self": {"href": api}, "html": {"href": html}, "issue": {"href": issue_api},
                "comments": {"href": format!("{issue_api}/comments")},
                "review_comments": {"href": format!("{api}/comments")},
                "review_comment": {"href": format!("{api}/comments{{/number}}")},
                "commits": {"href": format!("{api}/commits")}, "statuses": {"href": statuses},
            },
        }),
    );
    overlay(
        &mut value,
        json!({
            "head": side(pull.head_repo, &pull.head_ref, &pull.head_sha),
            "base": side(repo, &pull.base_ref, &pull.base_sha),
            "draft": pull.draft, "labels": [], "assignee": null, "assignees": [],
            "requested_reviewers": [], "requested_teams": [], "milestone": null,
            "author_association": association, "auto_merge": null, "active_lock_reason": null,
            "created_at": stamp(pull.created), "updated_at": stamp(pull.updated),
            "closed_at": closed, "merged_at": if pull.merged { closed.clone() } else { None },
        }),
    );
    overlay(
        &mut value,
        json!({
            "merged": pull.merged, "merged_by": if pull.merged { account(world, DEVELOPER) } else { Value::Null },
            "merge_commit_sha": pull.merge_sha,
            "mergeable": null, "mergeable_state": "unknown", "rebaseable": null,
            "maintainer_can_modify": false, "comments": issue.comments.len(), "review_comments": pull.remarks.len(),
            "commits": store.commits_between(&pull.base_sha, &pull.head_sha).len(),
            "additions": changed.iter().map(|file| file.additions).sum::<usize>(),
            "deletions": changed.iter().map(|file| file.deletions).sum::<usize>(),
            "changed_files": changed.len(),
        }),
    );
    value
}

/// A submitted review, as the API spells it.
pub fn review(world: &World, repo: u64, pull: &Pull, review: &Review) -> Value {
    let (base, full_name) = (&world.base, world.repos[&repo].full_name());
    let html = format!("{base}/{full_name}/pull/{}#review-{}", pull.number, review.id);
    let api = format!("{base}/repos/{full_name}/pulls/{}", pull.number);
    json!({
        "id": review.id, "node_id": node_id("PRR", review.id), "body": "",
        "user": account(world, &review.author), "state": review.state,
        "commit_id": review.commit, "submitted_at": stamp(review.submitted),
        "html_url": html, "pull_request_url": api, "author_association": "MEMBER",
        "_links": {"html": {"href": html}, "pull_request": {"href": api}},
    })
}

/// A comment on a line.
pub fn remark(world: &World, repo: u64, pull: &Pull, author: &str) -> Value {
    let api = format!("{}/repos/{}", world.base, world.repos[&repo].full_name());
    fill(
        "pull-request-review-comment",
        json!({
            "user": account(world, author), "body": "Why?", "path": "src/a.rs",
            "commit_id": pull.head_sha, "pull_request_url": format!("{api}/pulls/{}", pull.number),
        }),
    )
}
