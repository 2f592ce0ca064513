//! Where do tests store things? A fresh database per test: SQLite always, PostgreSQL when
//! `WAYMARK_TEST_POSTGRES` holds the URL of a server on which databases may be made
//! (`scripts/postgres start DIR` prints one). With the variable set, a server that does not
//! answer fails the test.
//!
//! Other integration tests include it: `#[path = "support/database.rs"] mod database;`

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use sqlx::{Connection, PgConnection};
use waymark::edge::store::Store;

/// A store on a database of its own, which goes when this is dropped.
pub(crate) struct TestDatabase {
    /// `SQLite` or `PostgreSQL`, for messages.
    pub(crate) kind: &'static str,
    /// What opens it once more.
    pub(crate) url: String,
    /// The open store.
    pub(crate) store: Store,
    // Dropped last: the store's files or database.
    _place: Place,
}

/// One fresh, migrated database of each kind that is to be tested.
pub(crate) async fn fresh_databases() -> Vec<TestDatabase> {
    let mut databases = Vec::new();
    for (kind, url, place) in empty_databases().await {
        let store = Store::open(&url).await.unwrap_or_else(|e| panic!("{kind}: {e}"));
        databases.push(TestDatabase { kind, url, store, _place: place });
    }
    databases
}

/// What keeps a database alive.
pub(crate) enum Place {
    Folder(tempfile::TempDir),
    Server { server: String, name: String },
}

/// The same without a schema: kind, URL, and what must outlive its use.
pub(crate) async fn empty_databases() -> Vec<(&'static str, String, Place)> {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("waymark.db").display());
    let mut databases = vec![("SQLite", url, Place::Folder(folder))];
    if let Ok(server) = std::env::var("WAYMARK_TEST_POSTGRES") {
        let name = format!("waymark_{}", uuid::Uuid::now_v7().simple());
        administer(&server, format!("CREATE DATABASE {name}")).await;
        let url = with_database(&server, &name);
        databases.push(("PostgreSQL", url, Place::Server { server, name }));
    }
    databases
}

/// The server's URL with another database: `postgres://user@host/THIS?host=…`.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = match server.split_once('?') {
        Some((address, query)) => (address, format!("?{query}")),
        None => (server, String::new()),
    };
    let (scheme, rest) = address.split_once("://").expect("WAYMARK_TEST_POSTGRES is a URL");
    let authority = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{authority}/{name}{query}")
}

async fn administer(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server)
        .await
        .unwrap_or_else(|e| panic!("WAYMARK_TEST_POSTGRES is set, but: {e}"));
    // Safe: the name in it is ours, of hexadecimal digits.
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

impl Drop for Place {
    fn drop(&mut self) {
        let Self::Server { server, name } = self else { return };
        let (server, sql) = (server.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
        // A thread, because a destructor cannot await and its thread has a runtime already.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(administer(&server, sql));
        });
        // Clutter on a throw-away server is not worth failing (or hiding a failure) for.
        drop(dropping.join());
    }
}
