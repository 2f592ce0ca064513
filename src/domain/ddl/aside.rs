//! What in a migration is not run on its way forward though it stands between what is? It becomes
//! blanks, so that every line and column stays where it is.

use std::ops::Range;

use super::layout::Framework;
use super::literals::{end_of, quote_of};

/// The text without comments of XML, and without what Django runs only on the way back or tells
/// only itself.
pub(super) fn without(framework: Framework, text: &str) -> String {
    let aside = match framework {
        Framework::Liquibase
            if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') =>
        {
            comments(text)
        }
        Framework::Django => {
            let mut aside = arguments_of(text, "RunSQL(", "reverse_sql");
            aside.extend(arguments_of(text, "SeparateDatabaseAndState(", "state_operations"));
            aside
        }
        _ => Vec::new(),
    };
    let mut bytes = text.as_bytes().to_vec();
    for byte in aside.into_iter().flat_map(|range| range.start..range.end) {
        if !matches!(bytes[byte], b'\n' | b'\r') {
            bytes[byte] = b' ';
        }
    }
    // Ranges begin and end at characters of ASCII.
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

/// Comments of XML. One that is not closed stays: what follows may be meant.
fn comments(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("<!").map(|start| at + start) {
        let rest = &text[start..];
        let close = match rest {
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<![CDATA[") => "]]>",
            _ => "<!",
        };
        let Some(end) = text[start + 2..].find(close).map(|end| start + 2 + end + close.len())
        else {
            break;
        };
        if close == "-->" {
            found.push(start..end);
        }
        at = if close == "<!" { start + 2 } else { end };
    }
    found
}

/// The second argument of each call, or the one of that name, with the comma before it.
fn arguments_of(text: &str, call: &str, name: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(call).map(|start| at + start + call.len()) {
        // Where the call does not end, nothing is known of its arguments.
        let Some(arguments) = arguments(text, start) else { break };
        // None holds another; and each text is looked at once, however deep it is nested.
        at = arguments.last().map_or(start, |last| last.end);
        for (index, argument) in arguments.iter().enumerate() {
            let written = without_comments(&text[argument.clone()]);
            let word = written.find(|c: char| !c.is_alphanumeric() && c != '_');
            let word = word.map_or(("", ""), |end| written.split_at(end));
            let behind = word.1.trim_start();
            let is_named =
                !word.0.is_empty() && behind.starts_with('=') && !behind.starts_with("==");
            let is_back = if is_named { word.0 == name } else { index == 1 };
            if !is_back || written.starts_with('*') {
                continue;
            }
            let begin = if index == 0 { argument.start } else { argument.start - 1 };
            let comma = index == 0 && text[argument.end..].starts_with(',');
            found.push(begin..argument.end + usize::from(comma));
        }
    }
    found
}

/// An argument without blanks and comments before it.
fn without_comments(argument: &str) -> &str {
    let mut rest = argument.trim_start();
    while rest.starts_with('#') {
        rest = rest.find('\n').map_or("", |end| rest[end..].trim_start());
    }
    rest
}

/// The arguments between the bracket that opens before `start` and the one that closes it.
fn arguments(text: &str, start: usize) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let (mut begin, mut at, mut depth) = (start, start, 0_usize);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(quote) = quote_of(rest) {
            at = end_of(text, at + quote.len(), quote) + quote.len();
            continue;
        }
        match rest.as_bytes()[0] {
            b'#' => {
                at += rest.find('\n')?;
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' if depth == 0 => {
                found.push(begin..at);
                return Some(found);
            }
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                found.push(begin..at);
                begin = at + 1;
            }
            _ => {}
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    None
}
