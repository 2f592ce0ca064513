//! `waymark serve`: everything is put together here, runs until a signal, and ends in order.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::app::put_together;
use crate::cli::log;
use crate::config::{SETTINGS, Settings};
use crate::flow::lasting::lasting;
use crate::web::metrics::Metrics;
use crate::web::{self, Bounds, Web};

/// A check is many steps deep; unoptimised, they come near the usual 2 MiB.
pub(super) const STACK_BYTES: usize = 8 * 1024 * 1024;

#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub(super) struct Arguments {}

pub(super) fn settings_help() -> String {
    let lines = SETTINGS.iter().map(|(name, meaning)| format!("  {name}\n      {meaning}\n"));
    format!("Settings (environment, or keys of the TOML file):\n{}", lines.collect::<String>())
}

pub(super) fn run(_: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build()?;
    let log = log::start(&settings, &runtime)?;
    let served = runtime.block_on(serve(settings));
    log.end();
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let metrics = Metrics::default();
    let app = put_together(&settings, &metrics).await?;
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {} (WAYMARK_LISTEN)", settings.listen))?;
    let (stop, stopped) = watch::channel(false);
    let mut workers = JoinSet::new();
    let process = uuid::Uuid::now_v7().to_string();
    for n in 0..settings.workers {
        let (app, stopped, name) = (app.clone(), stopped.clone(), format!("{process}/{n}"));
        workers.spawn(async move {
            lasting("worker", stopped.clone(), || app.work(&name, stopped.clone())).await;
        });
    }
    let (calendar, ending, name) = (app.clone(), stopped.clone(), process.clone());
    workers.spawn(async move {
        let begin = || calendar.keep_schedules(&name, ending.clone());
        lasting("calendar", ending.clone(), begin).await;
    });
    let (listening, until) = (app.clone(), stopped.clone());
    workers.spawn(async move {
        lasting("listener", until.clone(), || listening.keep_listening(until.clone())).await;
    });
    // Heard from here on: whoever reads that we are ready may tell us to stop at once.
    let told = until_told()?;
    tracing::info!(
        address = %listener.local_addr()?,
        github = settings.github_url,
        policies = app.evaluators.catalogue().policies.len(),
        workers = settings.workers,
        "waymark {} is ready", env!("CARGO_PKG_VERSION")
    );
    let router = Web::new(app.clone(), settings.webhook_secrets, metrics)
        .with_tokens(&settings.api_tokens)
        .router();
    let mut ending = stopped.clone();
    let server = tokio::spawn(web::serve(listener, router, Bounds::usual(), async move {
        let _ = ending.wait_for(|stop| *stop).await;
    }));
    told.await;
    tracing::info!("stopping: no new deliveries, jobs at hand are finished");
    let _ = stop.send(true);
    while workers.join_next().await.is_some() {}
    app.leave_replicas(&process).await;
    // Open connections had as long as the last job; what idles now is cut.
    let _ = tokio::time::timeout(Duration::from_secs(5), server).await;
    app.evaluators.stop().await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Ends on SIGTERM or SIGINT; both are listened for as soon as this returns.
fn until_told() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
