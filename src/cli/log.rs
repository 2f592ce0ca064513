//! How does the service tell what it does? Lines on standard error without secrets and, when asked
//! for, traces to a collector.

#[cfg(feature = "otlp")]
mod traces;

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::Context;
use secrecy::ExposeSecret;
use tokio::runtime::Runtime;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::{LogFormat, Settings};
use crate::domain::redact::Redactor;

/// What must be ended in order.
pub(super) struct Log {
    #[cfg(feature = "otlp")]
    traces: Option<traces::Traces>,
}

impl Log {
    /// Sends what is not sent yet.
    pub(super) fn end(self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces {
            traces.end();
        }
    }
}

/// Starts logging as the settings say. The runtime is the one that will send traces.
pub(super) fn start(settings: &Settings, runtime: &Runtime) -> anyhow::Result<Log> {
    let _inside = runtime.enter();
    let filter = EnvFilter::try_new(&settings.log).context("WAYMARK_LOG is not a log filter")?;
    let colours = io::IsTerminal::is_terminal(&io::stderr());
    let writer = Redacting { secrets: Arc::new(redactor(settings)), colours };
    let lines = tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(writer);
    let lines = match settings.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().with_current_span(false).boxed(),
    };
    // One filter before all: with a filter for each layer, an event may be lost when a library asks
    // beforehand whether anybody would listen (sqlx does, for every statement).
    let log = tracing_subscriber::registry().with(filter).with(lines);
    #[cfg(feature = "otlp")]
    {
        let traces = settings.otlp_endpoint.as_deref().map(traces::Traces::start).transpose()?;
        log.with(traces.as_ref().map(traces::Traces::layer)).init();
        tell_of_panics();
        Ok(Log { traces })
    }
    #[cfg(not(feature = "otlp"))]
    {
        log.init();
        tell_of_panics();
        Ok(Log {})
    }
}

/// A panic is a line like any other: in the log's format, without secrets, with the ids of the job.
fn tell_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let words = panic.payload_as_str().unwrap_or("no words");
        tracing::error!(place, "a panic, which is a fault of ours: {words}");
    }));
}

/// Knows every secret that we were given.
fn redactor(settings: &Settings) -> Redactor {
    let hooks = settings.webhook_secrets.iter().map(|secret| secret.expose_secret());
    let key = std::iter::once(settings.private_key.expose_secret());
    Redactor::new(hooks.chain(key))
}

/// Standard error behind the redactor. The formatter hands over whole lines, so no secret is cut.
#[derive(Clone)]
struct Redacting {
    secrets: Arc<Redactor>,
    /// A person's terminal: the formatter colours it, and escapes what others wrote.
    colours: bool,
}

impl<'a> MakeWriter<'a> for Redacting {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Redacting {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let said = self.secrets.redact(text.trim_end_matches('\n'));
        let said = if self.colours { said } else { one_line(&said) };
        io::stderr().lock().write_all(format!("{said}\n").as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// An event is one line, whatever it quotes: nobody forges a line, steers a terminal or turns the
/// direction of reading.
fn one_line(text: &str) -> Cow<'_, str> {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line_that_steers_nothing() {
        let forged = "pushed x\n2026-11-21 ERROR all is lost\u{1b}[2J\r\u{202e}";
        let said = "pushed x\\n2026-11-21 ERROR all is lost\\u{1b}[2J\\r\\u{202e}";
        assert_eq!(one_line(forged), said);
        assert!(matches!(one_line("é – nothing"), Cow::Borrowed(_)));
    }
}
