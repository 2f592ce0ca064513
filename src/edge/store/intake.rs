//! How does a delivery become durable? Those that arrive together are committed together.
//!
//! A commit waits for the disk, whether it holds one delivery or a hundred. So the first to come
//! commits alone; those that arrive meanwhile are the next batch. Nobody waits for company.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Store;
use super::database::{Database, values};
use super::error::{StoreError, contended};
use super::jobs::enqueue_plan_in;
use super::turns::Turn;
use crate::domain::ids::RepoId;
use crate::domain::job::Delivery;

/// What became of a delivery that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, and its plan job is queued.
    New,
    /// Its GUID is known; nothing was changed.
    Repeat,
}

/// Largest batch: enough that the disk is not what limits us, few enough that workers get their
/// turn at SQLite's one writer.
const MOST: usize = 128;
/// A batch is closed once it holds as many bytes: 25 MiB is one payload's limit.
const MOST_BYTES: usize = 8 * 1024 * 1024;

const INSERT: &str = "INSERT INTO delivery (guid, event, received_ms, body)
    VALUES ($1, $2, $3, $4) ON CONFLICT (guid) DO NOTHING";

/// Deliveries on their way to the disk.
#[derive(Debug, Default)]
pub(super) struct Intake(Mutex<Line>);

#[derive(Debug, Default)]
struct Line {
    waiting: VecDeque<Handed>,
    /// Tasks that commit just now.
    committing: usize,
}

#[derive(Debug)]
struct Handed {
    delivery: Delivery,
    repo: Option<RepoId>,
    answer: oneshot::Sender<Result<Accepted, StoreError>>,
    _turn: Turn,
}

impl Store {
    /// Stores a delivery and its plan job, both or none; durable when this returns. It happens
    /// also when the caller goes away meanwhile, once a large one has its turn. `repo` is whom it
    /// is about, as far as its body tells: for fair share only.
    pub async fn accept(
        &self,
        delivery: Delivery,
        repo: Option<RepoId>,
    ) -> Result<Accepted, StoreError> {
        let turn = self.turns.wait(delivery.body.len()).await;
        let (answer, told) = oneshot::channel();
        let start = {
            let mut line = self.intake.line();
            line.waiting.push_back(Handed { delivery, repo, answer, _turn: turn });
            let start = line.committing < lanes(&self.database);
            line.committing += usize::from(start);
            start
        };
        if start {
            tokio::spawn(commit_all(self.intake.clone(), self.database.clone()));
        }
        told.await.unwrap_or_else(|_| Err(StoreError::Busy("the service is stopping".to_owned())))
    }
}

/// SQLite has one writer. PostgreSQL groups commits by itself, but batches save it round trips.
pub(super) const INTAKE_LANES: u32 = 4;

fn lanes(database: &Database) -> usize {
    match database {
        Database::Sqlite { .. } => 1,
        Database::Postgres { .. } => INTAKE_LANES as usize,
    }
}

impl Intake {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next batch, oldest first. `None`: nobody waits, and the lane is given back, both under
    /// one lock, so whoever comes now starts a new one.
    fn next(&self) -> Option<Vec<Handed>> {
        let mut line = self.line();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < MOST && bytes < MOST_BYTES {
            let Some(handed) = line.waiting.pop_front() else { break };
            bytes += handed.delivery.body.len();
            batch.push(handed);
        }
        if batch.is_empty() {
            line.committing -= 1;
            return None;
        }
        Some(batch)
    }
}

/// Gives the lane back also when a commit panics: nobody may wait for ever.
struct Lane {
    intake: Arc<Intake>,
    given_back: bool,
}

impl Drop for Lane {
    fn drop(&mut self) {
        if !self.given_back {
            self.intake.line().committing -= 1;
        }
    }
}

async fn commit_all(intake: Arc<Intake>, database: Database) {
    let mut lane = Lane { intake, given_back: false };
    while let Some(batch) = lane.intake.next() {
        match commit(&database, &batch).await {
            Ok(accepted) => {
                for (handed, accepted) in batch.into_iter().zip(accepted) {
                    // Nobody listens any more: it is stored all the same.
                    let _ = handed.answer.send(Ok(accepted));
                }
            }
            Err(error) if batch.len() == 1 || error.is_busy() => {
                for handed in batch {
                    let _ = handed.answer.send(Err(error.clone()));
                }
            }
            // One of them is at fault; the others shall not suffer.
            Err(_) => {
                for handed in batch {
                    let alone = std::slice::from_ref(&handed);
                    let result = commit(&database, alone).await.map(|accepted| accepted[0]);
                    let _ = handed.answer.send(result);
                }
            }
        }
    }
    lane.given_back = true;
}

async fn commit(database: &Database, batch: &[Handed]) -> Result<Vec<Accepted>, StoreError> {
    // In one order for everybody: two replicas that got the same deliveries (a proxy may repeat
    // them) cannot lock each other out.
    let mut order: Vec<usize> = (0..batch.len()).collect();
    order.sort_by(|a, b| batch[*a].delivery.guid.cmp(&batch[*b].delivery.guid));
    contended!(async {
        let mut accepted = vec![Accepted::Repeat; batch.len()];
        let mut tx = database.begin_first().await?;
        for n in &order {
            let Handed { delivery, repo, .. } = &batch[*n];
            let values = values![
                delivery.guid.as_str(),
                delivery.event.as_str(),
                delivery.received,
                delivery.body.as_slice(),
            ];
            if tx.execute(INSERT, values).await? > 0 {
                enqueue_plan_in(&mut tx, &delivery.guid, *repo, delivery.received).await?;
                accepted[*n] = Accepted::New;
            }
        }
        tx.commit().await?;
        Ok(accepted)
    })
}
