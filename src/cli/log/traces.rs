//! Where did the time of one delivery go? Spans, sent to a collector by OTLP over HTTP.
//!
//! Only our own spans go out, and of them only names, times and ids: log lines stay at home, where
//! the redactor is.

use std::time::Duration;

use anyhow::Context;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::runtime::Tokio;
use opentelemetry_sdk::trace::SdkTracerProvider;
use opentelemetry_sdk::trace::span_processor_with_async_runtime::BatchSpanProcessor;
use tracing::Subscriber;
use tracing_opentelemetry::layer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// A collector that does not answer costs no more than this, in the background.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to the collector. Spans are sent in batches; when it cannot be reached they are lost,
/// and nothing else is.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// `endpoint` is the collector's base: `http://127.0.0.1:4318`. Must be called inside the
    /// runtime.
    pub(super) fn start(endpoint: &str) -> anyhow::Result<Self> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(PATIENCE)
            .build()
            .context("WAYMARK_OTLP_ENDPOINT cannot be used")?;
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter, Tokio).build())
            .with_resource(Resource::builder_empty().with_service_name("waymark").build())
            .build();
        Ok(Self(provider))
    }

    /// Turns our spans into traces.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        layer()
            .with_tracer(self.0.tracer("waymark"))
            .with_location(false)
            .with_threads(false)
            .with_filter(filter_fn(|of| of.is_span() && of.target().starts_with("waymark")))
    }

    /// Sends what waits.
    pub(super) fn end(self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}
