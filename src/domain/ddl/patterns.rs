//! What do all dialects have in common? Statements that lose data or rename what is in use, and the
//! few of PostgreSQL and MySQL that no parser has a rule for.

use super::blocks;
use super::locks::{MODES, mode};
use super::tokens::{Kind, Token, target};
use super::within::{acts, elsewhere, has_condition};
use super::{Dialect, Effect, may_be_postgres};

/// Kind, effect, lock, why.
pub(super) type Says = (&'static str, Effect, Option<&'static str>, &'static str);

/// One thing that a statement does, and where it says so, in bytes.
pub(super) struct Action {
    pub(super) at: usize,
    pub(super) says: Says,
    /// The table, where it is another one than the statement's.
    pub(super) target: Option<String>,
}

impl Action {
    fn at(at: usize, says: Says) -> Self {
        Self { at, says, target: None }
    }
}

pub(super) const EXCLUSIVE: Option<&str> = Some("ACCESS EXCLUSIVE");

const ROWS_GONE: &str = "the rows are gone for good; keep them until no running code reads them";
const ALL_ROWS: &str = "without `WHERE` every row is changed; do it in batches, with a condition";
const OLD_NAME: &str = "code that runs during the rollout still asks for the old name; add the new \
                        one beside it first";

pub(super) const REQUIRED: Says = (
    "add_required_column",
    Effect::BreaksRunningCode,
    EXCLUSIVE,
    "code that runs during the rollout writes rows without it, and existing rows have no value; add \
     it with a default or as nullable first",
);

const NARROWER: Says = (
    "narrow_type",
    Effect::Destructive,
    EXCLUSIVE,
    "what does not fit into the new type is cut off or refused; add a column of the new type beside \
     the old one, and keep that until nobody reads it",
);
/// Types that are the smallest of their kind, so that whatever was there before held as much or more.
const SMALLEST: [&str; 8] =
    ["SMALLINT", "INT2", "TINYINT", "REAL", "FLOAT4", "DATE", "BOOLEAN", "BOOL"];
/// What cuts a value off.
const CUTS: [&str; 8] =
    ["SUBSTRING", "SUBSTR", "LEFT", "TRUNC", "ROUND", "FLOOR", "DATE_TRUNC", "TRUNCATE"];

/// What one statement does.
pub(super) fn actions(text: &str, tokens: &[Token<'_>], dialect: Option<Dialect>) -> Vec<Action> {
    match tokens.first() {
        Some(first) if first.is("DO") => {
            let bodies = tokens.iter().filter(|t| t.kind == Kind::Literal);
            bodies.flat_map(|body| blocks::actions(text, body, dialect)).collect()
        }
        _ => of_statement(tokens, dialect),
    }
}

/// What a statement does that is no block.
pub(super) fn of_statement(tokens: &[Token<'_>], dialect: Option<Dialect>) -> Vec<Action> {
    let mut found = Vec::new();
    let Some(first) = tokens.first() else { return found };
    let word = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(word));
    let mut add = |says: Says| found.push(Action::at(first.at, says));
    let has = |word: &str| tokens.iter().any(|t| t.is(word));
    let gone = Effect::Destructive;
    if first.is("DROP") {
        match tokens.get(1) {
            Some(t) if t.is("TABLE") => add(("drop_table", gone, EXCLUSIVE, ROWS_GONE)),
            Some(t) if t.is("SCHEMA") => add(("drop_schema", gone, EXCLUSIVE, ROWS_GONE)),
            Some(t) if t.is("DATABASE") => add(("drop_database", gone, None, ROWS_GONE)),
            Some(t) if t.is("OWNED") => add(("drop_owned", gone, EXCLUSIVE, ROWS_GONE)),
            // Without CASCADE it is refused while a table has a column of it.
            Some(t) if t.is("TYPE") => {
                let lock = EXCLUSIVE.filter(|_| has("CASCADE"));
                add(("drop_type", gone, lock, ROWS_GONE));
            }
            _ => {}
        }
    } else if first.is("TRUNCATE") {
        add(("truncate", gone, EXCLUSIVE, ROWS_GONE));
    } else if first.is("RENAME") && word(1, "TABLE") {
        add(("rename_table", Effect::BreaksRunningCode, EXCLUSIVE, OLD_NAME));
    } else if ["WITH", "INSERT", "UPDATE", "DELETE", "SELECT", "COPY"].iter().any(|w| first.is(w)) {
        found.extend(acts(tokens).into_iter().filter_map(every_row));
    } else if (first.is("ALTER") && word(1, "TABLE"))
        || (first.is("ALTER") && word(1, "FOREIGN") && word(2, "TABLE"))
    {
        alter_table(tokens, dialect, &mut found);
    }
    if found.is_empty() {
        found.extend(elsewhere(tokens, dialect).map(|says| Action::at(first.at, says)));
    }
    if may_be_postgres(dialect) {
        found.extend(of_postgres(tokens).map(|says| Action::at(first.at, says)));
    }
    found
}

/// `DELETE` or `UPDATE` of every row.
fn every_row(act: &[Token<'_>]) -> Option<Action> {
    let (first, rest) = act.split_first()?;
    let lock = Some("ROW EXCLUSIVE");
    let says = if first.is("DELETE") && rest.first()?.is("FROM") {
        ("delete_all", Effect::Destructive, lock, ROWS_GONE)
    } else if first.is("UPDATE") && rest.iter().any(|t| t.is("SET")) {
        ("update_all", Effect::Destructive, lock, ALL_ROWS)
    } else {
        return None;
    };
    let action = Action { at: first.at, says, target: target(act) };
    (!has_condition(act)).then_some(action)
}

/// The actions of an `ALTER TABLE`: what stands between commas outside of brackets.
fn alter_table(tokens: &[Token<'_>], dialect: Option<Dialect>, found: &mut Vec<Action>) {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut parts = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.text {
            "(" if token.kind == Kind::Sign => depth += 1,
            ")" if token.kind == Kind::Sign => depth = depth.saturating_sub(1),
            "," if token.kind == Kind::Sign && depth == 0 => {
                parts.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[start..]);
    for (number, part) in parts.into_iter().enumerate() {
        let verbs = ["ADD", "DROP", "RENAME", "ALTER", "SET", "MODIFY", "CHANGE", "CONVERT"];
        // The first one begins with `ALTER TABLE name`.
        let from = if number == 0 { 2 } else { 0 };
        let verb = part.iter().skip(from).position(|t| verbs.iter().any(|verb| t.is(verb)));
        let Some(verb) = verb.map(|index| index + from) else { continue };
        // Only MySQL knows these two, whoever is asked.
        let its_own = part[verb].is("MODIFY") || part[verb].is("CHANGE");
        let mysql = dialect == Some(Dialect::Mysql) || (dialect.is_none() && its_own);
        let of_mysql = mysql.then(|| mysql_action(&part[verb..]));
        if let Some(says) = table_action(&part[verb..]).or(of_mysql.flatten()) {
            found.push(Action::at(part[verb].at, says));
        }
    }
}

/// Forms of MySQL's own (its manual, "Online DDL Operations": those that allow no writes meanwhile).
fn mysql_action(part: &[Token<'_>]) -> Option<Says> {
    let (verb, rest) = part.split_first()?;
    let has = |word: &str| part.iter().any(|t| t.is(word));
    let waits = Effect::LockTaking;
    if verb.is("CHANGE") || verb.is("MODIFY") {
        let named = usize::from(rest.first().is_some_and(|t| t.is("COLUMN")));
        let rest = &rest[named..];
        if verb.is("CHANGE") && rest.len() > 1 && !same_name(&rest[0], &rest[1]) {
            return Some(("rename_column", Effect::BreaksRunningCode, None, OLD_NAME));
        }
        let kind = rest.get(if verb.is("CHANGE") { 2 } else { 1 })?;
        if SMALLEST.iter().any(|small| kind.is(small)) {
            return Some(NARROWER);
        }
        let why = "the table may be copied, and nobody writes meanwhile; add a column of the new type beside it";
        return Some(("change_type", waits, None, why));
    }
    if verb.is("ADD") && (has("FULLTEXT") || has("SPATIAL")) {
        let why = "nobody writes to the table until the index is built";
        return Some(("add_fulltext_index", waits, None, why));
    }
    if verb.is("ADD") && has("FOREIGN") {
        let why =
            "the table is copied while `foreign_key_checks` is on, and nobody writes meanwhile";
        return Some(("add_foreign_key", waits, None, why));
    }
    if verb.is("CONVERT") {
        let why = "every row is written anew, and nobody writes meanwhile";
        return Some(("convert_charset", waits, None, why));
    }
    None
}

fn same_name(a: &Token<'_>, b: &Token<'_>) -> bool {
    a.text.eq_ignore_ascii_case(b.text)
}

fn table_action(part: &[Token<'_>]) -> Option<Says> {
    let (verb, rest) = part.split_first()?;
    let next = rest.first()?;
    let has = |word: &str| part.iter().any(|t| t.is(word));
    let next_is = |words: &[&str]| words.iter().any(|word| next.is(word));
    if verb.is("DROP") {
        let others =
            ["CONSTRAINT", "INDEX", "KEY", "FOREIGN", "PRIMARY", "CHECK", "PARTITION", "PERIOD"];
        return (!next_is(&others)).then_some((
            "drop_column",
            Effect::Destructive,
            EXCLUSIVE,
            ROWS_GONE,
        ));
    }
    if verb.is("RENAME") && !next_is(&["CONSTRAINT", "INDEX", "KEY"]) {
        let kind = if next_is(&["TO", "AS"]) { "rename_table" } else { "rename_column" };
        return Some((kind, Effect::BreaksRunningCode, EXCLUSIVE, OLD_NAME));
    }
    if verb.is("SET") && next.is("SCHEMA") {
        return Some(("set_schema", Effect::BreaksRunningCode, EXCLUSIVE, OLD_NAME));
    }
    if verb.is("ALTER") && narrows(part) {
        return Some(NARROWER);
    }
    if verb.is("ALTER") && has("DROP") && has("DEFAULT") {
        let why = "code that runs during the rollout may rely on the default";
        return Some(("drop_default", Effect::BreaksRunningCode, EXCLUSIVE, why));
    }
    if verb.is("ADD")
        && !next_is(&[
            "CONSTRAINT",
            "INDEX",
            "KEY",
            "UNIQUE",
            "PRIMARY",
            "FOREIGN",
            "CHECK",
            "PARTITION",
            "FULLTEXT",
            "SPATIAL",
            "EXCLUDE",
            "VALUE",
        ])
    {
        let not_null = part.windows(2).any(|pair| pair[0].is("NOT") && pair[1].is("NULL"));
        let filled = [
            "DEFAULT",
            "GENERATED",
            "SERIAL",
            "BIGSERIAL",
            "SMALLSERIAL",
            "AUTO_INCREMENT",
            "IDENTITY",
            "AS",
        ];
        return (not_null && !filled.iter().any(|word| has(word))).then_some(REQUIRED);
    }
    None
}

/// Whether `ALTER COLUMN … TYPE` leaves less room, as far as that shows: the new type is the smallest
/// of its kind, or `USING` cuts values off. That `varchar(20)` is less than before a migration does
/// not say.
fn narrows(part: &[Token<'_>]) -> bool {
    let Some(at) = part.iter().position(|t| t.is("TYPE")) else { return false };
    let is = |t: &Token<'_>, words: &[&str]| words.iter().any(|word| t.is(word));
    let Some(kind) = part.get(at + 1) else { return false };
    let using = part.iter().position(|t| t.is("USING")).map(|using| &part[using..]);
    is(kind, &SMALLEST) || using.is_some_and(|using| using.iter().any(|t| is(t, &CUTS)))
}

/// What takes locks in PostgreSQL and has no rule of squawk's.
fn of_postgres(tokens: &[Token<'_>]) -> Option<Says> {
    let first = tokens.first()?;
    let has = |word: &str| tokens.iter().any(|t| t.is(word));
    let word = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(word));
    let lock = Effect::LockTaking;
    if first.is("CLUSTER") && tokens.len() > 1 {
        let why = "the table is written anew, and nobody reads it meanwhile; use `pg_repack`";
        return Some(("cluster", lock, EXCLUSIVE, why));
    }
    if first.is("VACUUM") && has("FULL") {
        let why = "the table is written anew, and nobody reads it meanwhile; use `pg_repack`";
        return Some(("vacuum_full", lock, EXCLUSIVE, why));
    }
    if first.is("REFRESH") && word(1, "MATERIALIZED") && !has("CONCURRENTLY") {
        let why = "nobody reads the view until it is filled; use `CONCURRENTLY`";
        return Some(("refresh_view", lock, EXCLUSIVE, why));
    }
    if first.is("LOCK") && (word(1, "TABLE") || has("MODE")) {
        let mode = mode(tokens);
        // From SHARE on, those who write wait.
        let keeps_out = MODES.iter().position(|m| Some(*m) == mode) >= Some(4);
        return keeps_out.then_some((
            "lock_table",
            lock,
            mode,
            "others wait until the transaction ends",
        ));
    }
    let adds = first.is("ALTER") && word(1, "TABLE") && has("ADD");
    if adds && ["SERIAL", "BIGSERIAL", "SMALLSERIAL"].iter().any(|kind| has(kind)) {
        let why = "every row is written anew to get its number, and nobody reads meanwhile";
        return Some(("add_serial_column", lock, EXCLUSIVE, why));
    }
    if adds && has("GENERATED") && has("STORED") {
        let why = "every row is written anew to hold the value, and nobody reads meanwhile";
        return Some(("add_stored_column", lock, EXCLUSIVE, why));
    }
    None
}
