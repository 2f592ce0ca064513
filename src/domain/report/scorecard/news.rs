//! What is new since the last edit?

use super::super::budget::fit;
use super::super::escape::code_span;
use super::super::words::count;
use super::level_word;
use crate::domain::scorecard::Book;
use crate::domain::scorecard::history;
use crate::domain::time::Timestamp;

/// Room for the items, in bytes.
const ROOM: usize = 4_000;

/// Repositories whose level has changed since that moment, when the figures were last counted. Nothing at the first time.
pub fn news(book: &Book<'_>, since: Option<Timestamp>) -> String {
    let Some(since) = since else { return String::new() };
    let mut items = Vec::new();
    let mut hidden = 0;
    for own in book.history.chunk_by(|a, b| a.repo == b.repo) {
        let Some(entry) = book.entries.iter().find(|entry| entry.id == own[0].repo) else {
            continue;
        };
        // What had changed by then was counted then.
        let Some(now) = own.last().filter(|last| last.since > since) else { continue };
        let before = history::at(own, since.plus_ms(1));
        let words = match before {
            Some(before) if before.level == now.level => continue,
            Some(before) => {
                format!("{} → {}", level_word(before.level), level_word(now.level))
            }
            None => format!("new, {}", level_word(now.level)),
        };
        if entry.named {
            items.push(format!("- {}: {words}\n", code_span(entry.name.name())));
        } else {
            hidden += 1;
        }
    }
    if hidden > 0 {
        items.push(format!("- {}\n", count(hidden, "private repository", "private repositories")));
    }
    if items.is_empty() {
        return String::new();
    }
    let (shown, left) = fit(&items, ROOM);
    let more = if left > 0 { format!("- {left} more\n") } else { String::new() };
    format!("\n### New since {}\n\n{shown}{more}", since.date())
}
