//! A tree with aliases → a value and its span table.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::spans::{ROOT, SpanTable, child};
use super::tree::{Body, Entry, Id, Tree};
use super::{Fault, MAX_DEPTH, MAX_NODES};

/// Expands the tree's first node, taking from `budget` what it makes.
///
/// Below an alias or a merged key, lines are those of the definition: there is the text to change.
pub(super) fn build(tree: &Tree, budget: &mut usize) -> Result<(Value, SpanTable), Fault> {
    let mut rows = Vec::with_capacity(tree.nodes.len());
    let mut stack: Vec<Frame<'_>> = Vec::new();
    if tree.nodes.is_empty() {
        return Ok((Value::Null, SpanTable::default()));
    }
    let mut step = Step::Visit { id: 0, hash: ROOT, line: None };
    loop {
        step = match step {
            Step::Visit { id, hash, line } => {
                let node = &tree.nodes[id];
                let first = line.unwrap_or(node.first);
                spend(budget, 1, first)?;
                rows.push((hash, first, node.last.max(first)));
                let target = resolve(tree, id);
                match &tree.nodes[target].body {
                    Body::Scalar(value) => Step::Done(value.clone()),
                    Body::Sequence(items) => {
                        push(&mut stack, hash, first, Kind::Sequence(items, Vec::new()))?;
                        Step::Next
                    }
                    Body::Mapping(entries) => {
                        let entries = merged(tree, entries, budget)?;
                        push(&mut stack, hash, first, Kind::Mapping(entries, Map::new()))?;
                        Step::Next
                    }
                    Body::Alias(_) => Step::Done(Value::Null),
                }
            }
            Step::Next => {
                let Some(frame) = stack.last_mut() else { return Ok(empty(rows)) };
                match frame.advance() {
                    Some(visit) => visit,
                    None => match stack.pop().map(|frame| frame.kind) {
                        Some(Kind::Sequence(_, out)) => Step::Done(Value::Array(out)),
                        Some(Kind::Mapping(_, out)) => Step::Done(Value::Object(out)),
                        None => return Ok(empty(rows)),
                    },
                }
            }
            Step::Done(value) => match stack.last_mut() {
                None => return Ok((value, SpanTable::from_rows(rows))),
                Some(frame) => {
                    frame.put(value);
                    Step::Next
                }
            },
        };
    }
}

pub(super) fn too_many(line: u32) -> Fault {
    let message = format!("more than {MAX_NODES} values, counting aliases as what they stand for");
    Fault { line, message }
}

pub(super) fn too_deep(line: u32) -> Fault {
    Fault { line, message: format!("nested more than {MAX_DEPTH} levels deep") }
}

enum Step {
    Visit { id: Id, hash: u64, line: Option<u32> },
    Next,
    Done(Value),
}

struct Frame<'t> {
    kind: Kind<'t>,
    hash: u64,
    next: usize,
}

enum Kind<'t> {
    Sequence(&'t [Id], Vec<Value>),
    Mapping(Vec<&'t Entry>, Map<String, Value>),
}

impl Frame<'_> {
    fn advance(&mut self) -> Option<Step> {
        let at = self.next;
        self.next += 1;
        match &self.kind {
            Kind::Sequence(items, _) => {
                let hash = child(self.hash, &at.to_string());
                items.get(at).map(|id| Step::Visit { id: *id, hash, line: None })
            }
            Kind::Mapping(entries, _) => entries.get(at).map(|entry| Step::Visit {
                id: entry.value,
                hash: child(self.hash, &entry.key),
                line: Some(entry.line),
            }),
        }
    }

    fn put(&mut self, value: Value) {
        match &mut self.kind {
            Kind::Sequence(_, out) => out.push(value),
            Kind::Mapping(entries, out) => {
                if let Some(entry) = entries.get(self.next - 1) {
                    out.insert(entry.key.clone(), value);
                }
            }
        }
    }
}

fn push<'t>(stack: &mut Vec<Frame<'t>>, hash: u64, line: u32, kind: Kind<'t>) -> Result<(), Fault> {
    if stack.len() >= MAX_DEPTH {
        return Err(too_deep(line));
    }
    stack.push(Frame { kind, hash, next: 0 });
    Ok(())
}

/// Unreachable by construction (a frame is on the stack whenever a step asks for the next one);
/// a null is the honest answer if that ever breaks.
fn empty(rows: Vec<(u64, u32, u32)>) -> (Value, SpanTable) {
    (Value::Null, SpanTable::from_rows(rows))
}

fn resolve(tree: &Tree, mut id: Id) -> Id {
    // An alias's target is older than the alias, so this ends.
    while let Body::Alias(target) = tree.nodes[id].body {
        id = target;
    }
    id
}

/// A mapping's entries with `<<` resolved: own keys win, then sources in their order, each with
/// its own sources behind its own keys.
fn merged<'t>(
    tree: &'t Tree,
    entries: &'t [Entry],
    budget: &mut usize,
) -> Result<Vec<&'t Entry>, Fault> {
    if entries.iter().all(|entry| !entry.merge) {
        return Ok(entries.iter().collect());
    }
    let mut out = Vec::new();
    let mut seen = HashSet::new();
    let mut sources: Vec<&'t [Entry]> = vec![entries];
    while let Some(entries) = sources.pop() {
        let mut inner = Vec::new();
        for entry in entries {
            spend(budget, 1, entry.line)?;
            if entry.merge {
                inner.extend(merge_sources(tree, entry, budget)?);
            } else if seen.insert(entry.key.as_str()) {
                out.push(entry);
            }
        }
        sources.extend(inner.into_iter().rev());
    }
    Ok(out)
}

fn merge_sources<'t>(
    tree: &'t Tree,
    entry: &'t Entry,
    budget: &mut usize,
) -> Result<Vec<&'t [Entry]>, Fault> {
    let wrong = || Fault {
        line: entry.line,
        message: "`<<` takes a mapping or a list of mappings".to_owned(),
    };
    let mapping = |id: &Id| match &tree.nodes[resolve(tree, *id)].body {
        Body::Mapping(entries) => Ok(entries.as_slice()),
        _ => Err(wrong()),
    };
    match &tree.nodes[resolve(tree, entry.value)].body {
        Body::Mapping(entries) => Ok(vec![entries]),
        Body::Sequence(items) => {
            spend(budget, items.len(), entry.line)?;
            items.iter().map(mapping).collect()
        }
        _ => Err(wrong()),
    }
}

fn spend(budget: &mut usize, nodes: usize, line: u32) -> Result<(), Fault> {
    *budget = budget.checked_sub(nodes).ok_or_else(|| too_many(line))?;
    Ok(())
}
