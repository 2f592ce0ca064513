//! Why did a policy say what it said? Which condition of which rule stopped, and on what values.
//!
//! regorus has no tracer. So the conditions of a rule are asked again as questions of their own:
//! how many ways are there to fulfil the first one, the first two, and so on? The first number
//! that is zero names the condition that stopped the rule; what the variables held just before
//! it, and what its own parts come to, tell why. The questions are rules added to the policy's own
//! package, so that they see what it sees.

mod body;
mod inputs;
mod probe;

use regorus::unstable::{Literal, Module, Ref, Rule};
use regorus::{Engine, Value};

use super::evaluate::limit;
use super::library::Library;
use super::metadata::package_of;
use super::syntax::{arguments, full, rule_name};
use crate::domain::facts::Snapshot;
use crate::domain::ids::PolicyId;

/// Longest value that is shown, in characters.
const MAX_VALUE: usize = 160;
/// Functions are followed so deep.
const MAX_DEPTH: usize = 3;
/// Most prints that are kept.
const MAX_PRINTS: usize = 100;

/// What a policy did with a snapshot.
#[derive(Debug)]
pub struct Trace {
    /// The facts it reads: `input.dockerfiles` and a pruned value.
    pub inputs: Vec<(String, serde_json::Value)>,
    /// Its rules that are no functions, in the order of the file.
    pub rules: Vec<TracedRule>,
    /// What `print` said: `file:line: text`.
    pub prints: Vec<String>,
}

/// One rule: all of one name and place.
#[derive(Debug)]
pub struct TracedRule {
    /// Its name, `findings` or `is_root(user)`.
    pub name: String,
    /// Where it begins, from 1.
    pub line: u32,
    /// What all rules of its name come to together; `undefined`.
    pub value: String,
    /// Its body, and one per `else`.
    pub bodies: Vec<TracedBody>,
}

/// The conditions between `if {` and `}`.
#[derive(Debug, Default)]
pub struct TracedBody {
    /// Whether it counts only when the bodies above it did not hold.
    pub is_else: bool,
    /// In the order of the file.
    pub conditions: Vec<Condition>,
    /// Which one stopped, from 0; `None` when all hold or when it cannot be told.
    pub stopped: Option<usize>,
    /// Variables before the condition that stopped, in the first way to get there.
    pub variables: Vec<(String, String)>,
    /// Parts of the condition that stopped, with what they come to.
    pub parts: Vec<(String, String)>,
    /// Functions of this file that the condition called.
    pub called: Vec<TracedRule>,
    /// Why it could not be traced.
    pub untold: Option<String>,
}

/// One condition.
#[derive(Debug)]
pub struct Condition {
    /// Its line, from 1.
    pub line: u32,
    /// Its text, on one line.
    pub text: String,
    /// In how many ways it and those above can be fulfilled; `None` when it was not asked.
    pub ways: Option<usize>,
}

/// Everything that the questions need.
struct Context<'a> {
    engine: Engine,
    module: &'a Ref<Module>,
    package: String,
}

/// Traces one policy on one snapshot. Fails when it is not there or its rules do not load.
pub fn trace(
    library: &Library,
    id: &PolicyId,
    params: &serde_json::Value,
    snapshot: &Snapshot,
) -> Result<Trace, String> {
    let mut engine = library.engine.clone();
    let data = serde_json::json!({"waymark": {"params": params}});
    engine.add_data(Value::from(data)).map_err(|e| format!("{e:#}"))?;
    let input = serde_json::to_value(snapshot).map_err(|e| e.to_string())?;
    engine.set_input(Value::from(input.clone()));
    limit(&mut engine);
    let modules: Vec<Ref<Module>> = engine.get_modules().clone();
    let path = library.policies.get(id).map(|meta| meta.path.clone());
    let own = |module: &&Ref<Module>| path.as_ref() == Some(module.package.span.source.get_path());
    let module =
        modules.iter().find(own).ok_or_else(|| format!("the rules of `{id}` did not load"))?;
    let context = Context { engine, module, package: format!("data.{}", package_of(id)) };
    let mut prints = context.engine.clone();
    prints.set_gather_prints(true);
    for rule in ["applies", "findings", "unknowns"] {
        let _ = prints.eval_rule(format!("{}.{rule}", context.package));
    }
    let mut prints = prints.take_prints().unwrap_or_default();
    prints.truncate(MAX_PRINTS);
    let rules = module.policy.iter().filter(|rule| arguments(rule).is_none());
    Ok(Trace {
        inputs: inputs::read(&modules, module, &input),
        rules: rules.map(|rule| context.rule(rule, None, 0)).collect(),
        prints,
    })
}

impl Context<'_> {
    /// One rule; `given` are the arguments of a function.
    fn rule(&self, rule: &Rule, given: Option<&Value>, depth: usize) -> TracedRule {
        let name = rule_name(rule);
        let parameters: Vec<&str> =
            arguments(rule).into_iter().flatten().map(|a| full(a.span())).collect();
        let (shown, value) = match given {
            None => {
                let value = self.engine.clone().eval_rule(format!("{}.{name}", self.package));
                (name, value.map_or_else(|e| failed(&e), |value| shown(&value)))
            }
            Some(_) => (format!("{name}({})", parameters.join(", ")), String::new()),
        };
        let bodies = match rule {
            Rule::Default { .. } => Vec::new(),
            Rule::Spec { bodies, .. } => bodies
                .iter()
                .filter(|body| !body.query.stmts.is_empty())
                .map(|body| self.body(body, &parameters, given, depth))
                .collect(),
        };
        TracedRule { name: shown, line: rule.span().line, value, bodies }
    }
}

/// A value on one line, clipped; sets as lists, with their size.
fn shown(value: &Value) -> String {
    let size = match value {
        Value::Undefined => return "undefined".to_owned(),
        Value::Set(items) => Some(items.len()),
        Value::Array(items) => Some(items.len()),
        _ => None,
    };
    let text = serde_json::to_string(value).unwrap_or_default();
    let clipped: String = text.chars().take(MAX_VALUE).collect();
    let more = if clipped.len() < text.len() { "…" } else { "" };
    match size.filter(|n| *n > 1) {
        Some(n) => format!("{n} items: {clipped}{more}"),
        None => format!("{clipped}{more}"),
    }
}

fn failed(error: &anyhow::Error) -> String {
    let message = super::complaint::run_time_problem("", error).message;
    // A name without any rule that could be reached.
    if message.contains("not a valid rule path") {
        "undefined".to_owned()
    } else {
        format!("error: {message}")
    }
}

/// The kind of condition, for what is asked about it when it stops.
fn inner(literal: &Literal) -> Option<&regorus::unstable::Expr> {
    match literal {
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => Some(expr),
        Literal::SomeIn { collection, .. } => Some(collection),
        Literal::SomeVars { .. } | Literal::Every { .. } => None,
    }
}
