//! What did every repository look like last? One snapshot each, and the organisations' policies
//! to try on them.

use super::Store;
use super::database::values;
use super::error::StoreError;
use super::packed::{pack, unpack};
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::time::Timestamp;

/// Largest snapshot that is stored, in bytes as stored: 100,000 paths take 1 MiB.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A repository of which there may be a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The repository.
    pub repo: RepoId,
    /// Its name.
    pub name: RepoName,
    /// The commit that the snapshot shows; `None`: there is no snapshot.
    pub sha: Option<Sha>,
}

/// An organisation's policies as last read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoliciesRow {
    /// The tree that they were read from.
    pub tree: Sha,
    /// Paths and texts, in the caller's shape.
    pub json: String,
    /// When they were read; 0: they are to be read again.
    pub read: Timestamp,
}

const PUT: &str = "INSERT INTO snapshot (repo, sha, stored_ms, bytes) VALUES ($1, $2, $3, $4)
    ON CONFLICT (repo) DO UPDATE SET sha = excluded.sha, stored_ms = excluded.stored_ms,
        bytes = excluded.bytes";

const DELETE: &str = "DELETE FROM snapshot WHERE repo = $1";

const SHA: &str = "SELECT sha FROM snapshot WHERE repo = $1";

const ONE: &str = "SELECT bytes FROM snapshot WHERE repo = $1";

const LIST: &str = "SELECT repo.id, repo.name, snapshot.sha FROM repo
    LEFT JOIN snapshot ON snapshot.repo = repo.id
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
    ORDER BY repo.id LIMIT $2";

const POLICIES: &str =
    "SELECT tree, json, read_ms FROM organisation_policies WHERE installation = $1";

const PUT_POLICIES: &str = "INSERT INTO organisation_policies (installation, tree, json, read_ms)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (installation) DO UPDATE SET tree = excluded.tree, json = excluded.json,
        read_ms = excluded.read_ms";

const EXPIRE: &str = "UPDATE organisation_policies SET read_ms = 0 WHERE installation = $1";

impl Store {
    /// Stores what a repository looks like now; what it looked like before is forgotten, also
    /// when the new one is too large to be stored (then it tells `false`).
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_snapshot(
        &self,
        repo: RepoId,
        sha: &Sha,
        json: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let bytes = pack(json);
        if bytes.len() > MAX_BYTES {
            self.database.execute(DELETE, values![repo]).await?;
            return Ok(false);
        }
        self.database.execute(PUT, values![repo, sha, now, bytes.as_slice()]).await?;
        Ok(true)
    }

    /// The commit that a repository's snapshot shows.
    pub async fn snapshot_sha(&self, repo: RepoId) -> Result<Option<Sha>, StoreError> {
        let row: Option<(String,)> = self.database.one(SHA, values![repo]).await?;
        Ok(row.and_then(|(sha,)| Sha::parse(&sha).ok()))
    }

    /// A repository's snapshot, as it was given.
    pub async fn snapshot(&self, repo: RepoId) -> Result<Option<String>, StoreError> {
        let row: Option<(Vec<u8>,)> = self.database.one(ONE, values![repo]).await?;
        let Some((bytes,)) = row else { return Ok(None) };
        let json = unpack(&bytes)
            .map_err(|e| StoreError::corrupt(format!("snapshot of repository {repo}"), e))?;
        Ok(Some(json))
    }

    /// The repositories of an installation that are not archived, with what is known of them; at
    /// most `limit`.
    pub async fn snapshots(
        &self,
        installation: InstallationId,
        limit: i64,
    ) -> Result<Vec<SnapshotRow>, StoreError> {
        let rows: Vec<(i64, String, Option<String>)> =
            self.database.all(LIST, values![installation, limit]).await?;
        rows.into_iter()
            .map(|(id, name, sha)| {
                let name = RepoName::parse(&name)
                    .map_err(|e| StoreError::corrupt(format!("repository {id}"), e))?;
                let sha = sha.and_then(|sha| Sha::parse(&sha).ok());
                Ok(SnapshotRow { repo: RepoId(id), name, sha })
            })
            .collect()
    }

    /// An organisation's policies; `None`: never read.
    pub async fn organisation_policies(
        &self,
        installation: InstallationId,
    ) -> Result<Option<PoliciesRow>, StoreError> {
        let row: Option<(String, String, i64)> =
            self.database.one(POLICIES, values![installation]).await?;
        row.map(|(tree, json, read)| {
            let tree = Sha::parse(&tree).map_err(|e| {
                StoreError::corrupt(format!("policies of installation {installation}"), e)
            })?;
            Ok(PoliciesRow { tree, json, read: Timestamp(read) })
        })
        .transpose()
    }

    /// Stores what was read.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_organisation_policies(
        &self,
        installation: InstallationId,
        row: &PoliciesRow,
    ) -> Result<(), StoreError> {
        let values = values![installation, &row.tree, row.json.as_str(), row.read];
        self.database.execute(PUT_POLICIES, values).await.map(drop)
    }

    /// Something may have changed: whoever needs them next reads them again.
    pub async fn expire_organisation_policies(
        &self,
        installation: InstallationId,
    ) -> Result<(), StoreError> {
        self.database.execute(EXPIRE, values![installation]).await.map(drop)
    }
}
