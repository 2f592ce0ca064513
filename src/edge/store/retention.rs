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

/// The oldest rows of a table, by its key and the column of their age; `if` more holds of them.
macro_rules! oldest {
    ($table:literal, $cutoff:ident, $key:literal, $age:literal $(, if $more:literal)?) => {
        Rule {
            table: $table,
            cutoff: |cutoff| cutoff.$cutoff,
            sql: concat!(
                "DELETE FROM ", $table, " WHERE (", $key, ") IN (SELECT ", $key, " FROM ", $table,
                " WHERE ", $age, " < $1", $(" AND ", $more,)? " ORDER BY ", $age, " LIMIT $2)"
            ),
        }
    };
}

const RULES: &[Rule] = &[
    // One that was never read is still owed, or a dead letter's only copy.
    oldest!("delivery", deliveries, "guid", "received_ms", if "outcome IS NOT NULL"),
    oldest!("evaluation", evaluations, "repo, key", "stored_ms"),
    oldest!("coverage_report", evaluations, "repo, sha, name", "stored_ms"),
    oldest!("blob", history, "installation, sha", "stored_ms"),
    oldest!("snapshot", history, "repo", "stored_ms"),
    oldest!("judgement", history, "id", "judged_ms"),
    // GitHub itself waits 30 days, so that none of these is waited for any more.
    oldest!("gate", history, "repo, run, deployment, environment", "asked_ms", if "look_ms < $1"),
    oldest!("acknowledgement", history, "repo, sha, environment, condition_name", "given_ms"),
    oldest!("risk_report", history, "repo, sha", "said_ms"),
    oldest!("risk_coverage", history, "repo, sha, context", "at_ms"),
    oldest!("check_run", history, "repo, head_sha, name", "updated_ms", if "concluded = TRUE"),
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
