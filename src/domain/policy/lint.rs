//! Which mistakes can be seen before anything is evaluated?
//!
//! regorus analyses all modules together, so one faulty file would break every policy of the
//! library; and a call of a function that does not exist is noticed only when it is reached. Both
//! are found here: a faulty file is taken out, and only its own policy is *broken*.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Engine;
use regorus::unstable::{BUILTINS, Expr, Module, Ref, Span};

use super::complaint::{character, rego_problem};
use super::metadata::PolicyProblem;
use super::syntax::{arguments, each_expr, imports, package, rule_name, segments};
use crate::domain::nearest::nearest;

/// Function → the numbers of arguments that its rules take.
type Functions = BTreeMap<String, BTreeSet<usize>>;

/// Complaints about the files in an engine, one per file at most. The engine is analysed by this.
pub(super) fn faults(engine: &mut Engine) -> Vec<PolicyProblem> {
    let modules: Vec<Ref<Module>> = engine.get_modules().clone();
    let functions = functions(&modules);
    let clashes = modules.iter().filter_map(|module| clash(module));
    let mut found: Vec<PolicyProblem> = clashes.collect();
    if found.is_empty() {
        found.extend(modules.iter().filter_map(|module| unknown_call(module, &functions)));
    }
    if found.is_empty() {
        // What the query says does not matter: the rules are analysed before it.
        found.extend(
            engine.eval_query("true".to_owned(), false).err().map(|e| rego_problem("", &e)),
        );
    }
    found
}

fn functions(modules: &[Ref<Module>]) -> Functions {
    let mut functions = Functions::new();
    for module in modules {
        let package = package(module);
        for rule in &module.policy {
            if let Some(arguments) = arguments(rule) {
                let name = format!("{package}.{}", rule_name(rule));
                functions.entry(name).or_default().insert(arguments.len());
            }
        }
    }
    functions
}

/// A function whose rules take different numbers of arguments.
fn clash(module: &Module) -> Option<PolicyProblem> {
    let mut seen: BTreeMap<String, (usize, u32)> = BTreeMap::new();
    for rule in &module.policy {
        let Some(arguments) = arguments(rule) else { continue };
        let (name, span) = (rule_name(rule), rule.span());
        let (known, line) = *seen.entry(name.clone()).or_insert((arguments.len(), span.line));
        if known != arguments.len() {
            let n = arguments.len();
            let message =
                format!("`{name}` takes {} here, and {} in line {line}", words(n), words(known));
            let hint = "give both rules the same number of arguments, or another name";
            return Some(problem(span, message, Some(hint.to_owned())));
        }
    }
    None
}

/// A call of something that nobody defines, or with a wrong number of arguments.
fn unknown_call(module: &Module, functions: &Functions) -> Option<PolicyProblem> {
    let package = package(module);
    let imports = imports(module);
    let mut found = None;
    for rule in &module.policy {
        each_expr(rule, &mut |expr| {
            let Expr::Call { fcn, params, .. } = expr else { return };
            if found.is_some() {
                return;
            }
            let Some(parts) = segments(fcn) else { return };
            let name = parts.join(".");
            let mut full = format!("{package}.{name}");
            if let Some((_, target)) = imports.iter().find(|(alias, _)| *alias == parts[0]) {
                full = [std::slice::from_ref(target), &parts[1..]].concat().join(".");
            } else if parts[0] == "data" {
                full.clone_from(&name);
            }
            let given = params.len();
            // One more argument receives the result, as in `split(x, "/", parts)`.
            let fits = |n: usize| given == n || given == n + 1;
            let wanted: Vec<usize> = match (functions.get(&full), BUILTINS.get(name.as_str())) {
                (Some(wanted), _) => wanted.iter().copied().collect(),
                (None, Some((_, wanted))) => vec![usize::from(*wanted)],
                (None, None) if name == "print" => return,
                (None, None) => {
                    let hint = Some(proposal(&name, &full, functions, &package, &imports));
                    found =
                        Some(problem(start(fcn), format!("there is no function `{name}`"), hint));
                    return;
                }
            };
            if !wanted.iter().any(|n| fits(*n)) {
                let message = format!(
                    "`{name}` takes {}, and is given {}",
                    words(wanted.first().copied().unwrap_or_default()),
                    words(given)
                );
                found = Some(problem(start(fcn), message, None));
            }
        });
    }
    found
}

/// Where a name begins: the span of `a.b` is that of its dot.
pub(super) fn start(name: &Expr) -> &Span {
    match name {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => start(refr),
        other => other.span(),
    }
}

fn proposal(
    name: &str,
    full: &str,
    functions: &Functions,
    package: &str,
    imports: &[(String, String)],
) -> String {
    // By the names under which this module can call them.
    let mut known: Vec<String> = BUILTINS.keys().map(|name| (*name).to_owned()).collect();
    let spaces = [(String::new(), package.to_owned())];
    for (alias, target) in imports.iter().chain(&spaces) {
        let inside = functions.keys().filter_map(|f| f.strip_prefix(target)?.strip_prefix('.'));
        let dot = if alias.is_empty() { "" } else { "." };
        known.extend(inside.map(|f| format!("{alias}{dot}{f}")));
    }
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if let Some(near) = nearest(name, &known) {
        return format!("did you mean `{near}`?");
    }
    let first = name.split('.').next().unwrap_or(name);
    let libraries = functions.keys().filter_map(|f| f.rsplit_once('.').map(|(module, _)| module));
    let mut named = libraries.filter(|module| module.rsplit('.').next() == Some(first));
    match named.next() {
        Some(module) if full.starts_with(package) => format!("add `import {module}`"),
        _ => "policies/README.md lists what policies share; builtins are those of OPA without \
              network, files and environment"
            .to_owned(),
    }
}

fn words(n: usize) -> String {
    format!("{n} argument{}", if n == 1 { "" } else { "s" })
}

pub(super) fn problem(span: &Span, message: String, hint: Option<String>) -> PolicyProblem {
    let text = span.source.get_contents();
    let source = text.lines().nth((span.line as usize).saturating_sub(1)).map(ToOwned::to_owned);
    let column = source.as_ref().map(|source| character(source, span.col));
    let at = PolicyProblem::new(span.source.get_path(), Some(span.line), message);
    PolicyProblem { column, source, hint, ..at }
}
