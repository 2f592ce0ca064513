//! What stands in a Rego module? A walk over the syntax trees that regorus has parsed.
//!
//! regorus calls its tree `unstable`: this file, `lint`, `references`, `coverage` and `trace` are
//! what an upgrade may touch. The parser refuses nesting deeper than 32, so recursion is bounded.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleHead, Span};

/// The parts of a plain reference: `data.x.y` → `["data", "x", "y"]`; `None` with variables in it.
pub(super) fn segments(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Var { span, .. } => Some(vec![span.text().to_owned()]),
        Expr::RefDot { refr, field, .. } => {
            let mut parts = segments(refr)?;
            parts.push(field.1.as_string().ok()?.to_string());
            Some(parts)
        }
        Expr::RefBrack { refr, index, .. } => {
            let Expr::String { value, .. } = index.as_ref() else { return None };
            let mut parts = segments(refr)?;
            parts.push(value.as_string().ok()?.to_string());
            Some(parts)
        }
        _ => None,
    }
}

/// Where a name begins: the span of `a.b` is that of its dot.
pub(super) fn start(name: &Expr) -> &Span {
    match name {
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => start(refr),
        other => other.span(),
    }
}

/// The whole text of a span: regorus leaves the quotes around a string out of it.
pub(super) fn full(span: &Span) -> &str {
    let text = span.source.get_contents();
    let (start, end) = (span.start as usize, span.end as usize);
    let quote = |at: Option<&u8>| at.is_some_and(|c| matches!(c, b'"' | b'`'));
    let bytes = text.as_bytes();
    let start = start - usize::from(start > 0 && quote(bytes.get(start - 1)));
    let end = end + usize::from(quote(bytes.get(end)));
    text.get(start..end).unwrap_or_else(|| span.text())
}

/// The package of a module: `data.waymark.lib.gaps`.
pub(super) fn package(module: &Module) -> String {
    format!("data.{}", segments(&module.package.refr).unwrap_or_default().join("."))
}

/// Name → what it stands for, of the imports: `gaps` → `data.waymark.lib.gaps`.
pub(super) fn imports(module: &Module) -> Vec<(String, String)> {
    let one = |import: &regorus::unstable::Import| {
        let parts = segments(&import.refr)?;
        let alias = import.r#as.as_ref().map(|span| span.text().to_owned());
        Some((alias.or_else(|| parts.last().cloned())?, parts.join(".")))
    };
    module.imports.iter().filter_map(one).collect()
}

/// The name of a rule, as its head says it, without a set's or object's key.
pub(super) fn rule_name(rule: &Rule) -> String {
    let refr = match rule {
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
        Rule::Default { refr, .. } => refr,
    };
    let mut expr: &Expr = refr;
    loop {
        match expr {
            Expr::RefBrack { refr, .. } => expr = refr,
            other => return segments(other).unwrap_or_default().join("."),
        }
    }
}

/// The arguments of a function rule; `None` for other rules.
pub(super) fn arguments(rule: &Rule) -> Option<&[Ref<Expr>]> {
    match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } => Some(args),
        Rule::Default { args, .. } if !args.is_empty() => Some(args),
        _ => None,
    }
}

/// The expressions of a rule's head: its keys, then its value.
pub(super) fn head(rule: &Rule) -> Vec<&Expr> {
    let Rule::Spec { head, .. } = rule else { return Vec::new() };
    match head {
        RuleHead::Compr { refr, assign, .. } => {
            let mut all = keys(refr);
            all.extend(assign.iter().map(|assign| assign.value.as_ref()));
            all
        }
        RuleHead::Func { assign, .. } => assign.iter().map(|a| a.value.as_ref()).collect(),
        RuleHead::Set { key, .. } => key.iter().map(AsRef::as_ref).collect(),
    }
}

/// Visits every expression of a rule, outer ones first.
pub(super) fn each_expr<'a>(rule: &'a Rule, visit: &mut impl FnMut(&'a Expr)) {
    match rule {
        Rule::Default { value, .. } => walk(value, visit),
        Rule::Spec { bodies, .. } => {
            head(rule).into_iter().for_each(|expr| walk(expr, visit));
            for body in bodies {
                body.assign.iter().for_each(|a| walk(&a.value, visit));
                each_in_query(&body.query, visit);
            }
        }
    }
}

/// The keys in a rule's head, `p[key] := …`; its name is no expression.
fn keys(head: &Expr) -> Vec<&Expr> {
    let Expr::RefBrack { refr, index, .. } = head else { return Vec::new() };
    let mut all = keys(refr);
    all.push(index);
    all
}

pub(super) fn each_in_query<'a>(query: &'a Query, visit: &mut impl FnMut(&'a Expr)) {
    query.stmts.iter().for_each(|statement| each_in_statement(statement, visit));
}

/// Visits every expression of a statement.
pub(super) fn each_in_statement<'a>(statement: &'a LiteralStmt, visit: &mut impl FnMut(&'a Expr)) {
    match &statement.literal {
        Literal::SomeVars { .. } => {}
        Literal::SomeIn { key, value, collection, .. } => {
            key.iter().for_each(|k| walk(k, visit));
            walk(value, visit);
            walk(collection, visit);
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => walk(expr, visit),
        Literal::Every { domain, query, .. } => {
            walk(domain, visit);
            each_in_query(query, visit);
        }
    }
    statement.with_mods.iter().for_each(|with| walk(&with.r#as, visit));
}

/// Visits an expression and all in it.
pub(super) fn walk<'a>(expr: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    visit(expr);
    parts(expr).into_iter().for_each(|part| walk(part, visit));
    query_of(expr).into_iter().for_each(|query| each_in_query(query, visit));
}

/// The conditions of a comprehension.
pub(super) fn query_of(expr: &Expr) -> Option<&Query> {
    match expr {
        Expr::ArrayCompr { query, .. }
        | Expr::SetCompr { query, .. }
        | Expr::ObjectCompr { query, .. } => Some(query),
        _ => None,
    }
}

/// What an expression is made of, a comprehension's conditions excepted.
pub(super) fn parts(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => plain(items),
        Expr::Object { fields, .. } => {
            fields.iter().flat_map(|(_, key, value)| [key.as_ref(), value.as_ref()]).collect()
        }
        Expr::ArrayCompr { term, .. } | Expr::SetCompr { term, .. } => vec![term],
        Expr::ObjectCompr { key, value, .. } => vec![key, value],
        Expr::Call { fcn, params, .. } => [vec![fcn.as_ref()], plain(params)].concat(),
        Expr::UnaryExpr { expr, .. } => vec![expr],
        Expr::RefDot { refr, .. } => vec![refr],
        Expr::RefBrack { refr, index, .. } => vec![refr, index],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership { key, value, collection, .. } => {
            let rest = [value.as_ref(), collection.as_ref()];
            key.iter().map(AsRef::as_ref).chain(rest).collect()
        }
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => Vec::new(),
    }
}

fn plain(list: &[Ref<Expr>]) -> Vec<&Expr> {
    list.iter().map(AsRef::as_ref).collect()
}
