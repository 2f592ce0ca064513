//! How do words reach the terminal? The only place that prints.

use std::io::Write;

use anstyle::{AnsiColor, Style};

/// Green, for what is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Red, for what is not.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Bold, for headings.
pub(super) const STRONG: Style = Style::new().bold();

/// Prints text to standard output; colours are dropped when it is not a terminal. A reader who
/// went away (`| head`) is no error.
pub fn say(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Prints an error with its causes to standard error.
pub(super) fn complain(error: &anyhow::Error) {
    let _ = writeln!(anstream::stderr(), "{BAD}error{BAD:#}: {error:#}");
}

/// `word` in `style`.
pub(super) fn styled(style: Style, word: &str) -> String {
    format!("{style}{word}{style:#}")
}
