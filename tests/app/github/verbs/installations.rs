//! Installing the App, choosing repositories, removing it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::auth::{Permissions, permissions};
use crate::github::shapes;
use crate::github::state::{Installation, World};

impl World {
    fn repo_rows(&self, ids: &[u64]) -> Value {
        ids.iter()
            .map(|id| {
                let repo = &self.repos[id];
                json!({"id": id, "node_id": shapes::node_id("R", *id), "name": repo.name,
                       "full_name": repo.full_name(), "private": repo.private})
            })
            .collect()
    }

    fn tell_installation(&mut self, id: u64, action: &str) {
        let installation = self.installations[&id].clone();
        let repos: Vec<u64> =
            self.repos.keys().copied().filter(|repo| self.covers(&installation, *repo)).collect();
        let payload = json!({"action": action, "requester": null,
            "installation": shapes::installation(self, &installation),
            "repositories": self.repo_rows(&repos)});
        self.notify("installation", None, Some(id), DEVELOPER, payload);
    }

    fn install(
        &mut self,
        login: &str,
        granted: Permissions,
        selected: Option<BTreeSet<u64>>,
    ) -> u64 {
        self.account(login, "Organization");
        self.account(DEVELOPER, "User");
        let (id, created) = (self.next_id(), self.clock.now());
        let account = login.into();
        let one = Installation {
            id,
            account,
            permissions: granted,
            selected,
            removed: false,
            suspended: None,
            created,
        };
        self.installations.insert(id, one);
        id
    }
}

/// What the App asks for in its manifest.
pub fn usual_permissions() -> Permissions {
    permissions(&[
        ("checks", "write"),
        ("contents", "write"),
        ("pull_requests", "write"),
        ("workflows", "write"),
        ("issues", "write"),
        ("deployments", "write"),
        ("actions", "read"),
        ("members", "read"),
        ("merge_queues", "read"),
    ])
}

impl FakeGitHub {
    /// An organisation that has had the App on all repositories, with the usual permissions, for long:
    /// no webhook. Returns the installation.
    pub fn organisation(&self, login: &str) -> u64 {
        self.organisation_granting(login, usual_permissions())
    }

    /// `acme/platform` has these members; everybody else is in no team.
    pub fn team(&self, team: &str, members: &[&str]) {
        let mut world = self.world();
        let state = |login: &&str| ((*login).to_owned(), "active".to_owned());
        world.teams.insert(team.to_owned(), members.iter().map(state).collect());
    }

    pub fn organisation_granting(&self, login: &str, granted: Permissions) -> u64 {
        self.world().install(login, granted, None)
    }

    /// An organisation without the App.
    pub fn organisation_without_app(&self, login: &str) {
        let mut world = self.world();
        let id = world.install(login, usual_permissions(), None);
        world.installations.get_mut(&id).expect("just made").removed = true;
    }

    /// Somebody installs the App on all repositories (None) or on some; queues `installation.created`.
    pub fn install(&self, login: &str, only: Option<&[&str]>) -> u64 {
        let mut world = self.world();
        let selected = only.map(|names| names.iter().map(|name| world.id_of(name)).collect());
        let id = world.install(login, usual_permissions(), selected);
        world.tell_installation(id, "created");
        drop(world);
        self.changed();
        id
    }

    /// Queues `installation.deleted`; tokens stop working.
    pub fn uninstall(&self, login: &str) {
        let mut world = self.world();
        let id = self.live(&world, login);
        world.tell_installation(id, "deleted");
        world.installations.get_mut(&id).expect("found").removed = true;
        drop(world);
        self.changed();
    }

    /// An owner suspends the App: its tokens are refused, nothing is sent but this.
    pub fn suspend(&self, login: &str) {
        let now = self.clock().now();
        self.alter(login, "suspend", |one| one.suspended = Some(now));
    }

    pub fn unsuspend(&self, login: &str) {
        self.alter(login, "unsuspend", |one| one.suspended = None);
    }

    /// An owner grants these permissions, instead of those before.
    pub fn grant(&self, login: &str, granted: Permissions) {
        self.alter(login, "new_permissions_accepted", |one| one.permissions = granted);
    }

    fn alter(&self, login: &str, action: &str, edit: impl FnOnce(&mut Installation)) {
        let mut world = self.world();
        let id = self.live(&world, login);
        edit(world.installations.get_mut(&id).expect("found"));
        world.tell_installation(id, action);
        drop(world);
        self.changed();
    }

    pub fn add_repo_to_installation(&self, full_name: &str) {
        self.choose(full_name, "added");
    }

    /// Somebody takes another login; the account stays the same. Roles are to be given anew.
    pub fn rename_account(&self, login: &str, new: &str) {
        let mut world = self.world();
        let mut account = world.accounts.remove(login).expect("there is such an account");
        account.login = new.into();
        world.accounts.insert(new.into(), account);
    }

    pub fn remove_repo_from_installation(&self, full_name: &str) {
        self.choose(full_name, "removed");
    }

    /// From now on the repository is on no page of a listing, as when others join and leave while it is
    /// read; the count that each page tells holds it or does not.
    pub fn slip_through_listings(&self, full_name: &str, counted: bool) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.unlisted.insert(id, counted);
    }

    fn choose(&self, full_name: &str, action: &str) {
        self.change(full_name, |world, repo| {
            let owner = world.repos[&repo].owner.clone();
            let id = self.live(world, &owner);
            let all: BTreeSet<u64> =
                world.repos.values().filter(|one| one.owner == owner).map(|one| one.id).collect();
            let one = world.installations.get_mut(&id).expect("found");
            let selected = one.selected.get_or_insert(all);
            if action == "added" {
                selected.insert(repo)
            } else {
                selected.remove(&repo)
            };
            let installation = world.installations[&id].clone();
            let rows = world.repo_rows(&[repo]);
            let (added, removed) = match action {
                "added" => (rows, json!([])),
                _ => (json!([]), rows),
            };
            let payload = json!({"action": action, "repository_selection": "selected",
                "installation": shapes::installation(world, &installation), "requester": null,
                "repositories_added": added, "repositories_removed": removed});
            world.notify("installation_repositories", None, Some(id), DEVELOPER, payload);
        });
    }

    fn live(&self, world: &World, login: &str) -> u64 {
        let live = |one: &&Installation| one.account == login && !one.removed;
        world.installations.values().find(live).expect("the App is installed there").id
    }

    /// The live installation of an account.
    pub fn installation_id(&self, login: &str) -> u64 {
        self.live(&self.world(), login)
    }

    /// GitHub's greeting to a new webhook URL.
    pub fn ping(&self) {
        let mut world = self.world();
        let app = world.app_id;
        let payload = json!({"zen": "Keep it logically awesome.", "hook_id": 424_242_001,
            "hook": {"type": "App", "id": 424_242_001, "name": "web", "active": true, "app_id": app,
                     "events": ["push"], "created_at": "2026-01-01T00:00:00Z",
                     "updated_at": "2026-01-01T00:00:00Z",
                     "config": {"content_type": "json", "insecure_ssl": "0",
                                "url": world.hook_target.clone().unwrap_or_default()},
                     "deliveries_url": format!("{}/app/hook/deliveries", world.base)}});
        world.enqueue("ping", None, None, payload);
        drop(world);
        self.changed();
    }
}
