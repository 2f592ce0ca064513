//! Which deployments wait for an answer, and what were they told? What do people answer for?

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::gate::Verdict;
use crate::domain::gate::request::Acknowledged;
use crate::domain::ids::{InstallationId, RepoId, Sha};
use crate::domain::job::Job;
use crate::domain::time::Timestamp;

/// A deployment's natural key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateKey {
    /// The repository.
    pub repo: RepoId,
    /// GitHub's id of the workflow run.
    pub run: i64,
    /// GitHub's id of the deployment; 0 when none was told.
    pub deployment: i64,
    /// Where to.
    pub environment: String,
}

/// What a deployment was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    /// Which.
    pub key: GateKey,
    /// The commit.
    pub sha: Sha,
    /// The last decision in one word.
    pub verdict: Verdict,
    /// Whether GitHub has the final answer.
    pub answered: bool,
    /// Status reports given.
    pub reports: u32,
    /// What the last report named.
    pub conditions: String,
    /// Pull requests that brought the commit.
    pub pulls: Vec<i64>,
    /// The job that decides.
    pub job: Job,
    /// The last decision, JSON; empty: none yet.
    pub decision: String,
    /// When it was first asked.
    pub asked: Timestamp,
    /// When it is to be looked at again.
    pub look: Timestamp,
}

/// What somebody answers for, and where they said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcknowledgementRow {
    /// The repository.
    pub repo: RepoId,
    /// The commit.
    pub sha: Sha,
    /// Who, what, why, when.
    pub said: Acknowledged,
    /// The issue or pull request.
    pub issue: i64,
    /// The comment.
    pub comment: i64,
    /// When.
    pub given: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    repo: i64,
    run: i64,
    deployment: i64,
    environment: String,
    sha: String,
    verdict: String,
    answered: bool,
    reports: i64,
    conditions: String,
    pulls: String,
    job: String,
    decision: String,
    asked_ms: i64,
    look_ms: i64,
}

#[derive(sqlx::FromRow)]
struct Said {
    environment: String,
    condition_name: String,
    by_login: String,
    reason: String,
    given_ms: i64,
}

macro_rules! columns {
    () => {
        "g.repo, g.run, g.deployment, g.environment, g.sha, g.verdict, g.answered, g.reports,
         g.conditions, g.pulls, g.job, g.decision, g.asked_ms, g.look_ms"
    };
}

const SELECT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gate g WHERE g.repo = $1 AND g.run = $2 AND g.deployment = $3 AND g.environment = $4"
);

/// The newest of each repository first; of one installation, so that no tenant sees another's.
const RECENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gate g WHERE g.repo = $1 AND g.asked_ms >= $2 AND g.verdict <> 'approved'
      ORDER BY g.asked_ms DESC, g.run DESC, g.environment LIMIT 100"
);

const OVERDUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM gate g JOIN repo r ON r.id = g.repo
      WHERE r.installation = $1 AND g.answered = FALSE AND g.look_ms < $2 AND g.asked_ms >= $3
      ORDER BY g.look_ms LIMIT 200"
);

/// When it was first asked stays.
const UPSERT: &str = "INSERT INTO gate (repo, run, deployment, environment, sha, verdict, answered,
        reports, conditions, pulls, job, decision, asked_ms, look_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (repo, run, deployment, environment) DO UPDATE SET sha = excluded.sha,
        verdict = excluded.verdict, answered = excluded.answered, reports = excluded.reports,
        conditions = excluded.conditions, pulls = excluded.pulls, job = excluded.job,
        decision = excluded.decision, look_ms = excluded.look_ms";

const ACKNOWLEDGE: &str = "INSERT INTO acknowledgement (repo, sha, environment, condition_name,
        by_login, reason, issue, comment, given_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (repo, sha, environment, condition_name) DO UPDATE SET
        by_login = excluded.by_login, reason = excluded.reason, issue = excluded.issue,
        comment = excluded.comment, given_ms = excluded.given_ms";

const SAID: &str = "SELECT environment, condition_name, by_login, reason, given_ms
    FROM acknowledgement WHERE repo = $1 AND sha = $2
    ORDER BY given_ms, environment, condition_name";

const ANY: &str = "SELECT COUNT(*) FROM acknowledgement WHERE repo = $1";

impl Store {
    /// What a deployment was told.
    pub async fn gate(&self, key: &GateKey) -> Result<Option<GateRow>, StoreError> {
        let values = values![key.repo, key.run, key.deployment, key.environment.as_str()];
        let row: Option<Row> = self.database.one(SELECT, values).await?;
        row.map(GateRow::try_from).transpose()
    }

    /// Stores what a deployment is told.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_gate(&self, row: &GateRow) -> Result<(), StoreError> {
        let corrupt = |e| StoreError::corrupt(format!("gate of {}", row.key.repo), e);
        let job = serde_json::to_string(&row.job).map_err(corrupt)?;
        let pulls = serde_json::to_string(&row.pulls).map_err(corrupt)?;
        let values = values![
            row.key.repo,
            row.key.run,
            row.key.deployment,
            row.key.environment.as_str(),
            &row.sha,
            row.verdict.as_str(),
            row.answered,
            i64::from(row.reports),
            row.conditions.as_str(),
            pulls.as_str(),
            job.as_str(),
            row.decision.as_str(),
            row.asked,
            row.look,
        ];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// Deployments of a repository that asked since then and were not approved, the newest first.
    pub async fn held_deployments(
        &self,
        repo: RepoId,
        since: Timestamp,
    ) -> Result<Vec<GateRow>, StoreError> {
        let rows: Vec<Row> = self.database.all(RECENT, values![repo, since]).await?;
        rows.into_iter().map(GateRow::try_from).collect()
    }

    /// Deployments of an installation that should have been looked at before `before` and still
    /// owe their answer, of those that asked since then.
    pub async fn overdue_gates(
        &self,
        installation: InstallationId,
        before: Timestamp,
        since: Timestamp,
    ) -> Result<Vec<GateRow>, StoreError> {
        let rows: Vec<Row> =
            self.database.all(OVERDUE, values![installation, before, since]).await?;
        rows.into_iter().map(GateRow::try_from).collect()
    }

    /// Notes what somebody answers for; the newest of the same condition counts.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn acknowledge(&self, row: &AcknowledgementRow) -> Result<(), StoreError> {
        let values = values![
            row.repo,
            &row.sha,
            row.said.environment.as_deref().unwrap_or_default(),
            row.said.condition.as_str(),
            row.said.by.as_str(),
            row.said.reason.as_str(),
            row.issue,
            row.comment,
            row.given,
        ];
        self.database.execute(ACKNOWLEDGE, values).await.map(drop)
    }

    /// What people answer for, of a commit; the oldest first.
    pub async fn acknowledged(
        &self,
        repo: RepoId,
        sha: &Sha,
    ) -> Result<Vec<Acknowledged>, StoreError> {
        let rows: Vec<Said> = self.database.all(SAID, values![repo, sha]).await?;
        let read = |row: Said| Acknowledged {
            condition: row.condition_name,
            environment: Some(row.environment).filter(|name| !name.is_empty()),
            change: None,
            by: row.by_login,
            reason: row.reason,
            at: Timestamp(row.given_ms).to_rfc3339(),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Whether anybody ever acknowledged anything in a repository.
    pub async fn any_acknowledged(&self, repo: RepoId) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = self.database.one(ANY, values![repo]).await?;
        Ok(row.is_some_and(|(count,)| count > 0))
    }
}

impl TryFrom<Row> for GateRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let what = || format!("gate of repository {}", row.repo);
        let json = |e: serde_json::Error| StoreError::corrupt(what(), e);
        Ok(Self {
            sha: Sha::parse(&row.sha).map_err(|e| StoreError::corrupt(what(), e))?,
            verdict: match row.verdict.as_str() {
                "approved" => Verdict::Approved,
                "rejected" => Verdict::Rejected,
                _ => Verdict::Waiting,
            },
            answered: row.answered,
            reports: u32::try_from(row.reports).map_err(|e| StoreError::corrupt(what(), e))?,
            conditions: row.conditions.clone(),
            pulls: serde_json::from_str(&row.pulls).map_err(json)?,
            job: serde_json::from_str(&row.job).map_err(json)?,
            decision: row.decision.clone(),
            asked: Timestamp(row.asked_ms),
            look: Timestamp(row.look_ms),
            key: GateKey {
                repo: RepoId(row.repo),
                run: row.run,
                deployment: row.deployment,
                environment: row.environment,
            },
        })
    }
}
