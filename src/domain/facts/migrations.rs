//! Which migrations does a change add, and what do they do?

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::change::Change;
use crate::domain::ddl::{self, Dialect, Effect, Framework};
use crate::domain::tree::{Content, SourceTree};

use super::gather::Gather;
use super::select::{file_name, is_excluded};
use super::{FactKind, dependencies};

/// Migrations of one change that are read; more are a gap.
const MAX_MIGRATIONS: usize = 200;

/// A migration that the change adds.
#[derive(Debug, Clone, Serialize)]
pub struct Migration {
    /// The file.
    pub path: String,
    /// Whose it is.
    pub framework: Framework,
    /// Whose SQL it speaks, when text, folder or drivers tell.
    pub dialect: Option<Dialect>,
    /// What it does on the way forward, in order.
    pub statements: Vec<MigrationStatement>,
}

/// One thing that it does.
#[derive(Debug, Clone, Serialize)]
pub struct MigrationStatement {
    /// Names the line.
    pub pointer: String,
    /// In a word: `drop_table`, `create_index`, `set_not_null`, …
    pub kind: &'static str,
    /// `additive`, `unknown`, `breaks_running_code`, `lock_taking`, `destructive`.
    pub effect: Effect,
    /// The lock that PostgreSQL takes for it.
    pub lock: Option<&'static str>,
    /// The table, in lower case, where it is named.
    pub target: Option<String>,
    /// Why it matters and what to do instead.
    pub why: &'static str,
    /// A comment `waymark:acknowledged reason="…"` answers for it.
    pub acknowledged: bool,
}

/// Files that say which database is used.
pub(super) fn tells_dialect(path: &str) -> bool {
    file_name(path) == "migration_lock.toml" || dependencies::is_manifest(path)
}

pub(super) fn extract(gather: &mut Gather<'_>, change: &Change) {
    let moved: BTreeSet<&String> = change.moved.iter().collect();
    let added = change
        .added
        .iter()
        .filter(|path| ddl::is_migration(path) && !is_excluded(path) && !moved.contains(path));
    let added: Vec<&String> = added.collect();
    if added.is_empty() {
        return;
    }
    let kind = FactKind::Migrations;
    if added.len() > MAX_MIGRATIONS {
        let reason = format!("the change adds more than {MAX_MIGRATIONS} migrations");
        gather.gap(kind, None, reason);
        return;
    }
    let used = dialect_in_use(gather.tree);
    for path in added {
        let Some(text) = gather.text(kind, path) else { continue };
        let dialect = Dialect::of_path(path).or_else(|| Dialect::guess(&text)).or(used);
        let Some(read) = ddl::read(path, &text, dialect) else { continue };
        let statements = read.statements.into_iter().map(|(found, acknowledged)| {
            let pointer = gather.spans.problem(path, found.line);
            let ddl::Statement { kind, effect, lock, target, why, .. } = found;
            MigrationStatement { pointer, kind, effect, lock, target, why, acknowledged }
        });
        let statements = statements.collect();
        let (path, framework) = (path.clone(), read.framework);
        gather.snapshot.migrations.push(Migration { path, framework, dialect, statements });
    }
}

/// By Prisma's lock file, else by the drivers among the dependencies. Where two databases are in
/// use it is not known, but SQLite beside another one is for tests.
fn dialect_in_use(tree: &SourceTree) -> Option<Dialect> {
    let locks = tree.entries.iter().filter(|(path, _)| file_name(path) == "migration_lock.toml");
    let mut found = BTreeSet::new();
    for (_, entry) in locks {
        let Content::Text(text) = &entry.content else { continue };
        let provider = text.lines().find_map(|line| line.trim().strip_prefix("provider"));
        found.extend(provider.and_then(Dialect::of_path));
    }
    if found.is_empty() {
        found = dependencies::names(tree).iter().filter_map(|name| driver(name)).collect();
    }
    if found.len() > 1 {
        found.remove(&Dialect::Sqlite);
    }
    found.first().copied().filter(|_| found.len() == 1)
}

/// The database that a library speaks to.
fn driver(name: &str) -> Option<Dialect> {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(['/', ':']).find(|part| !part.starts_with('v') || part.len() > 3)?;
    match last {
        "pg" | "postgres" | "postgresql" | "pgx" | "pq" | "psycopg" | "psycopg2" | "asyncpg"
        | "psycopg2-binary" | "psycopg-binary" | "tokio-postgres" | "pg8000"
        | "r2dbc-postgresql" => Some(Dialect::Postgresql),
        "mysql"
        | "mysql2"
        | "mysqlclient"
        | "pymysql"
        | "aiomysql"
        | "mysql-connector-j"
        | "mysql-connector-java"
        | "mariadb"
        | "mariadb-java-client"
        | "go-sql-driver" => Some(Dialect::Mysql),
        "sqlite" | "sqlite3" | "better-sqlite3" | "go-sqlite3" | "aiosqlite" | "rusqlite" => {
            Some(Dialect::Sqlite)
        }
        "mssql" | "tedious" | "pyodbc" | "mssql-jdbc" | "go-mssqldb" => Some(Dialect::Sqlserver),
        _ if last.starts_with("npgsql") || last.contains("postgresql") => Some(Dialect::Postgresql),
        _ if last.contains("mysql") => Some(Dialect::Mysql),
        _ if last.contains("sqlserver") => Some(Dialect::Sqlserver),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::extract_change;
    use super::super::testing::{repo, tree};
    use super::*;

    fn read(files: &[(&str, &str)], added: &[&str]) -> Vec<String> {
        let change =
            Change { added: added.iter().map(|p| (*p).to_owned()).collect(), ..Change::default() };
        let needs = BTreeSet::from([FactKind::Migrations]);
        let found = extract_change(&tree(files), &repo(), &needs, Some(&change));
        assert_eq!(found.snapshot.gaps, []);
        let shown = found.snapshot.migrations.iter().map(|m| {
            let kinds: Vec<_> = m.statements.iter().map(|s| s.kind).collect();
            format!("{} {:?} {}", m.path, m.dialect, kinds.join(","))
        });
        shown.collect()
    }

    #[test]
    fn only_what_the_change_adds_is_read_and_drivers_tell_the_dialect() {
        let migration = "CREATE INDEX i ON users (a);";
        let files = [
            ("migrations/1.sql", "DROP TABLE a;"),
            ("migrations/2.sql", migration),
            ("tests/migrations/3.sql", migration),
            (
                "package.json",
                r#"{"dependencies": {"pg": "8"}, "devDependencies": {"sqlite3": "5"}}"#,
            ),
        ];
        let added = ["migrations/2.sql", "tests/migrations/3.sql", "package.json"];
        assert_eq!(read(&files, &added), ["migrations/2.sql Some(Postgresql) create_index"]);
        assert_eq!(read(&files[..3], &added), ["migrations/2.sql None create_index"]);
        let both = [
            ("migrations/2.sql", migration),
            (
                "go.mod",
                "require github.com/jackc/pgx/v5 v5.7.0\nrequire github.com/go-sql-driver/mysql v1.9.0\n",
            ),
        ];
        assert_eq!(read(&both, &added), ["migrations/2.sql None create_index"]);
        let lock = [
            ("prisma/migrations/1/migration.sql", migration),
            ("prisma/migrations/migration_lock.toml", "provider = \"mysql\"\n"),
        ];
        assert_eq!(
            read(&lock, &["prisma/migrations/1/migration.sql"]),
            ["prisma/migrations/1/migration.sql Some(Mysql) other"]
        );
        assert_eq!(
            read(&[("db/sqlite/migrations/2.sql", migration)], &["db/sqlite/migrations/2.sql"]),
            ["db/sqlite/migrations/2.sql Some(Sqlite) other"]
        );
    }
}
