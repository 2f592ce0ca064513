//! Issues, comments and reactions.

use serde_json::{Value, json};

use super::{BOT, account, node_id};
use crate::github::clock::stamp;
use crate::github::sample::fill;
use crate::github::state::{Comment, Issue, World};

fn association(world: &World, repo: u64, login: &str) -> &'static str {
    let known = world.repos[&repo].roles.contains_key(login) || login == BOT;
    // Members of a private organisation show as contributors, too: never trust this field.
    if known { "CONTRIBUTOR" } else { "NONE" }
}

pub fn issue(world: &World, repo: u64, issue: &Issue) -> Value {
    let here = &world.repos[&repo];
    let (base, full_name, number) = (&world.base, here.full_name(), issue.number);
    let api = format!("{base}/repos/{full_name}/issues/{number}");
    let is_pull = here.pulls.contains_key(&number);
    let folder = if is_pull { "pull" } else { "issues" };
    let html = format!("{base}/{full_name}/{folder}/{number}");
    let mut value = fill(
        "issue",
        json!({
            "id": issue.id, "node_id": node_id("I", issue.id), "number": number, "url": api,
            "html_url": html, "repository_url": format!("{base}/repos/{full_name}"),
            "labels_url": format!("{api}/labels{{/name}}"),
            "comments_url": format!("{api}/comments"), "events_url": format!("{api}/events"),
            "title": issue.title, "body": issue.body, "user": account(world, &issue.author),
            "state": if issue.open { "open" } else { "closed" }, "state_reason": null,
            "locked": false, "active_lock_reason": null, "assignee": null, "assignees": [],
            "milestone": null, "reactions": reactions(&api, &[]), "comments": issue.comments.len(),
            "labels": issue.labels.iter().map(|name| label(&api, name)).collect::<Vec<_>>(),
            "author_association": association(world, repo, &issue.author),
            "created_at": stamp(issue.created), "updated_at": stamp(issue.updated),
            "closed_at": (!issue.open).then(|| stamp(issue.updated)),
        }),
    );
    if is_pull {
        let api = format!("{base}/repos/{full_name}/pulls/{number}");
        value["pull_request"] = json!({"url": api, "html_url": html, "merged_at": null,
            "diff_url": format!("{html}.diff"), "patch_url": format!("{html}.patch")});
    }
    value
}

/// The summary of reactions that comments and issues carry.
fn reactions(api: &str, given: &[(String, String)]) -> Value {
    let mut value = json!({"url": format!("{api}/reactions"), "total_count": given.len()});
    for word in ["+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"] {
        value[word] = json!(given.iter().filter(|(_, content)| content == word).count());
    }
    value
}

/// A label as events name it.
pub fn issue_label(world: &World, repo: u64, name: &str) -> Value {
    label(&format!("{}/repos/{}", world.base, world.repos[&repo].full_name()), name)
}

fn label(api: &str, name: &str) -> Value {
    json!({"id": 1, "node_id": "LA_fake1", "url": format!("{api}/labels/{name}"), "name": name,
           "color": "ededed", "default": false, "description": null})
}

pub fn comment(world: &World, repo: u64, number: u64, comment: &Comment) -> Value {
    let full_name = world.repos[&repo].full_name();
    let (base, id) = (&world.base, comment.id);
    let api = format!("{base}/repos/{full_name}/issues/comments/{id}");
    fill(
        "issue-comment",
        json!({
            "id": id, "node_id": node_id("IC", id), "body": comment.body,
            "url": api, "reactions": reactions(&api, &comment.reactions),
            "html_url": format!("{base}/{full_name}/issues/{number}#issuecomment-{id}"),
            "issue_url": format!("{base}/repos/{full_name}/issues/{number}"),
            "user": account(world, &comment.author),
            "author_association": association(world, repo, &comment.author),
            "created_at": stamp(comment.created), "updated_at": stamp(comment.updated),
            "performed_via_github_app": null,
        }),
    )
}

pub fn reaction(world: &World, id: u64, login: &str, content: &str) -> Value {
    json!({"id": id, "node_id": node_id("RE", id), "user": account(world, login),
           "content": content, "created_at": stamp(world.clock.now())})
}
