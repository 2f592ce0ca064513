//! Which mistakes can be seen before anything is evaluated?
//!
//! regorus analyses all modules together, so one faulty file would break every policy of the
//! library; a call of a function that does not exist, a name in a head that nothing gives a value
//! and a rule that asks for itself are noticed only when they are reached, the last one by nobody
//! who lives to tell. All are found here: a faulty file is taken out, and only its own policy is
//! *broken*.

use std::collections::{BTreeMap, BTreeSet};

use regorus::Engine;
use regorus::unstable::{BUILTINS, Expr, Module, Ref, Rule, Span};

use super::builtins::FORBIDDEN;
use super::complaint::{character, rego_problem};
use super::metadata::PolicyProblem;
use super::recursion::circles;
use super::syntax::{
    arguments, each_expr, each_in_query, head, imports, package, parts, rule_name, segments, start,
};
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
        found.extend(modules.iter().filter_map(|module| unbound(module, &modules)));
    }
    if found.is_empty() {
        found = circles(&modules);
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
            let forbidden = FORBIDDEN.iter().find(|(forbidden, _)| *forbidden == name);
            if let Some((_, why)) = forbidden.filter(|_| !functions.contains_key(&full)) {
                let message = format!("a policy may not call `{name}`");
                found = Some(problem(start(fcn), message, Some((*why).to_owned())));
                return;
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

/// A name in a rule's head that nothing gives a value: regorus looks at bodies only, and finds it
/// when the rule holds. Names that occur anywhere in the body are left to regorus.
fn unbound(module: &Module, modules: &[Ref<Module>]) -> Option<PolicyProblem> {
    let own = package(module);
    let alike = modules.iter().filter(|other| package(other) == own);
    let rules = alike.flat_map(|other| other.policy.iter()).map(|rule| rule_name(rule));
    let mut known: BTreeSet<String> =
        rules.filter_map(|name| name.split('.').next().map(ToOwned::to_owned)).collect();
    known.extend(imports(module).into_iter().map(|(alias, _)| alias));
    known.extend(["input", "data"].map(ToOwned::to_owned));
    module.policy.iter().find_map(|rule| match rule.as_ref() {
        Rule::Default { value, .. } => no_constant(value),
        Rule::Spec { bodies, .. } => {
            let mut given: BTreeSet<&str> = BTreeSet::new();
            for argument in arguments(rule).unwrap_or_default() {
                given.extend(variables(argument).into_iter().map(Span::text));
            }
            let mut of_head = Vec::new();
            head(rule).into_iter().for_each(|expr| of_head.extend(variables(expr)));
            for body in bodies {
                body.assign.iter().for_each(|a| of_head.extend(variables(&a.value)));
                each_in_query(&body.query, &mut |expr| {
                    if let Expr::Var { span, .. } = expr {
                        given.insert(span.text());
                    }
                });
            }
            let free = |span: &&Span| {
                let name = span.text();
                !name.starts_with('_') && !given.contains(name) && !known.contains(name)
            };
            let span = of_head.into_iter().find(free)?;
            let near: Vec<&str> =
                given.iter().copied().chain(known.iter().map(String::as_str)).collect();
            let hint = nearest(span.text(), &near).map(|near| format!("did you mean `{near}`?"));
            let hint = hint.unwrap_or_else(|| {
                "bind it in the body of the rule, as in `some x in input.files` or `x := …`"
                    .to_owned()
            });
            let message = format!("nothing gives `{}` a value", span.text());
            Some(problem(span, message, Some(hint)))
        }
    })
}

/// The names that an expression cannot do without. Those in comprehensions may be their own.
fn variables(expr: &Expr) -> Vec<&Span> {
    match expr {
        Expr::Var { span, .. } => vec![span],
        Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. } => Vec::new(),
        Expr::Call { params, .. } => params.iter().flat_map(|param| variables(param)).collect(),
        _ => parts(expr).into_iter().flat_map(variables).collect(),
    }
}

/// A default that is more than a plain value.
fn no_constant(value: &Expr) -> Option<PolicyProblem> {
    let span = *variables(value).first()?;
    let message = format!("a default must be a plain value, and `{}` is a name", span.text());
    let hint = match nearest(span.text(), &["true", "false", "null"]) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `false`, a number, a text, or `[]`".to_owned(),
    };
    Some(problem(span, message, Some(hint)))
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
