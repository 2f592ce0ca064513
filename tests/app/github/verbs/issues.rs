//! Issues and comments.

use std::collections::BTreeSet;

use serde_json::json;

use crate::github::FakeGitHub;
use crate::github::shapes;
use crate::github::state::{Comment, Issue, World};

impl World {
    /// The next number of the repository, for an issue or a pull request.
    pub fn new_issue(&mut self, repo: u64, author: &str, title: &str, body: &str) -> u64 {
        let (id, now) = (self.next_id(), self.clock.now());
        let gone = self.gone_issues.keys().filter(|(at, _)| *at == repo).map(|(_, n)| *n).max();
        let issues = &mut self.repo_mut(repo).issues;
        let number = issues.keys().last().copied().max(gone).map_or(1, |last| last + 1);
        let issue = Issue {
            id,
            number,
            title: title.into(),
            body: body.into(),
            author: author.into(),
            open: true,
            labels: BTreeSet::new(),
            comments: Vec::new(),
            created: now,
            updated: now,
        };
        issues.insert(number, issue);
        number
    }

    pub fn new_comment(
        &mut self,
        repo: u64,
        number: u64,
        author: &str,
        body: &str,
    ) -> Option<Comment> {
        let (id, now) = (self.next_id(), self.clock.now());
        let issue = self.repo_mut(repo).issues.get_mut(&number)?;
        let comment = Comment {
            id,
            author: author.into(),
            body: body.into(),
            reactions: Vec::new(),
            created: now,
            updated: now,
        };
        issue.comments.push(comment.clone());
        issue.updated = now;
        Some(comment)
    }
}

impl FakeGitHub {
    /// `login` comments on an issue or pull request; queues `issue_comment.created`. Returns its id.
    pub fn comment(&self, full_name: &str, number: u64, login: &str, body: &str) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(login, "User");
            let comment = world.new_comment(repo, number, login, body).expect("no such issue");
            let issue = world.repos[&repo].issues[&number].clone();
            let payload = json!({"action": "created", "issue": shapes::issue(world, repo, &issue),
                                 "comment": shapes::comment(world, repo, number, &comment)});
            world.notify("issue_comment", Some(repo), None, login, payload);
            comment.id
        })
    }

    /// `login` opens an issue; returns its number.
    pub fn open_issue(&self, full_name: &str, login: &str, title: &str) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(login, "User");
            world.new_issue(repo, login, title, "")
        })
    }

    /// `login` edits a comment; queues `issue_comment.edited`.
    pub fn edit_comment(&self, full_name: &str, id: u64, login: &str, body: &str) {
        self.change(full_name, |world, repo| {
            world.account(login, "User");
            let now = world.clock.now();
            let issues = world.repo_mut(repo).issues.values_mut();
            let (number, comment) = issues
                .flat_map(|issue| issue.comments.iter_mut().map(|c| (issue.number, c)))
                .find(|(_, comment)| comment.id == id)
                .expect("no such comment");
            let before = std::mem::replace(&mut comment.body, body.into());
            comment.updated = now;
            let comment = comment.clone();
            let issue = world.repos[&repo].issues[&number].clone();
            let payload = json!({"action": "edited", "issue": shapes::issue(world, repo, &issue),
                                 "comment": shapes::comment(world, repo, number, &comment),
                                 "changes": {"body": {"from": before}}});
            world.notify("issue_comment", Some(repo), None, login, payload);
        });
    }

    /// `login` opens an issue with this text; returns its number.
    pub fn open_issue_saying(&self, full_name: &str, login: &str, title: &str, body: &str) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(login, "User");
            world.new_issue(repo, login, title, body)
        })
    }

    /// Every issue as it is, by number.
    pub fn issues(&self, full_name: &str) -> Vec<Issue> {
        let world = self.world();
        world.repos[&world.id_of(full_name)].issues.values().cloned().collect()
    }

    /// Somebody gives an issue another title.
    pub fn retitle_issue(&self, full_name: &str, number: u64, title: &str) {
        self.change(full_name, |world, repo| {
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such issue");
            issue.title = title.into();
        });
    }

    /// Somebody closes an issue.
    pub fn close_issue(&self, full_name: &str, number: u64) {
        self.change(full_name, |world, repo| {
            world.repo_mut(repo).issues.get_mut(&number).expect("no such issue").open = false;
        });
    }

    /// An owner deletes an issue; its number is not given again.
    pub fn delete_issue(&self, full_name: &str, number: u64) {
        self.change(full_name, |world, repo| {
            world.repo_mut(repo).issues.remove(&number).expect("no such issue");
            world.gone_issues.insert((repo, number), None);
        });
    }

    /// An issue moves to another repository; its old number leads there.
    pub fn transfer_issue(&self, full_name: &str, number: u64, to: &str) -> u64 {
        self.change(full_name, |world, repo| {
            let target = world.id_of(to);
            let issue = world.repo_mut(repo).issues.remove(&number).expect("no such issue");
            let there = world.new_issue(target, &issue.author, &issue.title, &issue.body);
            world.gone_issues.insert((repo, number), Some((target, there)));
            there
        })
    }

    /// The text of an issue or pull request.
    pub fn issue_body(&self, full_name: &str, number: u64) -> String {
        let world = self.world();
        world.repos[&world.id_of(full_name)].issues[&number].body.clone()
    }

    /// A comment goes away.
    pub fn delete_comment(&self, full_name: &str, id: u64) {
        self.change(full_name, |world, repo| {
            for issue in world.repo_mut(repo).issues.values_mut() {
                issue.comments.retain(|comment| comment.id != id);
            }
        });
    }

    /// The comments of an issue or pull request, oldest first.
    pub fn comments(&self, full_name: &str, number: u64) -> Vec<Comment> {
        let world = self.world();
        world.repos[&world.id_of(full_name)].issues[&number].comments.clone()
    }
}
