//! What is old enough to go? Deleted in small transactions, so that nobody waits for long.

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::retention::Cutoff;
use crate::domain::time::Timestamp;

/// Rows of one transaction. Bodies and texts are large, and SQLite has one writer.
const BATCH: i64 = 200;

/// What goes by age.
struct Rule {
    table: &'static str,
    cutoff: fn(&Cutoff) -> Timestamp,
    /// `$1` is the moment, `$2` how many at most.
    sql: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        table: "delivery",
        cutoff: |c| c.deliveries,
        // One that was never read is still owed, or a dead letter's only copy.
        sql: "DELETE FROM delivery WHERE guid IN (SELECT guid FROM delivery
               WHERE received_ms < $1 AND outcome IS NOT NULL ORDER BY received_ms LIMIT $2)",
    },
    Rule {
        table: "evaluation",
        cutoff: |c| c.evaluations,
        sql: "DELETE FROM evaluation WHERE (repo, key) IN (SELECT repo, key FROM evaluation
               WHERE stored_ms < $1 ORDER BY stored_ms LIMIT $2)",
    },
    Rule {
        table: "coverage_report",
        cutoff: |c| c.evaluations,
        sql: "DELETE FROM coverage_report WHERE (repo, sha, name) IN (
               SELECT repo, sha, name FROM coverage_report
                WHERE stored_ms < $1 ORDER BY stored_ms LIMIT $2)",
    },
    Rule {
        table: "blob",
        cutoff: |c| c.history,
        sql: "DELETE FROM blob WHERE (installation, sha) IN (SELECT installation, sha FROM blob
               WHERE stored_ms < $1 ORDER BY stored_ms LIMIT $2)",
    },
    Rule {
        table: "snapshot",
        cutoff: |c| c.history,
        sql: "DELETE FROM snapshot WHERE repo IN (SELECT repo FROM snapshot
               WHERE stored_ms < $1 ORDER BY stored_ms LIMIT $2)",
    },
    Rule {
        table: "judgement",
        cutoff: |c| c.history,
        sql: "DELETE FROM judgement WHERE id IN (SELECT id FROM judgement
               WHERE judged_ms < $1 ORDER BY judged_ms LIMIT $2)",
    },
    Rule {
        table: "gate",
        cutoff: |c| c.history,
        // GitHub itself waits 30 days, so that none of these is waited for any more.
        sql: "DELETE FROM gate WHERE (repo, run, deployment, environment) IN (
               SELECT repo, run, deployment, environment FROM gate
                WHERE asked_ms < $1 AND look_ms < $1 ORDER BY asked_ms LIMIT $2)",
    },
    Rule {
        table: "acknowledgement",
        cutoff: |c| c.history,
        sql: "DELETE FROM acknowledgement WHERE (repo, sha, environment, condition_name) IN (
               SELECT repo, sha, environment, condition_name FROM acknowledgement
                WHERE given_ms < $1 ORDER BY given_ms LIMIT $2)",
    },
    Rule {
        table: "risk_report",
        cutoff: |c| c.history,
        sql: "DELETE FROM risk_report WHERE (repo, sha) IN (SELECT repo, sha FROM risk_report
               WHERE said_ms < $1 ORDER BY said_ms LIMIT $2)",
    },
    Rule {
        table: "risk_coverage",
        cutoff: |c| c.history,
        sql: "DELETE FROM risk_coverage WHERE (repo, sha, context) IN (
               SELECT repo, sha, context FROM risk_coverage
                WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)",
    },
    Rule {
        table: "check_run",
        cutoff: |c| c.history,
        sql: "DELETE FROM check_run WHERE (repo, head_sha, name) IN (
               SELECT repo, head_sha, name FROM check_run
                WHERE updated_ms < $1 AND concluded = TRUE ORDER BY updated_ms LIMIT $2)",
    },
];

/// What one clean-up did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// Table and rows, for those that lost any.
    pub rows: Vec<(&'static str, u64)>,
    /// Whether there is more to do.
    pub more: bool,
}

impl Store {
    /// Deletes what is older than `cutoff`: at most `batches` small transactions per table.
    pub async fn clean_up(&self, cutoff: &Cutoff, batches: u32) -> Result<Cleaned, StoreError> {
        let mut cleaned = Cleaned::default();
        for rule in RULES {
            let mut gone = 0;
            let mut last = 0;
            for _ in 0..batches {
                let values = values![(rule.cutoff)(cutoff), BATCH];
                last = self.database.execute(rule.sql, values).await?;
                gone += last;
                if last < BATCH.unsigned_abs() {
                    break;
                }
            }
            cleaned.more |= last == BATCH.unsigned_abs();
            if gone > 0 {
                cleaned.rows.push((rule.table, gone));
            }
        }
        Ok(cleaned)
    }
}
