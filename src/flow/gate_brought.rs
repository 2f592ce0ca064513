//! Which changes does a deployment bring, and what is known of each? All since the last one that
//! reached the same environment with success: what one of them drops is not lost behind the next.

use std::collections::{BTreeMap, HashMap};

use crate::domain::config::OrgConfig;
use crate::domain::gate::brought::{Risk, Unlooked};
use crate::domain::gate::request::Acknowledged;
use crate::domain::ids::Sha;
use crate::domain::risk::condition::OF_MIGRATIONS;
use crate::domain::risk::units::line_of;
use crate::edge::github::Pull;

use super::App;
use super::fate::Fate;
use super::judge_commit::Subject;

/// Changes of one deployment that are looked at, the newest first.
const MOST: usize = 50;
/// Commits of one deployment of which GitHub is asked which pull request brought them, and commits
/// whose files are read: a call each.
const MOST_ASKED: usize = 20;

/// What a deployment brings.
#[derive(Debug)]
pub(super) struct Brought {
    /// The commit that is deployed.
    head: Sha,
    /// Whether a condition may hold it, so that GitHub is asked what the store does not tell.
    strict: bool,
    /// Pull requests by number.
    pulls: BTreeMap<i64, Part>,
    /// Commits that came without one, the newest first.
    direct: Vec<Sha>,
    /// What cannot be told of all this.
    unknown: Vec<Unlooked>,
}

/// A pull request that comes along.
#[derive(Debug, Default)]
struct Part {
    /// What it was at its last push, when that is known.
    head: Option<Sha>,
    /// What it left on the branch.
    commits: Vec<Sha>,
    /// Whether it brought the commit that is deployed.
    last: bool,
    /// Whether it is open: its commits are not all of it.
    open: bool,
}

impl Brought {
    /// The numbers of the pull requests.
    pub(super) fn pulls(&self) -> Vec<i64> {
        self.pulls.keys().copied().collect()
    }

    fn add(&mut self, pulls: Vec<Pull>, commit: &Sha, last: bool) {
        // A branch that goes on from here has pull requests, too; they brought nothing.
        let brings = |pull: &Pull| pull.merged || pull.head.sha == *commit;
        let any = pulls.iter().any(brings);
        for pull in pulls.into_iter().filter(|pull| brings(pull) || (last && !any)) {
            let part = self.pulls.entry(pull.number).or_default();
            part.head = Some(pull.head.sha);
            part.commits.push(commit.clone());
            part.last |= last;
            part.open = !pull.merged;
        }
    }

    fn note(&mut self, reason: &str) {
        let (changes, known) = (Vec::new(), Vec::new());
        self.unknown.push(Unlooked { changes, reason: reason.to_owned(), known });
    }
}

impl App {
    /// Finds out what a deployment brings. One comparison, and calls for what the store does not
    /// tell of, bounded.
    /// `named` are pull requests that the deployment's event names.
    pub(super) async fn brought(
        &self,
        subject: &Subject,
        config: &OrgConfig,
        (environment, head): (&str, &Sha),
        named: &[i64],
    ) -> Result<Brought, Fate> {
        let mut brought = Brought {
            head: head.clone(),
            strict: !config.gate.blocks.is_empty(),
            pulls: BTreeMap::new(),
            direct: Vec::new(),
            unknown: Vec::new(),
        };
        let own = subject.github.pulls_of_commit(&subject.name, head).await?;
        brought.add(own, head, true);
        if brought.pulls.is_empty() {
            brought.direct.push(head.clone());
        }
        for number in named {
            brought.pulls.entry(*number).or_default();
        }
        let mut questions = if brought.strict { MOST_ASKED } else { 0 };
        let line = self.line_since(subject, environment, &mut brought).await?;
        for commit in line.iter().filter(|commit| *commit != head) {
            match self.store.risk_change(subject.id, commit).await? {
                Some(number) if number > 0 => {
                    let part = brought.pulls.entry(number).or_default();
                    part.commits.push(commit.clone());
                }
                Some(_) => brought.direct.push(commit.clone()),
                None if questions > 0 => {
                    questions -= 1;
                    let pulls = subject.github.pulls_of_commit(&subject.name, commit).await?;
                    let merged: Vec<Pull> = pulls.into_iter().filter(|pull| pull.merged).collect();
                    match merged.is_empty() {
                        true => brought.direct.push(commit.clone()),
                        false => brought.add(merged, commit, false),
                    }
                }
                None => {
                    let reason = "nobody knows which pull request brought it";
                    brought.unknown.push(Unlooked::one(commit.short(), reason, &[]));
                }
            }
        }
        for (number, part) in &mut brought.pulls {
            if part.head.is_none() {
                let known = self.store.pull(subject.id, *number).await?;
                part.head = known.map(|known| known.pull.head_sha);
            }
        }
        Ok(brought)
    }

    /// The commits of the branch since what was deployed last, the newest first.
    async fn line_since(
        &self,
        subject: &Subject,
        environment: &str,
        brought: &mut Brought,
    ) -> Result<Vec<Sha>, Fate> {
        let last = self.store.last_deployed(subject.id, environment).await?;
        let Some(last) = last else {
            brought.note("what was deployed there before is not known, nor what came since");
            return Ok(Vec::new());
        };
        if last == brought.head {
            return Ok(Vec::new());
        }
        let found = subject.github.brought(&subject.name, &last, &brought.head).await?;
        let Some(found) = found else {
            brought.note("GitHub does not tell what came since the last deployment there");
            return Ok(Vec::new());
        };
        let whole = found.whole;
        let all: HashMap<Sha, _> =
            found.commits.into_iter().map(|commit| (commit.sha.clone(), commit)).collect();
        let line = line_of(&all, &brought.head);
        if !whole || line.len() > MOST {
            brought.note("it brings more changes than are looked at");
        }
        Ok(line.into_iter().rev().take(MOST).map(|commit| commit.sha.clone()).collect())
    }

    /// What is known of all that a deployment brings, and what people answer for in it.
    pub(super) async fn risk_for_gate(
        &self,
        subject: &Subject,
        brought: &Brought,
    ) -> Result<(Risk, Vec<Acknowledged>), Fate> {
        let mut risk = Risk::default();
        let mut left = if brought.strict { MOST_ASKED } else { 0 };
        let head = &brought.head;
        let mut said = match brought.pulls.values().any(|part| part.head.as_ref() == Some(head)) {
            true => Vec::new(),
            false => self.answered(subject, head, head.short()).await?,
        };
        for (number, part) in brought.pulls.iter().rev() {
            let name = format!("#{number}");
            let report = match &part.head {
                Some(head) => self.store.risk_report(subject.id, head).await?,
                None => None,
            };
            let known = report.and_then(|json| Risk::of_report(&json, Some(&name)));
            let of_this = match known {
                Some(known) => known,
                // Named by the event only: nothing of it is in the line.
                None if part.commits.is_empty() => continue,
                None if part.open => {
                    let reason = "nobody has looked at its last push";
                    Risk::default().without(Unlooked::one(name.clone(), reason, &[]))
                }
                None => {
                    let reason = "nobody looked at it before it was merged";
                    self.read_now(subject, (&name, reason), &part.commits, &mut left).await?
                }
            };
            if let Some(head) = &part.head {
                let mut answers = self.answered(subject, head, &name).await?;
                // What was said of the hour of an earlier merge is over.
                let own = |name: &str| of_this.conditions.iter().any(|c| c.name == name);
                answers.retain(|answer| part.last || own(&answer.condition));
                said.extend(answers);
            }
            risk = risk.and(of_this);
        }
        for commit in &brought.direct {
            let json = self.store.risk_report(subject.id, commit).await?;
            let known = json.and_then(|json| Risk::of_report(&json, Some(commit.short())));
            let of_this = match known {
                Some(known) => known,
                None => {
                    let reason = "it came without a pull request";
                    let commits = std::slice::from_ref(commit);
                    self.read_now(subject, (commit.short(), reason), commits, &mut left).await?
                }
            };
            risk = risk.and(of_this);
        }
        for unlooked in &brought.unknown {
            risk = risk.without(unlooked.clone());
        }
        Ok((risk, said))
    }

    /// What can be told of a change that nobody looked at in time: what its migrations do.
    async fn read_now(
        &self,
        subject: &Subject,
        (name, reason): (&str, &str),
        commits: &[Sha],
        left: &mut usize,
    ) -> Result<Risk, Fate> {
        if commits.len() > *left {
            return Ok(Risk::default().without(Unlooked::one(name, reason, &[])));
        }
        *left -= commits.len();
        let mut risk = Risk::default();
        for commit in commits {
            let files = subject.github.files_of_commit(&subject.name, commit).await?;
            let (_, found) = self.migrations_of(&subject.github, &subject.name, &files).await?;
            risk = risk.and(Risk::of_conditions(&found, Some(name)));
        }
        Ok(risk.without(Unlooked::one(name, reason, &OF_MIGRATIONS)))
    }

    /// What people answer for, of a change as it was at a commit.
    async fn answered(
        &self,
        subject: &Subject,
        at: &Sha,
        change: &str,
    ) -> Result<Vec<Acknowledged>, Fate> {
        let answers = self.store.acknowledged(subject.id, at).await?.into_iter();
        let of_it = |said: Acknowledged| Acknowledged { change: Some(change.to_owned()), ..said };
        Ok(answers.map(of_it).collect())
    }
}
