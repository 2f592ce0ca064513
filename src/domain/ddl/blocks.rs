//! What does a block do that is run at once? The statements in the body of a `DO`, and those that it
//! runs from texts.

use super::Dialect;
use super::patterns::{Action, of_statement};
use super::tokens::{Kind, Token, statements, target};

/// What the body of a `DO` does, which is run at once.
pub(super) fn actions(text: &str, body: &Token<'_>, dialect: Option<Dialect>) -> Vec<Action> {
    const BEGINS: [&str; 10] = [
        "DROP", "TRUNCATE", "DELETE", "UPDATE", "ALTER", "INSERT", "WITH", "EXECUTE", "PERFORM",
        "CALL",
    ];
    const BEFORE: [&str; 4] = ["BEGIN", "THEN", "ELSE", "LOOP"];
    let mut found = Vec::new();
    for inner in statements(body.text) {
        let begins = |at: usize| {
            let first = at == 0 || BEFORE.iter().any(|word| inner[at - 1].is(word));
            first && BEGINS.iter().any(|word| inner[at].is(word))
        };
        let Some(start) = (0..inner.len()).find(|at| begins(*at)) else { continue };
        let inner = &inner[start..];
        let offset = within(text, body.text);
        let mut add = |offset: usize, part: &[Token<'_>]| {
            let whose = target(part);
            found.extend(of_statement(part, dialect).into_iter().map(|a| {
                let target = a.target.or_else(|| whose.clone());
                Action { at: offset + a.at, target, ..a }
            }));
        };
        match shown(inner) {
            Some(shown) => {
                let offset = offset + within(body.text, shown.text);
                statements(shown.text).iter().for_each(|part| add(offset, part));
            }
            None => add(offset, inner),
        }
    }
    found
}

/// The text that `EXECUTE '…'` and `EXECUTE format('…', …)` run; of one that is put together nothing
/// is known.
fn shown<'p, 't>(tokens: &'p [Token<'t>]) -> Option<&'p Token<'t>> {
    let [first, second, rest @ ..] = tokens else { return None };
    if !first.is("EXECUTE") {
        return None;
    }
    match rest {
        [open, text, next, ..] if second.is("format") && open.is("(") => {
            (text.kind == Kind::Literal && !next.is("|")).then_some(text)
        }
        _ => {
            let whole = !rest.first().is_some_and(|next| next.is("|"));
            (second.kind == Kind::Literal && whole).then_some(second)
        }
    }
}

/// Where a piece of a text starts in it, in bytes.
fn within(text: &str, piece: &str) -> usize {
    (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
