//! Which rules does a rule ask? Its references, names of its own left out.
//!
//! A name is a rule's own where an argument, `some`, `:=` or `every` makes it: Rego lets those hide
//! a rule of the same name, and they hold in the whole body that makes them and inside of it.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Module, Query, Rule, Span};

use super::syntax::{arguments, head, imports, package, parts, query_of, start};

/// What a rule asks for.
pub(super) struct Reference<'a> {
    /// As far as it can be told from the text: `["data", "waymark", "team", "x", "f"]`.
    pub(super) path: Vec<String>,
    /// Where.
    pub(super) at: &'a Span,
}

/// Everything that one rule of a module asks for, `input` excepted.
pub(super) fn references<'a>(module: &'a Module, rule: &'a Rule) -> Vec<Reference<'a>> {
    let words = |name: &str| name.split('.').map(str::to_owned).collect();
    let mut walker = Walker {
        package: words(&package(module)),
        imports: imports(module).into_iter().map(|(alias, t)| (alias, words(&t))).collect(),
        own: vec![BTreeSet::new()],
        found: Vec::new(),
    };
    for argument in arguments(rule).unwrap_or_default() {
        names(argument, &mut walker.own[0]);
    }
    match rule {
        Rule::Default { value, .. } => walker.expr(value),
        Rule::Spec { bodies, .. } => {
            let query = bodies.first().map(|body| body.query.as_ref());
            walker.inside(query, &head(rule));
            for body in bodies.iter() {
                let value: Vec<&Expr> = body.assign.iter().map(|a| a.value.as_ref()).collect();
                walker.inside(Some(&body.query), &value);
            }
        }
    }
    walker.found
}

/// The names in a pattern such as `[a, {"b": c}]`.
fn names<'a>(pattern: &'a Expr, into: &mut BTreeSet<&'a str>) {
    match pattern {
        Expr::Var { span, .. } => drop(into.insert(span.text())),
        Expr::Array { items, .. } => items.iter().for_each(|item| names(item, into)),
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| names(value, into)),
        _ => {}
    }
}

/// The names that a body makes.
fn made(query: &Query) -> BTreeSet<&str> {
    let mut own = BTreeSet::new();
    for statement in query.stmts.iter() {
        match &statement.literal {
            Literal::SomeVars { vars, .. } => own.extend(vars.iter().map(Span::text)),
            Literal::SomeIn { key, value, .. } => {
                key.iter().for_each(|key| names(key, &mut own));
                names(value, &mut own);
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                    names(lhs, &mut own);
                }
            }
            Literal::NotExpr { .. } | Literal::Every { .. } => {}
        }
    }
    own
}

struct Walker<'a> {
    package: Vec<String>,
    imports: Vec<(String, Vec<String>)>,
    /// Names of the rule's own; those of inner bodies last.
    own: Vec<BTreeSet<&'a str>>,
    found: Vec<Reference<'a>>,
}

impl<'a> Walker<'a> {
    /// A body, and expressions that see its names.
    fn inside(&mut self, query: Option<&'a Query>, exprs: &[&'a Expr]) {
        self.own.push(query.map(made).unwrap_or_default());
        exprs.iter().for_each(|expr| self.expr(expr));
        let statements = query.iter().flat_map(|query| query.stmts.iter());
        statements.for_each(|statement| self.statement(statement));
        self.own.pop();
    }

    fn statement(&mut self, statement: &'a LiteralStmt) {
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                key.iter().for_each(|key| self.expr(key));
                self.expr(value);
                self.expr(collection);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expr(expr),
            Literal::Every { key, value, domain, query, .. } => {
                self.expr(domain);
                self.own.push(key.iter().chain([value]).map(Span::text).collect());
                self.inside(Some(query), &[]);
                self.own.pop();
            }
        }
        // What is put in the place of something else is asked, too.
        statement.with_mods.iter().for_each(|with| self.expr(&with.r#as));
    }

    fn expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Var { .. } | Expr::RefDot { .. } | Expr::RefBrack { .. } => {
                self.reference(expr, false);
            }
            // A name of the rule's own hides no function.
            Expr::Call { fcn, params, .. } => {
                self.reference(fcn, true);
                params.iter().for_each(|param| self.expr(param));
            }
            _ => match query_of(expr) {
                Some(query) => self.inside(Some(query), &parts(expr)),
                None => parts(expr).into_iter().for_each(|part| self.expr(part)),
            },
        }
    }

    fn reference(&mut self, expr: &'a Expr, called: bool) {
        let mut steps: Vec<Option<String>> = Vec::new();
        let mut at = expr;
        loop {
            at = match at {
                Expr::RefDot { refr, field, .. } => {
                    steps.push(field.1.as_string().ok().map(|name| name.to_string()));
                    refr
                }
                Expr::RefBrack { refr, index, .. } => {
                    match index.as_ref() {
                        Expr::String { value, .. } | Expr::RawString { value, .. } => {
                            steps.push(value.as_string().ok().map(|name| name.to_string()));
                        }
                        other => {
                            self.expr(other);
                            steps.push(None);
                        }
                    }
                    refr
                }
                _ => break,
            };
        }
        // `f(x).y`: what is called is asked, whatever is taken of its answer.
        let Expr::Var { span, .. } = at else { return self.expr(at) };
        let root = span.text();
        if !called && self.own.iter().any(|own| own.contains(root)) {
            return;
        }
        let mut path = match self.imports.iter().find(|(alias, _)| alias == root) {
            Some((_, target)) => target.clone(),
            None if root == "data" || root == "input" => vec![root.to_owned()],
            None => [self.package.as_slice(), &[root.to_owned()]].concat(),
        };
        if path.first().is_some_and(|first| first == "data") {
            path.extend(steps.into_iter().rev().map_while(|step| step));
            self.found.push(Reference { path, at: start(expr) });
        }
    }
}
