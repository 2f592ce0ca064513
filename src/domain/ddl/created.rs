//! What does a text make itself? Nobody uses that yet, so whatever is done to it later is harmless.

use super::Effect;
use super::tokens::{Token, objects};

/// Words that say what is made; a materialized view is a view.
const THINGS: [&str; 5] = ["TABLE", "TYPE", "SCHEMA", "DATABASE", "VIEW"];

/// One thing that is made.
struct Made {
    /// Where the statement begins, in bytes.
    at: usize,
    thing: &'static str,
    /// As written, with its schema, in lower case.
    name: String,
    /// Whether it was not there before: not so with `IF NOT EXISTS` and `OR REPLACE`.
    anew: bool,
}

/// What a text makes.
pub(super) struct Created(Vec<Made>);

impl Created {
    pub(super) fn of(parts: &[Vec<Token<'_>>]) -> Self {
        let made = parts.iter().filter_map(|tokens| {
            let first = tokens.first().filter(|first| first.is("CREATE"))?;
            let thing = thing(tokens)?;
            let head = &tokens[..tokens.len().min(6)];
            let anew = !head.iter().any(|t| t.is("IF") || t.is("REPLACE"));
            let name = objects(tokens).into_iter().next()?;
            Some(Made { at: first.at, thing, name, anew })
        });
        Self(made.collect())
    }

    /// Whether a statement acts only upon what was made before it, or makes it. Before data is called
    /// nobody's, the table must have been made here without doubt; a lock on what may have been there
    /// (`IF NOT EXISTS`) is not worth an alarm.
    pub(super) fn is_all_of(&self, tokens: &[Token<'_>], effect: Effect) -> bool {
        let Some(first) = tokens.first() else { return false };
        let names = objects(tokens);
        let sure = effect == Effect::Destructive;
        let own = |name: &String| {
            self.0.iter().any(|made| {
                let same = if sure {
                    in_public(&made.name) == in_public(name)
                } else {
                    bare(&made.name) == bare(name)
                };
                let here = made.at == first.at || ((made.anew || !sure) && made.at < first.at);
                same && here && suits(made.thing, tokens)
            })
        };
        !names.is_empty() && names.iter().all(own)
    }

    /// The same of a thing that is named inside of a block or a text which begins at `at`.
    pub(super) fn holds(&self, name: &str, at: usize) -> bool {
        self.0.iter().any(|made| made.anew && made.at < at && bare(&made.name) == name)
    }
}

/// Where nobody says otherwise, a name is one of the schema `public`.
fn in_public(name: &str) -> &str {
    name.strip_prefix("public\u{0}").unwrap_or(name)
}

fn bare(name: &str) -> &str {
    name.rsplit('\u{0}').next().unwrap_or(name)
}

fn thing(tokens: &[Token<'_>]) -> Option<&'static str> {
    let head = &tokens[..tokens.len().min(6)];
    head.iter().find_map(|t| THINGS.into_iter().find(|thing| t.is(thing)))
}

/// Whether a statement may mean a thing of this kind: one that names none means rows or an index of a
/// table or view.
fn suits(made: &str, tokens: &[Token<'_>]) -> bool {
    thing(tokens).map_or(made == "TABLE" || made == "VIEW", |named| named == made)
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, Effect, sql};

    #[test]
    fn only_what_was_made_before_is_nobody_s_yet() {
        let worst = |text: &str| {
            let found = sql(text, Some(Dialect::Postgresql));
            found.into_iter().map(|s| s.effect).max().unwrap_or(Effect::Additive)
        };
        for harmless in [
            "CREATE TABLE notes (id int); DROP TABLE notes;",
            "CREATE TABLE app.notes (id int); CREATE INDEX i ON app.notes (id);",
            "CREATE MATERIALIZED VIEW mv AS SELECT 1 AS a; CREATE INDEX i ON mv (a);",
            "CREATE TABLE a (id int); CREATE TABLE b (id int); TRUNCATE a, b;",
        ] {
            assert_eq!(worst(harmless), Effect::Additive, "{harmless}");
        }
        for grave in [
            "DROP TABLE users; CREATE TABLE users (id bigint);",
            "CREATE TABLE IF NOT EXISTS users (id bigint); ALTER TABLE users DROP COLUMN email;",
            "CREATE TABLE IF NOT EXISTS users (id bigint); DELETE FROM users;",
            "CREATE TABLE notes (id int); DROP TABLE notes, users;",
            "CREATE TABLE fresh (id int); TRUNCATE fresh, users;",
            "CREATE TABLE audit.users (id int); DROP TABLE public.users;",
            "CREATE SCHEMA app; DROP TABLE app;",
            "DROP TYPE IF EXISTS status; CREATE TYPE status AS ENUM ('a');",
        ] {
            assert_eq!(worst(grave), Effect::Destructive, "{grave}");
        }
    }

    #[test]
    fn nothing_grave_is_lost_among_many_or_behind_a_mark() {
        let many = "INSERT INTO t VALUES (1);\n".repeat(2_100) + "DROP TABLE users;\n";
        for text in
            [many.as_str(), "\u{feff}DROP TABLE users;", "\u{feff}ALTER TABLE users DROP COLUMN a;"]
        {
            let found = sql(text, Some(Dialect::Postgresql));
            assert!(found.iter().any(|s| s.effect == Effect::Destructive), "{:?}", found.len());
        }
    }

    #[test]
    fn a_block_locks_what_its_statements_lock() {
        let worst = |text: &str| {
            let found = sql(text, Some(Dialect::Postgresql));
            found.into_iter().map(|s| s.effect).max().unwrap_or(Effect::Additive)
        };
        let of = |inner: &str| {
            format!("DO $$ BEGIN {inner}; EXCEPTION WHEN duplicate_object THEN null; END $$;")
        };
        for inner in [
            "ALTER TABLE \"posts\" ADD CONSTRAINT \"f\" FOREIGN KEY (\"u\") REFERENCES \"users\"(\"id\")",
            "CREATE INDEX i ON users (a)",
            "IF true THEN ALTER TABLE users ALTER a SET NOT NULL",
            "EXECUTE 'CREATE INDEX i ON users (a)'",
        ] {
            assert_eq!(worst(&of(inner)), Effect::LockTaking, "{inner}");
        }
        assert_eq!(worst(&of("CREATE TYPE status AS ENUM ('a', 'b')")), Effect::Additive);
        assert_eq!(worst(&of("SELECT drop_all() INTO x")), Effect::Unknown);
    }
}
