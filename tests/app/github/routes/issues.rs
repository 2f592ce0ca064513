//! Issues, comments and reactions: as much as an App needs that answers people.

use serde_json::{Value, json};

use super::{ISSUES, ISSUES_WRITE, Route, creating, delete, get, patch, post};
use crate::github::call::{Call, Reply, paged};
use crate::github::clock::stamp;
use crate::github::shapes::{self, BOT};
use crate::github::state::{Comment, Issue, World};

pub const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/issues", ISSUES, list),
    creating("/repos/{owner}/{repo}/issues", ISSUES_WRITE, create),
    get("/repos/{owner}/{repo}/issues/{issue_number}", ISSUES, one),
    patch("/repos/{owner}/{repo}/issues/{issue_number}", ISSUES_WRITE, edit),
    get("/repos/{owner}/{repo}/issues/{issue_number}/comments", ISSUES, comments),
    creating("/repos/{owner}/{repo}/issues/{issue_number}/comments", ISSUES_WRITE, comment),
    patch("/repos/{owner}/{repo}/issues/comments/{comment_id}", ISSUES_WRITE, edit_comment),
    post("/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", ISSUES_WRITE, react),
    creating("/repos/{owner}/{repo}/labels", ISSUES_WRITE, create_label),
    creating("/repos/{owner}/{repo}/issues/{issue_number}/labels", ISSUES_WRITE, add_labels),
    delete("/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}", ISSUES_WRITE, remove_label),
];

/// Longest body of an issue or comment, in characters.
const BODY: usize = 65_536;

/// The refusal of a body that is too long.
fn too_long(world: &mut World, call: &Call) -> Option<Reply> {
    let length = call.body["body"].as_str().map_or(0, |text| text.chars().count());
    (length > BODY).then(|| {
        world.blame(format!("{} {}: a body of {length} characters", call.method, call.path));
        Reply::invalid("Issue", "body", "body is too long (maximum is 65536 characters)")
    })
}

/// The refusal of everything about issues where they are switched off, but pull requests' own.
fn switched_off(world: &World, call: &Call, number: u64) -> Option<Reply> {
    let repo = &world.repos[&call.repo];
    let off = !repo.issues_on && !repo.pulls.contains_key(&number);
    off.then(|| Reply::error(410, "Issues has been disabled in this repository."))
}

fn list(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = switched_off(world, call, 0) {
        return refusal;
    }
    let state = call.query("state").unwrap_or("open");
    let repo = &world.repos[&call.repo];
    let wanted: Vec<&str> =
        call.query("labels").map(|text| text.split(',').collect()).unwrap_or_default();
    let found = repo
        .issues
        .values()
        .rev()
        .filter(|issue| state == "all" || (state == "open") == issue.open)
        .filter(|issue| wanted.iter().all(|name| issue.labels.contains(*name)));
    let rows = found.map(|issue| shapes::issue(world, call.repo, issue)).collect();
    paged(call, &world.base, rows)
}

fn labels(value: &Value) -> Option<std::collections::BTreeSet<String>> {
    let name = |label: &Value| label.as_str().or(label["name"].as_str()).map(String::from);
    Some(value.as_array()?.iter().filter_map(name).collect())
}

fn create(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = switched_off(world, call, 0) {
        return refusal;
    }
    if let Some(refusal) = too_long(world, call) {
        return refusal;
    }
    world.account(BOT, "Bot");
    let title = call.body["title"].as_str().unwrap_or_default();
    let body = call.body["body"].as_str().unwrap_or_default();
    let number = world.new_issue(call.repo, BOT, title, body);
    let issue = world.repos.get_mut(&call.repo).and_then(|repo| repo.issues.get_mut(&number));
    issue.expect("just made").labels = labels(&call.body["labels"]).unwrap_or_default();
    let issue = &world.repos[&call.repo].issues[&number];
    Reply::json(201, shapes::issue(world, call.repo, issue))
}

fn one(world: &mut World, call: &Call) -> Reply {
    let number = call.number("issue_number");
    if let Some(refusal) = switched_off(world, call, number) {
        return refusal;
    }
    match world.repos[&call.repo].issues.get(&number) {
        Some(issue) => Reply::ok(shapes::issue(world, call.repo, issue)),
        None => match world.gone_issues.get(&(call.repo, number)) {
            None => Reply::not_found(),
            Some(None) => Reply::error(410, "This issue was deleted"),
            Some(Some((repo, number))) => {
                let url = format!("{}/repositories/{repo}/issues/{number}", world.base);
                let body = json!({"message": "Moved Permanently", "url": url,
                    "documentation_url": "https://docs.github.com/v3/#http-redirects"});
                Reply::json(301, body).header("location", url)
            }
        },
    }
}

fn edit(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = too_long(world, call) {
        return refusal;
    }
    let (number, now) = (call.number("issue_number"), world.clock.now());
    let Some(issue) = issue_mut(world, call.repo, number) else { return Reply::not_found() };
    if let Some(title) = call.body["title"].as_str() {
        issue.title = title.into();
    }
    if let Some(body) = call.body["body"].as_str() {
        issue.body = body.into();
    }
    if let Some(state) = call.body["state"].as_str() {
        issue.open = state == "open";
    }
    if let Some(labels) = labels(&call.body["labels"]) {
        issue.labels = labels;
    }
    issue.updated = now;
    one(world, call)
}

fn create_label(world: &mut World, call: &Call) -> Reply {
    let name = call.body["name"].as_str().unwrap_or_default().to_owned();
    let description = call.body["description"].as_str().unwrap_or_default();
    if description.chars().count() > 100 {
        return Reply::invalid("Label", "description", "is too long (maximum is 100 characters)");
    }
    let repo = world.repos.get_mut(&call.repo).expect("routed");
    if !repo.labels.insert(name.clone()) {
        return Reply::invalid("Label", "name", "already_exists");
    }
    Reply::json(201, shapes::issue_label(world, call.repo, &name))
}

fn add_labels(world: &mut World, call: &Call) -> Reply {
    let number = call.number("issue_number");
    let added = labels(&call.body["labels"]).unwrap_or_default();
    let repo = world.repos.get_mut(&call.repo).expect("routed");
    repo.labels.extend(added.iter().cloned());
    let Some(issue) = repo.issues.get_mut(&number) else { return Reply::not_found() };
    issue.labels.extend(added);
    labels_of(world, call, number)
}

fn remove_label(world: &mut World, call: &Call) -> Reply {
    let number = call.number("issue_number");
    let name = call.param("name").to_owned();
    let Some(issue) = issue_mut(world, call.repo, number) else { return Reply::not_found() };
    if !issue.labels.remove(&name) {
        return Reply::error(404, "Label does not exist");
    }
    labels_of(world, call, number)
}

fn labels_of(world: &World, call: &Call, number: u64) -> Reply {
    let names = &world.repos[&call.repo].issues[&number].labels;
    Reply::ok(names.iter().map(|name| shapes::issue_label(world, call.repo, name)).collect())
}

fn issue_mut(world: &mut World, repo: u64, number: u64) -> Option<&mut Issue> {
    world.repos.get_mut(&repo)?.issues.get_mut(&number)
}

fn comments(world: &mut World, call: &Call) -> Reply {
    let number = call.number("issue_number");
    let Some(issue) = world.repos[&call.repo].issues.get(&number) else {
        return Reply::not_found();
    };
    // `since` is compared with the last change, to the second, and includes it.
    let since = call.query("since").map(String::from).unwrap_or_default();
    let recent = issue.comments.iter().filter(|one| stamp(one.updated) >= since);
    let rows = recent.map(|one| shapes::comment(world, call.repo, number, one));
    paged(call, &world.base, rows.collect())
}

fn comment(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = too_long(world, call) {
        return refusal;
    }
    world.account(BOT, "Bot");
    let number = call.number("issue_number");
    let body = call.body["body"].as_str().unwrap_or_default();
    let Some(comment) = world.new_comment(call.repo, number, BOT, body) else {
        return Reply::not_found();
    };
    let shown = shapes::comment(world, call.repo, number, &comment);
    if world.options.echoes {
        let issue = world.repos[&call.repo].issues[&number].clone();
        let issue = shapes::issue(world, call.repo, &issue);
        let payload = json!({"action": "created", "issue": issue, "comment": shown});
        world.notify("issue_comment", Some(call.repo), None, BOT, payload);
    }
    Reply::json(201, shown)
}

/// The comment `id` of the repository and the number of its issue.
fn find(world: &mut World, repo: u64, id: u64) -> Option<(u64, &mut Comment)> {
    world.repos.get_mut(&repo)?.issues.values_mut().find_map(|issue| {
        let number = issue.number;
        issue.comments.iter_mut().find(|one| one.id == id).map(|one| (number, one))
    })
}

fn edit_comment(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = too_long(world, call) {
        return refusal;
    }
    let now = world.clock.now();
    let Some((number, comment)) = find(world, call.repo, call.number("comment_id")) else {
        return Reply::not_found();
    };
    if comment.author != BOT {
        return Reply::error(403, "Resource not accessible by integration");
    }
    comment.body = call.body["body"].as_str().unwrap_or_default().into();
    comment.updated = now;
    let comment = comment.clone();
    Reply::ok(shapes::comment(world, call.repo, number, &comment))
}

fn react(world: &mut World, call: &Call) -> Reply {
    world.account(BOT, "Bot");
    let content = call.body["content"].as_str().unwrap_or_default().to_string();
    let id = world.next_id();
    let Some((_, comment)) = find(world, call.repo, call.number("comment_id")) else {
        return Reply::not_found();
    };
    let reaction = (BOT.to_string(), content.clone());
    // The same reaction a second time answers 200 with the first one.
    let status = if comment.reactions.contains(&reaction) { 200 } else { 201 };
    if status == 201 {
        comment.reactions.push(reaction);
    }
    Reply::json(status, shapes::reaction(world, id, BOT, &content))
}
