//! What does a block do that is run at once? The statements in the body of a `DO`, and those that it
//! runs from texts.

use super::patterns::{Action, of_statement};
use super::tokens::{Kind, Token, statements, target};
use super::{Dialect, Effect};

/// What the body of a `DO` does, which is run at once.
pub(super) fn actions(text: &str, body: &Token<'_>, dialect: Option<Dialect>) -> Vec<Action> {
    const BEGINS: [&str; 10] = [
        "DROP", "TRUNCATE", "DELETE", "UPDATE", "INSERT", "SELECT", "WITH", "EXECUTE", "PERFORM",
        "CALL",
    ];
    // What makes or changes a thing is the same as outside of a block; what acts upon rows is not:
    // it may put them into variables.
    const DEFINES: [&str; 6] = ["CREATE", "ALTER", "LOCK", "REINDEX", "REFRESH", "CLUSTER"];
    const BEFORE: [&str; 4] = ["BEGIN", "THEN", "ELSE", "LOOP"];
    let mut found = Vec::new();
    for inner in statements(body.text) {
        let begins = |at: usize| {
            let first = at == 0 || BEFORE.iter().any(|word| inner[at - 1].is(word));
            first && BEGINS.iter().chain(&DEFINES).any(|word| inner[at].is(word))
        };
        let Some(start) = (0..inner.len()).find(|at| begins(*at)) else { continue };
        let inner = &inner[start..];
        let mut add = |base: &str, part: &[Token<'_>]| {
            let offset = within(text, base);
            let Some(first) = part.first() else { return };
            if DEFINES.iter().any(|word| first.is(word)) {
                let mut told = super::sql(written(base, part), dialect);
                told.retain(|s| !s.why.is_empty());
                if told.iter().any(|s| s.effect != Effect::Unknown) {
                    // A text with places to be filled in (`%I`) is understood, not parsed.
                    told.retain(|s| s.effect != Effect::Unknown);
                }
                found.extend(told.into_iter().map(|s| Action {
                    at: offset + first.at,
                    says: (s.kind, s.effect, s.lock, s.why),
                    target: s.target,
                }));
                return;
            }
            let whose = target(part);
            found.extend(of_statement(part, dialect).into_iter().map(|a| {
                let target = a.target.or_else(|| whose.clone());
                Action { at: offset + a.at, target, ..a }
            }));
        };
        match shown(inner) {
            Some(shown) => statements(shown.text).iter().for_each(|part| add(shown.text, part)),
            None => add(body.text, inner),
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

/// A statement as it stands in `base`, to the closing sign of its last token.
fn written<'b>(base: &'b str, part: &[Token<'_>]) -> &'b str {
    let (Some(first), Some(last)) = (part.first(), part.last()) else { return "" };
    let inside = within(base, last.text);
    let sign = inside.saturating_sub(last.at);
    base.get(first.at..inside + last.text.len() + sign).unwrap_or_default()
}

/// Where a piece of a text starts in it, in bytes.
fn within(text: &str, piece: &str) -> usize {
    (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
