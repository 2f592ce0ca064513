//! How does GitHub draw its things as JSON? One function each; `fill` supplies what nobody reads.

mod checks;
mod commits;
mod issues;
mod pulls;
mod repos;
mod shipping;

pub use checks::{check_run, check_suite, listed_suite};
pub use commits::{commit, file, git_commit, short_commit};
pub use issues::{comment, issue, issue_label, reaction};
pub use pulls::{pull, remark, review};
pub use repos::{app, installation, repo, small_repo};
pub use shipping::{deployment, deployment_status, release, workflow_run};

use serde_json::{Value, json};

use super::sample::fill;
use super::state::World;

/// The login of the App's own bot account.
pub const BOT: &str = "waymark[bot]";

/// GraphQL's and the REST API's opaque id: ours says what it is.
pub fn node_id(kind: &str, id: u64) -> String {
    format!("{kind}_fake{id}")
}

/// A user, an organisation or a bot.
pub fn account(world: &World, login: &str) -> Value {
    let base = &world.base;
    let known = world.accounts.get(login);
    let id = known.map_or(0, |account| account.id);
    let kind = known.map_or("User", |account| account.kind);
    let api = format!("{base}/users/{login}");
    fill(
        "simple-user",
        json!({
            "login": login, "id": id, "node_id": node_id("U", id), "type": kind,
            "avatar_url": format!("{base}/avatars/{id}"), "gravatar_id": "",
            "url": api, "html_url": format!("{base}/{login}"),
            "followers_url": format!("{api}/followers"),
            "following_url": format!("{api}/following{{/other_user}}"),
            "gists_url": format!("{api}/gists{{/gist_id}}"),
            "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{api}/subscriptions"),
            "organizations_url": format!("{api}/orgs"), "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events{{/privacy}}"),
            "received_events_url": format!("{api}/received_events"), "site_admin": false,
        }),
    )
}
