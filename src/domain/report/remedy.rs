//! How is advice shown, so that its code can be copied and nothing in it breaks the page?
//!
//! A policy's description and remediation are Markdown of its author, trusted to mean well but
//! not to balance every fence. A finding's own remediation is plain text that may quote the
//! repository, and is escaped in full.

use super::escape::{BREAK, block, fenced, prose};

/// A stretch of advice.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Words(String),
    Code { language: String, text: String },
}

/// Markdown of a policy's author → Markdown whose fences are closed, and in whose prose HTML and
/// mentions are plain text. No newline at the end.
pub fn authored(markdown: &str) -> String {
    join(pieces(markdown).into_iter().map(|piece| match piece {
        Piece::Words(words) => tame(&words),
        Piece::Code { language, text } => fenced(&text, &language),
    }))
}

/// A finding's own remediation → Markdown. Several lines are code to copy; a first line that
/// ends with a colon introduces them. `language` colours code that does not name its own.
pub fn exact(remediation: &str, language: &str) -> String {
    let text = block(remediation);
    let mut found = pieces(&text);
    if let [Piece::Words(words)] = found.as_slice()
        && words.contains('\n')
    {
        let code = |text: &str| Piece::Code { language: String::new(), text: text.to_owned() };
        found = match words.split_once('\n') {
            Some((first, rest)) if first.ends_with(':') => {
                vec![Piece::Words(first.to_owned()), code(rest)]
            }
            _ => vec![code(words)],
        };
    }
    join(found.into_iter().map(|piece| match piece {
        Piece::Words(words) => {
            words.lines().map(prose).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n\n")
        }
        Piece::Code { language: own, text } => {
            fenced(&text, if own.is_empty() { language } else { &own })
        }
    }))
}

/// Advice of either kind → plain text for terminals and annotations: fences gone, their code
/// indented by four spaces; hidden characters shown.
pub fn plain(advice: &str) -> String {
    join(pieces(&block(advice)).into_iter().map(|piece| match piece {
        Piece::Words(words) => words,
        Piece::Code { text, .. } => {
            text.lines().map(|l| format!("    {l}")).collect::<Vec<_>>().join("\n")
        }
    }))
}

/// The word by which GitHub colours a file of this name; empty when none is known.
pub fn language_of(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        Some((_, "yaml" | "yml")) => "yaml",
        Some((_, "json")) => "json",
        Some((_, "tf")) => "hcl",
        _ if name.contains("Dockerfile") || name.contains("Containerfile") => "dockerfile",
        _ => "",
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> =
        parts.map(|p| p.trim_end().to_owned()).filter(|p| !p.trim().is_empty()).collect();
    parts.join("\n\n")
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some((indent, fence, language)) = opens_fence(line) else {
            words.push(line);
            continue;
        };
        flush(&mut words, &mut found);
        let code: Vec<&str> = lines
            .by_ref()
            .take_while(|l| !closes_fence(l, fence))
            .map(|l| &l[l.bytes().take(indent).take_while(|b| *b == b' ').count()..])
            .collect();
        found.push(Piece::Code { language: language.to_owned(), text: code.join("\n") });
    }
    flush(&mut words, &mut found);
    found
}

fn flush(words: &mut Vec<&str>, found: &mut Vec<Piece>) {
    let text = words.join("\n");
    let text = text.trim_matches('\n').trim_end();
    if !text.trim().is_empty() {
        found.push(Piece::Words(text.to_owned()));
    }
    words.clear();
}

/// Indentation, fence and language of a line that opens a code block.
fn opens_fence(line: &str) -> Option<(usize, &str, &str)> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let info = text.trim_start_matches(mark);
    let fence = &text[..text.len() - info.len()];
    let opens = fence.len() >= 3 && !(mark == '`' && info.contains('`'));
    opens.then(|| (line.len() - text.len(), fence, info.trim()))
}

fn closes_fence(line: &str, fence: &str) -> bool {
    let text = line.trim();
    text.starts_with(fence) && text.trim_start_matches(&fence[..1]).is_empty()
}

/// Takes HTML and mentions out of an author's prose; code spans stay as they are. Lines that an
/// author wrapped are joined: GitHub shows a line break in a check run as one.
fn tame(words: &str) -> String {
    let words = block(words);
    let paragraphs: Vec<String> =
        words.split("\n\n").map(|paragraph| tame_paragraph(&unwrapped(paragraph))).collect();
    paragraphs.join("\n\n")
}

/// A plain paragraph on one line; lists, quotes, tables, headings and indented code stay.
fn unwrapped(paragraph: &str) -> String {
    let plain = |line: &str| {
        let first = line.chars().next().unwrap_or(' ');
        let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let listed = number.len() < line.len() && number.starts_with(['.', ')']);
        !(listed || first.is_whitespace() || "-*+>|#=".contains(first) || line.ends_with("  "))
    };
    if paragraph.lines().all(plain) {
        paragraph.lines().collect::<Vec<_>>().join(" ")
    } else {
        paragraph.to_owned()
    }
}

fn tame_paragraph(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let span = code_span_at(rest);
            out.push_str(&rest[..span]);
            rest = &rest[span..];
            continue;
        }
        let behind = &rest[c.len_utf8()..];
        let next = behind.chars().next().unwrap_or(' ');
        match c {
            '\\' if next.is_ascii_punctuation() => {
                out.push('\\');
                out.push(next);
                rest = &behind[1..];
                continue;
            }
            '<' if !next.is_whitespace() && !behind.starts_with("http") => out.push_str("&lt;"),
            '@' if next.is_ascii_alphanumeric() => {
                out.push('@');
                out.push_str(BREAK);
            }
            c => out.push(c),
        }
        rest = behind;
    }
    out
}

/// How many bytes the code span takes that `text` starts with; without an end, its backticks.
fn code_span_at(text: &str) -> usize {
    let ticks = text.len() - text.trim_start_matches('`').len();
    let mut at = ticks;
    for run in text[ticks..].split_inclusive(|c| c != '`') {
        let len = run.chars().take_while(|c| *c == '`').count();
        if len == ticks {
            return at + ticks;
        }
        at += run.len();
    }
    ticks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wrapped_lines_are_joined_and_lists_are_not() {
        assert_eq!(
            authored("One two\nthree.\n\n- four\n- five\n"),
            "One two three.\n\n- four\n- five"
        );
        assert_eq!(authored("1. one\n2. two"), "1. one\n2. two");
    }

    #[test]
    fn an_author_may_forget_a_fence() {
        let given =
            "Add <b>this</b>, ask @acme/platform, see `<owner>/x` and ``a`<b>``:\n```yaml\na: 1\n";
        assert_eq!(
            authored(given),
            "Add &lt;b>this&lt;/b>, ask @&#8203;acme/platform, see `<owner>/x` and ``a`<b>``:\n\n```yaml\na: 1\n```"
        );
    }

    #[test]
    fn lines_of_a_findings_remediation_are_code() {
        assert_eq!(exact("Add `USER 65532`", ""), "Add `USER 65532`");
        assert_eq!(exact("Add:\n  a: 1\n  b: 2", "yaml"), "Add:\n\n```yaml\n  a: 1\n  b: 2\n```");
        assert_eq!(exact("a: 1\nb: @x", "yaml"), "```yaml\na: 1\nb: @x\n```");
        assert_eq!(
            exact("Say @x\n```\n</details>\n```\nthen", ""),
            "Say @&#8203;x\n\n```\n</details>\n```\n\nthen"
        );
    }

    #[test]
    fn plain_advice_has_no_fences() {
        assert_eq!(
            plain("Set:\n\n  ```yaml\n  a:\n    b\n  ```\nDone"),
            "Set:\n\n    a:\n      b\n\nDone"
        );
    }

    proptest! {
        #[test]
        fn fences_are_balanced(text in "[`~<@a \\n]{0,80}") {
            for page in [authored(&text), exact(&text, "")] {
                let mut open: Option<usize> = None;
                for line in page.lines() {
                    let info = line.trim_start_matches('`');
                    let ticks = line.len() - info.len();
                    match open {
                        None if ticks >= 3 && !info.contains('`') => open = Some(ticks),
                        Some(n) if ticks >= n && info.trim().is_empty() => open = None,
                        _ => {}
                    }
                }
                prop_assert_eq!(open, None, "{}", page);
            }
        }
    }
}
