//! What no method of the store does: SQL from outside, as an operator or an older version would.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Runs statements.
pub(crate) async fn execute(url: &str, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Somebody else's transaction: nobody writes a delivery until it is let go.
pub(crate) enum Busy {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

pub(crate) async fn busy(url: &str) -> Busy {
    if url.starts_with("sqlite") {
        let mut connection = SqliteConnection::connect(url).await.unwrap();
        connection.execute("BEGIN IMMEDIATE").await.unwrap();
        Busy::Sqlite(connection)
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        connection.execute("BEGIN").await.unwrap();
        connection.execute("LOCK TABLE delivery IN SHARE ROW EXCLUSIVE MODE").await.unwrap();
        Busy::Postgres(connection)
    }
}

impl Busy {
    pub(crate) async fn let_go(self) {
        match self {
            Self::Sqlite(mut connection) => {
                connection.execute("ROLLBACK").await.unwrap();
                connection.close().await.unwrap();
            }
            Self::Postgres(mut connection) => {
                connection.execute("ROLLBACK").await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

/// From now on [`commits`] counts.
pub(crate) async fn count_commits(url: &str) {
    if url.starts_with("sqlite") {
        // The journal begins anew.
        execute(url, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    }
}

/// How many transactions have been committed: on SQLite as its journal tells; on PostgreSQL those
/// that stored deliveries.
pub(crate) async fn commits(url: &str) -> usize {
    let Some(path) = url.strip_prefix("sqlite://") else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let sql = "SELECT COUNT(DISTINCT xmin::text) FROM delivery";
        let count: i64 = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        return usize::try_from(count).unwrap();
    };
    // https://sqlite.org/fileformat2.html#the_write_ahead_log
    let journal = std::fs::read(format!("{path}-wal")).unwrap();
    if journal.is_empty() {
        return 0;
    }
    let number = |at: usize| u32::from_be_bytes(journal[at..at + 4].try_into().unwrap());
    let (head, frame_head) = (32, 24);
    let (page, salt) = (number(8) as usize, number(16));
    // Frames of an earlier round carry another salt; a commit's last frame tells the file's size.
    (head..journal.len())
        .step_by(frame_head + page)
        .take_while(|frame| number(frame + 8) == salt)
        .filter(|frame| number(frame + 4) > 0)
        .count()
}
