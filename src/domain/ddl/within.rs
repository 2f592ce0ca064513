//! What does a statement do that its first word does not say? Rows that go behind `WITH`, and what is
//! written elsewhere: functions, procedures, prepared statements.

use super::functions::is_harmless;
use super::patterns::Says;
use super::tokens::{Kind, Token};
use super::{Dialect, Effect};

/// Words that begin what acts upon rows.
const VERBS: [&str; 6] = ["SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES"];

const ELSEWHERE: &str = "what it does is written elsewhere; look at that";

const CALL: Says = ("call", Effect::Unknown, None, ELSEWHERE);
const EXECUTE: Says = ("execute", Effect::Unknown, None, ELSEWHERE);

/// The statements that act upon rows inside of one: what each bracket holds, and what follows the
/// brackets of `WITH`. A statement without either is its own. Linear in the tokens.
pub(super) fn acts<'p, 't>(tokens: &'p [Token<'t>]) -> Vec<&'p [Token<'t>]> {
    // Of each bracket that is open: where it begins, whether with `WITH`, and where its verb stands.
    let mut open: Vec<(usize, bool, Option<usize>)> = vec![(0, false, None)];
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.is("(") {
            open.push((index + 1, false, None));
        } else if token.is(")") {
            if open.len() > 1 {
                let verb = open.pop().and_then(|(_, _, verb)| verb);
                found.extend(verb.map(|verb| &tokens[verb..index]));
            }
        } else if let Some((start, with, verb @ None)) = open.last_mut() {
            if index == *start && token.is("WITH") {
                *with = true;
            } else if (index == *start || *with) && VERBS.iter().any(|word| token.is(word)) {
                *verb = Some(index);
            }
        }
    }
    let rest = open.into_iter().filter_map(|(_, _, verb)| verb);
    found.extend(rest.map(|verb| &tokens[verb..]));
    found
}

/// Whether a statement has a `WHERE` of its own; that of a subquery says nothing of its rows.
pub(super) fn has_condition(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        match token.text {
            "(" if token.kind == Kind::Sign => depth += 1,
            ")" if token.kind == Kind::Sign => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is("WHERE")
    })
}

/// What runs something that the migration does not show.
pub(super) fn elsewhere(tokens: &[Token<'_>], dialect: Option<Dialect>) -> Option<Says> {
    let first = tokens.first()?;
    let second = tokens.get(1);
    if (first.is("EXECUTE") || first.is("EXEC")) && second.is_some() {
        return Some(EXECUTE);
    }
    if first.is("CALL") && second.is_some_and(Token::is_name) && tokens.iter().any(|t| t.is("(")) {
        return Some(CALL);
    }
    let reads = first.is("PERFORM") || acts(tokens).last().is_some_and(|main| main[0].is("SELECT"));
    // What SQLite's functions do, they do to values.
    let may = (first.is("SELECT") || first.is("WITH") || first.is("PERFORM"))
        && dialect != Some(Dialect::Sqlite);
    (may && reads && calls_unknown(tokens)).then_some(CALL)
}

/// Whether a function is called that is not one of the databases' own; its bracket follows at once.
fn calls_unknown(tokens: &[Token<'_>]) -> bool {
    (0..tokens.len()).any(|at| {
        let token = &tokens[at];
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let quotes = 2 * usize::from(token.kind == Kind::Quoted);
        let end = token.at + token.text.len() + quotes;
        let called =
            token.is_name() && tokens.get(at + 1).is_some_and(|t| t.is("(") && t.at <= end);
        // A type, an alias with its columns, a `WITH` with its columns, a table that is written to.
        let names = ["AS", ":", ")", "INTO", "RECURSIVE", "ORDINALITY", "WITH", "UPDATE"];
        let is_name = before.is_some_and(|t| names.iter().any(|word| t.is(word)));
        if !called || is_name || (token.kind == Kind::Word && is_keyword(token.text)) {
            return false;
        }
        let schema = before.filter(|t| t.is(".")).and(at.checked_sub(2)).map(|at| &tokens[at]);
        match schema {
            Some(schema) => !schema.text.eq_ignore_ascii_case("pg_catalog"),
            None => !is_columns(tokens, at) && !is_harmless(token.text),
        }
    })
}

/// `, name (columns) AS (` of a further `WITH`.
fn is_columns(tokens: &[Token<'_>], at: usize) -> bool {
    let follows = at.checked_sub(1).is_some_and(|before| tokens[before].is(","));
    let close = || tokens[at..].iter().position(|t| t.is(")")).map(|close| at + close);
    let behind = |index: usize, word: &str| tokens.get(index).is_some_and(|t| t.is(word));
    follows
        && close().is_some_and(|close| {
            behind(close + 1, "AS") && (behind(close + 2, "(") || behind(close + 3, "("))
        })
}

fn is_keyword(word: &str) -> bool {
    const WORDS: [&str; 48] = [
        "ALL",
        "AND",
        "ANY",
        "ARRAY",
        "AS",
        "BETWEEN",
        "BY",
        "CASE",
        "CUBE",
        "DISTINCT",
        "ELSE",
        "EXCEPT",
        "EXISTS",
        "FILTER",
        "FROM",
        "GROUP",
        "GROUPING",
        "HAVING",
        "IN",
        "INTERSECT",
        "INTERVAL",
        "IS",
        "JOIN",
        "LATERAL",
        "LIKE",
        "LIMIT",
        "MATERIALIZED",
        "NOT",
        "OFFSET",
        "ON",
        "OR",
        "OVER",
        "PARTITION",
        "RETURNING",
        "ROLLUP",
        "ROW",
        "SELECT",
        "SET",
        "SETS",
        "SOME",
        "TABLESAMPLE",
        "THEN",
        "UNION",
        "USING",
        "VALUES",
        "WHEN",
        "WHERE",
        "INSERT",
    ];
    WORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}
