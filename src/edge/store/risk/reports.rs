//! What did we last say of a commit's risk? The gate before a deployment asks.

use crate::domain::ids::{RepoId, Sha};
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::StoreError;

const UPSERT: &str = "INSERT INTO risk_report (repo, sha, number, said_ms, json)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (repo, sha) DO UPDATE SET number = excluded.number, said_ms = excluded.said_ms,
        json = excluded.json";
const SELECT: &str = "SELECT json FROM risk_report WHERE repo = $1 AND sha = $2";

impl Store {
    /// Keeps what was said of a pull request's head (`waymark.dev/risk/v1`).
    pub async fn put_risk_report(
        &self,
        repo: RepoId,
        sha: &Sha,
        number: i64,
        json: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.database.execute(UPSERT, values![repo, sha, number, now, json]).await.map(drop)
    }

    /// What was last said of a commit, as JSON.
    pub async fn risk_report(&self, repo: RepoId, sha: &Sha) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = self.database.one(SELECT, values![repo, sha]).await?;
        Ok(row.map(|(json,)| json))
    }
}
