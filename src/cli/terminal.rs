//! How do words reach the terminal? The only place that prints.

use std::io::Write;

use anstyle::{AnsiColor, Style};

/// Green, for what is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// Red, for what is not.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Yellow, for what should be looked at.
pub(super) const CAUTION: Style = AnsiColor::Yellow.on_default().bold();
/// Bold, for headings.
pub(super) const STRONG: Style = Style::new().bold();

/// Prints text to standard output; colours are dropped when it is not a terminal. A reader who
/// went away (`| head`) is no error.
pub fn say(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Whether standard output is a terminal that wants colours (`NO_COLOR` is honoured).
pub(super) fn shows_colours() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Prints a finished report to standard output, byte for byte. Unlike a reader who went away, a
/// full disk is an error: somebody would trust half a report.
pub(super) fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Prints a warning to standard error.
pub(super) fn warn(text: &str) {
    let _ = writeln!(anstream::stderr(), "{CAUTION}warning{CAUTION:#}: {text}");
}

/// Prints finished lines to standard error.
pub(super) fn tell(text: &str) {
    let _ = write!(anstream::stderr(), "{text}");
}

/// Prints an error with its causes to standard error.
pub(super) fn complain(error: &anyhow::Error) {
    let _ = writeln!(anstream::stderr(), "{BAD}error{BAD:#}: {error:#}");
}

/// `word` in `style`.
pub(super) fn styled(style: Style, word: &str) -> String {
    format!("{style}{word}{style:#}")
}
