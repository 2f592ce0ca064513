//! How does hostile text become Markdown that shows exactly that text?
//!
//! GitHub reads mentions, issue references and emoji names *after* Markdown, where a backslash is
//! gone already; only a character in between keeps them apart. [`BREAK`] is that character, as
//! an entity, so that a reader of the source sees it. Copying from prose carries it along;
//! what is meant to be copied stands in code, which GitHub leaves alone.

pub use super::visible::{block, line};

/// A zero-width space.
pub(super) const BREAK: &str = "&#8203;";

/// Plain text → Markdown for one line of prose: no mention, reference, link, image, HTML, emoji
/// name or block structure comes of it. Fit for table cells. (A bare commit SHA may still be
/// linked by GitHub to the commit of that name; that tells nobody.)
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    push_text(&mut out, line(text).trim());
    out
}

/// Like [`markdown`], but what stands between two backticks becomes a code span, as the author
/// of a message means it. Not for table cells.
pub fn prose(text: &str) -> String {
    let shown = line(text);
    let parts: Vec<&str> = shown.trim().split('`').collect();
    let mut out = String::new();
    for (i, part) in parts.iter().enumerate() {
        let quoted = i % 2 == 1;
        match (quoted, i + 1 == parts.len()) {
            (true, false) if !part.trim().is_empty() => push_code(&mut out, part),
            (true, last) => {
                out.push_str("&#96;");
                push_text(&mut out, part);
                out.push_str(if last { "" } else { "&#96;" });
            }
            (false, _) => push_text(&mut out, part),
        }
    }
    out
}

/// A code span that shows `text`, with as many backticks as it takes. Not for table cells.
pub fn code_span(text: &str) -> String {
    let mut out = String::new();
    push_code(&mut out, &line(text));
    out
}

/// A fenced code block that shows `text`, its fence longer than any inside; ends with a newline.
/// The language is for colours only and is left out when it is no plain word.
pub fn fenced(text: &str, language: &str) -> String {
    let word = language.len() <= 20 && language.bytes().all(|b| b.is_ascii_alphanumeric());
    let language = if word { language } else { "" };
    let body = block(text);
    let body = body.trim_end_matches('\n');
    let fence = "`".repeat(longest_run(body).max(2) + 1);
    format!("{fence}{language}\n{body}\n{fence}\n")
}

fn push_code(out: &mut String, shown: &str) {
    if shown.trim().is_empty() {
        out.push_str("(empty)");
        return;
    }
    if out.ends_with('`') {
        out.push_str(BREAK);
    }
    let ticks = "`".repeat(longest_run(shown) + 1);
    // Markdown takes one space off each end when both have one.
    let edge = |c: Option<char>| matches!(c, Some('`' | ' '));
    let pad = if edge(shown.chars().next()) || edge(shown.chars().last()) { " " } else { "" };
    out.push_str(&format!("{ticks}{pad}{shown}{pad}{ticks}"));
}

/// `shown` holds no hidden characters any more.
fn push_text(out: &mut String, shown: &str) {
    let chars: Vec<char> = shown.chars().collect();
    let at_start = out.is_empty();
    let digits = chars.iter().take_while(|c| c.is_ascii_digit()).count();
    for (i, &c) in chars.iter().enumerate() {
        let next = chars.get(i + 1).copied();
        match c {
            '`' => out.push_str("&#96;"),
            '|' => out.push_str("&#124;"),
            '$' => out.push_str("&#36;"),
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '~' | '&' => out.extend(['\\', c]),
            '-' | '+' | '=' if at_start && i == 0 => out.extend(['\\', c]),
            '.' | ')' if at_start && digits > 0 && i == digits => out.extend(['\\', c]),
            '@' | '#' => {
                out.push(c);
                out.push_str(BREAK);
            }
            ':' if next == Some('/') || names_emoji(&chars[i + 1..]) => {
                out.push(':');
                out.push_str(BREAK);
            }
            '-' if next.is_some_and(|n| n.is_ascii_digit()) && ends_with(&chars[..i], "gh") => {
                out.push_str(BREAK);
                out.push('-');
            }
            '.' if ends_with(&chars[..i], "www") => {
                out.push_str(BREAK);
                out.push('.');
            }
            c => out.push(c),
        }
    }
}

/// Whether the text behind a colon closes an emoji name: `tada:`.
fn names_emoji(behind: &[char]) -> bool {
    let word = |c: &&char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-');
    // No emoji name is longer; the bound keeps a long line of colons linear.
    let len = behind.iter().take(64).take_while(word).count();
    len > 0 && behind.get(len) == Some(&':')
}

fn ends_with(chars: &[char], word: &str) -> bool {
    let tail = chars.len().saturating_sub(word.len());
    chars[tail..].iter().map(char::to_ascii_lowercase).eq(word.chars())
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn github_finds_nobody_and_nothing_to_link() {
        for (text, shown) in [
            ("ask @acme/team", "ask @&#8203;acme/team"),
            ("fixes #12 acme/api#1", "fixes #&#8203;12 acme/api#&#8203;1"),
            ("GH-12 and gh-x", "GH&#8203;-12 and gh-x"),
            ("http://evil.example", "http:&#8203;//evil.example"),
            ("WWW.evil.example", "WWW&#8203;.evil.example"),
            ("![x](y) [a](b)", r"!\[x\](y) \[a\](b)"),
            ("<img src=x> &lt; </details>", r"\<img src=x\> \&lt; \</details\>"),
            ("a|b `c` $d$", "a&#124;b &#96;c&#96; &#36;d&#36;"),
            (":tada: nginx:1.27", ":&#8203;tada: nginx:1.27"),
            ("**b** _i_ ~~s~~", r"\*\*b\*\* \_i\_ \~\~s\~\~"),
            ("line\nbreak", r"line\\nbreak"),
            ("- item", r"\- item"),
            ("1. item", r"1\. item"),
            ("# heading", "#&#8203; heading"),
            ("plain words, 3.5 and x-y", "plain words, 3.5 and x-y"),
        ] {
            assert_eq!(markdown(text), shown, "{text:?}");
        }
    }

    #[test]
    fn what_a_message_quotes_becomes_code() {
        assert_eq!(prose("container `web` has no `USER`"), "container `web` has no `USER`");
        assert_eq!(prose("`@acme/team` @acme/team"), "`@acme/team` @&#8203;acme/team");
        assert_eq!(prose("`a``b`"), "`a`&#8203;`b`");
        assert_eq!(prose("one ` only"), "one &#96; only");
        assert_eq!(prose("``` x"), "&#96;&#96;&#96; x");
    }

    #[test]
    fn a_code_span_holds_any_name() {
        assert_eq!(code_span("Dockerfile"), "`Dockerfile`");
        assert_eq!(code_span("a`b"), "``a`b``");
        assert_eq!(code_span("`x`"), "`` `x` ``");
        assert_eq!(code_span("a\n</details>\nb"), r"`a\n</details>\nb`");
        assert_eq!(code_span(" "), "(empty)");
    }

    #[test]
    fn a_fence_is_longer_than_any_inside() {
        assert_eq!(fenced("a\n````\nb\n", "yaml"), "`````yaml\na\n````\nb\n`````\n");
        assert_eq!(fenced("", "a`b"), "```\n\n```\n");
    }

    /// Text as attackers write it: mostly the characters that mean something.
    fn hostile() -> impl Strategy<Value = String> {
        let mean = r"[`@#:/\\<>\[\]()!*_~|&$=+. \-0-9a-zA-Z\n\r\x1b\u{200b}\u{202e}é]{0,60}";
        prop_oneof![mean.prop_map(String::from), any::<String>()]
    }

    /// What Markdown shows for text that `push_text` wrote: undoes escapes and entities.
    fn shown_by_markdown(source: &str) -> String {
        let named = [("&#8203;", ""), ("&#96;", "`"), ("&#124;", "|"), ("&#36;", "$")];
        let mut out = String::new();
        let mut rest = source;
        'next: while let Some(c) = rest.chars().next() {
            for (entity, plain) in named {
                if let Some(behind) = rest.strip_prefix(entity) {
                    out.push_str(plain);
                    rest = behind;
                    continue 'next;
                }
            }
            let escaped = rest.strip_prefix('\\').and_then(|r| r.chars().next());
            match escaped.filter(char::is_ascii_punctuation) {
                Some(e) => {
                    out.push(e);
                    rest = &rest[2..];
                }
                None => {
                    assert!(!"`<>[]*_~|$&".contains(c), "bare {c} in {source:?}");
                    out.push(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        out
    }

    proptest! {
        #[test]
        fn escaped_text_shows_what_was_written(text in hostile()) {
            let visible = line(&text);
            prop_assert_eq!(shown_by_markdown(&markdown(&text)), visible.trim());
        }

        #[test]
        fn nothing_reads_as_mention_reference_or_link(text in hostile()) {
            let source = markdown(&text).to_lowercase().replace("&#8203;", "\u{200b}");
            let source = source.replace("&#96;", "`").replace("&#124;", "|").replace("&#36;", "$");
            let bytes = source.as_bytes();
            for (i, b) in bytes.iter().enumerate() {
                let next = bytes.get(i + 1).copied().unwrap_or(b' ');
                prop_assert!(!(b"@#".contains(b) && next.is_ascii_alphanumeric()), "{}", source);
            }
            prop_assert!(!source.contains("://") && !source.contains("www."), "{}", source);
            prop_assert!(!source.contains('\n'));
        }

        #[test]
        fn a_span_closes_where_it_should(text in hostile()) {
            let span = code_span(&text);
            let ticks = span.len() - span.trim_start_matches('`').len();
            prop_assume!(ticks > 0);
            let inner = span[ticks..].strip_suffix(&"`".repeat(ticks)).unwrap();
            prop_assert!(inner.split(|c| c != '`').all(|run| run.len() != ticks));
            let strip = inner.strip_prefix(' ').and_then(|i| i.strip_suffix(' '));
            prop_assert_eq!(strip.unwrap_or(inner), line(&text));
        }

        #[test]
        fn no_line_inside_closes_the_fence(text in hostile()) {
            let source = fenced(&text, "");
            let fence = source.lines().next().unwrap();
            let lines: Vec<&str> = source.lines().collect();
            prop_assert_eq!(lines[lines.len() - 1], fence);
            for inner in &lines[1..lines.len() - 1] {
                prop_assert!(!inner.contains(fence));
            }
        }

        #[test]
        fn prose_leaves_no_tick_open(text in hostile()) {
            prop_assert_eq!(prose(&text).matches('`').count() % 2, 0);
            prop_assert!(!prose(&text).contains('\n'));
        }
    }
}
