//! Repositories and pushes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::github::FakeGitHub;
use crate::github::git::{Change, Flat, Sha, Store};
use crate::github::shapes;
use crate::github::state::{Pull, Repo, World};

/// A file with this content.
pub fn put(content: impl AsRef<[u8]>) -> Change {
    Change::Put(content.as_ref().to_vec())
}

pub fn executable(content: impl AsRef<[u8]>) -> Change {
    Change::PutExecutable(content.as_ref().to_vec())
}

pub fn symlink(target: &str) -> Change {
    Change::Symlink(target.into())
}

/// A submodule at that commit (40 hexadecimal digits).
pub fn submodule(commit: &str) -> Change {
    Change::Submodule(commit.into())
}

pub fn delete() -> Change {
    Change::Delete
}

/// The person who acts when a verb names nobody.
pub const DEVELOPER: &str = "octo-dev";
const NOBODY: &str = "0000000000000000000000000000000000000000";

fn owned<P: AsRef<str>, C: Into<Change> + Clone>(changes: &[(P, C)]) -> Vec<(String, Change)> {
    changes.iter().map(|(path, change)| (path.as_ref().into(), change.clone().into())).collect()
}

impl World {
    pub fn id_of(&self, full_name: &str) -> u64 {
        self.repo_named(full_name).unwrap_or_else(|| panic!("no repository {full_name}")).id
    }

    pub fn repo_mut(&mut self, id: u64) -> &mut Repo {
        self.repos.get_mut(&id).expect("repositories are never deleted")
    }

    pub fn add_repo(
        &mut self,
        owner: &str,
        name: &str,
        network: usize,
        parent: Option<u64>,
    ) -> u64 {
        let (id, now) = (self.next_id(), self.clock.now());
        let repo = Repo {
            id,
            owner: owner.into(),
            name: name.into(),
            private: false,
            archived: false,
            issues_on: true,
            topics: Vec::new(),
            properties: BTreeMap::new(),
            default_branch: "main".into(),
            network,
            parent,
            refs: BTreeMap::new(),
            created: now,
            pushed: now,
            pulls: BTreeMap::new(),
            issues: BTreeMap::new(),
            labels: BTreeSet::new(),
            roles: BTreeMap::from([(DEVELOPER.into(), "write".into())]),
            teams: Vec::new(),
        };
        self.repos.insert(id, repo);
        id
    }

    /// A new commit on `parents` with `files`.
    pub fn commit(
        &mut self,
        repo: u64,
        parents: &[Sha],
        files: &Flat,
        author: &str,
        message: &str,
    ) -> Sha {
        let now = self.clock.now();
        let store = self.store_mut(repo);
        let tree = store.put_tree(files);
        store.put_commit(&tree, parents, author, now, message)
    }

    pub fn files(&self, repo: u64, sha: &str) -> Flat {
        let store = self.store(repo);
        store.commit(sha).map(|commit| store.flat(&commit.tree)).unwrap_or_default()
    }

    /// Points a branch at `sha`, tells the world, and moves the open pull requests of that head.
    pub fn move_branch(&mut self, repo: u64, branch: &str, sha: &str, sender: &str) {
        let (name, now) = (format!("refs/heads/{branch}"), self.clock.now());
        let before = self.repo_mut(repo).refs.insert(name.clone(), sha.into());
        self.repo_mut(repo).pushed = now;
        let store = self.store(repo);
        let forced = before.as_ref().is_some_and(|old| !store.ancestors(sha).contains(old));
        let commit = store.commit(sha).expect("branches point at commits");
        let new = store.commits_between(before.as_deref().unwrap_or(NOBODY), sha);
        let commits: Vec<_> = new
            .iter()
            .rev()
            .take(20)
            .rev()
            .filter_map(|sha| store.commit(sha))
            .map(|commit| shapes::short_commit(self, commit))
            .collect();
        let mut payload = json!({
            "ref": name, "before": before.as_deref().unwrap_or(NOBODY), "after": sha,
            "created": before.is_none(), "deleted": false, "forced": forced, "base_ref": null,
            "compare": format!("{}/compare", self.base), "commits": commits,
            "head_commit": shapes::short_commit(self, commit),
            "pusher": {"name": sender, "email": format!("{sender}@example.com")},
        });
        if before.is_none() {
            payload["commits"] = json!([]);
        }
        self.notify("push", Some(repo), None, sender, payload);
        self.request_suite(repo, sha, sender);
        self.synchronize(repo, branch, before.as_deref().unwrap_or(NOBODY), sha, sender);
    }
}

impl FakeGitHub {
    /// A public repository with one commit on `main`; its organisation and a full installation are
    /// made when they are missing. No webhook is queued. Returns the commit.
    pub fn create_repo<P: AsRef<str>, C: Into<Change> + Clone>(
        &self,
        full_name: &str,
        files: &[(P, C)],
    ) -> Sha {
        let (owner, name) = full_name.split_once('/').expect("owner/name");
        if !self.world().installations.values().any(|one| one.account == owner) {
            self.organisation(owner);
        }
        let mut world = self.world();
        world.account(DEVELOPER, "User");
        world.networks.push(Store::default());
        let network = world.networks.len() - 1;
        let id = world.add_repo(owner, name, network, None);
        let files = world.store_mut(id).apply(Flat::new(), &owned(files));
        let sha = world.commit(id, &[], &files, DEVELOPER, "Initial commit");
        world.repo_mut(id).refs.insert("refs/heads/main".into(), sha.clone());
        sha
    }

    pub fn repo_id(&self, full_name: &str) -> u64 {
        self.world().id_of(full_name)
    }

    pub fn set_private(&self, full_name: &str) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.repo_mut(id).private = true;
    }

    /// Its issues are switched off or on; they are not lost.
    pub fn set_issues(&self, full_name: &str, on: bool) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.repo_mut(id).issues_on = on;
    }

    pub fn set_archived(&self, full_name: &str) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.repo_mut(id).archived = true;
    }

    /// Its topics and custom properties.
    pub fn label(&self, full_name: &str, topics: &[&str], properties: &[(&str, &str)]) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        let repo = world.repo_mut(id);
        repo.topics = topics.iter().map(|topic| (*topic).to_owned()).collect();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        repo.properties = properties.iter().map(owned).collect();
    }

    /// `admin`, `maintain`, `write`, `triage` or `read`.
    pub fn set_role(&self, full_name: &str, login: &str, role: &str) {
        let mut world = self.world();
        world.account(login, "User");
        let id = world.id_of(full_name);
        world.repo_mut(id).roles.insert(login.into(), role.into());
    }

    /// The teams that have access: slug, and `pull`, `triage`, `push`, `maintain` or `admin`.
    pub fn set_teams(&self, full_name: &str, teams: &[(&str, &str)]) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        let owned = |(slug, may): &(&str, &str)| ((*slug).to_owned(), (*may).to_owned());
        world.repo_mut(id).teams = teams.iter().map(owned).collect();
    }

    /// One commit on `branch`, which starts at the default branch when it is new. Queues `push`, and
    /// `pull_request.synchronize` for the open pull requests of that head. Returns the commit.
    pub fn push<P: AsRef<str>, C: Into<Change> + Clone>(
        &self,
        full_name: &str,
        branch: &str,
        changes: &[(P, C)],
        message: &str,
    ) -> Sha {
        self.push_by(full_name, branch, changes, (DEVELOPER, message))
    }

    /// The same, written by somebody: a login, or an address that belongs to no account.
    pub fn push_by<P: AsRef<str>, C: Into<Change> + Clone>(
        &self,
        full_name: &str,
        branch: &str,
        changes: &[(P, C)],
        (author, message): (&str, &str),
    ) -> Sha {
        let mut world = self.world();
        let id = world.id_of(full_name);
        let parent = world.resolve(id, branch).or_else(|| world.resolve(id, "HEAD"));
        let sha = world.grow_by(id, parent, owned(changes), (author, message));
        world.move_branch(id, branch, &sha, DEVELOPER);
        drop(world);
        self.changed();
        sha
    }

    /// A tag on a commit.
    pub fn tag(&self, full_name: &str, tag: &str, sha: &str) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.repo_mut(id).refs.insert(format!("refs/tags/{tag}"), sha.into());
    }

    /// Replaces the last commit of `branch` by one with other changes.
    pub fn force_push<P: AsRef<str>, C: Into<Change> + Clone>(
        &self,
        full_name: &str,
        branch: &str,
        changes: &[(P, C)],
        message: &str,
    ) -> Sha {
        let mut world = self.world();
        let id = world.id_of(full_name);
        let old = world.resolve(id, branch).expect("force_push needs a branch");
        let parent =
            world.store(id).commit(&old).and_then(|commit| commit.parents.first().cloned());
        let sha = world.grow(id, parent, owned(changes), message);
        world.move_branch(id, branch, &sha, DEVELOPER);
        drop(world);
        self.changed();
        sha
    }

    /// Points `branch` at an existing commit: two branches with one head, a branch set back.
    pub fn set_branch(&self, full_name: &str, branch: &str, sha: &str) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.move_branch(id, branch, sha, DEVELOPER);
        drop(world);
        self.changed();
    }

    /// A branch is deleted; GitHub closes the pull requests from it.
    pub fn delete_branch(&self, full_name: &str, branch: &str) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.repo_mut(id).refs.remove(&format!("refs/heads/{branch}")).expect("it is there");
        let from = |pull: &&mut Pull| pull.head_repo == id && pull.head_ref == branch;
        world.repo_mut(id).pulls.values_mut().filter(from).for_each(|pull| pull.open = false);
        drop(world);
        self.changed();
    }

    /// A repository to which nobody has pushed yet.
    pub fn create_empty_repo(&self, full_name: &str) {
        self.create_repo::<&str, &str>(full_name, &[]);
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.repo_mut(id).refs.clear();
    }

    /// The old name answers with redirects from now on.
    pub fn rename_repo(&self, full_name: &str, new_name: &str) {
        let mut world = self.world();
        let id = world.id_of(full_name);
        world.moved.insert(full_name.to_lowercase(), id);
        let old = std::mem::replace(&mut world.repo_mut(id).name, new_name.into());
        let payload =
            json!({"action": "renamed", "changes": {"repository": {"name": {"from": old}}}});
        world.notify("repository", Some(id), None, DEVELOPER, payload);
        drop(world);
        self.changed();
    }

    /// The commit that a branch points at, if there is such a branch.
    pub fn head_of(&self, full_name: &str, branch: &str) -> Option<Sha> {
        let world = self.world();
        world.repos[&world.id_of(full_name)].branch(branch).cloned()
    }

    /// Every path on a branch.
    pub fn paths(&self, full_name: &str, branch: &str) -> Vec<String> {
        let tip = self.head_of(full_name, branch).unwrap_or_default();
        let world = self.world();
        world.files(world.id_of(full_name), &tip).into_keys().collect()
    }

    /// What the commits say that a branch has and the base has not, oldest first.
    pub fn messages(&self, full_name: &str, base: &str, branch: &str) -> Vec<String> {
        let (from, to) = (self.head(full_name, base), self.head(full_name, branch));
        let world = self.world();
        let store = world.store(world.id_of(full_name));
        let between = store.commits_between(&from, &to);
        between.iter().filter_map(|sha| Some(store.commit(sha)?.message.clone())).collect()
    }

    /// Git's mode of a file on a branch: `100755`; empty when there is none.
    pub fn mode(&self, full_name: &str, branch: &str, path: &str) -> &'static str {
        let world = self.world();
        let repo = world.id_of(full_name);
        let tip = world.repos[&repo].branch(branch).cloned().unwrap_or_default();
        world.files(repo, &tip).get(path).map_or("", |(mode, _)| mode.digits())
    }

    /// The names of all branches.
    pub fn branches(&self, full_name: &str) -> Vec<String> {
        let world = self.world();
        let refs = &world.repos[&world.id_of(full_name)].refs;
        refs.keys().filter_map(|name| Some(name.strip_prefix("refs/heads/")?.to_owned())).collect()
    }

    /// The text of a file on a branch; empty when there is none.
    pub fn text(&self, full_name: &str, branch: &str, path: &str) -> String {
        let world = self.world();
        let repo = world.id_of(full_name);
        let tip = world.repos[&repo].branch(branch).cloned().unwrap_or_default();
        let files = world.files(repo, &tip);
        let blob = files.get(path).and_then(|(_, sha)| world.store(repo).blob(sha));
        blob.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default()
    }

    /// The commit that a branch, tag or SHA names.
    pub fn head(&self, full_name: &str, name: &str) -> Sha {
        let world = self.world();
        world.resolve(world.id_of(full_name), name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// The tree of a commit.
    pub fn tree(&self, full_name: &str, name: &str) -> Sha {
        let world = self.world();
        let id = world.id_of(full_name);
        let commit = world.resolve(id, name).unwrap_or_else(|| panic!("no {name}"));
        world.store(id).commit(&commit).expect("resolved").tree.clone()
    }
}

impl World {
    pub fn grow(
        &mut self,
        repo: u64,
        parent: Option<Sha>,
        changes: Vec<(String, Change)>,
        message: &str,
    ) -> Sha {
        self.grow_by(repo, parent, changes, (DEVELOPER, message))
    }

    fn grow_by(
        &mut self,
        repo: u64,
        parent: Option<Sha>,
        changes: Vec<(String, Change)>,
        (author, message): (&str, &str),
    ) -> Sha {
        let old = parent.as_ref().map(|sha| self.files(repo, sha)).unwrap_or_default();
        let files = self.store_mut(repo).apply(old, &changes);
        let parents: Vec<Sha> = parent.into_iter().collect();
        self.commit(repo, &parents, &files, author, message)
    }
}
