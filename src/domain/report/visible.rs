//! Which characters would a reader not see, and how are they shown?
//!
//! Repository text can hold terminal escapes, line breaks in file names and marks that turn the
//! direction of reading. All are shown as escapes, so that what is read is what is there.

use std::fmt::Write as _;

/// Shows `text` on one line: line breaks and tabs as `\n`, `\r`, `\t`, other characters that
/// steer or hide as `\u{202e}`. Safe to print on a terminal; not yet Markdown.
pub fn line(text: &str) -> String {
    show(text, false)
}

/// Shows `text` with its line breaks (CRLF becomes LF) and tabs, everything else as in [`line`].
pub fn block(text: &str) -> String {
    show(&text.replace("\r\n", "\n"), true)
}

/// Whether a character steers the terminal, the direction of reading, or takes no room.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'   // Mongolian selectors
            | '\u{200b}'..='\u{200f}'   // zero width, direction marks
            | '\u{2028}'..='\u{202e}'   // line separators, direction overrides
            | '\u{2060}'..='\u{206f}'   // joiners, direction isolates
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'   // interlinear notes
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{fffe}' | '\u{ffff}'     // no characters at all, and refused by XML
            | '\u{e0000}'..='\u{e0fff}' // tags
        )
}

fn show(text: &str, keep_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' if keep_lines => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                write!(out, "\\u{{{:x}}}", u32::from(c)).expect("a String takes all text");
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_steers_is_shown() {
        assert_eq!(line("a\nb\r\tc"), r"a\nb\r\tc");
        assert_eq!(line("\u{1b}[31mred\u{9b}0m"), r"\u{1b}[31mred\u{9b}0m");
        assert_eq!(line("user\u{202e}gpj.exe"), r"user\u{202e}gpj.exe");
        assert_eq!(line("zero\u{200b}width"), r"zero\u{200b}width");
        assert_eq!(line("Grüße, 世界 ✓"), "Grüße, 世界 ✓");
    }

    #[test]
    fn a_block_keeps_its_lines() {
        assert_eq!(block("a\r\n\tb\rc\n"), "a\n\tb\\rc\n");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>()) {
            prop_assert!(!line(&text).chars().any(is_hidden));
            prop_assert!(!block(&text).chars().any(|c| is_hidden(c) && c != '\n' && c != '\t'));
        }
    }
}
