//! Does PostgreSQL take the locks that `fixtures/ddl` says? Every statement of the table is run in a
//! transaction of a server (`WAYMARK_TEST_POSTGRES`), and `pg_locks` is asked. Statements that run
//! in no transaction (`outside: true`) are left out, and counted.

use serde_json::Value;
use sqlx::{Connection, PgConnection, Row};
use waymark::domain::yaml::{Schema, load};

use super::database::empty_databases;

/// What the statements are about.
const GIVEN: &str = "
    CREATE TABLE orgs (id int PRIMARY KEY);
    CREATE TABLE teams (id bigint PRIMARY KEY);
    CREATE TABLE users (id bigint NOT NULL, email text, name text, age int, old int, since timestamptz,
        team bigint);
    CREATE TABLE orders (id bigint, u bigint);
    CREATE TABLE logs (id bigint);
    CREATE UNIQUE INDEX users_id ON users (id);
    ALTER TABLE users ADD CONSTRAINT users_id_key UNIQUE USING INDEX users_id;
    CREATE INDEX by_name ON users (name);
    CREATE TABLE events (at date) PARTITION BY RANGE (at);
    CREATE TABLE e1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
    CREATE MATERIALIZED VIEW totals AS SELECT count(*) AS n FROM orders;
    CREATE UNIQUE INDEX totals_n ON totals (n);
    CREATE TYPE mood AS ENUM ('sad');
    CREATE SCHEMA archive;
    CREATE SCHEMA old CREATE TABLE kept (id int);
";
/// What is there before: the table that is meant, or every one.
const THERE: &str = "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'old')
        AND CASE WHEN $1 = '' THEN c.relkind IN ('r', 'p', 'm') ELSE c.relname = $1 END";
const STRONGEST: &str =
    "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = ANY($1)
    ORDER BY array_position(ARRAY['AccessShareLock', 'RowShareLock', 'RowExclusiveLock',
        'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
        'AccessExclusiveLock'], mode) DESC LIMIT 1";

fn words(mode: &str) -> &'static str {
    match mode {
        "AccessShareLock" => "ACCESS SHARE",
        "RowShareLock" => "ROW SHARE",
        "RowExclusiveLock" => "ROW EXCLUSIVE",
        "ShareUpdateExclusiveLock" => "SHARE UPDATE EXCLUSIVE",
        "ShareLock" => "SHARE",
        "ShareRowExclusiveLock" => "SHARE ROW EXCLUSIVE",
        "ExclusiveLock" => "EXCLUSIVE",
        "AccessExclusiveLock" => "ACCESS EXCLUSIVE",
        other => panic!("a new mode: {other}"),
    }
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(connection).await.map(drop)
}

/// What the server takes for a statement, `-` when nothing.
async fn taken(server: &mut PgConnection, row: &Value) -> Result<String, sqlx::Error> {
    run(server, "DROP SCHEMA IF EXISTS public, archive, old CASCADE; CREATE SCHEMA public").await?;
    run(server, GIVEN).await?;
    run(server, row["given"].as_str().unwrap_or_default()).await?;
    let there = sqlx::query(THERE).bind(row["on"].as_str().unwrap_or_default());
    let there: Vec<sqlx::postgres::types::Oid> =
        there.fetch_all(&mut *server).await?.iter().map(|row| row.get(0)).collect();
    run(server, "BEGIN").await?;
    let done = run(server, row["sql"].as_str().unwrap_or_default()).await;
    let strongest = match done {
        Ok(()) => {
            let asked = sqlx::query(STRONGEST).bind(there);
            asked
                .fetch_optional(&mut *server)
                .await
                .map(|row| row.map(|row| row.get::<String, _>(0)))
        }
        Err(error) => Err(error),
    };
    run(server, "ROLLBACK").await?;
    Ok(strongest?.map_or("-".to_owned(), |mode| words(&mode).to_owned()))
}

#[tokio::test]
async fn postgresql_takes_the_locks_of_the_table() {
    let databases = empty_databases().await;
    let Some((_, url, _place)) = databases.iter().find(|(kind, ..)| *kind == "PostgreSQL") else {
        return;
    };
    let mut server = PgConnection::connect(url).await.expect("the server answers");
    let table = load(include_str!("../../fixtures/ddl/postgresql.yaml"), Schema::Core12);
    let rows = table.documents[0].value.as_array().expect("rows").clone();
    let (mut asked, mut outside, mut differ) = (0, 0, Vec::new());
    for row in rows.iter().filter(|row| row["is"].as_array().is_some_and(|is| is.len() == 1)) {
        let (sql, is) = (row["sql"].as_str().expect("SQL"), row["is"][0].as_str().expect("words"));
        // `line kind effect LOCK`
        let told = is.splitn(4, ' ').last().expect("a lock");
        if row["outside"] == true {
            outside += 1;
            continue;
        }
        asked += 1;
        match taken(&mut server, row).await {
            Ok(taken) if taken == told => {}
            Ok(taken) => differ.push(format!("{sql}\n  told {told}, taken {taken}")),
            Err(error) => differ.push(format!("{sql}\n  {error}")),
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(asked >= 60 && outside <= 16, "{asked} asked, {outside} not");
}
