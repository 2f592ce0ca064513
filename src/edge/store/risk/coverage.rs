//! Do tests run through a commit? What services say of it, and what was uploaded.

use std::collections::BTreeMap;

use crate::domain::ids::{RepoId, Sha};
use crate::domain::risk::coverage::CoverageReport;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::{StoreError, contended};
use crate::edge::store::packed::{pack, unpack};

/// Suites of one commit.
const MAX_SUITES: i64 = 20;
/// Largest report that is stored, in bytes as stored.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// What a coverage service says of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageRow {
    /// `codecov/patch`.
    pub context: String,
    /// `success`, `failure`, `pending`, `error`.
    pub state: String,
    /// In its words.
    pub said: String,
}

impl CoverageRow {
    /// Context, state and words.
    pub fn words(&self) -> (&str, &str, &str) {
        (&self.context, &self.state, &self.said)
    }
}

/// What became of an uploaded report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutCoverage {
    /// It is stored.
    Stored,
    /// It is too large.
    TooLarge,
    /// The commit has as many suites as may be.
    TooMany,
}

const COVER: &str = "INSERT INTO risk_coverage (repo, sha, context, state, said, at_ms)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (repo, sha, context) DO UPDATE SET state = excluded.state, said = excluded.said,
        at_ms = excluded.at_ms";
const COVERAGE: &str = "SELECT context, state, said FROM risk_coverage
    WHERE repo = $1 AND sha = $2 ORDER BY context";
const PUT: &str = "INSERT INTO coverage_report (repo, sha, name, stored_ms, hit, lines, bytes)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (repo, sha, name) DO UPDATE SET stored_ms = excluded.stored_ms,
        hit = excluded.hit, lines = excluded.lines, bytes = excluded.bytes";
const OTHERS: &str = "SELECT COUNT(*) FROM coverage_report
    WHERE repo = $1 AND sha = $2 AND name <> $3";
const UPLOADED: &str = "SELECT name, bytes FROM coverage_report WHERE repo = $1 AND sha = $2
    ORDER BY name";

impl Store {
    /// Notes what a coverage service says of a commit.
    pub async fn note_risk_coverage(
        &self,
        repo: RepoId,
        sha: &Sha,
        row: &CoverageRow,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let values =
            values![repo, sha, row.context.as_str(), row.state.as_str(), row.said.as_str(), at,];
        self.database.execute(COVER, values).await.map(drop)
    }

    /// What coverage services say of a commit.
    pub async fn risk_coverage(
        &self,
        repo: RepoId,
        sha: &Sha,
    ) -> Result<Vec<CoverageRow>, StoreError> {
        let rows: Vec<(String, String, String)> =
            self.database.all(COVERAGE, values![repo, sha]).await?;
        let read = |(context, state, said)| CoverageRow { context, state, said };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Keeps an uploaded report of one suite; a newer one of that name takes its place.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_coverage_report(
        &self,
        repo: RepoId,
        sha: &Sha,
        name: &str,
        report: &CoverageReport,
        now: Timestamp,
    ) -> Result<PutCoverage, StoreError> {
        let json =
            serde_json::to_string(report).map_err(|e| StoreError::corrupt("coverage report", e))?;
        let bytes = pack(&json);
        if bytes.len() > MAX_BYTES {
            return Ok(PutCoverage::TooLarge);
        }
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let (hit, lines) = report.totals();
        contended!(async {
            let mut tx = self.database.begin().await?;
            let others: Option<(i64,)> = tx.one(OTHERS, values![repo, sha, name]).await?;
            if others.is_some_and(|(others,)| others >= MAX_SUITES) {
                return Ok(PutCoverage::TooMany);
            }
            let values = values![repo, sha, name, now, count(hit), count(lines), bytes.as_slice()];
            tx.execute(PUT, values).await?;
            tx.commit().await?;
            Ok(PutCoverage::Stored)
        })
    }

    /// What was uploaded of a commit, by suite.
    pub async fn coverage_reports(
        &self,
        repo: RepoId,
        sha: &Sha,
    ) -> Result<BTreeMap<String, CoverageReport>, StoreError> {
        let rows: Vec<(String, Vec<u8>)> = self.database.all(UPLOADED, values![repo, sha]).await?;
        let read = |(name, bytes): (String, Vec<u8>)| {
            let of = || format!("coverage of {sha} in repository {repo}");
            let json = unpack(&bytes).map_err(|e| StoreError::corrupt(of(), e))?;
            let one = serde_json::from_str(&json).map_err(|e| StoreError::corrupt(of(), e))?;
            Ok((name, one))
        };
        rows.into_iter().map(read).collect()
    }
}
