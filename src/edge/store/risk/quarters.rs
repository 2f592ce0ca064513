//! What was predicted in a quarter, and what came true?

use super::changes::Features;
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::risk::history::was_reverted;
use crate::domain::risk::quarter::{BANDS, Tally};
use crate::domain::risk::replay::Merged;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::{StoreError, contended};

/// Predicted: taken back within 30 days.
const REVERTED: &str = "reverted";
/// Sums of rates are stored in millionths.
const MILLION: f64 = 1e6;

/// A kind of harm that is counted, and not predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Harm {
    /// A deployment failed before it reached users.
    DeploymentFailed,
    /// A deployment was rolled back.
    RolledBack,
    /// An incident was opened after a deployment.
    Incident,
}

impl Harm {
    /// All of them, the surest first.
    pub const ALL: [Self; 3] = [Self::DeploymentFailed, Self::RolledBack, Self::Incident];

    fn word(self) -> &'static str {
        match self {
            Self::DeploymentFailed => "deployment_failed",
            Self::RolledBack => "rolled_back",
            Self::Incident => "incident",
        }
    }
}

/// What became of the changes and deployments of a quarter; kinds of harm never together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct QuarterCount {
    /// Reverts, by predicted multiple.
    pub reverted: [Tally; BANDS],
    /// Other harm, in the order of [`Harm::ALL`]; of deployments.
    pub others: [Tally; Harm::ALL.len()],
    /// Repositories with a change or a deployment.
    pub repositories: u64,
}

const MERGED: &str = "SELECT at_ms, features, reverted_ms FROM risk_change
    WHERE repo = $1 AND counts AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms DESC, id DESC LIMIT $4";
const UNCOUNTED: &str = "SELECT r.id FROM repo r JOIN risk_history h ON h.repo = r.id
    WHERE r.installation = $1 AND h.state = 'filled'
      AND NOT EXISTS (SELECT 1 FROM risk_quarter q WHERE q.repo = r.id AND q.quarter = $2)
    ORDER BY r.id LIMIT $3";
const PUT: &str = "INSERT INTO risk_quarter (repo, quarter, kind, band, total, harmed, expected)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (repo, quarter, kind, band) DO UPDATE SET total = excluded.total,
        harmed = excluded.harmed, expected = excluded.expected";
const SUM: &str =
    "SELECT q.kind, q.band, CAST(SUM(q.total) AS BIGINT), CAST(SUM(q.harmed) AS BIGINT),
        CAST(SUM(q.expected) AS BIGINT)
    FROM risk_quarter q JOIN repo r ON r.id = q.repo
    WHERE r.installation = $1 AND q.quarter = $2 GROUP BY q.kind, q.band";
const REPOSITORIES: &str = "SELECT COUNT(DISTINCT q.repo) FROM risk_quarter q
    JOIN repo r ON r.id = q.repo WHERE r.installation = $1 AND q.quarter = $2 AND q.total > 0";

impl Store {
    /// The changes of a span of time that count, oldest first; of more than `most` the youngest.
    pub async fn risk_merged(
        &self,
        repo: RepoId,
        from: Timestamp,
        until: Timestamp,
        most: i64,
    ) -> Result<Vec<Merged>, StoreError> {
        let values = values![repo, from, until, most];
        let rows: Vec<(i64, Option<String>, Option<i64>)> =
            self.database.all(MERGED, values).await?;
        let read = |(at, features, reverted): (i64, Option<String>, Option<i64>)| {
            let at = Timestamp(at);
            let features = features.map(|text| Features::read(&text)).transpose()?;
            Ok(Merged {
                at,
                x: features.map(|(x, _)| x),
                weight: features.map_or(1.0, |(_, weight)| weight),
                reverted: was_reverted(at, reverted.map(Timestamp)),
            })
        };
        rows.into_iter().rev().map(read).collect()
    }

    /// Repositories of known history of which a quarter was not counted yet.
    pub async fn risk_uncounted(
        &self,
        installation: InstallationId,
        quarter: &str,
        most: i64,
    ) -> Result<Vec<RepoId>, StoreError> {
        let values = values![installation, quarter, most];
        let rows: Vec<(i64,)> = self.database.all(UNCOUNTED, values).await?;
        Ok(rows.into_iter().map(|(id,)| RepoId(id)).collect())
    }

    /// Notes what was counted of a repository's quarter.
    pub async fn put_risk_quarter(
        &self,
        repo: RepoId,
        quarter: &str,
        count: &QuarterCount,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            let bands = (0_i64..).zip(count.reverted).map(|(band, tally)| (REVERTED, band, tally));
            let others = Harm::ALL.into_iter().zip(count.others);
            for (kind, band, tally) in bands.chain(others.map(|(h, tally)| (h.word(), 0, tally))) {
                let (total, harmed) = (tally.total.cast_signed(), tally.harmed.cast_signed());
                let expected = (tally.expected * MILLION).round() as i64;
                let values = values![repo, quarter, kind, band, total, harmed, expected];
                tx.execute(PUT, values).await?;
            }
            tx.commit().await
        })
    }

    /// What became of an installation's quarter, as far as it was counted.
    pub async fn risk_quarter(
        &self,
        installation: InstallationId,
        quarter: &str,
    ) -> Result<QuarterCount, StoreError> {
        let rows: Vec<(String, i64, i64, i64, i64)> =
            self.database.all(SUM, values![installation, quarter]).await?;
        let many: Option<(i64,)> =
            self.database.one(REPOSITORIES, values![installation, quarter]).await?;
        let repositories = many.map_or(0, |(n,)| n.unsigned_abs());
        let mut found = QuarterCount { repositories, ..QuarterCount::default() };
        for (kind, band, total, harmed, expected) in rows {
            let tally = Tally {
                total: total.unsigned_abs(),
                harmed: harmed.unsigned_abs(),
                expected: expected as f64 / MILLION,
            };
            let place = match Harm::ALL.iter().position(|harm| harm.word() == kind) {
                Some(at) => found.others.get_mut(at),
                None => usize::try_from(band).ok().and_then(|band| found.reverted.get_mut(band)),
            };
            if let Some(place) = place {
                *place = tally;
            }
        }
        Ok(found)
    }
}
