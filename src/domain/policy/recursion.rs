//! Does a rule ask for itself? Then it never ends: regorus follows functions until its stack is
//! full, which takes the process along. OPA refuses such rules when they are loaded, and so do we.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Module, Ref, Span};

use super::lint::problem;
use super::metadata::PolicyProblem;
use super::references::references;
use super::syntax::{package, rule_name};

/// Packages of our own that ask for every policy: who asks for them asks for itself.
const EVERYBODY: [&str; 2] = [super::evaluate::ENTRY, super::gate::ENTRY];
const HINT: &str = "Rego knows no recursion: `some x in list` visits every element of a list, and \
    what lies deeper takes a rule of its own for each step";
/// So many rules of a circle are named.
const MAX_NAMED: usize = 6;

type Path = Vec<String>;

/// A rule, or all rules below a name.
#[derive(Default)]
struct Node<'a> {
    /// Whom it asks, and where.
    asks: BTreeMap<Path, Option<&'a Span>>,
    /// Whether there is a rule of this name.
    is_rule: bool,
}

/// One complaint for each circle of rules, one for each file at most.
pub(super) fn circles(modules: &[Ref<Module>]) -> Vec<PolicyProblem> {
    let nodes = nodes(modules);
    let mut done: BTreeSet<&Path> = BTreeSet::new();
    let mut found: BTreeMap<String, PolicyProblem> = BTreeMap::new();
    for first in nodes.keys() {
        // Deeper than any stack: whoever wrote the rules chose how deep.
        let mut road: Vec<(&Path, Vec<&Path>)> = Vec::new();
        let mut on_road: BTreeSet<&Path> = BTreeSet::new();
        let mut next = Some(first);
        loop {
            if let Some(node) = next.take().filter(|node| !done.contains(*node)) {
                if on_road.insert(node) {
                    road.push((node, asked(&nodes, node)));
                } else {
                    let from = road.iter().position(|(path, _)| *path == node).unwrap_or(0);
                    let circle: Vec<&Path> = road[from..].iter().map(|(path, _)| *path).collect();
                    if let Some(problem) = complaint(&nodes, &circle) {
                        found.entry(problem.path.clone()).or_insert(problem);
                    }
                }
            }
            let Some((node, rest)) = road.last_mut() else { break };
            match rest.pop() {
                Some(below) => next = Some(below),
                None => {
                    done.insert(*node);
                    on_road.remove(*node);
                    road.pop();
                }
            }
        }
    }
    found.into_values().collect()
}

/// Rules by their names, and what is asked for that holds several.
fn nodes(modules: &[Ref<Module>]) -> BTreeMap<Path, Node<'_>> {
    let mut nodes: BTreeMap<Path, Node<'_>> = BTreeMap::new();
    for module in modules {
        let package = package(module);
        for rule in &module.policy {
            let name = format!("{package}.{}", rule_name(rule));
            let node = nodes.entry(name.split('.').map(str::to_owned).collect()).or_default();
            node.is_rule = true;
            for reference in references(module, rule) {
                node.asks.entry(reference.path).or_insert(Some(reference.at));
            }
        }
    }
    let rules: Vec<Path> = nodes.keys().cloned().collect();
    for entry in EVERYBODY {
        let everybody = nodes.entry(vec!["data".to_owned(), entry.to_owned()]).or_default();
        everybody.is_rule = true;
        everybody.asks.extend(rules.iter().map(|rule| (rule.clone(), None)));
    }
    let wanted: BTreeSet<Path> =
        nodes.values().flat_map(|node| node.asks.keys().cloned()).collect();
    for path in wanted.into_iter().filter(|path| !nodes.contains_key(path)).collect::<Vec<_>>() {
        let inside = nodes.range(path.clone()..).map(|(name, _)| name);
        let inside = inside.take_while(|name| name.starts_with(&path));
        let inside: Vec<Path> = inside.cloned().collect();
        if !inside.is_empty() {
            let asks = inside.into_iter().map(|name| (name, None)).collect();
            nodes.insert(path, Node { asks, is_rule: false });
        }
    }
    nodes
}

/// The nodes that a node asks: what it names, or the rule that what it names is a part of.
fn asked<'n>(nodes: &'n BTreeMap<Path, Node<'_>>, node: &Path) -> Vec<&'n Path> {
    let known = |path: &Path| {
        let (mut lengths, whole) = ((1..=path.len()).rev(), path.len());
        let fits =
            |n: usize| nodes.get_key_value(&path[..n]).filter(|(_, it)| n == whole || it.is_rule);
        lengths.find_map(fits).map(|(path, _)| path)
    };
    nodes.get(node).map(|node| node.asks.keys().filter_map(known).collect()).unwrap_or_default()
}

/// Told of a policy's file rather than of what policies share: that may be asked by others, too.
fn complaint(nodes: &BTreeMap<Path, Node<'_>>, circle: &[&Path]) -> Option<PolicyProblem> {
    let place = |at: usize| -> Option<&Span> {
        let (from, to) = (circle[at], circle[(at + 1) % circle.len()]);
        let asks = &nodes.get(from)?.asks;
        let asks = asks.iter().filter(|(path, _)| path.starts_with(to) || to.starts_with(path));
        asks.filter_map(|(_, span)| *span).next()
    };
    let is_shared = |span: &Span| span.source.get_path().starts_with("lib/");
    let placed = || (0..circle.len()).filter_map(|at| Some((at, place(at)?)));
    let (at, span) = placed().find(|(_, span)| !is_shared(span)).or_else(|| placed().next())?;
    let rules: Vec<String> = circle[at..]
        .iter()
        .chain(&circle[..at])
        .filter(|path| nodes.get(**path).is_some_and(|node| node.is_rule))
        .filter_map(|path| path.last().cloned())
        .collect();
    let first = rules.first()?;
    let message = match rules.len() {
        1 => format!("`{first}` asks for itself, and would never end"),
        n => {
            let more = if n > MAX_NAMED { ", …" } else { "" };
            let named: Vec<String> =
                rules[1..].iter().take(MAX_NAMED).map(|rule| format!("`{rule}`")).collect();
            let named = named.join(", ");
            format!("`{first}` asks for itself by way of {named}{more}, and would never end")
        }
    };
    Some(problem(span, message, Some(HINT.to_owned())))
}
