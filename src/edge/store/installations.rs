//! Who are our tenants? Installations, and their end.

use super::Store;
use super::database::values;
use super::error::{StoreError, contended};
use crate::domain::ids::InstallationId;
use crate::domain::time::Timestamp;

/// One installation of the App.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallationRow {
    /// Which.
    pub id: InstallationId,
    /// The login of its organisation or user; `None` while only repositories have told of it.
    pub account: Option<String>,
    /// What it may do: a JSON object as GitHub sends it, `{"checks": "write"}`.
    pub permissions: String,
    /// Which events it gets: a JSON list as GitHub sends it.
    pub events: String,
    /// Whether its owner has suspended it.
    pub suspended: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    account: Option<String>,
    permissions: String,
    events: String,
    suspended: bool,
}

const UPSERT: &str = "INSERT INTO installation (id, account, permissions, events, suspended)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET account = COALESCE(excluded.account, installation.account),
        permissions = excluded.permissions, events = excluded.events,
        suspended = excluded.suspended";

const SELECT: &str = "SELECT id, account, permissions, events, suspended FROM installation
    WHERE (CAST($1 AS BIGINT) IS NULL OR id = $1) ORDER BY id";

const LISTED: &str = "SELECT listed_ms FROM installation WHERE id = $1";

const NOTE_LISTED: &str = "UPDATE installation SET listed_ms = $2 WHERE id = $1";

/// What hangs on the installation by a foreign key goes with its row. A running job is its
/// worker's to settle.
const REMOVE: [&str; 3] = [
    "DELETE FROM job WHERE installation = $1 AND state <> 'running'",
    "DELETE FROM pause WHERE installation = $1",
    "DELETE FROM installation WHERE id = $1",
];

impl Store {
    /// Stores what is known of an installation, replacing what was.
    pub async fn upsert_installation(&self, row: &InstallationRow) -> Result<(), StoreError> {
        let values = values![
            row.id,
            row.account.as_deref(),
            row.permissions.as_str(),
            row.events.as_str(),
            row.suspended,
        ];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// Forgets an installation and everything that is its own: repositories, pull requests,
    /// blobs, evaluations, judgements, check runs, and jobs that do not run just now.
    pub async fn remove_installation(
        &self,
        installation: InstallationId,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            for sql in REMOVE {
                tx.execute(sql, values![installation]).await?;
            }
            tx.commit().await
        })
    }

    /// What is known of one installation.
    pub async fn installation(
        &self,
        installation: InstallationId,
    ) -> Result<Option<InstallationRow>, StoreError> {
        let row: Option<Row> = self.database.one(SELECT, values![Some(installation.0)]).await?;
        Ok(row.map(InstallationRow::from))
    }

    /// When all of its repositories were last listed; `None`: never, or it is not known.
    pub async fn listed(
        &self,
        installation: InstallationId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(Option<i64>,)> = self.database.one(LISTED, values![installation]).await?;
        Ok(row.and_then(|(at,)| at).map(Timestamp))
    }

    /// Notes that all of its repositories were listed.
    pub async fn note_listed(
        &self,
        installation: InstallationId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.database.execute(NOTE_LISTED, values![installation, at]).await.map(drop)
    }

    /// Every installation, by id.
    pub async fn installations(&self) -> Result<Vec<InstallationRow>, StoreError> {
        let rows: Vec<Row> = self.database.all(SELECT, values![None::<i64>]).await?;
        Ok(rows.into_iter().map(InstallationRow::from).collect())
    }
}

impl From<Row> for InstallationRow {
    fn from(row: Row) -> Self {
        Self {
            id: InstallationId(row.id),
            account: row.account,
            permissions: row.permissions,
            events: row.events,
            suspended: row.suspended,
        }
    }
}
