//! Which lines of a comment are meant for us?
//!
//! A command is a line of an ordinary paragraph whose first word is [`PREFIX`]. What stands in
//! code, quotations, lists, tables or HTML is talk *about* commands. Markdown itself is read by
//! pulldown-cmark, so that we agree with what people see.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::PREFIX;

/// Commands of one comment that are answered; the others are told that there were too many.
pub const MAX_COMMANDS: usize = 10;

/// What a comment asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Whole lines, in order, each once.
    pub lines: Vec<String>,
    /// How many more there were.
    pub passed_over: usize,
}

/// The commands of a new comment.
pub fn scan(body: &str) -> Scan {
    bounded(lines(body))
}

/// The commands that an edit adds: whoever corrects a word of a comment does not ask again for
/// what it asked before.
pub fn scan_edit(before: &str, after: &str) -> Scan {
    let known = lines(before);
    bounded(lines(after).into_iter().filter(|line| !known.contains(line)).collect())
}

fn bounded(mut lines: Vec<String>) -> Scan {
    let passed_over = lines.len().saturating_sub(MAX_COMMANDS);
    lines.truncate(MAX_COMMANDS);
    Scan { lines, passed_over }
}

fn lines(body: &str) -> Vec<String> {
    // GitHub's comments know tables; everything else that it adds does not begin a line.
    let options = Options::ENABLE_TABLES | Options::ENABLE_GFM;
    let mut found: Vec<String> = Vec::new();
    let mut around = 0_usize;
    let mut line_begins = false;
    for (event, range) in Parser::new_ext(body, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Paragraph) => line_begins = around == 0,
            Event::End(TagEnd::Paragraph) => line_begins = false,
            Event::Start(tag) => {
                around += usize::from(contains(&tag));
                line_begins = false;
            }
            Event::End(tag) => {
                around = around.saturating_sub(usize::from(ends(tag)));
                line_begins = false;
            }
            Event::SoftBreak | Event::HardBreak => line_begins = around == 0,
            Event::Text(_) if line_begins => {
                line_begins = false;
                let line = body[range.start..].lines().next().unwrap_or_default().trim();
                let first = line.split_whitespace().next().unwrap_or_default();
                // Whoever writes a backslash does not mean it.
                let escaped = body[..range.start].ends_with('\\');
                let ours = first.eq_ignore_ascii_case(PREFIX) && !escaped;
                if ours && !found.iter().any(|l| l == line) {
                    found.push(line.to_owned());
                }
            }
            _ => line_begins = false,
        }
    }
    found
}

/// Whether text inside is not spoken to us.
fn contains(tag: &Tag<'_>) -> bool {
    !is_inline(&tag.to_end())
}

fn ends(tag: TagEnd) -> bool {
    !is_inline(&tag)
}

/// Emphasis and the like: a line may go on behind it.
fn is_inline(tag: &TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_paragraphs_count() {
        let body = "Hello\r\n/platform check\r\nand **also**\n/platform explain `a/b`\n\n   /platform help\n";
        assert_eq!(
            scan(body).lines,
            ["/platform check", "/platform explain `a/b`", "/platform help"]
        );
    }

    #[test]
    fn talk_about_commands_does_not() {
        for body in [
            "say `/platform check`",
            "`/platform check`",
            "please /platform check",
            "> /platform check",
            "> quoted\n/platform check",
            "```\n/platform check\n```",
            "~~~sh\n/platform check",
            "    /platform check",
            "<!-- /platform check -->",
            "<!--\n/platform check\n-->",
            "text <!--\n/platform check\n-->",
            "<details>\n/platform check\n</details>",
            "- /platform check",
            "1. x\n   /platform check",
            "# /platform check",
            "| a |\n|---|\n| /platform check |",
            "/platforms check",
            "/platform/check",
            "**/platform check**",
            "[/platform check](x)",
            "\\/platform check",
        ] {
            assert_eq!(scan(body).lines, Vec::<String>::new(), "{body:?}");
        }
    }

    #[test]
    fn an_edit_asks_for_what_it_adds() {
        let (before, after) = ("/platform check", "Please:\n\n/platform check\n/platform config");
        assert_eq!(scan_edit(before, after).lines, ["/platform config"]);
        assert_eq!(scan_edit(after, before).lines, Vec::<String>::new());
    }

    #[test]
    fn there_is_an_end_to_it() {
        let body: String = (0..30).map(|i| format!("/platform explain x{i}\n")).collect();
        let scan = scan(&body);
        assert_eq!((scan.lines.len(), scan.passed_over), (MAX_COMMANDS, 20));
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(body in "(/platform |[`~<>!\\-*#|\\[\\]() \\n\\ta-cé]){0,60}") {
            for line in scan(&body).lines {
                prop_assert!(line.to_ascii_lowercase().starts_with(PREFIX), "{}", line);
                prop_assert!(body.contains(&line));
            }
        }
    }
}
