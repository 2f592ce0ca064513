//! The usual cast: installations, repositories, commits, jobs.

use waymark::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use waymark::domain::job::{Delivery, Job, Occasion};
use waymark::domain::metrics::Source;
use waymark::domain::time::Timestamp;
use waymark::edge::store::{
    Claimed, DeploymentRow, IncidentRow, PullRow, PullState, RepoRow, Store,
};

pub(crate) const NOON: Timestamp = Timestamp(1_795_000_000_000);
pub(crate) const LEASE: i64 = 60_000;

/// A moment `ms` milliseconds after noon.
pub(crate) fn at(ms: i64) -> Timestamp {
    NOON.plus_ms(ms)
}

pub(crate) fn sha(n: u32) -> Sha {
    Sha::parse(&format!("{n:040x}")).unwrap()
}

pub(crate) fn name(text: &str) -> RepoName {
    RepoName::parse(text).unwrap()
}

/// A pull request's check at head `n`; repository 10 × installation.
pub(crate) fn check(installation: i64, number: i64, head: u32) -> Job {
    Job::CheckPull {
        installation: InstallationId(installation),
        repo: RepoId(installation * 10),
        name: name("acme/api"),
        number,
        head: sha(head),
        fresh: None,
    }
}

/// The same, asked for by a person.
pub(crate) fn fresh(installation: i64, number: i64, head: u32, wish: &str) -> Job {
    match check(installation, number, head) {
        Job::CheckPull { installation, repo, name, number, head, .. } => {
            Job::CheckPull { installation, repo, name, number, head, fresh: Some(wish.to_owned()) }
        }
        other => other,
    }
}

/// A default branch's check, which nobody waits for.
pub(crate) fn branch(installation: i64, head: u32) -> Job {
    Job::CheckCommit {
        installation: InstallationId(installation),
        repo: RepoId(installation * 10),
        name: name("acme/api"),
        occasion: Occasion::DefaultBranch,
        git_ref: "refs/heads/main".to_owned(),
        head: sha(head),
        base: None,
        fresh: None,
    }
}

pub(crate) fn delivery(guid: &str) -> Delivery {
    Delivery {
        guid: guid.to_owned(),
        event: "pull_request".to_owned(),
        received: NOON,
        body: b"{\"a\":\"\\u0000\"}\0\xff".to_vec(),
    }
}

pub(crate) fn repo(id: i64) -> RepoRow {
    RepoRow {
        id: RepoId(id),
        name: name("acme/api"),
        default_branch: Some("main".to_owned()),
        archived: Some(false),
        private: true,
    }
}

pub(crate) fn pull(repo: i64, number: i64, head: u32, updated: Timestamp) -> PullRow {
    PullRow {
        repo: RepoId(repo),
        number,
        head_sha: sha(head),
        head_ref: "topic".to_owned(),
        head_repo: Some(RepoId(repo)),
        base_sha: sha(0xb),
        base_ref: "main".to_owned(),
        draft: false,
        state: PullState::Open,
        updated,
    }
}

/// Claims at a moment, or `None`.
pub(crate) async fn claim_at(store: &Store, now: Timestamp) -> Option<Claimed> {
    store.claim("worker", now, LEASE).await.unwrap()
}

/// Claims at noon; there must be something.
pub(crate) async fn claim(store: &Store) -> Claimed {
    claim_at(store, NOON).await.expect("a job is ready")
}

/// A deployment of commit 1 to production.
pub(crate) fn deployment(id: i64, succeeded: Option<Timestamp>) -> DeploymentRow {
    DeploymentRow {
        source: Source::Deployment,
        id,
        environment: "production".to_owned(),
        git_ref: None,
        sha: Some(sha(1)),
        created: NOON,
        succeeded,
        failed: None,
        compared: None,
    }
}

pub(crate) fn incident(number: i64, updated: Timestamp, counts: bool) -> IncidentRow {
    IncidentRow { number, opened: NOON, closed: None, updated, counts }
}

/// A series of numbers without a library: splitmix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn throw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}
