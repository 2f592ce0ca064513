//! PostgreSQL's SQL, by squawk's parser and rules (<https://squawkhq.com/docs/rules>). Its rules of
//! taste are left out; what each of the others means for those who use the table is said here.

use squawk_linter::{Linter, Rule};
use squawk_syntax::SourceFile;

use crate::domain::yaml::Lines;

use super::patterns::{EXCLUSIVE, REQUIRED, Says};
use super::tokens::{Token, target};
use super::{Effect, Statement, locks, unknown};

/// Longer texts are not parsed: the parser recurses into what is nested.
pub(super) const MAX_NESTING: usize = 100;
pub(super) const TOO_DEEP: &str = "it nests too deep to be read";
const UNREAD: &str = "it could not be parsed as PostgreSQL's SQL";
/// Statements by which an error of the parser does not matter: what they do is harmless, or they
/// are judged by their first words.
pub(super) const JUDGED_WITHOUT: [&str; 14] = [
    "INSERT", "SELECT", "WITH", "COMMENT", "GRANT", "REVOKE", "SET", "DO", "DELETE", "UPDATE",
    "TRUNCATE", "COPY", "USE", "BEGIN",
];

/// The rules that count, and what they say.
fn says(rule: Rule) -> Option<Says> {
    let lock = Effect::LockTaking;
    let says = match rule {
        Rule::RequireConcurrentIndexCreation => (
            "create_index",
            lock,
            Some("SHARE"),
            "nobody writes to the table until the index is built; use `CREATE INDEX CONCURRENTLY`",
        ),
        Rule::RequireConcurrentIndexDeletion => (
            "drop_index",
            lock,
            EXCLUSIVE,
            "it waits for every reader and makes all others wait behind it; use `DROP INDEX CONCURRENTLY`",
        ),
        Rule::RequireConcurrentReindex => (
            "reindex",
            lock,
            Some("SHARE"),
            "nobody writes to the table until the index is built; use `REINDEX … CONCURRENTLY`",
        ),
        Rule::AddingForeignKeyConstraint => (
            "add_foreign_key",
            lock,
            Some("SHARE ROW EXCLUSIVE"),
            "nobody writes to either table until all rows are checked; add it `NOT VALID`, and validate it in a further migration",
        ),
        Rule::ConstraintMissingNotValid => (
            "add_constraint",
            lock,
            EXCLUSIVE,
            "nobody reads the table until all rows are checked; add it `NOT VALID`, and validate it in a further migration",
        ),
        Rule::DisallowedUniqueConstraint => (
            "add_unique",
            lock,
            EXCLUSIVE,
            "nobody reads the table until the index is built; build it `CONCURRENTLY`, then add the constraint `USING INDEX`",
        ),
        Rule::AddingSerialPrimaryKeyField => (
            "add_primary_key",
            lock,
            EXCLUSIVE,
            "nobody reads the table until the index is built; build it `CONCURRENTLY`, then add the key `USING INDEX`",
        ),
        Rule::AddingNotNullableField => (
            "set_not_null",
            lock,
            EXCLUSIVE,
            "nobody reads the table until all rows are checked; validate a `CHECK (… IS NOT NULL)` first",
        ),
        Rule::AddingFieldWithDefault => (
            "add_column_with_volatile_default",
            lock,
            EXCLUSIVE,
            "every row is written anew to hold its own value; add the column empty, and fill it in batches",
        ),
        Rule::ChangingColumnType => (
            "change_type",
            lock,
            EXCLUSIVE,
            "every row may be written anew, and nobody reads meanwhile; add a column of the new type beside it",
        ),
        Rule::RequireConcurrentPartitionDetach => (
            "detach_partition",
            lock,
            EXCLUSIVE,
            "nobody reads the table meanwhile; use `DETACH PARTITION … CONCURRENTLY`",
        ),
        Rule::BanAlterDomainWithAddConstraint => (
            "add_domain_constraint",
            lock,
            Some("SHARE"),
            "every table with a column of the domain is checked; add it `NOT VALID`",
        ),
        Rule::AddingRequiredField => REQUIRED,
        _ => return None,
    };
    Some(says)
}

const RULES: [Rule; 13] = [
    Rule::RequireConcurrentIndexCreation,
    Rule::RequireConcurrentIndexDeletion,
    Rule::RequireConcurrentReindex,
    Rule::AddingForeignKeyConstraint,
    Rule::ConstraintMissingNotValid,
    Rule::DisallowedUniqueConstraint,
    Rule::AddingSerialPrimaryKeyField,
    Rule::AddingNotNullableField,
    Rule::AddingFieldWithDefault,
    Rule::ChangingColumnType,
    Rule::RequireConcurrentPartitionDetach,
    Rule::BanAlterDomainWithAddConstraint,
    Rule::AddingRequiredField,
];

/// What squawk's rules say of a text, each with its place in bytes. `is_postgres`: it is PostgreSQL's for certain, so that what
/// does not parse is not known; else it may be another's.
pub(super) fn statements(
    text: &str,
    lines: &Lines,
    parts: &[Vec<Token<'_>>],
    is_postgres: bool,
) -> Vec<(usize, Statement)> {
    if nesting(parts) > MAX_NESTING {
        return vec![(0, unknown(1, TOO_DEEP, String::new()))];
    }
    let parse = SourceFile::parse(text);
    let part_at = |at: usize| part_at(parts, at);
    let mut found: Vec<(usize, Statement)> = Vec::new();
    if is_postgres {
        let errors = parse.errors();
        let at = errors.iter().map(|error| usize::from(error.range().start()));
        let matters = |at: &usize| {
            let first = part_at(*at).and_then(|part| part.first());
            first.is_some_and(|first| !JUDGED_WITHOUT.iter().any(|word| first.is(word)))
        };
        found.extend(
            at.filter(matters).take(1).map(|at| (at, unknown(lines.at(at), UNREAD, String::new()))),
        );
    }
    for violation in Linter::from(RULES).lint(&parse, text) {
        let Some((kind, effect, lock, why)) = says(violation.code) else { continue };
        let range = violation.text_range;
        let at = usize::from(range.start());
        let part = part_at(at);
        let words = part.map(Vec::as_slice).unwrap_or_default();
        let within = words.iter().filter(|t| t.at >= at && t.at < usize::from(range.end()));
        if kind == "change_type" && is_wider_text(&within.collect::<Vec<_>>()) {
            continue;
        }
        let (line, target, depends) = (lines.at(at), target(words), locks::depends(kind));
        let (text, by_pattern) = (String::new(), false);
        let last_line = line;
        let said = Statement {
            line,
            last_line,
            kind,
            effect,
            lock,
            target,
            why,
            depends,
            text,
            by_pattern,
        };
        found.push((at, said));
    }
    // A key is also a constraint, and said once.
    let keys: Vec<u32> =
        found.iter().filter(|(_, s)| is_key(s.kind)).map(|(_, s)| s.line).collect();
    found.retain(|(_, s)| s.kind != "add_constraint" || !keys.contains(&s.line));
    found
}

/// The statement that a place lies in.
pub(super) fn part_at<'p, 't>(
    parts: &'p [Vec<Token<'t>>],
    at: usize,
) -> Option<&'p Vec<Token<'t>>> {
    let behind = parts.partition_point(|part| part.first().is_some_and(|t| t.at <= at));
    parts.get(behind.checked_sub(1)?)
}

fn is_key(kind: &str) -> bool {
    matches!(kind, "add_foreign_key" | "add_unique" | "add_primary_key")
}

/// `TYPE text` and `TYPE varchar`: from another text type no row is touched.
fn is_wider_text(words: &[&Token<'_>]) -> bool {
    let after = words.iter().position(|t| t.is("TYPE")).map(|at| &words[at + 1..]);
    let Some([kind, rest @ ..]) = after else { return false };
    (kind.is("TEXT") || kind.is("VARCHAR")) && rest.is_empty()
}

pub(super) fn nesting(parts: &[Vec<Token<'_>>]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for token in parts.iter().flatten() {
        if ["(", "[", "CASE"].iter().any(|sign| token.is(sign)) {
            depth += 1;
            deepest = deepest.max(depth);
        } else if [")", "]", "END"].iter().any(|sign| token.is(sign)) {
            depth = depth.saturating_sub(1);
        }
    }
    deepest
}
