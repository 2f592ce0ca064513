//! Which condition of one body stopped, and on what?

use std::collections::BTreeSet;

use regorus::Value;
use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, RuleBody};

use super::probe::GIVEN;
use super::{Condition, Context, MAX_DEPTH, TracedBody, TracedRule, inner, shown};
use crate::domain::policy::syntax::{
    arguments, each_in_statement, full, rule_name, segments, walk,
};

/// Ways to fulfil conditions that are counted one by one; a `some` over a large list has more.
const MAX_TEXT: usize = 140;

impl Context<'_> {
    /// One body; `parameters` are bound to `given` first.
    pub(super) fn body(
        &self,
        body: &RuleBody,
        parameters: &[&str],
        given: Option<&Value>,
        depth: usize,
    ) -> TracedBody {
        let statements = &body.query.stmts;
        let binding: Vec<String> = parameters
            .iter()
            .enumerate()
            .map(|(i, parameter)| format!("{parameter} = data.{GIVEN}.given[{i}]"))
            .collect();
        let texts: Vec<&str> = statements.iter().map(text).collect();
        let conditions = |count: usize| -> String {
            let own = texts[..count].iter().map(|t| (*t).to_owned());
            let all: Vec<String> = binding.iter().cloned().chain(own).collect();
            if all.is_empty() { "true".to_owned() } else { all.join("\n") }
        };
        let mut traced = TracedBody { is_else: body.is_else, ..TracedBody::default() };
        let told = |ways: &[Option<usize>]| -> Vec<Condition> {
            statements
                .iter()
                .enumerate()
                .map(|(i, statement)| Condition {
                    line: statement.span.line,
                    text: one_line(texts[i]),
                    ways: ways.get(i).copied().flatten(),
                })
                .collect()
        };
        let names: Vec<BTreeSet<String>> =
            (0..=statements.len()).map(|n| bound(&statements[..n], parameters)).collect();
        let question = |n: usize, with_names: bool| {
            let fields = names[n].iter().map(|v| format!("{v:?}: {v}")).collect::<Vec<_>>();
            let term = if with_names { format!("{{{}}}", fields.join(", ")) } else { "1".into() };
            format!("{term} |\n{}", conditions(n))
        };
        let ask = |with_names| {
            let all: Vec<String> =
                (0..=statements.len()).map(|n| question(n, with_names)).collect();
            self.ask(&all, given)
        };
        let answers = match ask(true).or_else(|_| ask(false)) {
            Ok(answers) => answers,
            Err(reason) => {
                traced.conditions = told(&[]);
                traced.untold = Some(reason);
                return traced;
            }
        };
        let ways: Vec<usize> = answers.iter().map(Vec::len).collect();
        traced.stopped = ways[1..].iter().position(|n| *n == 0);
        let last = traced.stopped.unwrap_or(statements.len());
        let asked: Vec<Option<usize>> =
            ways[1..].iter().enumerate().map(|(i, n)| (i <= last).then_some(*n)).collect();
        traced.conditions = told(&asked);
        if ways[0] == 0 {
            // A function of other arguments, such as `f("scratch")`.
            traced.stopped = None;
            traced.conditions.iter_mut().for_each(|c| c.ways = None);
            traced.untold = Some("its arguments are others".to_owned());
            return traced;
        }
        if let Some(at) = traced.stopped {
            traced.variables = variables(&answers[at], &statements[at], &names[at]);
            self.explain(&mut traced, &statements[at], &conditions(at), given, depth);
        }
        traced
    }

    /// What the parts of the condition come to, and what the functions say that it calls.
    fn explain(
        &self,
        traced: &mut TracedBody,
        statement: &LiteralStmt,
        before: &str,
        given: Option<&Value>,
        depth: usize,
    ) {
        for part in parts(statement) {
            // In a list of its own, because an undefined part would undo the whole question.
            let question = format!("[x__ | x__ := {part}] |\n{before}");
            let Ok(answers) = self.ask(&[question], given) else { continue };
            let Some(Value::Array(value)) = answers[0].first() else { continue };
            let value = value.first().map_or_else(|| "undefined".to_owned(), shown);
            traced.parts.push((one_line(part), value));
        }
        if let Literal::Every { value, key, domain, query, .. } = &statement.literal {
            let keys = key.iter().map(|k| format!("{}, ", k.text())).collect::<String>();
            let (item, all) = (value.text(), source(domain));
            let question = format!(
                "{item} |\n{before}\nsome {keys}{item} in {all}\ncount([1 |\n{}\n]) == 0",
                query.stmts.iter().map(text).collect::<Vec<_>>().join("\n")
            );
            if let Ok(answers) = self.ask(&[question], given)
                && let Some(first) = answers[0].first()
            {
                traced.parts.push((format!("does not hold for {item} ="), shown(first)));
            }
        }
        if depth >= MAX_DEPTH {
            return;
        }
        let mut calls: Vec<(&Expr, Vec<&str>)> = Vec::new();
        each_in_statement(statement, &mut |expr| {
            if let Expr::Call { fcn, params, .. } = expr {
                calls.push((fcn, params.iter().map(|p| source(p)).collect()));
            }
        });
        for (function, given_texts) in calls {
            let Some(name) = segments(function).map(|parts| parts.join(".")) else { continue };
            let rules: Vec<_> = self
                .module
                .policy
                .iter()
                .filter(|rule| rule_name(rule) == name && arguments(rule).is_some())
                .collect();
            if rules.is_empty() {
                continue;
            }
            let question = format!("[{}] |\n{before}", given_texts.join(", "));
            let Ok(answers) = self.ask(&[question], given) else { continue };
            let Some(values) = answers[0].first() else { continue };
            let shown_values = shown(values);
            traced.called.extend(rules.into_iter().map(|rule| TracedRule {
                value: format!("called with {shown_values}"),
                ..self.rule(rule, Some(values), depth + 1)
            }));
        }
    }
}

/// What has a value after these statements, as far as it can be told.
fn bound(statements: &[LiteralStmt], parameters: &[&str]) -> BTreeSet<String> {
    let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut names: BTreeSet<String> =
        parameters.iter().filter(|p| plain(p)).map(|p| (*p).to_owned()).collect();
    let mut declared: BTreeSet<String> = BTreeSet::new();
    let variables = |expr: &Expr, names: &mut BTreeSet<String>| {
        walk(expr, &mut |e| {
            if let Expr::Var { span, .. } = e {
                names.insert(span.text().to_owned());
            }
        });
    };
    for statement in statements {
        each_in_statement(statement, &mut |e| {
            if let Expr::Var { span, .. } = e
                && declared.contains(span.text())
            {
                names.insert(span.text().to_owned());
            }
        });
        match &statement.literal {
            Literal::SomeVars { vars, .. } => {
                declared.extend(vars.iter().map(|v| v.text().to_owned()));
            }
            Literal::SomeIn { key, value, .. } => {
                key.iter().for_each(|k| variables(k, &mut names));
                variables(value, &mut names);
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                    variables(lhs, &mut names);
                }
            }
            Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
    names.retain(|name| name != "_" && plain(name) && !name.starts_with(|c: char| c.is_numeric()));
    names
}

/// The variables that the condition that stopped speaks of; all, when it names none.
fn variables(
    answers: &[Value],
    statement: &LiteralStmt,
    known: &BTreeSet<String>,
) -> Vec<(String, String)> {
    let Some(first) = answers.first() else { return Vec::new() };
    let mut used = BTreeSet::new();
    each_in_statement(statement, &mut |e| {
        if let Expr::Var { span, .. } = e {
            used.insert(span.text().to_owned());
        }
    });
    let fields = known.iter().filter(|name| used.contains(*name));
    let value = |name: &String| (name.clone(), shown(&first[name.as_str()]));
    fields.map(value).filter(|(_, value)| value != "undefined").collect()
}

/// Parts of a condition that are worth a look: not literals, not plain variables.
fn parts(statement: &LiteralStmt) -> Vec<&str> {
    let Some(expr) = inner(&statement.literal) else { return Vec::new() };
    let mut found: Vec<&Expr> = Vec::new();
    match expr {
        Expr::BoolExpr { lhs, rhs, .. } => found.extend([lhs.as_ref(), rhs.as_ref()]),
        Expr::Call { params, .. } => found.extend(params.iter().map(AsRef::as_ref)),
        Expr::Membership { value, collection, .. } => {
            found.extend([value.as_ref(), collection.as_ref()]);
        }
        Expr::AssignExpr { rhs, .. } => found.push(rhs),
        other => found.push(other),
    }
    let plain = |e: &&Expr| {
        !matches!(
            e,
            Expr::Var { .. }
                | Expr::String { .. }
                | Expr::RawString { .. }
                | Expr::Number { .. }
                | Expr::Bool { .. }
                | Expr::Null { .. }
        )
    };
    found.into_iter().filter(plain).map(source).collect()
}

fn text(statement: &LiteralStmt) -> &str {
    full(&statement.span)
}

fn source(expr: &Expr) -> &str {
    full(expr.span())
}

fn one_line(text: &str) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let clipped: String = joined.chars().take(MAX_TEXT).collect();
    if clipped.len() < joined.len() { format!("{clipped}…") } else { clipped }
}
