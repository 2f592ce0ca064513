//! People review pull requests, and coverage services say what they measured.

use serde_json::{Value, json};

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::clock::stamp;
use crate::github::sample::fill;
use crate::github::shapes;
use crate::github::state::Review;

impl FakeGitHub {
    /// Opens a pull request as somebody else than the usual developer; returns its number.
    pub fn open_pull_by(&self, full_name: &str, head: &str, base: &str, author: &str) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(author, "User");
            world.open(repo, (repo, head), base, author, false)
        })
    }

    /// Somebody submits a review of the present head: `APPROVED`, `COMMENTED`.
    pub fn review(&self, full_name: &str, number: u64, author: &str, state: &str) {
        self.change(full_name, |world, repo| {
            world.account(author, "User");
            let (id, submitted) = (world.next_id(), world.clock.now());
            let commit = world.pull_mut(repo, number).head_sha.clone();
            let (author, state) = (author.to_owned(), state.to_owned());
            let review = Review { id, author: author.clone(), state, commit, submitted };
            world.pull_mut(repo, number).reviews.push(review.clone());
            let pull = world.repos[&repo].pulls[&number].clone();
            let mut shown = shapes::review(world, repo, &pull, &review);
            // Webhooks spell it small.
            shown["state"] = json!(review.state.to_lowercase());
            let payload = json!({"action": "submitted", "review": shown,
                                 "pull_request": shapes::pull(world, repo, &pull)});
            world.notify("pull_request_review", Some(repo), None, &author, payload);
        });
    }

    /// Somebody writes a comment on a line; its review is told apart.
    pub fn remark(&self, full_name: &str, number: u64, author: &str) {
        self.change(full_name, |world, repo| {
            world.account(author, "User");
            world.pull_mut(repo, number).remarks.push(author.to_owned());
        });
    }

    /// An App other than ours is done with its check run: conclusion and title.
    pub fn others_run(&self, full_name: &str, sha: &str, name: &str, said: (&str, &str)) {
        self.change(full_name, |world, repo| {
            let (conclusion, title) = said;
            let over = json!({"check_run": {"name": name, "head_sha": sha, "status": "completed",
                "conclusion": conclusion, "output": {"title": title}, "pull_requests": []}});
            world.announce(repo, "check_run", "completed", over);
        });
    }

    /// A service says something of a commit.
    pub fn commit_status(&self, full_name: &str, sha: &str, context: &str, said: (&str, &str)) {
        self.change(full_name, |world, repo| {
            let (id, now) = (world.next_id(), stamp(world.clock.now()));
            let (state, description) = said;
            let who = json!({"name": "ci", "email": "ci@acme.example", "date": now});
            let mut payload: Value = fill(
                "webhook-status",
                json!({"id": id, "sha": sha, "name": full_name, "target_url": null,
                       "context": context, "description": description, "state": state,
                       "branches": [], "created_at": now, "updated_at": now,
                       "commit": {"commit": {"author": who, "committer": who}}}),
            );
            payload["installation"] = Value::Null;
            world.notify("status", Some(repo), None, DEVELOPER, payload);
        });
    }
}
