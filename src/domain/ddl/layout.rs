//! Which files are migrations, and which part of them is run on the way forward? By the layouts of
//! the well-known tools.

use serde::Serialize;

use super::marker::Marks;
use super::others::elsewhere;
use super::{Dialect, Statement, aside, code, content, literals, may_be_postgres, opaque, sql};

/// Whose migration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Framework {
    /// `db/migrate/*.rb`.
    Rails,
    /// `*/migrations/0001_*.py`.
    Django,
    /// `*/versions/*.py` with `down_revision`.
    Alembic,
    /// `Migrations/*.cs` of Entity Framework.
    EntityFramework,
    /// `migrations/*.{js,ts}` of Knex, TypeORM, Sequelize.
    Javascript,
    /// Liquibase's change logs in XML, YAML or JSON.
    Liquibase,
    /// Files of SQL: Flyway, Prisma, Diesel, sqlx, goose, golang-migrate, dbmate, Drizzle, …
    Sql,
}

/// A migration that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Whose.
    pub framework: Framework,
    /// What it does on the way forward, each with whether a comment answers for it
    /// (`waymark:acknowledged reason="…"`).
    pub statements: Vec<(Statement, bool)>,
}

/// Whether a path is that of a migration. Ways back and dumps of whole schemas are none.
pub fn is_migration(path: &str) -> bool {
    framework(path).is_some()
}

/// Reads a migration; `None` when its content shows that it is none.
pub fn read(path: &str, text: &str, dialect: Option<Dialect>) -> Option<Migration> {
    read_lines(path, text, dialect, None)
}

/// The same of what lies in `lines`, each span's first and last; of `None` all. Tools that run again
/// what has grown, or what is new in it, are read so.
pub fn read_lines(
    path: &str,
    text: &str,
    dialect: Option<Dialect>,
    lines: Option<&[(u32, u32)]>,
) -> Option<Migration> {
    let framework = framework(path).or_else(|| content::framework(path, text))?;
    let is_one = match framework {
        Framework::Alembic => text.contains("down_revision"),
        Framework::Liquibase => text.contains("databaseChangeLog"),
        Framework::Javascript => text.contains("up"),
        Framework::Django => text.contains("migrations"),
        Framework::Rails | Framework::EntityFramework => text.contains("Migration"),
        Framework::Sql => true,
    };
    if !is_one {
        return None;
    }
    let forward = forward(framework, &aside::without(framework, text));
    let touched = |first: u32, last: u32| {
        lines.is_none_or(|lines| lines.iter().any(|(from, to)| *from <= last && first <= *to))
    };
    let mut statements = match framework {
        Framework::Sql => sql(&forward, dialect),
        _ => {
            let mut found = code::statements(framework, &forward);
            if !may_be_postgres(dialect) {
                found = found.into_iter().map(|found| elsewhere(found, dialect)).collect();
            }
            found.extend(literals::statements(framework, &forward, dialect));
            found.sort_by_key(|statement| statement.line);
            found
        }
    };
    statements.retain(|statement| touched(statement.line, statement.last_line));
    if statements.is_empty() {
        let mut rest = String::with_capacity(forward.len());
        for (number, line) in (1u32..).zip(forward.split_inclusive('\n')) {
            rest.push_str(if touched(number, number) { line } else { "\n" });
        }
        statements.extend(opaque::rest(framework, &rest));
    }
    let marks = Marks::of(framework, text);
    let statements = statements.into_iter().map(|s| {
        let answered = marks.answer_for(s.line);
        (s, answered)
    });
    Some(Migration { framework, statements: statements.collect() })
}

pub(super) fn framework(path: &str) -> Option<Framework> {
    let lower = path.to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or(path);
    let (stem, extension) = name.rsplit_once('.')?;
    let folders: Vec<&str> = lower.split('/').rev().skip(1).collect();
    let parent = folders.first().copied().unwrap_or("");
    let above = folders.get(1).copied().unwrap_or("");
    let is = |framework, yes: bool| yes.then_some(framework);
    let is_back = stem.ends_with(".down")
        || stem == "down"
        || stem.ends_with("_down")
        || stem.ends_with(".undo")
        || stem.ends_with("rollback");
    let numbered = stem.len() > 4 && stem.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    let is_changelog = lower.contains("changelog") || lower.contains("liquibase");
    match extension {
        "rb" => is(Framework::Rails, above == "db" && parent.ends_with("migrate")),
        "py" if parent == "migrations" => is(Framework::Django, numbered),
        "py" => is(Framework::Alembic, parent == "versions"),
        "cs" => {
            let made = stem.ends_with(".Designer") || stem.ends_with("Snapshot");
            is(Framework::EntityFramework, folders.contains(&"migrations") && !made)
        }
        "js" | "ts" | "mjs" | "cjs" => {
            let in_folder = parent == "migrations" || (parent == "migration" && numbered);
            let declared = stem.ends_with(".d")
                || stem == "index"
                || stem.contains(".test")
                || stem.contains(".spec");
            is(Framework::Javascript, in_folder && !declared && !is_back)
        }
        "xml" | "yaml" | "yml" | "json" => is(Framework::Liquibase, is_changelog),
        "sql" => {
            let flyway = stem.split_once("__").is_some_and(|(version, _)| {
                version == "R" || version.strip_prefix('V').is_some_and(is_version)
            });
            let known =
                ["migrations", "migration", "migrate", "drizzle", "db-migrations", "db_migrations"];
            let in_folder = parent != "meta" && folders.iter().any(|folder| known.contains(folder));
            let undo = stem
                .split_once("__")
                .is_some_and(|(v, _)| v.strip_prefix('U').is_some_and(is_version));
            let dump = matches!(stem, "schema" | "structure" | "dump" | "seed" | "seeds" | "init");
            let logs = is_changelog && !dump;
            is(Framework::Sql, !is_back && !undo && (flyway || (in_folder && !dump) || logs))
        }
        _ => None,
    }
}

fn is_version(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_'))
}

/// The text with every line of the way back left empty, so that lines keep their numbers.
fn forward(framework: Framework, text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Set within the way back: how deep its first line is indented.
    let mut back: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let code = line.trim();
        let indent = line.len() - line.trim_start().len();
        let mut last = false;
        match back {
            None if begins_back(framework, code) => back = Some(indent),
            Some(deep) => {
                let over = ends_back(framework, code, indent <= deep);
                // An `end` belongs to what it ends.
                last = over
                    && (code == "end" || code.starts_with('}') || code.starts_with("</rollback"));
                if over && !last {
                    back = begins_back(framework, code).then_some(indent);
                }
            }
            None => {}
        }
        let one_line = framework == Framework::Liquibase && code.contains("</rollback>");
        if back.is_some() {
            out.extend(line.chars().filter(|c| *c == '\n'));
        } else {
            out.push_str(line);
        }
        if last || (one_line && back.is_some()) {
            back = None;
        }
    }
    out
}

fn begins_back(framework: Framework, code: &str) -> bool {
    let lower = code.to_ascii_lowercase();
    match framework {
        Framework::Rails => {
            code.starts_with("def down")
                || code.starts_with("dir.down")
                || code.starts_with("def self.down")
        }
        Framework::Django => {
            code.starts_with("reverse_sql") || code.starts_with("state_operations")
        }
        Framework::Alembic => code.starts_with("def downgrade"),
        Framework::EntityFramework => code.contains(" Down("),
        Framework::Javascript => {
            let starts = [
                "down(",
                "down:",
                "down =",
                "async down",
                "public async down",
                "exports.down",
                "export async function down",
                "export function down",
                "export const down",
                "module.exports.down",
                "async function down",
                "function down",
                "public down",
            ];
            starts.iter().any(|start| code.starts_with(start))
        }
        Framework::Liquibase => {
            code.starts_with("<rollback") && !code.ends_with("/>")
                || code.starts_with("rollback:")
                || code.starts_with("- rollback:")
        }
        Framework::Sql => {
            let comment = lower.starts_with("--") || lower.starts_with('#');
            comment
                && ["+goose down", "+migrate down", "migrate:down", "!downs"]
                    .iter()
                    .any(|mark| lower.contains(mark))
        }
    }
}

/// `outside`: the line is indented no deeper than where the way back began.
fn ends_back(framework: Framework, code: &str, outside: bool) -> bool {
    let lower = code.to_ascii_lowercase();
    match framework {
        Framework::Sql => {
            lower.starts_with("--")
                && ["+goose up", "+migrate up", "migrate:up", "!ups"]
                    .iter()
                    .any(|mark| lower.contains(mark))
        }
        Framework::Liquibase => {
            code.contains("</rollback>") || (outside && !code.is_empty() && !code.starts_with('<'))
        }
        _ => outside && !code.is_empty() && !matches!(code, "{" | ")" | "):"),
    }
}
