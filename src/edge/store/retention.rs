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
    // One that was never read is still owed, or a dead letter's only copy: it goes with those.
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
    // Heard of once more, it is known again.
    oldest!("pull", history, "repo, number", "updated_ms", if "state = 'closed'"),
    oldest!("job", undone, "id", "created_ms", if "state = 'dead'"),
    oldest!("delivery", undone, "guid", "received_ms", if "outcome IS NULL"),
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

#[cfg(test)]
mod tests {
    use sqlx::Connection;

    use super::*;

    /// Tables that the clean-up leaves alone, and why none of them grows for ever.
    const STAYS: &[(&str, &[&str])] = &[
        ("of us", &["_sqlx_migrations", "recovery", "schedule", "replica"]),
        (
            "one row for each installation, which goes with it",
            &[
                "installation",
                "pause",
                "organisation_file",
                "organisation_policies",
                "sweep",
                "kept_issue",
                "scorecard_told",
                "upgrade_wave",
            ],
        ),
        (
            "what is known of a repository now, which goes with it",
            &[
                "repo",
                "repo_labels",
                "card",
                "head_etag",
                "budgets_said",
                "adoption",
                "dora_repo",
                "relation",
                "risk_history",
                "risk_reading",
                "risk_person",
            ],
        ),
        ("of open pull requests, and goes when they close", &["risk_pull", "risk_review"]),
        // What scorecards and trends show: small rows, at most a few a day.
        (
            "what figures over time are made of",
            &["level_history", "satisfaction", "campaign_day", "risk_quarter", "risk_slopes"],
        ),
        // `Store::forget_past` and what a repository's own history holds anyway.
        (
            "the past that rates are learnt from",
            &["dora_deployment", "dora_incident", "dora_run", "risk_change", "risk_touch"],
        ),
    ];

    /// A new table must be looked at here: either it is cleaned up, or it says why not.
    #[tokio::test]
    async fn no_table_grows_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("waymark.db").display());
        let store = Store::open(&url).await.expect("a store");
        let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
        let all = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
        let found: Vec<String> =
            sqlx::query_scalar(all).fetch_all(&mut connection).await.expect("names");
        let mut named: Vec<&str> = RULES.iter().map(|rule| rule.table).collect();
        // Its rules are two: what was read, and what never was.
        named.dedup();
        let at = named.iter().rposition(|table| *table == "delivery").expect("it has a rule");
        named.remove(at);
        named.extend(STAYS.iter().flat_map(|(_, tables)| *tables));
        named.sort_unstable();
        assert_eq!(found, named);
        store.close().await;
    }
}
