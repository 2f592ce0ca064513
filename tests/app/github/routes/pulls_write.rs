//! Pull requests, opened and edited by the App.

use super::{PULLS_WRITE, Route, creating, patch};
use crate::github::call::{Call, Reply};
use crate::github::shapes::{self, BOT};
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    creating("/repos/{owner}/{repo}/pulls", PULLS_WRITE, create),
    patch("/repos/{owner}/{repo}/pulls/{pull_number}", PULLS_WRITE, edit),
];

const BODY: usize = 65_536;

fn too_long(world: &mut World, call: &Call) -> Option<Reply> {
    let length = call.body["body"].as_str().map_or(0, |text| text.chars().count());
    (length > BODY).then(|| {
        world.blame(format!("{} {}: a body of {length} characters", call.method, call.path));
        Reply::invalid("PullRequest", "body", "body is too long (maximum is 65536 characters)")
    })
}

fn create(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = too_long(world, call) {
        return refusal;
    }
    let text = |name: &str| call.body[name].as_str().unwrap_or_default().to_string();
    let (head, base) = (text("head"), text("base"));
    let repo = &world.repos[&call.repo];
    let (Some(tip), Some(onto)) = (repo.branch(&head).cloned(), repo.branch(&base).cloned()) else {
        return Reply::invalid("PullRequest", "head", "invalid");
    };
    let twin = |pull: &&crate::github::state::Pull| {
        pull.open && pull.head_repo == call.repo && pull.head_ref == head && pull.base_ref == base
    };
    if repo.pulls.values().any(|pull| twin(&pull)) {
        let words = format!("A pull request already exists for {}:{head}.", repo.owner);
        return Reply::invalid("PullRequest", "head", &words);
    }
    if world.store(call.repo).commits_between(&onto, &tip).is_empty() {
        let words = format!("No commits between {base} and {head}");
        return Reply::invalid("PullRequest", "head", &words);
    }
    world.account(BOT, "Bot");
    let number = world.open(call.repo, (call.repo, &head), &base, BOT, false);
    let issue = world.repo_mut(call.repo).issues.get_mut(&number).expect("its twin");
    (issue.title, issue.body) = (text("title"), text("body"));
    let pull = world.repos[&call.repo].pulls[&number].clone();
    Reply::json(201, shapes::pull(world, call.repo, &pull))
}

fn edit(world: &mut World, call: &Call) -> Reply {
    if let Some(refusal) = too_long(world, call) {
        return refusal;
    }
    let (number, now) = (call.number("pull_number"), world.clock.now());
    let here = world.repo_mut(call.repo);
    let (Some(pull), Some(issue)) = (here.pulls.get_mut(&number), here.issues.get_mut(&number))
    else {
        return Reply::not_found();
    };
    if let Some(title) = call.body["title"].as_str() {
        issue.title = title.into();
    }
    if let Some(body) = call.body["body"].as_str() {
        issue.body = body.into();
    }
    pull.updated = now;
    let pull = pull.clone();
    Reply::ok(shapes::pull(world, call.repo, &pull))
}
