//! What does the organisation ask of its repositories? Its file, as last read, and how GitHub
//! labels the repositories.

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::config::Labels;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::time::Timestamp;

/// The organisation's file as last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationFile {
    /// Name (`acme/.github:waymark.yml`) and text of the last one without a fault; `None`: there
    /// is none.
    pub good: Option<(String, String)>,
    /// Where the present one has a fault, so that it does not count: `acme/.github:waymark.yml:2`.
    pub problem: Option<String>,
    /// When it was read; 0: it is to be read again.
    pub read: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    path: Option<String>,
    text: Option<String>,
    problem: Option<String>,
    read_ms: i64,
}

const SELECT: &str =
    "SELECT path, text, problem, read_ms FROM organisation_file WHERE installation = $1";

const UPSERT: &str = "INSERT INTO organisation_file (installation, path, text, problem, read_ms)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (installation) DO UPDATE SET path = excluded.path, text = excluded.text,
        problem = excluded.problem, read_ms = excluded.read_ms";

const FAULTY: &str = "SELECT COUNT(*) FROM organisation_file WHERE problem IS NOT NULL";

const EXPIRE: &str = "UPDATE organisation_file SET read_ms = 0 WHERE installation = $1";

/// GitHub's names know no case.
pub(super) const NAMED: &str = "SELECT id, default_branch FROM repo
    WHERE installation = $1 AND lower(name) = lower($2)";

const LABELS: &str = "SELECT json FROM repo_labels WHERE repo = $1";

const SET_LABELS: &str = "INSERT INTO repo_labels (repo, json) VALUES ($1, $2)
    ON CONFLICT (repo) DO UPDATE SET json = excluded.json";

impl Store {
    /// The organisation's file; `None`: never read.
    pub async fn organisation_file(
        &self,
        installation: InstallationId,
    ) -> Result<Option<OrganisationFile>, StoreError> {
        let row: Option<Row> = self.database.one(SELECT, values![installation]).await?;
        Ok(row.map(|row| OrganisationFile {
            good: row.path.zip(row.text),
            problem: row.problem,
            read: Timestamp(row.read_ms),
        }))
    }

    /// How many installations have a file that does not count.
    pub async fn faulty_organisation_files(&self) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.database.one(FAULTY, &[]).await?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// Stores what was read.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_organisation_file(
        &self,
        installation: InstallationId,
        file: &OrganisationFile,
    ) -> Result<(), StoreError> {
        let (path, text) = match &file.good {
            Some((path, text)) => (Some(path.as_str()), Some(text.as_str())),
            None => (None, None),
        };
        let values = values![installation, path, text, file.problem.as_deref(), file.read];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// Something may have changed: whoever needs the file (or the policies beside it) next reads
    /// it again.
    pub async fn expire_organisation_file(
        &self,
        installation: InstallationId,
    ) -> Result<(), StoreError> {
        self.expire_organisation_policies(installation).await?;
        self.database.execute(EXPIRE, values![installation]).await.map(drop)
    }

    /// Id and default branch of a repository of this installation, by its name.
    pub async fn repo_named(
        &self,
        installation: InstallationId,
        name: &RepoName,
    ) -> Result<Option<(RepoId, Option<String>)>, StoreError> {
        let name = name.to_string();
        let row: Option<(i64, Option<String>)> =
            self.database.one(NAMED, values![installation, name.as_str()]).await?;
        Ok(row.map(|(id, branch)| (RepoId(id), branch)))
    }

    /// Topics and custom properties, as far as they were told.
    pub async fn labels(&self, repo: RepoId) -> Result<Labels, StoreError> {
        let row: Option<(String,)> = self.database.one(LABELS, values![repo]).await?;
        // A row of another version's shape is as good as not told.
        Ok(row.and_then(|(json,)| serde_json::from_str(&json).ok()).unwrap_or_default())
    }

    /// Notes what is told of a repository's labels; what is not told stays as it was.
    pub async fn note_labels(&self, repo: RepoId, told: &Labels) -> Result<(), StoreError> {
        let known = self.labels(repo).await?;
        let labels = told.clone().over(known.clone());
        if labels == known {
            return Ok(());
        }
        let json = serde_json::to_string(&labels)
            .map_err(|e| StoreError::corrupt(format!("labels of repository {repo}"), e))?;
        self.database.execute(SET_LABELS, values![repo, json.as_str()]).await.map(drop)
    }
}
