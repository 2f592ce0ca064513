//! What did the gate last find of a repository's error budgets? Its pull requests tell it.

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::gate::ahead::BudgetsSaid;
use crate::domain::ids::RepoId;
use crate::domain::time::Timestamp;

const UPSERT: &str = "INSERT INTO budgets_said (repo, environment, said_ms, messages)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (repo) DO UPDATE SET environment = excluded.environment,
        said_ms = excluded.said_ms, messages = excluded.messages
        WHERE excluded.said_ms >= budgets_said.said_ms";

const SELECT: &str = "SELECT environment, said_ms, messages FROM budgets_said WHERE repo = $1";

impl Store {
    /// Keeps what was found; the newest counts.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_budgets_said(
        &self,
        repo: RepoId,
        said: &BudgetsSaid,
    ) -> Result<(), StoreError> {
        let corrupt = |e| StoreError::corrupt(format!("budgets of repository {repo}"), e);
        let messages = serde_json::to_string(&said.messages).map_err(corrupt)?;
        let values = values![repo, said.environment.as_str(), said.at, messages.as_str()];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// What was last found.
    pub async fn budgets_said(&self, repo: RepoId) -> Result<Option<BudgetsSaid>, StoreError> {
        let row: Option<(String, i64, String)> = self.database.one(SELECT, values![repo]).await?;
        let Some((environment, at, messages)) = row else { return Ok(None) };
        let corrupt = |e| StoreError::corrupt(format!("budgets of repository {repo}"), e);
        let messages = serde_json::from_str(&messages).map_err(corrupt)?;
        Ok(Some(BudgetsSaid { environment, at: Timestamp(at), messages }))
    }
}
