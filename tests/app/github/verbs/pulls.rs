//! Pull requests, forks and the merge queue.

use serde_json::{Value, json};

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::git::{Change, Sha};
use crate::github::shapes;
use crate::github::state::{Pull, World};

impl World {
    pub fn pull_mut(&mut self, repo: u64, number: u64) -> &mut Pull {
        let pull = self.repo_mut(repo).pulls.get_mut(&number);
        pull.unwrap_or_else(|| panic!("no pull request {number}"))
    }

    fn tell(&mut self, repo: u64, number: u64, action: &str, extra: Value) {
        let pull = self.repos[&repo].pulls[&number].clone();
        let mut payload = json!({"action": action, "number": number,
                                 "pull_request": shapes::pull(self, repo, &pull)});
        crate::github::sample::overlay(&mut payload, extra);
        self.notify("pull_request", Some(repo), None, &pull.author, payload);
    }

    /// After a push: open pull requests (of any repository of the network) with that head follow it.
    pub fn synchronize(
        &mut self,
        head_repo: u64,
        branch: &str,
        before: &str,
        sha: &str,
        _by: &str,
    ) {
        let now = self.clock.now();
        let mut moved = Vec::new();
        for repo in self.repos.values_mut() {
            for pull in repo.pulls.values_mut().filter(|pull| pull.open) {
                if pull.head_repo == head_repo && pull.head_ref == branch && pull.head_sha != sha {
                    (pull.head_sha, pull.updated) = (sha.into(), now);
                    moved.push((repo.id, pull.number));
                }
            }
        }
        for (repo, number) in moved {
            let base_ref = self.repos[&repo].pulls[&number].base_ref.clone();
            if let Some(base) = self.repos[&repo].branch(&base_ref).cloned() {
                self.pull_mut(repo, number).base_sha = base;
            }
            self.tell(repo, number, "synchronize", json!({"before": before, "after": sha}));
        }
    }

    pub fn open(
        &mut self,
        repo: u64,
        head: (u64, &str),
        base: &str,
        author: &str,
        draft: bool,
    ) -> u64 {
        let head_sha = self.repos[&head.0].branch(head.1).expect("the head branch exists").clone();
        let base_sha = self.repos[&repo].branch(base).expect("the base branch exists").clone();
        let title = self.store(repo).commit(&head_sha).map(|commit| commit.message.clone());
        let number = self.new_issue(repo, author, &title.unwrap_or_default(), "");
        let (id, now) = (self.next_id(), self.clock.now());
        let pull = Pull {
            id,
            number,
            author: author.into(),
            head_repo: head.0,
            head_ref: head.1.into(),
            head_sha,
            base_ref: base.into(),
            base_sha,
            draft,
            open: true,
            merged: false,
            merge_sha: None,
            landed: Vec::new(),
            remarks: Vec::new(),
            reviews: Vec::new(),
            created: now,
            updated: now,
        };
        self.repo_mut(repo).pulls.insert(number, pull);
        self.tell(repo, number, "opened", json!({}));
        number
    }
}

impl FakeGitHub {
    /// Opens a pull request; returns its number.
    pub fn open_pull(&self, full_name: &str, head: &str, base: &str) -> u64 {
        self.change(full_name, |world, repo| world.open(repo, (repo, head), base, DEVELOPER, false))
    }

    pub fn open_draft(&self, full_name: &str, head: &str, base: &str) -> u64 {
        self.change(full_name, |world, repo| world.open(repo, (repo, head), base, DEVELOPER, true))
    }

    /// `stranger` forks the repository (the App is not installed there), commits on branch `patch-1`
    /// and opens a pull request against the default branch. Returns its number.
    pub fn open_pull_from_fork<P: AsRef<str>, C: Into<Change> + Clone>(
        &self,
        full_name: &str,
        stranger: &str,
        changes: &[(P, C)],
    ) -> u64 {
        let changes: Vec<(String, Change)> = changes
            .iter()
            .map(|(path, change)| (path.as_ref().into(), change.clone().into()))
            .collect();
        self.change(full_name, |world, repo| {
            world.account(stranger, "User");
            let (network, name, base) = {
                let here = &world.repos[&repo];
                (here.network, here.name.clone(), here.default_branch.clone())
            };
            let parent = world.resolve(repo, "HEAD");
            let fork = world.add_repo(stranger, &name, network, Some(repo));
            let main = format!("refs/heads/{base}");
            world.repo_mut(fork).refs.insert(main, parent.clone().expect("never empty"));
            let sha = world.grow(fork, parent, changes, "A change from outside");
            world.repo_mut(fork).refs.insert("refs/heads/patch-1".into(), sha);
            world.open(repo, (fork, "patch-1"), &base, stranger, false)
        })
    }

    /// The open pull request from a branch of the repository itself.
    pub fn pull_from(&self, full_name: &str, branch: &str) -> Option<Pull> {
        let world = self.world();
        let repo = &world.repos[&world.id_of(full_name)];
        let from = |pull: &&Pull| pull.open && pull.head_repo == repo.id && pull.head_ref == branch;
        repo.pulls.values().find(from).cloned()
    }

    pub fn close_pull(&self, full_name: &str, number: u64) {
        self.set_pull(full_name, number, "closed", json!({}), |pull| pull.open = false);
    }

    pub fn reopen_pull(&self, full_name: &str, number: u64) {
        self.set_pull(full_name, number, "reopened", json!({}), |pull| pull.open = true);
    }

    pub fn mark_ready(&self, full_name: &str, number: u64) {
        self.set_pull(full_name, number, "ready_for_review", json!({}), |pull| pull.draft = false);
    }

    /// Another base branch: `edited` with `changes.base`.
    pub fn retarget(&self, full_name: &str, number: u64, base: &str) {
        let (old_ref, old_sha, new_sha) = {
            let world = self.world();
            let repo = &world.repos[&world.id_of(full_name)];
            let pull = &repo.pulls[&number];
            let new = repo.branch(base).expect("the base branch exists").clone();
            (pull.base_ref.clone(), pull.base_sha.clone(), new)
        };
        let changes =
            json!({"changes": {"base": {"ref": {"from": old_ref}, "sha": {"from": old_sha}}}});
        self.set_pull(full_name, number, "edited", changes, |pull| {
            (pull.base_ref, pull.base_sha) = (base.into(), new_sha);
        });
    }

    /// Another title: `edited` without `changes.base`.
    pub fn retitle(&self, full_name: &str, number: u64, title: &str) {
        let mut old = String::new();
        self.change(full_name, |world, repo| {
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such pull request");
            old = std::mem::replace(&mut issue.title, title.into());
        });
        let changes = json!({"changes": {"title": {"from": old}}});
        self.set_pull(full_name, number, "edited", changes, |_| {});
    }

    /// Another body: `edited` with `changes.body`.
    pub fn describe(&self, full_name: &str, number: u64, body: &str) {
        let mut old = String::new();
        self.change(full_name, |world, repo| {
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such pull request");
            old = std::mem::replace(&mut issue.body, body.into());
        });
        let changes = json!({"changes": {"body": {"from": old}}});
        self.set_pull(full_name, number, "edited", changes, |_| {});
    }

    /// Merges the pull request into its base branch with a merge commit: `push`, then `closed`.
    pub fn merge(&self, full_name: &str, number: u64) -> Sha {
        let sha = self.change(full_name, |world, repo| {
            let pull = world.repos[&repo].pulls[&number].clone();
            let sha = world.merge_commit(repo, &pull);
            world.move_branch(repo, &pull.base_ref, &sha, DEVELOPER);
            sha
        });
        self.set_pull(full_name, number, "closed", json!({}), |pull| {
            (pull.open, pull.merged, pull.merge_sha) = (false, true, Some(sha.clone()));
        });
        sha
    }

    /// Merges the pull request by the button *Squash and merge*.
    pub fn squash(&self, full_name: &str, number: u64) -> Sha {
        self.land(full_name, number, |world, repo, pull, base| {
            let files = world.store(repo).merge_files(base, &pull.head_sha).expect("no conflicts");
            let title = format!("{} (#{number})", world.repos[&repo].issues[&number].title);
            vec![world.commit(repo, std::slice::from_ref(base), &files, &pull.author, &title)]
        })
    }

    /// Merges the pull request by the button *Rebase and merge*.
    pub fn rebase(&self, full_name: &str, number: u64) -> Sha {
        self.land(full_name, number, |world, repo, pull, base| {
            let mut made: Vec<Sha> = Vec::new();
            for sha in world.store(repo).commits_between(base, &pull.head_sha) {
                let files = world.store(repo).merge_files(base, &sha).expect("no conflicts");
                let message = world.store(repo).commit(&sha).expect("known").message.clone();
                let parent = made.last().unwrap_or(base).clone();
                made.push(world.commit(repo, &[parent], &files, &pull.author, &message));
            }
            made
        })
    }

    fn land(
        &self,
        full_name: &str,
        number: u64,
        make: impl FnOnce(&mut World, u64, &Pull, &Sha) -> Vec<Sha>,
    ) -> Sha {
        let landed = self.change(full_name, |world, repo| {
            let pull = world.repos[&repo].pulls[&number].clone();
            let base = world.repos[&repo].branch(&pull.base_ref).expect("it exists").clone();
            let landed = make(world, repo, &pull, &base);
            landed.iter().for_each(|sha| world.store_mut(repo).by_button(sha));
            // As GitHub has it by the time that anybody asks.
            world.pull_mut(repo, number).landed.clone_from(&landed);
            let last = landed.last().expect("something landed").clone();
            world.move_branch(repo, &pull.base_ref, &last, DEVELOPER);
            landed
        });
        let last = landed.last().expect("something landed").clone();
        self.set_pull(full_name, number, "closed", json!({}), |pull| {
            (pull.open, pull.merged, pull.merge_sha) = (false, true, Some(last.clone()));
        });
        last
    }

    /// The merge queue takes the pull request: a branch `gh-readonly-queue/…` with the merged tree,
    /// `push` and `merge_group.checks_requested`. Returns the merge commit.
    pub fn enqueue_merge(&self, full_name: &str, number: u64) -> Sha {
        self.change(full_name, |world, repo| {
            let pull = world.repos[&repo].pulls[&number].clone();
            let sha = world.merge_commit(repo, &pull);
            let base = world.repos[&repo].branch(&pull.base_ref).expect("exists").clone();
            let branch = format!("gh-readonly-queue/{}/pr-{number}-{base}", pull.base_ref);
            world.move_branch(repo, &branch, &sha, DEVELOPER);
            let commit = world.store(repo).commit(&sha).expect("just made");
            let payload = json!({"action": "checks_requested", "merge_group": {
                "head_sha": sha, "head_ref": format!("refs/heads/{branch}"), "base_sha": base,
                "base_ref": format!("refs/heads/{}", pull.base_ref),
                "head_commit": shapes::short_commit(world, commit)}});
            world.notify("merge_group", Some(repo), None, DEVELOPER, payload);
            sha
        })
    }

    fn set_pull(
        &self,
        full_name: &str,
        number: u64,
        action: &str,
        extra: Value,
        edit: impl FnOnce(&mut Pull),
    ) {
        self.change(full_name, |world, repo| {
            let now = world.clock.now();
            let pull = world.pull_mut(repo, number);
            edit(pull);
            pull.updated = now;
            let open = pull.open;
            world.repo_mut(repo).issues.get_mut(&number).expect("its twin").open = open;
            world.tell(repo, number, action, extra);
        });
    }

    /// Runs `act` on the world and the repository's id, then wakes automatic delivery.
    pub(super) fn change<T>(&self, full_name: &str, act: impl FnOnce(&mut World, u64) -> T) -> T {
        let mut world = self.world();
        let id = world.id_of(full_name);
        let out = act(&mut world, id);
        drop(world);
        self.changed();
        out
    }
}

impl World {
    fn merge_commit(&mut self, repo: u64, pull: &Pull) -> Sha {
        let base = self.repos[&repo].branch(&pull.base_ref).expect("the base exists").clone();
        let files = self
            .store(repo)
            .merge_files(&base, &pull.head_sha)
            .unwrap_or_else(|paths| panic!("this merge has conflicts: {paths:?}"));
        let message = format!("Merge pull request #{}", pull.number);
        self.commit(repo, &[base, pull.head_sha.clone()], &files, DEVELOPER, &message)
    }
}
