//! What stands in a Rego module? A walk over the syntax trees that regorus has parsed.
//!
//! regorus calls its tree `unstable`: this file, `lint`, `coverage` and `trace` are what an
//! upgrade may touch. The parser refuses nesting deeper than 32, so recursion is bounded.

use regorus::unstable::{Expr, Literal, LiteralStmt, Module, Query, Rule, RuleHead, Span};

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
pub(super) fn arguments(rule: &Rule) -> Option<&[regorus::unstable::Ref<Expr>]> {
    match rule {
        Rule::Spec { head: RuleHead::Func { args, .. }, .. } => Some(args),
        Rule::Default { args, .. } if !args.is_empty() => Some(args),
        _ => None,
    }
}

/// Visits every expression of a rule, outer ones first.
pub(super) fn each_expr<'a>(rule: &'a Rule, visit: &mut impl FnMut(&'a Expr)) {
    match rule {
        Rule::Default { value, .. } => walk(value, visit),
        Rule::Spec { head, bodies, .. } => {
            match head {
                RuleHead::Compr { refr, assign, .. } => {
                    keys(refr, visit);
                    assign.iter().for_each(|a| walk(&a.value, visit));
                }
                RuleHead::Func { assign, .. } => {
                    assign.iter().for_each(|a| walk(&a.value, visit));
                }
                RuleHead::Set { key, .. } => key.iter().for_each(|k| walk(k, visit)),
            }
            for body in bodies {
                body.assign.iter().for_each(|a| walk(&a.value, visit));
                each_in_query(&body.query, visit);
            }
        }
    }
}

/// The keys in a rule's head, `p[key] := …`; its name is no expression.
fn keys<'a>(head: &'a Expr, visit: &mut impl FnMut(&'a Expr)) {
    if let Expr::RefBrack { refr, index, .. } = head {
        keys(refr, visit);
        walk(index, visit);
    }
}

fn each_in_query<'a>(query: &'a Query, visit: &mut impl FnMut(&'a Expr)) {
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
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().for_each(|e| walk(e, visit));
        }
        Expr::Object { fields, .. } => fields.iter().for_each(|(_, key, value)| {
            walk(key, visit);
            walk(value, visit);
        }),
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            walk(term, visit);
            each_in_query(query, visit);
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            walk(key, visit);
            walk(value, visit);
            each_in_query(query, visit);
        }
        Expr::Call { fcn, params, .. } => {
            walk(fcn, visit);
            params.iter().for_each(|e| walk(e, visit));
        }
        Expr::UnaryExpr { expr, .. } => walk(expr, visit),
        Expr::RefDot { refr, .. } => walk(refr, visit),
        Expr::RefBrack { refr, index, .. } => {
            walk(refr, visit);
            walk(index, visit);
        }
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => {
            walk(lhs, visit);
            walk(rhs, visit);
        }
        Expr::Membership { key, value, collection, .. } => {
            key.iter().for_each(|k| walk(k, visit));
            walk(value, visit);
            walk(collection, visit);
        }
        _ => {}
    }
}
