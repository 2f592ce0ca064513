//! How is Rego written so that the virtual machine takes an assignment for a condition?
//!
//! `x := e` fails where `e` is undefined, says Rego; the machine goes on with an `x` that nobody
//! knows, and `not f(x)` holds. `[x] := [e]` means the same, and there the machine looks.

use regorus::unstable::{AssignOp, Expr, Module, Span};

use super::super::syntax::{each_expr, full};

/// The text of a module with each such assignment written in the other way. Where lines begin and
/// end stays as it was.
pub(super) fn guarded(module: &Module) -> String {
    let text = module.package.span.source.get_contents();
    let mut insertions: Vec<(usize, &str)> = Vec::new();
    for rule in &module.policy {
        each_expr(rule, &mut |expr| {
            let Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } = expr else { return };
            let Expr::Var { span, .. } = lhs.as_ref() else { return };
            let left = (span.start as usize, span.end as usize);
            // The tree says where an object ends, but not where it begins.
            let behind = text[left.1..].trim_start();
            let behind = behind.strip_prefix(":=").unwrap_or(behind).trim_start();
            for (start, end) in [left, (text.len() - behind.len(), end(rhs.span()))] {
                insertions.extend([(start, "["), (end, "]")]);
            }
        });
    }
    // What ends where another begins, ends first.
    insertions.sort_by_key(|(at, sign)| (*at, *sign == "["));
    let mut out = text.to_owned();
    for (at, sign) in insertions.into_iter().rev() {
        out.insert_str(at, sign);
    }
    out
}

/// Where the whole text of a span ends.
fn end(span: &Span) -> usize {
    let (whole, bare) = (full(span), span.text());
    let quoted = whole.len() > bare.len() && whole.ends_with(['"', '`']);
    span.end as usize + usize::from(quoted)
}

#[cfg(test)]
mod tests {
    use regorus::Engine;

    use super::*;

    #[test]
    fn assignments_in_bodies_are_written_as_lists() {
        let text = r#"package p
import rego.v1
a := 1
b(x) := y if y := x.y
else := [z | some v in x; z := {"k": [w | w := v]}]
c contains d if {
	d := "text"
	every e in [1] { f := `raw`; f != e }
	g := {
		"one": "é",
		"two": e == "x",
	}
}
"#;
        let mut engine = Engine::new();
        engine.add_policy("p.rego".to_owned(), text.to_owned()).expect("Rego");
        let got = guarded(&engine.get_modules()[0]);
        assert_eq!(
            got,
            r#"package p
import rego.v1
a := 1
b(x) := y if [y] := [x.y]
else := [z | some v in x; [z] := [{"k": [w | [w] := [v]]}]]
c contains d if {
	[d] := ["text"]
	every e in [1] { [f] := [`raw`]; f != e }
	[g] := [{
		"one": "é",
		"two": e == "x",
	}]
}
"#
        );
        Engine::new().add_policy("p.rego".to_owned(), got).expect("Rego");
    }
}
