//! What does a migration do to those who use the tables? Classes D0 to D3.

use serde::Serialize;

use super::{Condition, Weight};
use crate::domain::ddl::{self, Dialect, Effect, Statement};

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
}

/// What the added migrations do, from their texts; what could not be read is unknown. Statements
/// that a comment in the migration answers for (`waymark:acknowledged reason="…"`) are left out.
pub fn read_migrations<'a>(texts: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> Vec<Found> {
    let mut found = Vec::new();
    for (path, text) in texts {
        let statements = match text {
            None => vec![Statement {
                line: 1,
                kind: "unread",
                effect: Effect::Unknown,
                lock: None,
                target: None,
                why: "the file could not be read",
                depends: "",
                text: String::new(),
                by_pattern: false,
            }],
            Some(text) => {
                let dialect = Dialect::of_path(path).or_else(|| Dialect::guess(text));
                let Some(read) = ddl::read(path, text, dialect) else { continue };
                let open = read.statements.into_iter().filter(|(_, acknowledged)| !acknowledged);
                open.map(|(statement, _)| statement).collect()
            }
        };
        let found_in = |statement| Found { path: path.to_owned(), statement };
        found.extend(statements.into_iter().map(found_in));
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
    (highest, conditions)
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
    use crate::domain::yaml::{Schema, load};

    fn found(text: &str) -> Vec<Found> {
        let found = |statement| Found { path: "db/1.sql".to_owned(), statement };
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
