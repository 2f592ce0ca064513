//! What does a migration do to a running database? Text becomes statements, each with the effect
//! that it has on data and on those who use the tables meanwhile.
//!
//! SQL for PostgreSQL is read by squawk's parser and rules ([`postgres`]), that of MySQL and SQLite
//! by sqlparser ([`others`]), completed by what every dialect has in common ([`patterns`]).
//! Migrations that are programs (Rails, Django, …) are read by the names of their operations
//! ([`code`]), which says less: [`Statement::by_pattern`]. Lock levels ([`locks`]) are those of
//! PostgreSQL's manual, 13.3 "Explicit Locking", and of its page of each command; a test asks
//! PostgreSQL itself.

mod aside;
mod blocks;
mod call;
mod changelog;
mod code;
mod content;
mod created;
mod deeds;
mod functions;
mod joined;
mod layout;
mod literals;
mod locks;
mod marker;
mod opaque;
mod operations;
mod others;
mod patterns;
mod postgres;
mod tokens;
mod within;

use std::collections::BTreeSet;

use serde::Serialize;

use super::yaml::Lines;
use created::Created;
use patterns::Says;
use tokens::{Token, statements, target};

pub use content::{is_read_when_touched, may_be_marked};
pub use layout::{Framework, is_migration, read, read_lines};

/// Text that is looked at, in bytes; the parser's memory is a multiple of it.
const MAX_BYTES: usize = 512 * 1024;
/// Statements told of one file.
const MAX_STATEMENTS: usize = 2_000;
/// Characters of a statement that are shown.
const EXCERPT: usize = 160;

/// Whose SQL it is, as far as that matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// PostgreSQL and what speaks its language.
    Postgresql,
    /// MySQL and MariaDB.
    Mysql,
    /// SQLite.
    Sqlite,
    /// Microsoft's.
    Sqlserver,
}

impl Dialect {
    /// By a folder or a word of a path's name.
    pub fn of_path(path: &str) -> Option<Self> {
        let path = path.to_ascii_lowercase();
        let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
        words.find_map(|word| match word {
            "postgres" | "postgresql" | "pg" | "psql" | "cockroach" | "cockroachdb" => {
                Some(Self::Postgresql)
            }
            "mysql" | "mariadb" => Some(Self::Mysql),
            "sqlite" | "sqlite3" => Some(Self::Sqlite),
            "mssql" | "sqlserver" => Some(Self::Sqlserver),
            _ => None,
        })
    }

    /// By words that only one of them knows; `None` when the text says nothing.
    pub fn guess(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if says(&[
            "auto_increment",
            "engine=innodb",
            "engine = innodb",
            "alter table `",
            "create table `",
            "table if exists `",
            "table if not exists `",
        ]) {
            Some(Self::Mysql)
        // Not `autoIncrement: true`, which libraries say of every database.
        } else if says(&["key autoincrement", "asc autoincrement", "\npragma ", "without rowid"])
            || text.starts_with("pragma ")
        {
            Some(Self::Sqlite)
        } else if says(&["[dbo]", "dbo.", "nvarchar(", "\ngo\n", "identity(1"]) {
            Some(Self::Sqlserver)
        } else if says(&[
            "jsonb",
            "timestamptz",
            "concurrently",
            "bigserial",
            " serial",
            "plpgsql",
            "pg_catalog",
            "using gin",
            "using btree",
            "$$",
            "bytea",
            "tsvector",
            "public.",
        ]) {
            Some(Self::Postgresql)
        } else {
            None
        }
    }
}

/// What a statement does to those who use the tables; the worst one last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Adds something that nobody misses or trips over.
    Additive,
    /// It could not be understood; it may be anything.
    Unknown,
    /// Code that runs meanwhile does not know the new name, or is refused by the new rule.
    BreaksRunningCode,
    /// Holds a lock that keeps others waiting while rows are read or written.
    LockTaking,
    /// What is gone cannot be brought back.
    Destructive,
}

/// One thing that a statement does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// Counted from 1.
    pub line: u32,
    /// Where it ends.
    pub last_line: u32,
    /// In a word: `drop_table`, `create_index`, `set_not_null`, …
    pub kind: &'static str,
    /// What it does to others.
    pub effect: Effect,
    /// The strongest lock that it takes in PostgreSQL on a table that was there before, in the
    /// manual's words; `None`: none, or it is another database's.
    pub lock: Option<&'static str>,
    /// The table (or type, schema, index) as written, without quotes and schema, in lower case.
    pub target: Option<String>,
    /// Why that matters and what to do instead, one sentence. Empty: there is nothing to do.
    pub why: &'static str,
    /// What the lock, or how long it is held, depends on and is not known here: the size of the
    /// table, the version. Empty: on nothing.
    pub depends: &'static str,
    /// As written, on one line and cut; text of the repository: escape it.
    pub text: String,
    /// Found by its name in a program, not by parsing.
    pub by_pattern: bool,
}

/// What every statement of an SQL text does, in order. Things done to what the same text creates
/// are [`Effect::Additive`]: nobody uses it yet. Locks are told only of PostgreSQL, or when the
/// dialect is not known; then they hold if it is PostgreSQL.
pub fn sql(text: &str, dialect: Option<Dialect>) -> Vec<Statement> {
    if text.len() > MAX_BYTES {
        return vec![unknown(1, "the text is too long to be read", String::new())];
    }
    // Editors on Windows begin a file with a mark that is no part of the first word.
    let written = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = plain(written);
    let lines = Lines::of(&text);
    let is_postgres = may_be_postgres(dialect);
    let parts = statements(&text);
    let created = Created::of(&parts);
    let mut found = Vec::new();
    for tokens in &parts {
        let Some(first) = tokens.first() else { continue };
        let actions = patterns::actions(&text, tokens, dialect);
        let target = target(tokens);
        // What a block does may be done to something else than its first word says.
        let is_own = |inner: Option<&String>, effect| match inner
            .filter(|inner| Some(*inner) != target.as_ref())
        {
            Some(inner) => created.holds(inner, first.at),
            None => created.is_all_of(tokens, effect),
        };
        let statement =
            |at: usize, (kind, effect, lock, why): Says, of: Option<String>, depends| Statement {
                line: lines.at(at),
                last_line: last_line(&lines, tokens),
                kind,
                effect: if is_own(of.as_ref(), effect) { Effect::Additive } else { effect },
                lock: locks::strictest(tokens, lock),
                target: of.or_else(|| target.clone()),
                why,
                depends,
                text: excerpt(written, tokens, at),
                by_pattern: false,
            };
        if actions.is_empty() {
            let (kind, lock, depends) =
                if is_postgres { locks::of(tokens) } else { ("other", None, "") };
            found.push(statement(first.at, (kind, Effect::Additive, lock, ""), None, depends));
        }
        found.extend(
            actions
                .into_iter()
                .map(|a| statement(a.at, a.says, a.target, locks::depends(a.says.0))),
        );
    }
    if is_postgres {
        let read = postgres::statements(&text, &lines, &parts, dialect.is_some());
        found.extend(read.into_iter().map(|(at, mut statement)| {
            let part = postgres::part_at(&parts, at);
            let part = part.map(Vec::as_slice).unwrap_or_default();
            statement.text = excerpt(written, part, at);
            statement.lock = locks::strictest(part, statement.lock);
            statement.last_line = last_line(&lines, part).max(statement.line);
            if created.is_all_of(part, statement.effect) {
                statement.effect = Effect::Additive;
            }
            statement
        }));
    } else {
        found.extend(others::unread(&text, &lines, &parts, dialect));
        found = found.into_iter().map(|statement| others::elsewhere(statement, dialect)).collect();
    }
    settle(found)
}

/// Whether locks are told: it is PostgreSQL's, or nobody says whose.
fn may_be_postgres(dialect: Option<Dialect>) -> bool {
    dialect.is_none_or(|dialect| dialect == Dialect::Postgresql)
}

/// A statement that could not be understood.
fn unknown(line: u32, why: &'static str, text: String) -> Statement {
    let (kind, effect) = ("unread", Effect::Unknown);
    let (lock, target, depends, by_pattern) = (None, None, "", false);
    let last_line = line;
    Statement { line, last_line, kind, effect, lock, target, why, depends, text, by_pattern }
}

/// The line in which a statement ends.
fn last_line(lines: &Lines, tokens: &[Token<'_>]) -> u32 {
    tokens.last().map_or(1, |last| lines.at(last.at + last.text.len()))
}

/// What a migration does that could not be fetched.
pub fn unread() -> Statement {
    unknown(1, "the file could not be read", String::new())
}

/// A statement as it was written, from its first token on, on one line; of a long one its beginning,
/// and what stands at `at`.
fn excerpt(text: &str, tokens: &[Token<'_>], at: usize) -> String {
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return String::new() };
    let quote = usize::from(matches!(last.kind, tokens::Kind::Quoted | tokens::Kind::Literal));
    let end = last.at + last.text.len() + 2 * quote;
    let between = |from: usize| one_line(text.get(from..end).unwrap_or_default());
    let whole = between(first.at);
    if whole.chars().count() <= EXCERPT {
        return whole;
    }
    let head = tokens.iter().take_while(|t| t.at < at).take(5).last();
    match head {
        Some(head) if head.at > first.at => {
            let head = one_line(text.get(first.at..head.at + head.text.len()).unwrap_or_default());
            cut(&format!("{head} … {}", between(at)))
        }
        _ => cut(&whole),
    }
}

/// Blanks of every kind become one.
fn one_line(text: &str) -> String {
    let mut words = text.split_whitespace();
    let mut line = String::new();
    while let Some(word) = words.next().filter(|_| line.len() < 8 * EXCERPT) {
        line.extend((!line.is_empty()).then_some(' '));
        line.push_str(word);
    }
    line
}

fn cut(line: &str) -> String {
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// In order, each thing once.
fn settle(mut found: Vec<Statement>) -> Vec<Statement> {
    found.sort_by(|a, b| (a.line, b.effect, a.kind).cmp(&(b.line, a.effect, b.kind)));
    found.dedup_by(|a, b| a.line == b.line && a.kind == b.kind && a.target == b.target);
    // A type that becomes narrower changes as well, and is told by the graver name.
    let narrow: BTreeSet<u32> =
        found.iter().filter(|s| s.kind == "narrow_type").map(|s| s.line).collect();
    found.retain(|s| s.kind != "change_type" || !narrow.contains(&s.line));
    // A stored column is told by that name alone.
    let stored: BTreeSet<u32> =
        found.iter().filter(|s| s.kind == "add_stored_column").map(|s| s.line).collect();
    found.retain(|s| s.kind != "add_column_with_volatile_default" || !stored.contains(&s.line));
    // A statement that does something is not also one that does nothing.
    let told: BTreeSet<u32> = found.iter().filter(|s| !s.why.is_empty()).map(|s| s.line).collect();
    found.retain(|s| !s.why.is_empty() || !told.contains(&s.line));
    if found.len() > MAX_STATEMENTS {
        // The gravest are told, wherever they stand.
        found.sort_by_key(|statement| std::cmp::Reverse(statement.effect));
        found.truncate(MAX_STATEMENTS);
        found.sort_by_key(|statement| statement.line);
    }
    found
}

/// Commands of `psql` and placeholders of Flyway are no SQL; every byte stays where it is.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if line.starts_with('\\') {
            plain.extend(
                line.chars()
                    .map(|c| if c == '\n' { "\n".into() } else { " ".repeat(c.len_utf8()) }),
            );
        } else {
            plain.push_str(line);
        }
    }
    while let Some(start) = plain.find("${") {
        let Some(end) = plain[start..].find(['}', '\n']).map(|end| start + end) else { break };
        let close = if plain[end..].starts_with('}') { "_" } else { "\n" };
        plain.replace_range(start..start + 2, "__");
        plain.replace_range(end..end + 1, close);
    }
    plain
}

#[cfg(test)]
mod tests;
