//! Repositories, installations and the App itself.

use serde_json::{Value, json};

use super::{BOT, account, node_id};
use crate::github::clock::stamp;
use crate::github::sample::{fill, overlay};
use crate::github::state::{Installation, Repo, World};

/// The full repository, good for every place where GitHub shows one.
pub fn repo(world: &World, id: u64) -> Value {
    let repo = &world.repos[&id];
    let mut value = fill("full-repository", fields(world, repo));
    if let Some(parent) = repo.parent {
        let parent = fill("repository", fields(world, &world.repos[&parent]));
        value["parent"] = parent.clone();
        value["source"] = parent;
    }
    value
}

/// As lists, pull requests and webhooks show it.
pub fn small_repo(world: &World, id: u64) -> Value {
    fill("repository", fields(world, &world.repos[&id]))
}

fn fields(world: &World, repo: &Repo) -> Value {
    let (base, full_name) = (&world.base, repo.full_name());
    let api = format!("{base}/repos/{full_name}");
    let html = format!("{base}/{full_name}");
    let open = repo.issues.values().filter(|issue| issue.open).count();
    let mut value = json!({
        "id": repo.id, "node_id": node_id("R", repo.id), "name": repo.name, "full_name": full_name,
        "private": repo.private, "visibility": if repo.private { "private" } else { "public" },
        "owner": account(world, &repo.owner), "html_url": html, "url": api,
        "description": null, "fork": repo.parent.is_some(), "homepage": null, "language": null,
        "archived": repo.archived, "disabled": false, "default_branch": repo.default_branch,
        "clone_url": format!("{html}.git"), "git_url": format!("{html}.git"),
        "ssh_url": format!("git@github.test:{full_name}.git"), "svn_url": html,
        "mirror_url": null, "license": null, "topics": repo.topics, "size": 1,
    });
    let more = json!({
        "has_issues": repo.issues_on, "has_projects": true, "has_wiki": false, "has_pages": false,
        "has_discussions": false, "has_downloads": true, "allow_forking": true,
        "is_template": false, "web_commit_signoff_required": false, "custom_properties": repo.properties,
        "open_issues": open, "open_issues_count": open, "forks": 0, "forks_count": 0,
        "watchers": 0, "watchers_count": 0, "stargazers_count": 0,
        "network_count": 0, "subscribers_count": 0,
        "created_at": stamp(repo.created), "updated_at": stamp(repo.pushed),
        "pushed_at": stamp(repo.pushed),
        "permissions": {"admin": false, "maintain": false, "push": false, "triage": false, "pull": true},
    });
    overlay(&mut value, more);
    for (name, tail) in LINKS {
        value[*name] = json!(format!("{api}{tail}"));
    }
    value
}

const LINKS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

/// The events that the App is subscribed to.
pub const EVENTS: [&str; 8] = [
    "check_run",
    "check_suite",
    "issue_comment",
    "merge_group",
    "pull_request",
    "push",
    "repository",
    "status",
];

pub fn installation(world: &World, installation: &Installation) -> Value {
    let (base, id, login) = (&world.base, installation.id, &installation.account);
    fill(
        "installation",
        json!({
            "id": id, "app_id": world.app_id, "client_id": world.client_id, "app_slug": "waymark",
            "account": account(world, login),
            "target_id": world.accounts[login].id, "target_type": world.accounts[login].kind,
            "repository_selection": if installation.selected.is_some() { "selected" } else { "all" },
            "access_tokens_url": format!("{base}/app/installations/{id}/access_tokens"),
            "repositories_url": format!("{base}/installation/repositories"),
            "html_url": format!("{base}/organizations/{login}/settings/installations/{id}"),
            "permissions": installation.permissions, "events": EVENTS,
            "single_file_name": null, "has_multiple_single_files": false, "single_file_paths": [],
            "created_at": stamp(installation.created), "updated_at": stamp(installation.created),
            "suspended_by": null, "suspended_at": installation.suspended.map(stamp),
        }),
    )
}

pub fn app(world: &World) -> Value {
    let base = &world.base;
    fill(
        "integration",
        json!({
            "id": world.app_id, "slug": "waymark", "client_id": world.client_id,
            "node_id": node_id("A", world.app_id), "name": "Waymark",
            "owner": account(world, BOT), "description": null,
            "external_url": "https://waymark.example", "html_url": format!("{base}/apps/waymark"),
            "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
            "permissions": {"checks": "write", "contents": "read", "metadata": "read"},
            "events": EVENTS, "installations_count": world.installations.len(),
        }),
    )
}
