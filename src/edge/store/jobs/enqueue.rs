//! How does work enter the queue? New jobs, and running ones that must wait again.
//!
//! Two tags make the share fair on two levels. `vt` is a place in line and belongs to the
//! installation; `rt` orders its jobs by repository. A claim takes the first place in line and
//! gives it to the installation's next turn, see `claim`.

use std::borrow::Cow;

use super::super::Store;
use super::super::database::{Tx, values};
use super::super::error::{StoreError, contended};
use super::{MAX_ATTEMPTS, Payload, Row, fresh_of};
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::job::{Cause, Job, Priority};
use crate::domain::time::Timestamp;

/// The class's virtual time: the tag of the job that is next in line, else of the last one taken,
/// else of the first that waits for its time. Start-time fair queueing: an installation's next
/// job is tagged behind its own last one, but never before the virtual time, so a newcomer
/// neither waits behind somebody's hundred jobs nor overtakes everybody with its own.
/// An installation that sleeps does not count until a claim has woken it, see `awake`.
/// `$5` is the priority, `$6` the present time. Tag 0 stands outside: plans, see [`slot`].
macro_rules! virtual_time {
    () => {
        "COALESCE(
            (SELECT q.vt FROM job q
              WHERE q.state = 'queued' AND q.priority = $5 AND q.vt > 0
                AND q.run_after_ms <= $6
                AND q.installation NOT IN (SELECT p.installation FROM pause p)
              ORDER BY q.vt LIMIT 1),
            (SELECT MAX(r.vt) FROM job r WHERE r.state = 'running' AND r.priority = $5),
            (SELECT d.vt FROM job d
              WHERE d.state = 'queued' AND d.priority = $5 AND d.vt > 0
              ORDER BY d.vt LIMIT 1),
            0)"
    };
}

/// The same within an installation (`$4`), whose repositories share its places. The plus keeps
/// SQLite from walking all of the installation's jobs to find the few that run.
macro_rules! turn_time {
    () => {
        "COALESCE(
            (SELECT q.rt FROM job q
              WHERE q.state = 'queued' AND q.installation = $4 AND q.priority = $5
                AND q.run_after_ms <= $6
              ORDER BY q.rt LIMIT 1),
            (SELECT MAX(r.rt) FROM job r
              WHERE r.state = 'running' AND +r.installation = $4 AND +r.priority = $5),
            (SELECT d.rt FROM job d
              WHERE d.state = 'queued' AND d.installation = $4 AND d.priority = $5
              ORDER BY d.rt LIMIT 1),
            0)"
    };
}

/// Plans belong to no installation yet (0). They are short and go before everything else of their
/// class (tag 0), but not without end: of the plans that wait for one repository (`$14`), those
/// beyond the 16th take places in line like any installation's jobs. `$otherwise` is the tag of
/// everything else.
macro_rules! slot {
    ($otherwise:literal) => {
        concat!(
            "CASE WHEN CAST($4 AS BIGINT) = 0 AND (SELECT COUNT(*) FROM (
                     SELECT 1 FROM job w
                      WHERE w.installation = $4 AND w.priority = $5 AND w.repo = $14
                        AND w.state <> 'dead' LIMIT 16) s) < 16
                  THEN 0 ELSE ",
            $otherwise,
            "(SELECT MAX(t.vt) FROM (SELECT ",
            virtual_time!(),
            " AS vt UNION ALL "
        )
    };
}

/// A newer payload replaces a queued older one; the older one's place in line, its age, its
/// earlier time and its wish for a fresh run stay. It is new work, so its tries begin anew.
pub(super) const ENQUEUE: &str = concat!(
    "INSERT INTO job (id, kind, key, installation, priority, vt, rt, state, run_after_ms, attempts,
                      max_attempts, coalesced, created_ms, fresh, payload, repo)
     VALUES ($1, $2, $3, $4, $5, ",
    slot!("1 + "),
    "SELECT COALESCE((SELECT o.vt FROM job o
                  WHERE o.installation = $4 AND o.priority = $5
                  ORDER BY o.vt DESC LIMIT 1), 0)) t) END,
             1 + (SELECT MAX(u.rt) FROM (SELECT ",
    turn_time!(),
    " AS rt UNION ALL
                 SELECT COALESCE((SELECT o.rt FROM job o
                  WHERE o.installation = $4 AND o.priority = $5 AND o.repo = $14
                    AND o.state <> 'dead'
                  ORDER BY o.rt DESC LIMIT 1), 0)) u),
             'queued', $7, $11, $8, $12, $13, $9, $10, $14)
     ON CONFLICT (key) WHERE state = 'queued' DO UPDATE SET
        payload = excluded.payload,
        installation = excluded.installation,
        repo = excluded.repo,
        priority = CASE WHEN excluded.priority < job.priority THEN excluded.priority
                        ELSE job.priority END,
        run_after_ms = CASE WHEN excluded.run_after_ms < job.run_after_ms
                            THEN excluded.run_after_ms ELSE job.run_after_ms END,
        fresh = COALESCE(excluded.fresh, job.fresh),
        attempts = 0,
        last_error = NULL,
        coalesced = job.coalesced + 1"
);

/// The row's place in line stays, but not its credit: it may not hold back the virtual time.
/// A newer queued job of the key stays as it is and takes over the age and the wish.
const REQUEUE: &str = concat!(
    "INSERT INTO job (id, kind, key, installation, priority, vt, rt, state, run_after_ms, attempts,
                      max_attempts, coalesced, created_ms, fresh, payload, last_error, repo)
     VALUES ($1, $2, $3, $4, $5, ",
    slot!(""),
    "SELECT CAST($15 AS BIGINT)) t) END,
             (SELECT MAX(u.rt) FROM (SELECT ",
    turn_time!(),
    " AS rt UNION ALL SELECT CAST($17 AS BIGINT)) u),
             'queued', $7, $11, $8, $12, $13, $9, $10, $16, $14)
     ON CONFLICT (key) WHERE state = 'queued' DO UPDATE SET
        fresh = COALESCE(job.fresh, excluded.fresh),
        created_ms = CASE WHEN excluded.created_ms < job.created_ms THEN excluded.created_ms
                          ELSE job.created_ms END,
        coalesced = job.coalesced + 1"
);

impl Store {
    /// Queues jobs, all or none, ready at once; jobs of one call have no order among themselves
    /// but their priority. A queued job of the same key is replaced: see
    /// the module's head.
    pub async fn enqueue(&self, jobs: &[Job], now: Timestamp) -> Result<(), StoreError> {
        self.enqueue_later(jobs, now, now).await
    }

    /// Queues jobs, all or none, to be run at `run_after` or later.
    pub async fn enqueue_later(
        &self,
        jobs: &[Job],
        run_after: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if jobs.is_empty() {
            return Ok(());
        }
        contended!(async {
            let mut tx = self.database.begin().await?;
            enqueue_in(&mut tx, jobs, run_after, now).await?;
            tx.commit().await
        })
    }

    /// Queues jobs, all or none, that nobody waits for whatever their kind: behind everything that
    /// is more urgent than `class`. One that is queued already keeps its own, better class.
    pub async fn enqueue_as(
        &self,
        class: Priority,
        jobs: &[Job],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if jobs.is_empty() {
            return Ok(());
        }
        contended!(async {
            let mut tx = self.database.begin().await?;
            enqueue_for(&mut tx, jobs, (None, Some(class)), now, now).await?;
            tx.commit().await
        })
    }
}

/// The same within somebody's transaction.
pub(in super::super) async fn enqueue_in(
    tx: &mut Tx,
    jobs: &[Job],
    run_after: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    enqueue_for(tx, jobs, (None, None), run_after, now).await
}

/// The same for jobs that follow from a delivery, or that are queued in another class than their
/// kind's own.
pub(super) async fn enqueue_for(
    tx: &mut Tx,
    jobs: &[Job],
    (cause, class): (Option<&Cause>, Option<Priority>),
    run_after: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    // In one order for everybody: two that queue the same keys cannot lock each other out. The
    // sort is stable, so of two jobs of one key the last still wins.
    let mut jobs: Vec<(String, &Job)> = jobs.iter().map(|job| (job.key(), job)).collect();
    jobs.sort_by(|a, b| a.0.cmp(&b.0));
    for (key, job) in jobs {
        let class = class.unwrap_or_else(|| job.priority());
        let how = How { class, cause, repo: job.repo(), run_after, now };
        insert_in(tx, &key, job, how).await?;
    }
    Ok(())
}

/// Queues the plan job of a delivery, within somebody's transaction. `repo` is whom it is about,
/// when that is known: for fair share only.
pub(in super::super) async fn enqueue_plan_in(
    tx: &mut Tx,
    delivery: &str,
    repo: Option<RepoId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let job = Job::Plan { delivery: delivery.to_owned() };
    let how = How { class: job.priority(), cause: None, repo, run_after: now, now };
    insert_in(tx, &job.key(), &job, how).await
}

/// How a job is queued.
struct How<'a> {
    class: Priority,
    cause: Option<&'a Cause>,
    repo: Option<RepoId>,
    run_after: Timestamp,
    now: Timestamp,
}

async fn insert_in(tx: &mut Tx, key: &str, job: &Job, how: How<'_>) -> Result<(), StoreError> {
    let How { class, cause, repo, run_after, now } = how;
    let id = uuid::Uuid::now_v7().to_string();
    let payload =
        serde_json::to_string(&Payload { job: Cow::Borrowed(job), cause: cause.cloned() })
            .map_err(|e| StoreError::Failed(format!("a job cannot be written as JSON: {e}")))?;
    let installation = job.installation().unwrap_or(InstallationId(0));
    let values = values![
        id.as_str(),
        job.kind(),
        key,
        installation,
        class as i64,
        now,
        run_after,
        i64::from(MAX_ATTEMPTS),
        fresh_of(job),
        payload.as_str(),
        0_i64,
        0_i64,
        now,
        repo.unwrap_or(RepoId(0)),
    ];
    tx.execute(ENQUEUE, values).await.map(drop)
}

/// Puts a row that was just deleted back into the queue, within somebody's transaction.
pub(super) async fn requeue_in(
    tx: &mut Tx,
    row: &Row,
    run_after: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = values![
        row.id.as_str(),
        row.kind.as_str(),
        row.key.as_str(),
        row.installation,
        row.priority,
        now,
        run_after,
        row.max_attempts,
        row.fresh.as_deref(),
        row.payload.as_str(),
        row.attempts,
        row.coalesced,
        row.created_ms,
        row.repo,
        row.vt,
        row.last_error.as_deref(),
        row.rt,
    ];
    tx.execute(REQUEUE, values).await.map(drop)
}
