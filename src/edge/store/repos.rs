//! Which repositories may we see, and through which installation?

use super::Store;
use super::database::values;
use super::error::{StoreError, contended};
use crate::domain::ids::{InstallationId, RepoId, RepoName};

/// What an event or a listing tells of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoRow {
    /// Which; stays the same through renames and transfers.
    pub id: RepoId,
    /// Its present name.
    pub name: RepoName,
    /// Its default branch; `None` where the payload does not tell: what was known stays.
    pub default_branch: Option<String>,
    /// Whether it is archived; `None` as above.
    pub archived: Option<bool>,
    /// Whether it is private (or internal).
    pub private: bool,
}

/// A repository, and whose token reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRepo {
    /// The installation that told of it last.
    pub installation: InstallationId,
    /// The repository.
    pub repo: RepoRow,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    installation: i64,
    name: String,
    default_branch: Option<String>,
    archived: Option<bool>,
    private: bool,
}

/// A repository may be heard of before its installation's own event arrives.
const STUB: &str = "INSERT INTO installation (id, account, permissions, events, suspended)
    VALUES ($1, NULL, '{}', '[]', FALSE) ON CONFLICT (id) DO NOTHING";

const UPSERT: &str = "INSERT INTO repo (id, installation, name, default_branch, archived, private)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE SET installation = excluded.installation, name = excluded.name,
        default_branch = COALESCE(excluded.default_branch, repo.default_branch),
        archived = COALESCE(excluded.archived, repo.archived), private = excluded.private";

/// Only where it is still this installation's: a transferred repository has moved on.
const REMOVE: &str = "DELETE FROM repo WHERE id = $1 AND installation = $2";

const SELECT: &str = "SELECT id, installation, name, default_branch, archived, private
    FROM repo WHERE id = $1";

/// GitHub's names know no case. Of a name that was given away and taken again the newest counts.
const OF_NAME: &str = "SELECT id, installation, name, default_branch, archived, private
    FROM repo WHERE lower(name) = lower($1) ORDER BY id DESC LIMIT 1";

const OF_INSTALLATION: &str = "SELECT id, installation, name, default_branch, archived, private
    FROM repo WHERE installation = $1 ORDER BY id";

const COUNT: &str = "SELECT COUNT(*) FROM repo WHERE installation = $1";

/// A page of those that are not archived, of one installation or of all.
const PAGE: &str = "SELECT id, installation, name, default_branch, archived, private
    FROM repo WHERE (CAST($1 AS BIGINT) IS NULL OR installation = $1) AND id > $2
        AND (archived IS NULL OR archived = FALSE)
    ORDER BY id LIMIT $3";

impl Store {
    /// Stores what is known of repositories, all or none. An installation not heard of yet is
    /// noted by its id alone. A repository that was another installation's is this one's now.
    pub async fn upsert_repos(
        &self,
        installation: InstallationId,
        repos: &[RepoRow],
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            tx.execute(STUB, values![installation]).await?;
            for repo in repos {
                let name = repo.name.to_string();
                let values = values![
                    repo.id,
                    installation,
                    name.as_str(),
                    repo.default_branch.as_deref(),
                    repo.archived,
                    repo.private,
                ];
                tx.execute(UPSERT, values).await?;
            }
            tx.commit().await
        })
    }

    /// Forgets repositories of an installation with everything stored about them; those that
    /// have become another installation's stay.
    pub async fn remove_repos(
        &self,
        installation: InstallationId,
        repos: &[RepoId],
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            for repo in repos {
                tx.execute(REMOVE, values![*repo, installation]).await?;
            }
            tx.commit().await
        })
    }

    /// A repository that we know.
    pub async fn repo(&self, id: RepoId) -> Result<Option<KnownRepo>, StoreError> {
        let row: Option<Row> = self.database.one(SELECT, values![id]).await?;
        row.map(KnownRepo::try_from).transpose()
    }

    /// A repository by its name, whoever's it is: the caller must look whether they may ask.
    pub async fn repo_of_name(&self, name: &RepoName) -> Result<Option<KnownRepo>, StoreError> {
        let name = name.to_string();
        let row: Option<Row> = self.database.one(OF_NAME, values![name.as_str()]).await?;
        row.map(KnownRepo::try_from).transpose()
    }

    /// So many repositories after one, by id; of one installation, or of all. Archived ones are left
    /// out.
    pub async fn repos_after(
        &self,
        installation: Option<InstallationId>,
        after: RepoId,
        at_most: i64,
    ) -> Result<Vec<KnownRepo>, StoreError> {
        let values = values![installation.map(|id| id.0), after, at_most];
        let rows: Vec<Row> = self.database.all(PAGE, values).await?;
        rows.into_iter().map(KnownRepo::try_from).collect()
    }

    /// Every repository of an installation, by id.
    pub async fn repos(&self, installation: InstallationId) -> Result<Vec<RepoRow>, StoreError> {
        let rows: Vec<Row> = self.database.all(OF_INSTALLATION, values![installation]).await?;
        rows.into_iter().map(|row| Ok(KnownRepo::try_from(row)?.repo)).collect()
    }

    /// How many repositories of an installation are known, archived ones too.
    pub async fn count_repos(&self, installation: InstallationId) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.database.one(COUNT, values![installation]).await?;
        Ok(row.map_or(0, |(n,)| n))
    }
}

impl TryFrom<Row> for KnownRepo {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let name = RepoName::parse(&row.name)
            .map_err(|e| StoreError::corrupt(format!("repository {}", row.id), e))?;
        let repo = RepoRow {
            id: RepoId(row.id),
            name,
            default_branch: row.default_branch,
            archived: row.archived,
            private: row.private,
        };
        Ok(Self { installation: InstallationId(row.installation), repo })
    }
}
