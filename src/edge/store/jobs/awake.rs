//! An installation wakes: its jobs go on, but not with the credit of its sleep.
//!
//! While it slept its places in line stayed where they were and everybody else's moved on. Left
//! alone, all of its backlog would now come before anybody else's next job. So all of its places
//! move up together, to where the others stand.

use super::super::database::{Tx, values};
use super::super::error::StoreError;
use crate::domain::job::Priority;
use crate::domain::time::Timestamp;

const AWAKE: &str = "DELETE FROM pause WHERE until_ms <= $1 RETURNING installation";

const FIRST: &str = "SELECT MIN(vt) FROM job
    WHERE state = 'queued' AND installation = $1 AND priority = $2 AND vt > 0";

/// Where the others stand: their next, else the last that was taken.
pub(super) const OTHERS: &str = "SELECT COALESCE(
    (SELECT q.vt FROM job q
      WHERE q.state = 'queued' AND q.priority = $2 AND q.vt > 0 AND q.installation <> $1
        AND q.run_after_ms <= $3
        AND NOT EXISTS (SELECT 1 FROM pause p WHERE p.installation = q.installation)
      ORDER BY q.vt LIMIT 1),
    (SELECT MAX(r.vt) FROM job r
      WHERE r.state = 'running' AND r.priority = $2 AND r.installation <> $1))";

const LIFT: &str = "UPDATE job SET vt = vt + $3
    WHERE state = 'queued' AND installation = $1 AND priority = $2 AND vt > 0";

/// Ends the pauses that are over.
pub(super) async fn wake_in(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let awake: Vec<(i64,)> = tx.all(AWAKE, values![now]).await?;
    for (installation,) in awake {
        lift_in(tx, installation, now).await?;
    }
    Ok(())
}

/// Moves an installation's places up to where the others stand.
pub(super) async fn lift_in(
    tx: &mut Tx,
    installation: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    for class in Priority::ALL {
        let class = class as i64;
        let first: Option<(Option<i64>,)> = tx.one(FIRST, values![installation, class]).await?;
        let others: Option<(Option<i64>,)> =
            tx.one(OTHERS, values![installation, class, now]).await?;
        if let (Some((Some(first),)), Some((Some(others),))) = (first, others)
            && others > first
        {
            tx.execute(LIFT, values![installation, class, others - first]).await?;
        }
    }
    Ok(())
}
