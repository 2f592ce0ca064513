//! What does a migration do to those who use the tables? Classes D0 to D3.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{Condition, Weight};
use crate::domain::ddl::{self, Dialect, Effect, Framework, Statement};

/// Statements that are told of.
const MOST: usize = 8;

/// How hard a migration is to live with; the hardest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Adds something nobody trips over.
    D0Additive,
    /// Could not be read: it may be anything, so it is told and never taken for additive.
    Unknown,
    /// Breaks code that runs meanwhile.
    D1BreaksRunningCode,
    /// Keeps others waiting.
    D2Blocking,
    /// Cannot be undone.
    D3Irreversible,
}

impl Class {
    /// The class of a statement's effect.
    pub fn of(effect: Effect) -> Self {
        match effect {
            Effect::Additive => Self::D0Additive,
            Effect::Unknown => Self::Unknown,
            Effect::BreaksRunningCode => Self::D1BreaksRunningCode,
            Effect::LockTaking => Self::D2Blocking,
            Effect::Destructive => Self::D3Irreversible,
        }
    }

    /// `D3, irreversible`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::D0Additive => "D0, additive",
            Self::Unknown => "unknown",
            Self::D1BreaksRunningCode => "D1, breaks running code",
            Self::D2Blocking => "D2, blocking",
            Self::D3Irreversible => "D3, irreversible",
        }
    }
}

/// A statement, and the migration that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The migration.
    pub path: String,
    /// What it does.
    pub statement: Statement,
    /// Whether the migration is PostgreSQL's SQL, and sets no `lock_timeout`.
    pub no_timeout: bool,
}

/// A migration that a change brings.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Where it lies.
    pub path: &'a str,
    /// Its text; `None`: it could not be read.
    pub text: Option<&'a str>,
    /// The lines that are new in it, when it was there before; `None`: all are.
    pub lines: Option<&'a [(u32, u32)]>,
}

/// What the added migrations do, from their texts; as [`read_sources`].
pub fn read_migrations<'a>(texts: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Vec<Found> {
    read_sources(texts.map(|(path, text)| Source { path, text, lines: None }))
}

/// What migrations do; what could not be read is unknown. Statements that a comment in the migration
/// answers for (`waymark:acknowledged reason="…"`) are left out.
pub fn read_sources<'a>(sources: impl Iterator<Item = Source<'a>>) -> Vec<Found> {
    let mut found = Vec::new();
    for Source { path, text, lines } in sources {
        let found_in = |statement, no_timeout| {
            let path = path.to_owned();
            Found { path, statement, no_timeout }
        };
        let Some(text) = text else {
            found.push(found_in(ddl::unread(), false));
            continue;
        };
        let dialect = Dialect::of_path(path).or_else(|| Dialect::guess(text));
        let Some(read) = ddl::read_lines(path, text, dialect, lines) else { continue };
        let no_timeout = read.framework == Framework::Sql
            && dialect == Some(Dialect::Postgresql)
            && !text.to_ascii_lowercase().contains("lock_timeout");
        let open = read.statements.into_iter().filter(|(_, acknowledged)| !acknowledged);
        found.extend(open.map(|(statement, _)| found_in(statement, no_timeout)));
    }
    found
}

/// The class of all migrations together, and a condition for each class above D0. `touches_code`
/// says that the change also touches something that is no migration: then, for D3 and D1, old code runs
/// against the new tables while it is rolled out, and the condition says so.
///
/// Definition: the class of a statement is that of what it does to others. Unit: classes D0 to D3, and
/// unknown above D0. Formula: the highest class over the statements of the way forward in added migrations,
/// those left out that act on what the same file creates. Source: squawk's rules, PostgreSQL's manual on
/// lock modes; migration and code together: the expand/contract practice; `docs/risk.md`.
///
/// ```
/// use waymark::domain::risk::condition::{Class, of_migrations, read_migrations};
/// let text = "CREATE TABLE fresh (id bigint);\nDROP TABLE fresh;\nDROP TABLE orders;";
/// let found = read_migrations([("db/migrations/V1__x.sql", Some(text))].into_iter());
/// let (class, conditions) = of_migrations(&found, true);
/// assert_eq!(class, Some(Class::D3Irreversible));
/// assert_eq!(conditions[0].name, "irreversible_migration");
/// assert!(conditions[0].evidence[0].contains("line 3"));
/// assert!(conditions[0].evidence[1].contains("old code runs against the new tables"));
/// ```
pub fn of_migrations(found: &[Found], touches_code: bool) -> (Option<Class>, Vec<Condition>) {
    let class = |found: &&Found| Class::of(found.statement.effect);
    let highest = found.iter().map(|f| class(&f)).max();
    let kinds = [
        (
            Class::D3Irreversible,
            "irreversible_migration",
            Weight::Acknowledge,
            "take the statement out and run it once nothing uses the data any more, or acknowledge it in the migration: `waymark:acknowledged reason=\"…\"`",
        ),
        (
            Class::D2Blocking,
            "blocking_migration",
            Weight::Acknowledge,
            "use the form that does not block, or acknowledge it in the migration: `waymark:acknowledged reason=\"…\"`",
        ),
        (
            Class::D1BreaksRunningCode,
            "migration_breaks_running_code",
            Weight::Warn,
            "first release code that lives with both forms of the table, then migrate",
        ),
        (
            Class::Unknown,
            "migration_not_understood",
            Weight::Warn,
            "look at it yourself: what cannot be read is never taken for harmless",
        ),
    ];
    let mut conditions = Vec::new();
    for (of, name, weight, how_to_clear) in kinds {
        let these: Vec<&Found> = found.iter().filter(|f| class(f) == of).collect();
        if these.is_empty() {
            continue;
        }
        let mut evidence: Vec<String> = these.iter().take(MOST).map(|f| sentence(f)).collect();
        if these.len() > MOST {
            evidence.push(format!("{} more", these.len() - MOST));
        }
        let together = matches!(of, Class::D3Irreversible | Class::D1BreaksRunningCode);
        if together && touches_code {
            evidence.push(
                "code changes together with the migration: during the rollout old code runs against the new tables"
                    .to_owned(),
            );
        }
        let (name, how_to_clear) = (name.to_owned(), how_to_clear.to_owned());
        conditions.push(Condition { name, weight, evidence, how_to_clear });
    }
    conditions.extend(without_timeout(found));
    (highest, conditions)
}

/// Whoever waits for a lock makes all others wait behind it, for as long as nothing ends that.
fn without_timeout(found: &[Found]) -> Option<Condition> {
    let waits = |f: &&Found| {
        let class = Class::of(f.statement.effect);
        let heavy = matches!(class, Class::D2Blocking | Class::D3Irreversible);
        f.no_timeout && heavy && f.statement.lock.is_some()
    };
    let paths: BTreeSet<&str> = found.iter().filter(waits).map(|f| f.path.as_str()).collect();
    let first = paths.first()?.replace('`', "'");
    let more = match paths.len() {
        1 => String::new(),
        n => format!(" (nor do {} more)", n - 1),
    };
    Some(Condition {
        name: "no_lock_timeout".to_owned(),
        weight: Weight::Note,
        evidence: vec![format!(
            "`{first}`{more} sets no `lock_timeout`: while it waits for its lock, everybody else waits behind it"
        )],
        how_to_clear: "`SET lock_timeout = '5s'` before the first statement, and run it again when that ends it"
            .to_owned(),
    })
}

/// ``` `db/1.sql`, line 4: `DROP TABLE orders` (takes ACCESS EXCLUSIVE in PostgreSQL): … ```.
fn sentence(found: &Found) -> String {
    let Statement { line, kind, target, lock, why, depends, text, by_pattern, .. } =
        &found.statement;
    let plain = |text: &str| text.replace('`', "'");
    let what = match text.as_str() {
        "" => {
            let target = target.as_deref().map(|t| format!(" of `{}`", plain(t)));
            format!("`{kind}`{}", target.unwrap_or_default())
        }
        text => format!("`{}`", plain(text)),
    };
    let pattern = if *by_pattern { ", by pattern" } else { "" };
    let lock = match (lock, *depends) {
        (None, "") => String::new(),
        (None, depends) => format!(" ({depends})"),
        (Some(lock), "") => format!(" (takes {lock} in PostgreSQL)"),
        (Some(lock), depends) => format!(" (takes {lock} in PostgreSQL; {depends})"),
    };
    let why = if why.is_empty() { String::new() } else { format!(": {why}") };
    format!("`{}`, line {line}{pattern}: {what}{lock}{why}", plain(&found.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ddl::sql;
    use crate::domain::risk::condition::OF_MIGRATIONS;
    use crate::domain::yaml::{Schema, load};

    fn found(text: &str) -> Vec<Found> {
        let path = "db/1.sql".to_owned();
        let found = |statement| Found { path: path.clone(), statement, no_timeout: false };
        sql(text, Some(crate::domain::ddl::Dialect::Postgresql)).into_iter().map(found).collect()
    }

    #[test]
    fn the_highest_class_counts_and_each_has_its_condition() {
        let text = "DROP TABLE orders;\nCREATE INDEX by_day ON bills (day);\n\
            CREATE TABLE fresh (id bigint);";
        let (class, conditions) = of_migrations(&found(text), true);
        assert_eq!(class, Some(Class::D3Irreversible));
        let names: Vec<_> = conditions.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["irreversible_migration", "blocking_migration"]);
        assert!(conditions[0].evidence[0].contains("line 1"), "{:?}", conditions[0]);
        assert!(conditions[0].evidence[1].contains("during the rollout"));
        assert!(conditions[1].evidence[0].contains("takes SHARE in PostgreSQL; for how long"));
    }

    #[test]
    fn what_waits_for_a_lock_without_end_is_noted() {
        let names = |path: &str, text: &str| {
            let found = read_migrations([(path, Some(text))].into_iter());
            let names = of_migrations(&found, false).1.into_iter().map(|c| c.name);
            let names = names.collect::<Vec<_>>();
            assert!(names.iter().all(|name| OF_MIGRATIONS.contains(&name.as_str())), "{names:?}");
            names
        };
        let path = "db/postgres/migrations/1.sql";
        let index = "CREATE INDEX i ON bills (day);";
        assert_eq!(names(path, index), ["blocking_migration", "no_lock_timeout"]);
        assert_eq!(names(path, "DROP TABLE bills;"), ["irreversible_migration", "no_lock_timeout"]);
        let set = format!("SET LOCAL lock_timeout = '5s';\n{index}");
        assert_eq!(names(path, &set), ["blocking_migration"]);
        assert!(names(path, "ALTER TABLE bills ADD COLUMN a int;").is_empty());
        // Whose SQL it is, nobody says; or a program may set it elsewhere.
        assert_eq!(names("db/migrations/1.sql", index), ["blocking_migration"]);
        assert!(
            !names("db/mysql/migrations/1.sql", "DROP TABLE a;")
                .contains(&"no_lock_timeout".to_owned())
        );
    }

    #[test]
    fn of_what_is_run_again_only_the_new_lines_are_read() {
        let path = "db/changelog/master.yaml";
        let text = "databaseChangeLog:\n- changeSet:\n    id: 1\n    changes:\n    - dropTable:\n        tableName: a\n- changeSet:\n    id: 2\n    changes:\n    - createTable:\n        tableName: b\n- changeSet:\n    id: 3\n    changes:\n    - dropTable:\n        tableName: c\n- changeSet:\n    id: 4\n    changes:\n    - customChange:\n        class: X\n";
        let of = |lines: &[(u32, u32)]| {
            let source = Source { path, text: Some(text), lines: Some(lines) };
            let found = read_sources([source].into_iter());
            let lines: Vec<u32> = found.iter().map(|f| f.statement.line).collect();
            (of_migrations(&found, false).0, lines)
        };
        assert_eq!(of(&[(7, 11)]), (Some(Class::D0Additive), vec![10]));
        assert_eq!(of(&[(12, 16)]), (Some(Class::D3Irreversible), vec![15]));
        assert_eq!(of(&[(7, 11), (17, 21)]), (Some(Class::Unknown), vec![20]));
        // Another name of the table within an operation that was there.
        assert_eq!(of(&[(6, 6)]), (Some(Class::D3Irreversible), vec![5]));
        assert_eq!(of(&[(3, 3)]), (None, vec![]));
    }

    #[test]
    fn what_cannot_be_read_is_never_additive() {
        let (class, conditions) = of_migrations(&found("CREATE ELEPHANT ((;"), false);
        assert_eq!(class, Some(Class::Unknown));
        assert_eq!(conditions[0].name, "migration_not_understood");
        assert_eq!(of_migrations(&[], true), (None, Vec::new()));
    }

    #[test]
    fn the_examples_that_define_the_classes_are_of_their_class() {
        let table = include_str!("../../../../fixtures/ddl/classes.yaml");
        let loaded = load(table, Schema::Core12);
        assert_eq!(loaded.error, None);
        let table = &loaded.documents[0].value;
        let mut count = 0;
        for (class, examples) in table.as_object().expect("classes") {
            for example in examples.as_array().expect("examples") {
                let text = example.as_str().expect("SQL");
                let found = of_migrations(&found(text), false).0.expect("a class");
                let short = found.as_str().split(',').next().unwrap_or_default();
                assert_eq!(short, class, "{text}");
                count += 1;
            }
        }
        assert!(count >= 35, "{count}");
    }
}
