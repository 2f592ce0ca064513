//! Which lock does a harmless statement take in PostgreSQL, and what does that depend on? A lock that
//! is held for a moment is one all the same: it waits for whoever reads, and others wait behind it.
//!
//! Sources: PostgreSQL's manual (17), 13.3.1 "Table-Level Locks", and its pages of ALTER TABLE, ALTER
//! INDEX, CREATE INDEX, CREATE TABLE, REFRESH MATERIALIZED VIEW, REINDEX and LOCK. Of several forms in
//! one `ALTER TABLE` the strictest lock counts. `tests/risk/locks.rs` asks a server.

use super::tokens::{Kind, Token};
use super::within::acts;

/// Kind, lock, what it depends on.
pub(super) type Harmless = (&'static str, Option<&'static str>, &'static str);

/// The modes of the manual, the weakest first.
pub(super) const MODES: [&str; 8] = [
    "ACCESS SHARE",
    "ROW SHARE",
    "ROW EXCLUSIVE",
    "SHARE UPDATE EXCLUSIVE",
    "SHARE",
    "SHARE ROW EXCLUSIVE",
    "EXCLUSIVE",
    "ACCESS EXCLUSIVE",
];

const ACCESS_SHARE: Option<&str> = Some(MODES[0]);
const ROW_SHARE: Option<&str> = Some(MODES[1]);
const ROW_EXCLUSIVE: Option<&str> = Some(MODES[2]);
const UPDATE_EXCLUSIVE: Option<&str> = Some(MODES[3]);
const SHARE_ROW: Option<&str> = Some(MODES[5]);
const EXCLUSIVE: Option<&str> = Some(MODES[6]);
const ACCESS_EXCLUSIVE: Option<&str> = Some(MODES[7]);

const SIZE: &str = "for how long depends on the size of the table, which is not known here";

/// What the lock of a statement, or its duration, depends on that a migration does not tell; empty:
/// on nothing.
pub(super) fn depends(kind: &str) -> &'static str {
    match kind {
        "create_index"
        | "reindex"
        | "add_constraint"
        | "add_unique"
        | "add_primary_key"
        | "add_domain_constraint"
        | "add_column_with_volatile_default"
        | "add_serial_column"
        | "add_stored_column"
        | "cluster"
        | "vacuum_full"
        | "refresh_view"
        | "delete_all"
        | "update_all"
        | "convert_charset" => SIZE,
        "add_foreign_key" => {
            "for how long depends on the size of the table; before PostgreSQL 9.5 it is ACCESS EXCLUSIVE"
        }
        "set_not_null" => {
            "for how long depends on the size of the table; from PostgreSQL 12 on for a moment only, where a validated CHECK says the same"
        }
        "change_type" => {
            "whether every row is written anew depends on the old type and on the size of the table, which are not known here"
        }
        "narrow_type" => "what does not fit depends on the rows, which are not known here",
        _ => "",
    }
}

/// The lock of one form of an `ALTER TABLE`, or that of a stricter form beside it: one lock serves all.
pub(super) fn strictest(tokens: &[Token<'_>], lock: Option<&'static str>) -> Option<&'static str> {
    let strength = |lock: Option<&str>| MODES.iter().position(|mode| Some(*mode) == lock);
    match tokens {
        [first, second, ..] if lock.is_some() && first.is("ALTER") && second.is("TABLE") => {
            [lock, of_table(tokens).1].into_iter().max_by_key(|lock| strength(*lock)).flatten()
        }
        _ => lock,
    }
}

/// A statement of PostgreSQL that nobody trips over.
pub(super) fn of(tokens: &[Token<'_>]) -> Harmless {
    let word = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(word));
    let has = |word: &str| tokens.iter().any(|t| t.is(word));
    let Some(first) = tokens.first() else { return ("other", None, "") };
    match first.text.to_ascii_uppercase().as_str() {
        "ALTER" if word(1, "TABLE") => of_table(tokens),
        "ALTER" if word(1, "INDEX") && has("ATTACH") => ("attach_index", UPDATE_EXCLUSIVE, ""),
        "ALTER" if word(1, "INDEX") && (has("RENAME") || has("SET") || has("RESET")) => (
            "alter_index",
            UPDATE_EXCLUSIVE,
            "before PostgreSQL 12 a new name takes ACCESS EXCLUSIVE",
        ),
        "ALTER" if word(1, "TYPE") && has("VALUE") => {
            ("add_enum_value", None, "before PostgreSQL 12 not within a transaction")
        }
        "CREATE" => creation(tokens),
        "DROP" if word(1, "INDEX") => ("drop_index_concurrently", UPDATE_EXCLUSIVE, ""),
        "DROP" if word(1, "TRIGGER") => ("drop_trigger", ACCESS_EXCLUSIVE, ""),
        "DROP" if word(1, "POLICY") => ("drop_policy", ACCESS_EXCLUSIVE, ""),
        "DROP" if word(1, "VIEW") => ("drop_view", ACCESS_EXCLUSIVE, ""),
        "REINDEX" => ("reindex_concurrently", UPDATE_EXCLUSIVE, "from PostgreSQL 12 on"),
        "REFRESH" => ("refresh_view_concurrently", EXCLUSIVE, SIZE),
        "COMMENT" if word(2, "TABLE") || word(2, "COLUMN") => ("comment", UPDATE_EXCLUSIVE, ""),
        "VACUUM" => ("vacuum", UPDATE_EXCLUSIVE, ""),
        "ANALYZE" => ("analyze", UPDATE_EXCLUSIVE, ""),
        "LOCK" => ("lock_table", mode(tokens), "others wait until the transaction ends"),
        "INSERT" => ("insert", ROW_EXCLUSIVE, ""),
        "UPDATE" => ("update", ROW_EXCLUSIVE, ""),
        "DELETE" => ("delete", ROW_EXCLUSIVE, ""),
        "MERGE" => ("merge", ROW_EXCLUSIVE, ""),
        "COPY" if has("FROM") => ("copy", ROW_EXCLUSIVE, ""),
        // Each of its parts does something.
        "WITH" => {
            let acts = acts(tokens).into_iter().filter(|act| !act[0].is("WITH"));
            acts.map(of).max_by_key(strength).unwrap_or(("other", None, ""))
        }
        "SELECT" if !has("FROM") => ("other", None, ""),
        "SELECT" => {
            let locks = tokens.windows(2).any(|pair| {
                pair[0].is("FOR")
                    && ["UPDATE", "SHARE", "NO", "KEY"].iter().any(|word| pair[1].is(word))
            });
            ("select", if locks { ROW_SHARE } else { ACCESS_SHARE }, "")
        }
        _ => ("other", None, ""),
    }
}

/// What an explicit `LOCK` takes; the strongest when it names none.
pub(super) fn mode(tokens: &[Token<'_>]) -> Option<&'static str> {
    let Some(from) = tokens.iter().position(|t| t.is("IN")) else { return ACCESS_EXCLUSIVE };
    let words = tokens[from + 1..].iter().take_while(|t| !t.is("MODE"));
    let words: Vec<String> = words.map(|t| t.text.to_ascii_uppercase()).collect();
    let said = words.join(" ");
    MODES.into_iter().find(|mode| *mode == said)
}

fn creation(tokens: &[Token<'_>]) -> Harmless {
    let has = |word: &str| tokens.iter().any(|t| t.is(word));
    let begins = |word: &str| tokens.iter().take(5).any(|t| t.is(word));
    if begins("TRIGGER") {
        ("create_trigger", SHARE_ROW, "")
    } else if begins("INDEX") {
        ("create_index_concurrently", UPDATE_EXCLUSIVE, "")
    } else if begins("VIEW") {
        (
            "create_view",
            ACCESS_SHARE.filter(|_| has("FROM")),
            "of what it reads; of a view that is replaced ACCESS EXCLUSIVE",
        )
    } else if begins("POLICY") {
        ("create_policy", ACCESS_EXCLUSIVE, "")
    } else if begins("STATISTICS") {
        ("create_statistics", UPDATE_EXCLUSIVE, "")
    } else if begins("TABLE") && has("PARTITION") && has("OF") {
        ("create_partition", ACCESS_EXCLUSIVE, "of the parent, for a moment")
    } else if begins("TABLE") && has("REFERENCES") {
        ("create_table", SHARE_ROW, "of the table that it points to, for a moment")
    } else if begins("TABLE") {
        ("create_table", None, "")
    } else {
        ("other", None, "")
    }
}

fn strength(harmless: &Harmless) -> Option<usize> {
    MODES.iter().position(|mode| Some(*mode) == harmless.1)
}

/// The strictest of the forms of an `ALTER TABLE`.
fn of_table(tokens: &[Token<'_>]) -> Harmless {
    let mut found: Option<Harmless> = None;
    let mut depth = 0_usize;
    let mut take = |part: &[Token<'_>]| {
        let next = form(part);
        if found.as_ref().is_none_or(|found| strength(found) < strength(&next)) {
            found = Some(next);
        }
    };
    let mut start = 2;
    for (index, token) in tokens.iter().enumerate().skip(2) {
        match token.text {
            "(" if token.kind == Kind::Sign => depth += 1,
            ")" if token.kind == Kind::Sign => depth = depth.saturating_sub(1),
            "," if token.kind == Kind::Sign && depth == 0 => {
                take(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    take(tokens.get(start..).unwrap_or_default());
    found.unwrap_or(("alter_table", ACCESS_EXCLUSIVE, ""))
}

/// One form; its page says ACCESS EXCLUSIVE unless it says something else.
fn form(part: &[Token<'_>]) -> Harmless {
    let verbs = [
        "ADD", "DROP", "VALIDATE", "ALTER", "SET", "RESET", "ENABLE", "DISABLE", "ATTACH",
        "DETACH", "CLUSTER", "RENAME",
    ];
    let verb = part.iter().position(|t| verbs.iter().any(|verb| t.is(verb)));
    let part = &part[verb.unwrap_or(0)..];
    let word = |index: usize, word: &str| part.get(index).is_some_and(|t| t.is(word));
    let has = |word: &str| part.iter().any(|t| t.is(word));
    let pair = |a: &str, b: &str| part.windows(2).any(|pair| pair[0].is(a) && pair[1].is(b));
    if word(0, "VALIDATE") {
        ("validate_constraint", UPDATE_EXCLUSIVE, SIZE)
    } else if word(0, "ATTACH") {
        (
            "attach_partition",
            UPDATE_EXCLUSIVE,
            "of the parent, from PostgreSQL 12 on; what is attached is locked ACCESS EXCLUSIVE, until its rows are checked unless a CHECK says the same",
        )
    } else if word(0, "DETACH") {
        ("detach_partition_concurrently", UPDATE_EXCLUSIVE, "of the parent, from PostgreSQL 14 on")
    } else if (word(0, "ENABLE") || word(0, "DISABLE")) && has("TRIGGER") {
        ("switch_trigger", SHARE_ROW, "")
    } else if word(0, "CLUSTER") || (word(0, "SET") && has("CLUSTER")) {
        ("set_cluster", UPDATE_EXCLUSIVE, "")
    } else if (word(0, "SET") || word(0, "RESET")) && word(1, "(") {
        ("set_storage_parameter", UPDATE_EXCLUSIVE, "")
    } else if pair("SET", "STATISTICS") || (word(0, "ALTER") && pair("SET", "(")) {
        ("set_statistics", UPDATE_EXCLUSIVE, "")
    } else if word(0, "ADD") && has("FOREIGN") && has("VALID") {
        ("add_foreign_key_not_valid", SHARE_ROW, "of both tables, for a moment")
    } else if word(0, "ADD") && has("FOREIGN") {
        ("add_foreign_key", SHARE_ROW, "")
    } else if word(0, "ADD") && has("VALID") {
        ("add_constraint_not_valid", ACCESS_EXCLUSIVE, "")
    } else if word(0, "ADD") && pair("USING", "INDEX") {
        ("add_constraint_using_index", ACCESS_EXCLUSIVE, "")
    } else if word(0, "ADD") && has("DEFAULT") {
        (
            "add_column",
            ACCESS_EXCLUSIVE,
            "for a moment from PostgreSQL 11 on; before, every row is written anew",
        )
    } else if word(0, "ADD") {
        ("add_column", ACCESS_EXCLUSIVE, "")
    } else if word(0, "DROP") && has("CONSTRAINT") {
        ("drop_constraint", ACCESS_EXCLUSIVE, "of a foreign key also on the table it points to")
    } else if word(0, "ALTER") && has("TYPE") {
        (
            "change_type",
            ACCESS_EXCLUSIVE,
            "for a moment where the old type is a text as well; else every row is written anew",
        )
    } else {
        ("alter_table", ACCESS_EXCLUSIVE, "")
    }
}
