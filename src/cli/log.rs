//! How does the service tell what it does? Lines on standard error without secrets and, when asked
//! for, traces to a collector.

#[cfg(feature = "otlp")]
mod traces;

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
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .with_writer(Redacting(Arc::new(redactor(settings))));
    let lines = match settings.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().with_current_span(false).boxed(),
    };
    let log = tracing_subscriber::registry().with(lines.with_filter(filter));
    #[cfg(feature = "otlp")]
    {
        let traces = settings.otlp_endpoint.as_deref().map(traces::Traces::start).transpose()?;
        log.with(traces.as_ref().map(traces::Traces::layer)).init();
        Ok(Log { traces })
    }
    #[cfg(not(feature = "otlp"))]
    {
        log.init();
        Ok(Log {})
    }
}

/// Knows every secret that we were given.
fn redactor(settings: &Settings) -> Redactor {
    let hooks = settings.webhook_secrets.iter().map(|secret| secret.expose_secret());
    let key = std::iter::once(settings.private_key.expose_secret());
    Redactor::new(hooks.chain(key))
}

/// Standard error behind the redactor. The formatter hands over whole lines, so no secret is cut.
#[derive(Clone)]
struct Redacting(Arc<Redactor>);

impl<'a> MakeWriter<'a> for Redacting {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Redacting {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        io::stderr().lock().write_all(self.0.redact(&text).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
