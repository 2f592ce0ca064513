//! SQL of other databases: MySQL's and SQLite's is parsed, so that what is no SQL is not taken for
//! harmless; and what PostgreSQL's locks mean there is said, or left out.

use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::postgres::{JUDGED_WITHOUT, MAX_NESTING, TOO_DEEP, nesting};
use super::tokens::Token;
use super::{Dialect, Effect, Statement, excerpt, unknown};
use crate::domain::yaml::Lines;

/// What the service or the client reads, not the server's grammar.
const NOT_SQL: [&str; 5] = ["DELIMITER", "SOURCE", "PRAGMA", "SHOW", "ANALYZE"];
const IN_MYSQL: &str = "whether writes wait meanwhile depends on MySQL's version, on the storage \
                        engine, and on what the column was before; `ALGORITHM=INPLACE, LOCK=NONE` \
                        fails instead of waiting";

/// The first statement that cannot be parsed, if there is one.
pub(super) fn unread(
    text: &str,
    lines: &Lines,
    parts: &[Vec<Token<'_>>],
    dialect: Option<Dialect>,
) -> Option<Statement> {
    let (grammar, why): (&dyn Grammar, _) = match dialect? {
        Dialect::Mysql => (&MySqlDialect {}, "it could not be parsed as MySQL's SQL"),
        Dialect::Sqlite => (&SQLiteDialect {}, "it could not be parsed as SQLite's SQL"),
        Dialect::Postgresql | Dialect::Sqlserver => return None,
    };
    if nesting(parts) > MAX_NESTING {
        return Some(unknown(1, TOO_DEEP, String::new()));
    }
    let mut starts = parts.iter().filter_map(|part| part.first()).map(|t| t.at).skip(1);
    for part in parts {
        let end = starts.next().unwrap_or(text.len());
        let Some(first) = part.first() else { continue };
        let judged = JUDGED_WITHOUT.iter().chain(&NOT_SQL).any(|word| first.is(word));
        // A body in several statements (a trigger, a procedure) is not taken apart.
        let body = first.is("CREATE") && part.iter().any(|t| t.is("BEGIN"));
        if judged || body || first.is("END") {
            continue;
        }
        let sql = text.get(first.at..end).unwrap_or_default();
        // What is known by its first words needs no grammar, which lags behind the databases.
        let known = !super::patterns::actions(text, part, dialect).is_empty();
        if !known && Parser::parse_sql(grammar, sql).is_err() {
            return Some(unknown(lines.at(first.at), why, excerpt(text, part, first.at)));
        }
    }
    None
}

/// A statement as another database than PostgreSQL takes it: without its locks, and harmless where
/// only they did harm.
pub(super) fn elsewhere(statement: Statement, dialect: Option<Dialect>) -> Statement {
    let waits = matches!(
        statement.kind,
        "change_type" | "add_foreign_key" | "convert_charset" | "add_fulltext_index"
    );
    let (effect, depends) = match (statement.effect, dialect) {
        (Effect::LockTaking, Some(Dialect::Mysql)) if waits => (Effect::LockTaking, IN_MYSQL),
        (Effect::LockTaking, _) => (Effect::Additive, ""),
        (effect, _) => (effect, statement.depends),
    };
    Statement { effect, depends, lock: None, ..statement }
}
