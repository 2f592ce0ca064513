//! What does GitHub remember? One plain struct behind one lock; endpoints and verbs both work on it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use serde_json::Value;

use super::auth::{Permissions, Token};
use super::clock::FakeClock;
use super::faults::Fault;
use super::git::{Sha, Store};
use super::limits::Meter;
use super::webhooks::Hook;

pub struct World {
    pub clock: FakeClock,
    /// API base, for instance `http://127.0.0.1:4000/api/v3`; set once the port is known.
    pub base: String,
    pub app_id: u64,
    pub client_id: String,
    pub webhook_secret: String,
    pub hook_target: Option<String>,
    pub options: Options,
    last_id: u64,
    pub accounts: BTreeMap<String, Account>,
    pub networks: Vec<Store>,
    pub repos: BTreeMap<u64, Repo>,
    /// Lower-case former `owner/name` → repository.
    pub moved: HashMap<String, u64>,
    /// Issues that were deleted, or that moved: (repository, number) → where to.
    pub gone_issues: BTreeMap<(u64, u64), Option<(u64, u64)>>,
    /// Repositories that listings leave out; whether they are counted all the same.
    pub unlisted: BTreeMap<u64, bool>,
    pub installations: BTreeMap<u64, Installation>,
    pub tokens: HashMap<String, Token>,
    pub runs: BTreeMap<u64, CheckRun>,
    /// (repository, head SHA) → suite; one App, so one suite each.
    pub suites: BTreeMap<(u64, Sha), u64>,
    /// (repository, head SHA) → conclusions of other Apps' suites there.
    pub foreign_suites: BTreeMap<(u64, Sha), Vec<Option<String>>>,
    /// Workflow run → the deployment that it waits with.
    pub held: BTreeMap<u64, HeldDeployment>,
    /// `acme/platform` → login → `active` or `pending`.
    pub teams: BTreeMap<String, BTreeMap<String, String>>,
    /// Deployments, workflow runs and releases, by repository.
    pub shipping: BTreeMap<u64, Shipping>,
    pub queue: VecDeque<Hook>,
    pub history: Vec<Hook>,
    pub calls: Vec<Logged>,
    pub violations: Vec<String>,
    /// (pattern, status): answers that a test expects.
    pub allowed: Vec<(String, u16)>,
    pub faults: Vec<Fault>,
    pub meters: BTreeMap<u64, Meter>,
    pub in_flight: usize,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub ghes: bool,
    pub graphql: bool,
    pub classic_tokens: bool,
    pub secondary_limits: bool,
    pub primary_limit: bool,
    /// The App hears of its own check runs and of each new suite, as on GitHub.
    pub echoes: bool,
    /// Entries of a recursive tree before it is cut.
    pub tree_entries: usize,
    /// Bytes of a recursive tree's answer before it is cut.
    pub tree_bytes: usize,
}

#[derive(Clone, Debug)]
pub struct Account {
    pub id: u64,
    pub login: String,
    /// `User`, `Organization` or `Bot`.
    pub kind: &'static str,
}

pub struct Repo {
    pub id: u64,
    pub owner: String,
    pub name: String,
    pub private: bool,
    pub archived: bool,
    /// Whether issues are switched on.
    pub issues_on: bool,
    pub topics: Vec<String>,
    pub properties: BTreeMap<String, String>,
    pub default_branch: String,
    /// Index into `World::networks`.
    pub network: usize,
    pub parent: Option<u64>,
    /// `refs/heads/main` → commit.
    pub refs: BTreeMap<String, Sha>,
    pub created: i64,
    pub pushed: i64,
    pub pulls: BTreeMap<u64, Pull>,
    /// Plain issues and pull requests share numbers; a pull request has an entry in both maps.
    pub issues: BTreeMap<u64, Issue>,
    /// Labels that there are.
    pub labels: BTreeSet<String>,
    /// Login → role (`admin`, `maintain`, `write`, `triage`, `read`).
    pub roles: BTreeMap<String, String>,
    /// Teams with access: slug and permission.
    pub teams: Vec<(String, String)>,
}

impl Repo {
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    /// The commit of a branch.
    pub fn branch(&self, name: &str) -> Option<&Sha> {
        self.refs.get(&format!("refs/heads/{name}"))
    }
}

#[derive(Clone, Debug)]
pub struct Pull {
    pub id: u64,
    pub number: u64,
    pub author: String,
    pub head_repo: u64,
    pub head_ref: String,
    pub head_sha: Sha,
    pub base_ref: String,
    /// The base branch's commit when the pull request was last touched.
    pub base_sha: Sha,
    pub draft: bool,
    pub open: bool,
    pub merged: bool,
    /// The commit that it was merged with.
    pub merge_sha: Option<Sha>,
    /// The commits that a rebase or a squash made of it.
    pub landed: Vec<Sha>,
    /// Who wrote comments on its lines.
    pub remarks: Vec<String>,
    pub reviews: Vec<Review>,
    pub created: i64,
    pub updated: i64,
}

/// A submitted review.
#[derive(Clone, Debug)]
pub struct Review {
    pub id: u64,
    pub author: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`.
    pub state: String,
    pub commit: Sha,
    pub submitted: i64,
}

#[derive(Clone, Debug)]
pub struct Issue {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub body: String,
    pub author: String,
    pub open: bool,
    pub labels: BTreeSet<String>,
    pub comments: Vec<Comment>,
    pub created: i64,
    pub updated: i64,
}

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub author: String,
    pub body: String,
    pub reactions: Vec<(String, String)>,
    pub created: i64,
    pub updated: i64,
}

#[derive(Clone, Debug)]
pub struct Installation {
    pub id: u64,
    pub account: String,
    pub permissions: Permissions,
    /// None: all repositories of the account.
    pub selected: Option<BTreeSet<u64>>,
    pub removed: bool,
    /// An owner suspended it then (unix seconds): it stays, but nothing may be done with it.
    pub suspended: Option<i64>,
    pub created: i64,
}

/// A deployment that a custom protection rule holds.
#[derive(Clone, Debug)]
pub struct HeldDeployment {
    pub id: u64,
    pub repo: u64,
    pub environment: String,
    pub sha: Sha,
    /// Status reports, oldest first.
    pub reports: Vec<String>,
    /// `approved` or `rejected`, and the comment.
    pub answer: Option<(String, String)>,
}

/// How a repository's changes reach users, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Shipping {
    pub deployments: Vec<Deployment>,
    pub runs: Vec<WorkflowRun>,
    pub releases: Vec<Release>,
}

#[derive(Clone, Debug)]
pub struct Deployment {
    pub id: u64,
    pub sha: Sha,
    pub environment: String,
    pub created: i64,
    /// (id, state, when), oldest first.
    pub statuses: Vec<(u64, String, i64)>,
}

#[derive(Clone, Debug)]
pub struct WorkflowRun {
    pub id: u64,
    pub path: String,
    pub calls: Vec<String>,
    pub event: String,
    pub branch: String,
    pub sha: Sha,
    pub started: i64,
    pub finished: i64,
    pub conclusion: String,
}

#[derive(Clone, Debug)]
pub struct Release {
    pub id: u64,
    pub tag: String,
    pub published: i64,
    pub prerelease: bool,
}

/// A check run with everything that was ever sent for it.
#[derive(Clone, Debug)]
pub struct CheckRun {
    pub id: u64,
    pub repo: u64,
    pub suite: u64,
    pub name: String,
    pub head_sha: Sha,
    /// `queued`, `in_progress` or `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    pub started_at: Option<String>,
    pub completed_at: Option<String>,
    pub details_url: Option<String>,
    pub external_id: Option<String>,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub text: Option<String>,
    /// As sent: path, start_line, end_line, annotation_level, message, …; they only ever grow.
    pub annotations: Vec<Value>,
    /// As sent: label, description, identifier.
    pub actions: Vec<Value>,
}

/// One request as the fake saw it.
#[derive(Clone, Debug)]
pub struct Logged {
    pub method: String,
    /// `GET /repos/{owner}/{repo}`; the plain path when no endpoint matched.
    pub route: String,
    pub path: String,
    pub query: String,
    /// Parsed JSON body, null when there was none.
    pub body: Value,
    pub status: u16,
    pub installation: Option<u64>,
    /// The answer was made by a fault that the test ordered.
    pub faulted: bool,
}

impl World {
    pub fn new(clock: FakeClock, options: Options) -> World {
        World {
            clock,
            base: String::new(),
            app_id: 424_242,
            client_id: "Iv23liFAKEWAYMARK000".into(),
            webhook_secret: "correct horse battery staple".into(),
            hook_target: None,
            options,
            last_id: 1_000,
            accounts: BTreeMap::new(),
            networks: Vec::new(),
            repos: BTreeMap::new(),
            moved: HashMap::new(),
            gone_issues: BTreeMap::new(),
            unlisted: BTreeMap::new(),
            installations: BTreeMap::new(),
            tokens: HashMap::new(),
            runs: BTreeMap::new(),
            suites: BTreeMap::new(),
            foreign_suites: BTreeMap::new(),
            held: BTreeMap::new(),
            teams: BTreeMap::new(),
            shipping: BTreeMap::new(),
            queue: VecDeque::new(),
            history: Vec::new(),
            calls: Vec::new(),
            violations: Vec::new(),
            allowed: Vec::new(),
            faults: Vec::new(),
            meters: BTreeMap::new(),
            in_flight: 0,
        }
    }

    /// A number that nothing else on this GitHub bears.
    pub fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    pub fn blame(&mut self, text: String) {
        self.violations.push(text);
    }

    pub fn account(&mut self, login: &str, kind: &'static str) -> Account {
        if let Some(known) = self.accounts.get(login) {
            return known.clone();
        }
        let account = Account { id: self.next_id(), login: login.into(), kind };
        self.accounts.insert(login.into(), account.clone());
        account
    }

    pub fn repo_named(&self, full_name: &str) -> Option<&Repo> {
        let (owner, name) = full_name.split_once('/')?;
        let is = |repo: &&Repo| {
            repo.name.eq_ignore_ascii_case(name) && repo.owner.eq_ignore_ascii_case(owner)
        };
        self.repos.values().find(is)
    }

    pub fn store(&self, repo: u64) -> &Store {
        &self.networks[self.repos[&repo].network]
    }

    pub fn store_mut(&mut self, repo: u64) -> &mut Store {
        let network = self.repos[&repo].network;
        &mut self.networks[network]
    }

    /// The live installation that covers `repo`.
    pub fn installation_of(&self, repo: u64) -> Option<&Installation> {
        self.installations.values().find(|installation| self.covers(installation, repo))
    }

    pub fn covers(&self, installation: &Installation, repo: u64) -> bool {
        let owner = self.repos.get(&repo).map(|repo| repo.owner.as_str());
        !installation.removed
            && owner == Some(installation.account.as_str())
            && installation.selected.as_ref().is_none_or(|chosen| chosen.contains(&repo))
    }

    /// The commit that a branch, tag, `refs/…`, full or short SHA, `HEAD` or `owner:branch` names.
    pub fn resolve(&self, repo: u64, name: &str) -> Option<Sha> {
        let here = &self.repos[&repo];
        if let Some((owner, branch)) = name.split_once(':') {
            let same_network =
                |other: &&Repo| other.network == here.network && other.owner == owner;
            return self.repos.values().find(same_network)?.branch(branch).cloned();
        }
        let name = if name == "HEAD" { here.default_branch.as_str() } else { name };
        let candidates = [
            name.to_string(),
            format!("refs/heads/{name}"),
            format!("refs/tags/{name}"),
            format!("refs/{name}"),
        ];
        if let Some(sha) = candidates.iter().find_map(|full| here.refs.get(full)) {
            return Some(sha.clone());
        }
        self.store(repo).commit(name).map(|commit| commit.sha.clone())
    }

    /// The suite of (repo, sha), made when it is first needed.
    pub fn suite(&mut self, repo: u64, sha: &str) -> u64 {
        let key = (repo, sha.to_string());
        if let Some(known) = self.suites.get(&key) {
            return *known;
        }
        let id = self.next_id();
        self.suites.insert(key, id);
        id
    }
}
