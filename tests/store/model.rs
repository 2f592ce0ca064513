//! A model of the queue, held against the real SQL: whatever is done in whatever order, a job is
//! queued once, runs once at a time, keeps what it was asked for, and is never lost.
//!
//! Operations come in any order, also from workers whose lease ran out and who do not know it.
//! After each, what the store says is compared with the model. At the end everything that is owed
//! is handed out and done.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use waymark::domain::job::Job;
use waymark::edge::store::{Claimed, JobFilter, JobState, MAX_ATTEMPTS, Store};

use crate::database::fresh_databases;
use crate::given::*;

#[derive(Debug, Clone)]
enum Op {
    /// A pull request's check (or a branch's) at a new head, perhaps asked for by a person.
    Enqueue {
        who: i64,
        number: i64,
        urgent: bool,
        wish: bool,
        delay: i64,
    },
    Claim,
    /// What a worker does with one of the claims it ever had.
    Settle {
        claim: usize,
        how: How,
    },
    /// The clock goes on.
    Pass(i64),
    Pause {
        who: i64,
        ms: i64,
    },
    Wake(i64),
    RetryDead,
}

#[derive(Debug, Clone, Copy)]
enum How {
    Complete,
    Retry(i64),
    Postpone(i64),
    Release,
    Bury,
    Extend,
}

fn op() -> impl Strategy<Value = Op> {
    let how = prop_oneof![
        3 => Just(How::Complete),
        2 => (0..90_000_i64).prop_map(How::Retry),
        1 => (0..90_000_i64).prop_map(How::Postpone),
        1 => Just(How::Release),
        1 => Just(How::Bury),
        1 => Just(How::Extend),
    ];
    prop_oneof![
        5 => (1..4_i64, 1..3_i64, any::<bool>(), prop::bool::weighted(0.2), prop_oneof![
            3 => Just(0_i64), 1 => 0..60_000_i64
        ])
        .prop_map(|(who, number, urgent, wish, delay)| {
            Op::Enqueue { who, number, urgent, wish, delay }
        }),
        6 => Just(Op::Claim),
        4 => (any::<usize>(), how).prop_map(|(claim, how)| Op::Settle { claim, how }),
        3 => (0..45_000_i64).prop_map(Op::Pass),
        1 => (1..4_i64, 0..60_000_i64).prop_map(|(who, ms)| Op::Pause { who, ms }),
        1 => (1..4_i64).prop_map(Op::Wake),
        1 => Just(Op::RetryDead),
    ]
}

/// A job that waits or runs, as it should be.
#[derive(Debug, Clone, PartialEq)]
struct Owed {
    job: Job,
    who: i64,
    class: i64,
    wish: Option<String>,
    run_after: i64,
    attempts: u32,
    created: i64,
}

/// A job in somebody's hands.
#[derive(Debug, Clone)]
struct Held {
    owed: Owed,
    until: i64,
    /// Which claim has it.
    claim: usize,
}

#[derive(Default)]
struct Model {
    now: i64,
    heads: u32,
    queued: BTreeMap<String, Owed>,
    running: BTreeMap<String, Held>,
    dead: Vec<(String, Owed)>,
    paused: BTreeMap<i64, i64>,
    claims: Vec<Claimed>,
}

fn wished(job: &Job, wish: &Option<String>) -> Job {
    let mut job = job.clone();
    match &mut job {
        Job::CheckPull { fresh, .. } | Job::CheckCommit { fresh, .. } => *fresh = wish.clone(),
        _ => {}
    }
    job
}

impl Model {
    fn at(&self) -> waymark::domain::time::Timestamp {
        at(self.now)
    }

    /// A row that waits again melts into a newer one of its key.
    fn put_back(&mut self, key: &str, old: Owed) {
        match self.queued.get_mut(key) {
            Some(newer) => {
                newer.wish = newer.wish.take().or(old.wish);
                newer.created = newer.created.min(old.created);
            }
            None => {
                self.queued.insert(key.to_owned(), old);
            }
        }
    }

    /// What every claim does first.
    fn expire(&mut self) {
        let over: Vec<String> = self
            .running
            .iter()
            .filter(|(_, held)| held.until <= self.now)
            .map(|(key, _)| key.clone())
            .collect();
        for key in over {
            let held = self.running.remove(&key).expect("listed");
            if held.owed.attempts > MAX_ATTEMPTS {
                self.dead.push((key, held.owed));
            } else {
                self.put_back(&key, Owed { run_after: self.now, ..held.owed });
            }
        }
    }

    fn claimable(&self) -> Vec<&String> {
        let ready = self.queued.iter().filter(|(key, owed)| {
            owed.run_after <= self.now
                && !self.running.contains_key(*key)
                && self.paused.get(&owed.who).is_none_or(|until| *until <= self.now)
        });
        let ready: Vec<_> = ready.collect();
        let first = ready.iter().map(|(_, owed)| owed.class).min();
        ready.into_iter().filter(|(_, o)| Some(o.class) == first).map(|(key, _)| key).collect()
    }

    async fn step(&mut self, store: &Store, op: &Op) {
        match op {
            Op::Enqueue { who, number, urgent, wish, delay } => {
                self.heads += 1;
                let wish = (*wish).then(|| format!("wish-{}", self.heads));
                let plain = if *urgent {
                    check(*who, *number, self.heads)
                } else {
                    // A branch has a key for each commit.
                    branch(*who, *number as u32)
                };
                let job = wished(&plain, &wish);
                let run_after = self.now + delay;
                let queued =
                    store.enqueue_later(std::slice::from_ref(&job), at(run_after), self.at()).await;
                queued.unwrap();
                let (key, now) = (job.key(), self.now);
                let class = job.priority() as i64;
                let new = Owed {
                    job: plain,
                    who: *who,
                    class,
                    wish,
                    run_after,
                    attempts: 0,
                    created: now,
                };
                match self.queued.get_mut(&key) {
                    Some(old) => {
                        *old = Owed {
                            wish: new.wish.clone().or(old.wish.take()),
                            run_after: old.run_after.min(run_after),
                            created: old.created,
                            ..new
                        };
                    }
                    None => {
                        self.queued.insert(key, new);
                    }
                }
            }
            Op::Claim => {
                self.expire();
                let allowed: Vec<String> = self.claimable().into_iter().cloned().collect();
                match store.claim("worker", self.at(), LEASE).await.unwrap() {
                    None => assert!(allowed.is_empty(), "nothing was handed out of {allowed:?}"),
                    Some(claimed) => self.handed_out(claimed, &allowed),
                }
            }
            Op::Settle { claim, how } => {
                if !self.claims.is_empty() {
                    self.settle(store, claim % self.claims.len(), *how).await;
                }
            }
            Op::Pass(ms) => self.now += ms,
            Op::Pause { who, ms } => {
                let until = self.now + ms;
                let id = waymark::domain::ids::InstallationId(*who);
                store.pause_installation(id, at(until)).await.unwrap();
                let longest = self.paused.entry(*who).or_insert(until);
                *longest = until.max(*longest);
            }
            Op::Wake(who) => {
                let id = waymark::domain::ids::InstallationId(*who);
                store.wake_installation(id).await.unwrap();
                self.paused.remove(who);
            }
            Op::RetryDead => {
                let dead = store.list_jobs(JobFilter::In(JobState::Dead), 999).await.unwrap();
                if let Some(row) = dead.first() {
                    assert!(store.retry_dead(&row.id, self.at()).await.unwrap());
                    let n = self.dead.iter().position(|(key, owed)| {
                        *key == row.key
                            && at(owed.created) == row.created
                            && i64::from(owed.attempts) == row.attempts
                    });
                    let (key, owed) = self.dead.remove(n.expect("a dead job that nobody buried"));
                    self.put_back(&key, Owed { run_after: self.now, attempts: 0, ..owed });
                }
            }
        }
    }

    fn handed_out(&mut self, claimed: Claimed, allowed: &[String]) {
        let key = claimed.job.key();
        assert!(allowed.contains(&key), "{key} was handed out, allowed: {allowed:?}");
        let mut owed = self.queued.remove(&key).expect("allowed");
        owed.attempts += 1;
        assert_eq!(claimed.job, wished(&owed.job, &owed.wish), "the newest payload, the wish kept");
        assert_eq!(claimed.attempts, owed.attempts);
        assert_eq!(claimed.created, at(owed.created));
        let until = self.now + LEASE;
        assert_eq!(claimed.lease_until, at(until));
        let claim = self.claims.len();
        self.running.insert(key, Held { owed, until, claim });
        self.claims.push(claimed);
    }

    async fn settle(&mut self, store: &Store, n: usize, how: How) {
        let mut claimed = self.claims[n].clone();
        let (key, now) = (claimed.job.key(), self.at());
        let ours = self.running.get(&key).is_some_and(|held| held.claim == n);
        let held = match how {
            How::Complete => store.complete(&claimed).await,
            How::Retry(ms) => store.retry(&claimed, "again", at(self.now + ms), now).await,
            How::Postpone(ms) => store.postpone(&claimed, "wait", at(self.now + ms), now).await,
            How::Release => store.release(&claimed, now).await,
            How::Bury => store.bury(&claimed, "enough").await,
            How::Extend => store.extend_lease(&mut claimed, at(self.now + LEASE)).await,
        };
        assert_eq!(held.unwrap(), ours, "{key}: a lease that is over settles nothing");
        if !ours {
            return;
        }
        if let How::Extend = how {
            self.running.get_mut(&key).expect("ours").until = self.now + LEASE;
            return;
        }
        let owed = self.running.remove(&key).expect("ours").owed;
        let (attempts, now) = (owed.attempts, self.now);
        match how {
            How::Complete | How::Extend => {}
            How::Bury => self.dead.push((key, owed)),
            How::Retry(ms) => self.put_back(&key, Owed { run_after: now + ms, ..owed }),
            How::Postpone(ms) => {
                let attempts = attempts - 1;
                self.put_back(&key, Owed { run_after: now + ms, attempts, ..owed });
            }
            How::Release => {
                self.put_back(&key, Owed { run_after: now, attempts: attempts - 1, ..owed });
            }
        }
    }

    /// The store holds exactly what the model holds.
    async fn compare(&self, store: &Store) {
        let rows = store.list_jobs(JobFilter::All, 9_999).await.unwrap();
        let of = |state: JobState| {
            let mut keys: Vec<(String, i64)> = rows
                .iter()
                .filter(|row| row.state == state)
                .map(|row| (row.key.clone(), row.attempts))
                .collect();
            keys.sort();
            keys
        };
        let queued: Vec<_> =
            self.queued.iter().map(|(key, o)| (key.clone(), i64::from(o.attempts))).collect();
        let running: Vec<_> =
            self.running.iter().map(|(key, h)| (key.clone(), i64::from(h.owed.attempts))).collect();
        let mut dead: Vec<_> =
            self.dead.iter().map(|(key, o)| (key.clone(), i64::from(o.attempts))).collect();
        dead.sort();
        assert_eq!(of(JobState::Queued), queued);
        assert_eq!(of(JobState::Running), running);
        assert_eq!(of(JobState::Dead), dead);
        for row in rows.iter().filter(|row| row.state == JobState::Queued) {
            let owed = &self.queued[&row.key];
            assert_eq!((row.run_after, row.created), (at(owed.run_after), at(owed.created)));
        }
    }

    /// Everything that is owed is handed out in the end, however it was treated.
    async fn drain(&mut self, store: &Store) {
        self.now += 10_000_000;
        self.paused.clear();
        for _ in 0..10_000 {
            self.step(store, &Op::Claim).await;
            let Some(n) = self.claims.len().checked_sub(1) else { break };
            if self.queued.is_empty() && self.running.is_empty() {
                break;
            }
            self.settle(store, n, How::Complete).await;
        }
        assert!(self.queued.is_empty() && self.running.is_empty(), "{:?}", self.queued);
    }
}

#[test]
fn the_queue_does_as_its_model() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // Connections are dropped outside of its tasks.
    let _inside = runtime.enter();
    let cases = std::env::var("WAYMARK_MODEL_CASES").ok().and_then(|n| n.parse().ok());
    for db in runtime.block_on(fresh_databases()) {
        let config =
            Config { cases: cases.unwrap_or(24), failure_persistence: None, ..Config::default() };
        let ops = prop::collection::vec(op(), 1..120);
        let outcome = TestRunner::new(config).run(&ops, |ops| {
            runtime.block_on(async {
                crate::raw::execute(&db.url, "DELETE FROM job; DELETE FROM pause").await;
                let mut model = Model::default();
                for op in &ops {
                    model.step(&db.store, op).await;
                    model.compare(&db.store).await;
                }
                model.drain(&db.store).await;
                model.compare(&db.store).await;
            });
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{}: {error}", db.kind);
        }
    }
}
