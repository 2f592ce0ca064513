//! How satisfied are people? One answer per person and quarter; a person is a digest.

use super::Store;
use super::database::values;
use super::error::{StoreError, contended};
use crate::domain::ids::InstallationId;
use crate::domain::time::Timestamp;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Satisfaction {
    /// `2026-Q4`.
    pub quarter: String,
    /// 0 to 10.
    pub score: i64,
    /// What was said beside it (a person's text: escape it).
    pub words: Option<String>,
}

const UPSERT: &str = "INSERT INTO satisfaction
    (installation, quarter, person, score, words, said_ms) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (installation, quarter, person) DO UPDATE SET score = excluded.score,
        words = excluded.words, said_ms = excluded.said_ms";

const FORGET: &str =
    "DELETE FROM satisfaction WHERE installation = $1 AND quarter = $2 AND person = $3";

const SELECT: &str = "SELECT quarter, score, words FROM satisfaction
    WHERE installation = $1 ORDER BY quarter DESC, said_ms LIMIT 10000";

impl Store {
    /// Notes an answer; a second one in the same quarter replaces the first. `people` are names of
    /// one person: the answer is noted under the first, and any under the others is forgotten.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_satisfaction(
        &self,
        installation: InstallationId,
        people: &[String],
        said: &Satisfaction,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some((person, before)) = people.split_first() else { return Ok(()) };
        let quarter = said.quarter.as_str();
        contended!(async {
            let mut tx = self.database.begin().await?;
            for person in before {
                tx.execute(FORGET, values![installation, quarter, person.as_str()]).await?;
            }
            let words = said.words.as_deref();
            let values = values![installation, quarter, person.as_str(), said.score, words, now];
            tx.execute(UPSERT, values).await?;
            tx.commit().await
        })
    }

    /// Every answer, the newest quarter first; at most 10,000.
    pub async fn satisfaction(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<Satisfaction>, StoreError> {
        let rows: Vec<(String, i64, Option<String>)> =
            self.database.all(SELECT, values![installation]).await?;
        let said = |(quarter, score, words)| Satisfaction { quarter, score, words };
        Ok(rows.into_iter().map(said).collect())
    }
}
