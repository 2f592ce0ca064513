//! Which job is next, and who gets it?

use super::super::Store;
use super::super::begin::Made;
use super::super::database::{Tx, values};
use super::super::error::{StoreError, contended};
use super::awake::wake_in;
use super::enqueue::requeue_in;
use super::{JobId, Payload, Row, row_columns, with_fresh};
use crate::domain::job::{Cause, Job};
use crate::domain::time::Timestamp;

/// A job in the hands of a worker, until its lease runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its row.
    pub id: JobId,
    /// What to do; the newest payload of its key, with every wish for a fresh run kept.
    pub job: Job,
    /// Which try this is, from 1.
    pub attempts: u32,
    /// How many tries there are.
    pub max_attempts: u32,
    /// When somebody else may take it; [`Store::extend_lease`] moves it.
    pub lease_until: Timestamp,
    /// Since when the work is owed.
    pub created: Timestamp,
    /// The class it was queued in, which may be less urgent than its kind's own.
    pub priority: i64,
    /// The newest delivery that asked for it, if one did.
    pub cause: Option<Cause>,
    /// Names this one claim: the fence that keeps a worker whose lease ran out from settling
    /// a job that somebody else (or another task of the same worker) has by now.
    pub(super) lease: String,
}

impl Claimed {
    /// Whether this is the last try: a failure should bury the job instead of retrying it.
    pub fn is_final(&self) -> bool {
        self.attempts >= self.max_attempts
    }

    /// Whether every try was used up by workers that died or hung: do not try again, conclude
    /// what the job owes and [`Store::bury`] it.
    pub fn is_spent(&self) -> bool {
        self.attempts > self.max_attempts
    }
}

/// Running jobs whose lease ran out. Few at a time: claims come often.
macro_rules! expired {
    ($lock:literal) => {
        concat!(
            "DELETE FROM job WHERE id IN (
                SELECT id FROM job WHERE state = 'running' AND lease_until_ms <= $1
                 ORDER BY lease_until_ms LIMIT 16 ",
            $lock,
            ") RETURNING ",
            row_columns!()
        )
    };
}

/// The first place in line that may be taken: by class, tag and age.
macro_rules! place {
    ($lock:literal) => {
        concat!(
            "SELECT j.id, j.installation, j.priority, j.vt FROM job j
              WHERE j.state = 'queued' AND j.run_after_ms <= $1
                AND NOT EXISTS (SELECT 1 FROM job r WHERE r.key = j.key AND r.state = 'running')
                AND NOT EXISTS (SELECT 1 FROM pause p
                                 WHERE p.installation = j.installation AND p.until_ms > $1)
              ORDER BY j.priority, j.vt, j.id LIMIT 1 ",
            $lock
        )
    };
}

/// Whose turn it is within the installation that has that place. The holder of the place itself
/// may always have it, so there is one, unless others hold all of them just now.
macro_rules! turn {
    ($lock:literal) => {
        concat!(
            "SELECT j.id, j.installation, j.priority, j.vt FROM job j
              WHERE j.state = 'queued' AND j.run_after_ms <= $1
                AND j.installation = $2 AND j.priority = $3
                AND NOT EXISTS (SELECT 1 FROM job r WHERE r.key = j.key AND r.state = 'running')
              ORDER BY j.rt, j.id LIMIT 1 ",
            $lock
        )
    };
}

/// The two swap their places in line, so an installation's places stay what they were.
const SWAP: &str = "UPDATE job SET vt = $2 WHERE id = $1";

const TAKE: &str = concat!(
    "UPDATE job SET state = 'running', lease = $2, lease_until_ms = $3, vt = $4,
                    attempts = attempts + 1
      WHERE id = $1 RETURNING ",
    row_columns!()
);

#[derive(sqlx::FromRow)]
struct Place {
    id: String,
    installation: i64,
    priority: i64,
    vt: i64,
}

pub(super) const EXPIRED: [&str; 2] = [expired!(""), expired!("FOR UPDATE SKIP LOCKED")];
pub(super) const PLACE: [&str; 2] = [place!(""), place!("FOR UPDATE OF j SKIP LOCKED")];
pub(super) const TURN: [&str; 2] = [turn!(""), turn!("FOR UPDATE OF j SKIP LOCKED")];

const BURY_UNREADABLE: &str = "UPDATE job SET state = 'dead', lease = NULL, lease_until_ms = NULL,
    vt = 0, last_error = $2 WHERE id = $1";

const BURY_EXPIRED: &str = concat!(
    "INSERT INTO job (",
    row_columns!(),
    ", state) VALUES ($1, $2, $3, $4, $5, 0, 0, $14, $6, $7, $8, $9, $10, $11, $12, $13, 'dead')"
);

impl Store {
    /// Takes the next job for `owner` until `lease_ms` milliseconds from now, or tells that there
    /// is none: by priority, then fairly between installations and between the repositories of
    /// each, then by age; none whose time has
    /// not come, whose key is running, or whose installation is paused.
    ///
    /// Jobs whose lease ran out go back into the queue first; when that was their last try, they
    /// are handed out once more ([`Claimed::is_spent`]) to be concluded, and are dead after that. Keep leases at 60 seconds or more: replicas' clocks differ.
    pub async fn claim(
        &self,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claimed>, StoreError> {
        contended!(self.try_claim(owner, now, lease_ms))
    }

    async fn try_claim(
        &self,
        owner: &str,
        now: Timestamp,
        lease_ms: i64,
    ) -> Result<Option<Claimed>, StoreError> {
        let mut tx = self.database.begin_made(Made::Visible).await?;
        take_back_expired(&mut tx, now).await?;
        wake_in(&mut tx, now).await?;
        let claimed = loop {
            let lease = format!("{owner} {}", uuid::Uuid::now_v7());
            let lease_until = now.plus_ms(lease_ms);
            let Some(row) = take_next(&mut tx, &lease, lease_until, now).await? else {
                break None;
            };
            match read(&row, lease, lease_until) {
                Ok(claimed) => break Some(claimed),
                // A row of another version must not stand in everybody's way.
                Err(reason) => {
                    tracing::error!(job = %row.id, %reason, "buried a job that cannot be read");
                    let error = reason.to_string();
                    tx.execute(BURY_UNREADABLE, values![row.id.as_str(), error.as_str()]).await?;
                }
            }
        };
        tx.commit().await?;
        Ok(claimed)
    }
}

async fn take_next(
    tx: &mut Tx,
    lease: &str,
    lease_until: Timestamp,
    now: Timestamp,
) -> Result<Option<Row>, StoreError> {
    let sql = tx.choose(PLACE[0], PLACE[1]);
    let Some(place) = tx.one::<Place>(sql, values![now]).await? else { return Ok(None) };
    let sql = tx.choose(TURN[0], TURN[1]);
    let values = values![now, place.installation, place.priority];
    let vt = place.vt;
    let turn = match tx.one::<Place>(sql, values).await? {
        Some(turn) if turn.id != place.id => {
            tx.execute(SWAP, values![place.id.as_str(), turn.vt]).await?;
            turn
        }
        _ => place,
    };
    tx.one(TAKE, values![turn.id.as_str(), lease, lease_until, vt]).await
}

fn read(row: &Row, lease: String, lease_until: Timestamp) -> Result<Claimed, StoreError> {
    let what = || format!("job {}", row.id);
    let Payload { job, cause } =
        serde_json::from_str(&row.payload).map_err(|e| StoreError::corrupt(what(), e))?;
    let count = |n: i64| u32::try_from(n).map_err(|e| StoreError::corrupt(what(), e));
    Ok(Claimed {
        id: JobId(row.id.clone()),
        cause: cause.or_else(|| own_cause(&job, row.created_ms)),
        job: with_fresh(job.into_owned(), row.fresh.clone()),
        attempts: count(row.attempts)?,
        max_attempts: count(row.max_attempts)?,
        lease_until,
        created: Timestamp(row.created_ms),
        priority: row.priority,
        lease,
    })
}

/// A plan is owed since its delivery came.
fn own_cause(job: &Job, created_ms: i64) -> Option<Cause> {
    match job {
        Job::Plan { delivery } => {
            Some(Cause { delivery: delivery.clone(), received: Timestamp(created_ms) })
        }
        _ => None,
    }
}

async fn take_back_expired(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let sql = tx.choose(EXPIRED[0], EXPIRED[1]);
    let mut rows: Vec<Row> = tx.all(sql, values![now]).await?;
    // In the order in which everybody locks keys.
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    for mut row in rows {
        let error = format!("the lease of try {} ran out: its worker died or hung", row.attempts);
        // Once more than there are tries: that claim is for concluding what the job owes.
        let dead = row.attempts > row.max_attempts;
        tracing::warn!(job = %row.id, key = %row.key, dead, "{error}");
        row.last_error = Some(error);
        if dead {
            bury_in(tx, &row).await?;
        } else {
            requeue_in(tx, &row, now, now).await?;
        }
    }
    Ok(())
}

async fn bury_in(tx: &mut Tx, row: &Row) -> Result<(), StoreError> {
    let values = values![
        row.id.as_str(),
        row.kind.as_str(),
        row.key.as_str(),
        row.installation,
        row.priority,
        row.run_after_ms,
        row.attempts,
        row.max_attempts,
        row.coalesced,
        row.last_error.as_deref(),
        row.created_ms,
        row.fresh.as_deref(),
        row.payload.as_str(),
        row.repo,
    ];
    tx.execute(BURY_EXPIRED, values).await.map(drop)
}
