//! Migrations that are programs, by the names of their operations. What they compute is not seen.

use std::collections::BTreeSet;
use std::ops::Range;

use super::layout::Framework;
use super::operations::{Operation, operations};
use super::{Effect, MAX_STATEMENTS, Statement, cut, locks, one_line};

/// Text of one call that is looked at, in bytes.
const MAX_CALL: usize = 4_000;

/// What the operations of a program do.
pub(super) fn statements(framework: Framework, text: &str) -> Vec<Statement> {
    let known = operations(framework);
    let (created, inside) = created(framework, text);
    let mut found = Vec::new();
    let mut offset = 0;
    for (number, line) in (1u32..).zip(text.split_inclusive('\n')) {
        let start = offset;
        offset += line.len();
        if line.trim_start().starts_with(['#', '*']) || line.trim_start().starts_with("//") {
            continue;
        }
        for operation in known {
            let Some(at) = named(line, operation.name) else { continue };
            let call = call(framework, &text[start + at..]);
            // Of a chain, what stands before the dot belongs to it.
            let chain = if operation.name.starts_with('.') { &line[..at] } else { "" };
            let has = |words: &[&str]| {
                words.iter().any(|word| call.contains(word) || chain.contains(word))
            };
            if has(operation.unless) || !(operation.only.is_empty() || has(operation.only)) {
                continue;
            }
            if found.len() < MAX_STATEMENTS {
                let within = inside.iter().any(|range| range.contains(&(start + at)));
                let names = names(framework, call);
                // Rails and Knex name the table first, Django and Alembic sometimes second.
                let is_new = within || names.iter().take(2).any(|name| created.contains(name));
                let text = shown(line, at, call);
                found.push(statement(number, operation, names.into_iter().next(), is_new, text));
            }
        }
    }
    found
}

fn statement(
    line: u32,
    operation: &Operation,
    target: Option<String>,
    is_new: bool,
    text: String,
) -> Statement {
    Statement {
        line,
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

/// A call as it was written; with what stands before it on its line, unless that is much.
fn shown(line: &str, at: usize, call: &str) -> String {
    let before = line[..at].trim_start();
    let before = if before.len() > 60 || before.contains([';', '{']) { "" } else { before };
    let call = one_line(call);
    cut(&format!("{before}{}", call.trim_end_matches([';', ','])))
}

/// Where a word stands in a line, as a word of its own that is called.
fn named(line: &str, word: &str) -> Option<usize> {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let begins_within = word.starts_with(['.', '<']);
    line.match_indices(word).map(|(at, _)| at).find(|at| {
        let before = line[..*at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        (begins_within || !before.is_some_and(part_of_name))
            && after
                .is_none_or(|c| matches!(c, '(' | ' ' | ':' | '<' | '\n' | '\r' | '"' | '>' | '/'))
    })
}

/// The text of a call: to the bracket that closes it, or to the end of the line and those that
/// continue it.
fn call(framework: Framework, text: &str) -> &str {
    let text = &text[..text.len().min(floor(text, MAX_CALL))];
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '\n' if depth <= 0 && framework == Framework::Liquibase => {
                // An element or a block: its attributes and children, up to where it may end.
                if text[..at].contains("/>") || text[at..].trim_start().starts_with("</") {
                    return &text[..at];
                }
                if at > 600 {
                    return &text[..at];
                }
            }
            // A chained call goes on with `.` on the next line.
            '\n' if depth <= 0
                && !text[..at].trim_end().ends_with([',', '\\', '|'])
                && !text[at..].trim_start().starts_with('.') =>
            {
                return &text[..at];
            }
            _ => {}
        }
        if depth < 0 {
            return &text[..at];
        }
    }
    text
}

/// The greatest character boundary up to `at`.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
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
            if let Some(at) = named(line, word) {
                let start = offset + at;
                let call = call(framework, &text[start..]);
                found.extend(names(framework, call).into_iter().next().filter(|n| !n.is_empty()));
                let length = match framework {
                    Framework::Rails if call.contains(" do ") => block(line, &text[offset..]) - at,
                    _ => bracketed(&text[start + word.len()..]) + word.len(),
                };
                inside.push(start..start + length);
            }
        }
        offset += line.len();
    }
    (found, inside)
}

/// The length of what stands in brackets at the start of a text; 0 when there are none.
fn bracketed(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
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
