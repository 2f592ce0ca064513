//! Migrations that are programs, by the names of their operations. What they compute is not seen.

use std::collections::BTreeSet;
use std::ops::Range;

use super::call::{before, call, is_written, names_of_texts};
use super::layout::Framework;
use super::operations::{Operation, operations};
use super::{Effect, MAX_STATEMENTS, Statement, cut, locks, one_line, unknown};

/// Calls of one program that are looked at.
const MAX_CALLS: usize = 5_000;
const TOO_MANY: &str = "it holds more operations than are read";

/// What the operations of a program do.
pub(super) fn statements(framework: Framework, text: &str) -> Vec<Statement> {
    let known = operations(framework);
    let (created, inside) = created(framework, text);
    let texts = names_of_texts(text);
    let (mut found, mut looked) = (Vec::new(), 0);
    for (number, start, line) in code_lines(text) {
        for operation in known {
            for at in named(line, operation.name).map(|at| start + at) {
                looked += 1;
                if looked > MAX_CALLS {
                    found.push(unknown(number, TOO_MANY, String::new()));
                    return found;
                }
                let call = call(framework, text, at, operation.name);
                let before = before(text, at);
                // Of a chain, what stands before the dot belongs to it.
                let chain = if operation.name.starts_with('.') { before } else { "" };
                let has = |words: &[&str]| {
                    words.iter().any(|word| call.whole.contains(word) || chain.contains(word))
                };
                let written = operation.unless_written
                    && is_written(&texts, call.own.get(operation.name.len()..).unwrap_or_default());
                if written
                    || has(operation.unless)
                    || !(operation.only.is_empty() || has(operation.only))
                {
                    continue;
                }
                let within = inside.iter().any(|range| range.contains(&at));
                let names = names(framework, call.own);
                // Rails and Knex name the table first, Django and Alembic sometimes second.
                // What drops a table to make it anew is not done to the new one.
                let replaces = operation.name.starts_with("create_")
                    && operation.deed.effect == Effect::Destructive;
                let is_new = !replaces
                    && (within || names.iter().take(2).any(|name| created.contains(name)));
                let text = shown(before, call.own);
                let last = number + breaks(call.whole);
                let target = names.into_iter().next();
                found.push(statement((number, last), operation, target, is_new, text));
            }
        }
    }
    found
}

/// Line breaks in a text.
pub(super) fn breaks(text: &str) -> u32 {
    u32::try_from(text.trim_end().matches('\n').count()).unwrap_or(u32::MAX)
}

/// The lines of a program that are no comments: number, from 1, offset and text.
pub(super) fn code_lines(text: &str) -> impl Iterator<Item = (u32, usize, &str)> {
    let mut offset = 0;
    let lines = (1u32..).zip(text.split_inclusive('\n')).map(move |(number, line)| {
        let start = offset;
        offset += line.len();
        (number, start, line)
    });
    lines.filter(|(_, _, line)| !is_comment(line))
}

pub(super) fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', '*']) || line.trim_start().starts_with("//")
}

fn statement(
    (line, last_line): (u32, u32),
    operation: &Operation,
    target: Option<String>,
    is_new: bool,
    text: String,
) -> Statement {
    Statement {
        line,
        last_line,
        kind: operation.deed.kind,
        effect: if is_new { Effect::Additive } else { operation.deed.effect },
        lock: operation.deed.lock,
        target,
        why: operation.deed.why,
        depends: locks::depends(operation.deed.kind),
        text,
        by_pattern: true,
    }
}

/// A call as it was written; with what stands before it, unless that is much.
pub(super) fn shown(before: &str, call: &str) -> String {
    let before = if before.len() > 60 { "" } else { before };
    let call = one_line(call);
    cut(&format!("{before}{}", call.trim_end_matches([';', ','])))
}

/// Where a word stands in a line, as a word of its own that is called.
pub(super) fn named(line: &str, word: &str) -> impl Iterator<Item = usize> {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let begins_within = word.starts_with(['.', '<']);
    line.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        (begins_within || !before.is_some_and(part_of_name))
            && !line[..*at].ends_with("</")
            && after
                .is_none_or(|c| matches!(c, '(' | ' ' | ':' | '<' | '\n' | '\r' | '"' | '>' | '/'))
    })
}

/// Names in quotes, and Ruby's symbols, in lower case; of Liquibase the table's.
fn names(framework: Framework, call: &str) -> Vec<String> {
    if framework == Framework::Liquibase {
        let named = call.split("tableName").nth(1).unwrap_or("");
        let named = named.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let end = named.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(named.len());
        return vec![named[..end].to_lowercase()];
    }
    let mut found = Vec::new();
    let mut rest = call;
    while let Some(start) = rest.find(['"', '\'', ':', '`']) {
        let sign = &rest[start..=start];
        let inner = &rest[start + 1..];
        let end = if sign == ":" {
            inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len())
        } else {
            inner.find(sign).unwrap_or(inner.len())
        };
        if end > 0 && found.len() < 6 {
            found.push(inner[..end].to_lowercase());
        }
        rest = inner.get(end + usize::from(sign != ":")..).unwrap_or("");
    }
    found
}

/// Tables that the same program creates, and the places within what creates them.
fn created(framework: Framework, text: &str) -> (BTreeSet<String>, Vec<Range<usize>>) {
    let words: &[&str] = match framework {
        Framework::Rails | Framework::Alembic => &["create_table", "create_join_table"],
        Framework::Django => &["CreateModel"],
        Framework::EntityFramework => &["CreateTable"],
        _ => &["createTable", "createTableIfNotExists"],
    };
    let (mut found, mut inside) = (BTreeSet::new(), Vec::new());
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        for word in words {
            for at in named(line, word).take(MAX_STATEMENTS - inside.len()) {
                let start = offset + at;
                let call = call(framework, text, start, word);
                let names = names(framework, call.own);
                found.extend(names.into_iter().next().filter(|name| !name.is_empty()));
                let length = match framework {
                    Framework::Rails if call.whole.contains(" do ") => {
                        block(line, &text[offset..]) - at
                    }
                    _ => call.own.len(),
                };
                inside.push(start..start + length);
            }
        }
        offset += line.len();
    }
    (found, inside)
}

/// The length of a block of Ruby's that begins in this line: to the `end` that stands below it.
fn block(first: &str, text: &str) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut length = first.len();
    for line in text[first.len()..].split_inclusive('\n') {
        length += line.len();
        if line.trim_start().starts_with("end") && indent(line) <= indent(first) {
            break;
        }
    }
    length
}
