//! How is the database opened, and what is said when it cannot be?

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor};

use super::database::{Database, Door};
use super::error::StoreError;
use super::intake::INTAKE_LANES;

/// How long a caller waits for a connection, and for SQLite's lock when another process has it.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to PostgreSQL that was used so recently is taken to be there.
const RECENT: Duration = Duration::from_secs(1);

/// A server may be told to acknowledge what its own crash takes back. Who answers for webhooks
/// must not; a stricter setting than `on` (of standbys) stays.
const ACKNOWLEDGED: &str = "SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'";

static MIGRATOR: Migrator = sqlx::migrate!("src/edge/store/migrations");

/// The migrations of this version.
pub(super) fn known_migrations() -> Vec<i64> {
    MIGRATOR.iter().map(|migration| migration.version).collect()
}

/// Opens what `url` names and brings its schema up to date.
pub(super) async fn open(url: &str) -> Result<Database, StoreError> {
    open_at(url, true).await
}

/// Opens what `url` names and leaves its schema as it is.
pub(super) async fn open_as_is(url: &str) -> Result<Database, StoreError> {
    open_at(url, false).await
}

async fn open_at(url: &str, migrate: bool) -> Result<Database, StoreError> {
    if url.starts_with("sqlite:") {
        open_sqlite(url, migrate).await
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        open_postgres(url, migrate).await
    } else {
        Err(StoreError::Open {
            // Nothing of it is repeated: whatever was pasted here may hold a secret.
            target: "URL".to_owned(),
            reason: "it begins with neither sqlite:// nor postgres://".to_owned(),
            remedy: "write sqlite://waymark.db or postgres://user:password@host/database"
                .to_owned(),
        })
    }
}

async fn open_sqlite(url: &str, migrate: bool) -> Result<Database, StoreError> {
    let fail = |target: &str, reason: String, remedy: &str| StoreError::Open {
        target: target.to_owned(),
        reason,
        remedy: remedy.to_owned(),
    };
    if url.contains(":memory:") || url.contains("mode=memory") {
        let reason = "a database in memory is lost with the process".to_owned();
        return Err(fail(url, reason, "name a file: sqlite://waymark.db"));
    }
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|e| fail(url, e.to_string(), "write sqlite://path/to/waymark.db"))?
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        // An acknowledged webhook survives a power cut.
        .synchronous(SqliteSynchronous::Full);
    let path = options.get_filename().to_owned();
    let target = path.display().to_string();
    let writing = options.clone().journal_mode(SqliteJournalMode::Wal);
    // One connection first: a pool would hide the reason behind its own timeout.
    match writing.connect().await {
        Ok(connection) => drop(connection.close().await),
        Err(e) => return Err(fail(&target, reason_of(&e), &sqlite_remedy(&path, &e))),
    }
    // A file does not go away as a server does: nothing is asked before each use.
    let pool = || {
        let pool = SqlitePoolOptions::new().acquire_timeout(PATIENCE);
        pool.idle_timeout(None).max_lifetime(None).test_before_acquire(false)
    };
    let writer = pool().max_connections(1).connect_with(writing).await?;
    if migrate {
        MIGRATOR.run(&writer).await.map_err(|e| migration_error(&target, &e))?;
    }
    // `query_only` instead of opening read-only: the latter cannot always recover a WAL file.
    let reading = options.create_if_missing(false).pragma("query_only", "on");
    let reader = pool().max_connections(4).connect_with(reading).await?;
    Ok(Database::Sqlite { writer, reader, door: Door::default() })
}

async fn open_postgres(url: &str, migrate: bool) -> Result<Database, StoreError> {
    let fail = |target: &str, reason: String, remedy: &str| StoreError::Open {
        target: target.to_owned(),
        reason,
        remedy: remedy.to_owned(),
    };
    let options = PgConnectOptions::from_str(url).map_err(|_| {
        let remedy = "write postgres://user:password@host:5432/database, and percent-encode \
                      special characters of the password";
        fail("postgres://…", "the URL cannot be read".to_owned(), remedy)
    })?;
    let options = options.application_name("waymark");
    let target = postgres_target(&options);
    let remedy = |e: &sqlx::Error| postgres_remedy(e);
    match tokio::time::timeout(PATIENCE, options.connect()).await {
        Ok(Ok(connection)) => drop(connection.close().await),
        Ok(Err(e)) => return Err(fail(&target, reason_of(&e), remedy(&e))),
        Err(_) => {
            let reason = format!("no answer within {} seconds", PATIENCE.as_secs());
            return Err(fail(&target, reason, "check the host, the port and the firewall"));
        }
    }
    let sized = |connections: u32| {
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
        let pool = pool.after_connect(|connection, _| {
            Box::pin(async move { connection.execute(ACKNOWLEDGED).await.map(drop) })
        });
        // A connection would keep as much memory as its largest body took.
        pool.after_release(|connection, _| {
            connection.shrink_buffers();
            Box::pin(std::future::ready(Ok(true)))
        })
    };
    // A question before each use costs as much as the use; who was here a moment ago is not asked.
    // Intake always asks: it has nobody to try again but GitHub.
    let pool = sized(10).test_before_acquire(false).before_acquire(|connection, about| {
        Box::pin(async move { Ok(about.idle_for < RECENT || connection.ping().await.is_ok()) })
    });
    let pool = pool.connect_with(options.clone()).await?;
    if migrate {
        MIGRATOR.run(&pool).await.map_err(|e| migration_error(&target, &e))?;
    }
    let intake = sized(INTAKE_LANES).connect_lazy_with(options);
    Ok(Database::Postgres { pool, intake })
}

/// Built from the parsed parts: the password cannot be among them.
fn postgres_target(options: &PgConnectOptions) -> String {
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().unwrap_or("(default)");
    format!("postgres://{}@{place}/{database}", options.get_username())
}

fn reason_of(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(e) => e.message().to_owned(),
        sqlx::Error::Io(e) => e.to_string(),
        other => other.to_string(),
    }
}

fn sqlite_remedy(path: &Path, error: &sqlx::Error) -> String {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let code = match error {
        sqlx::Error::Database(e) => e.code().and_then(|c| c.parse::<u32>().ok()),
        _ => None,
    };
    if !folder.is_dir() {
        format!("create the directory {} or name another file", folder.display())
    } else if path.is_dir() {
        "name a file in that directory, not the directory".to_owned()
    } else if code.map(|c| c & 0xff) == Some(26) {
        "the file is something else: name another file or move it away".to_owned()
    } else if code.map(|c| c & 0xff) == Some(13) {
        "free some disk space".to_owned()
    } else {
        format!(
            "let this user write to the directory {} and to the file (SQLite keeps its journal \
             beside it)",
            folder.display()
        )
    }
}

fn postgres_remedy(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Database(e) => match e.code().as_deref() {
            Some("28P01") => "check the user name and the password in the URL",
            Some("28000") => "check the user name, and that pg_hba.conf lets it in from here",
            Some("3D000") => "create the database (createdb) or name another in the URL",
            Some("53300") => "raise max_connections of the server or run fewer replicas",
            Some("57P03") => "wait until the server has started",
            _ => "see the server's log",
        },
        sqlx::Error::Io(_) => "check that PostgreSQL runs there: host, port or socket directory",
        sqlx::Error::Tls(_) => "check the server's certificate, or `sslmode` in the URL",
        _ => "check the URL and the server's log",
    }
}

fn migration_error(target: &str, error: &MigrateError) -> StoreError {
    let remedy = match error {
        MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => {
            "a newer version of Waymark has written it: run that version, or restore a backup"
        }
        MigrateError::VersionMismatch(_) => {
            "it was made by a version that was never released: start with a new database"
        }
        _ => "its schema could not be brought up to date: this user must own the schema",
    };
    StoreError::Open {
        target: target.to_owned(),
        reason: error.to_string(),
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn pragma(pool: &sqlx::SqlitePool, name: &'static str) -> String {
        let sql = sqlx::AssertSqlSafe(format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}"));
        sqlx::query_scalar(sql).fetch_one(pool).await.expect("a pragma answers")
    }

    #[tokio::test]
    async fn sqlite_writes_durably_and_reads_without_writing() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("a b.db").display());
        let Ok(Database::Sqlite { writer, reader, .. }) = open(&url).await else {
            panic!("an SQLite database");
        };
        assert_eq!(pragma(&writer, "journal_mode").await, "wal");
        assert_eq!(pragma(&writer, "synchronous").await, "2");
        assert_eq!(pragma(&writer, "foreign_keys").await, "1");
        assert_eq!(pragma(&reader, "journal_mode").await, "wal");
        let refused = sqlx::query("DELETE FROM job").execute(&reader).await;
        assert!(refused.is_err_and(|e| e.to_string().contains("readonly")));
        assert!(folder.path().join("a b.db").exists());
    }

    #[test]
    fn a_target_names_everything_but_the_password() {
        let url = "postgres://waymark:hunter2@db.example:5433/way?sslmode=require";
        let options = PgConnectOptions::from_str(url).expect("valid");
        assert_eq!(postgres_target(&options), "postgres://waymark@db.example:5433/way");
    }
}
