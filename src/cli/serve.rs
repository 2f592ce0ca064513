//! `waymark serve`: everything is put together here, runs until a signal, and ends in order.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::cli::log;
use crate::config::{SETTINGS, Settings};
use crate::domain::budget::Limits;
use crate::edge::clock::Clock;
use crate::edge::evaluator::{self, Evaluators};
use crate::edge::github::{GitHub, GitHubSettings};
use crate::edge::prometheus::Prometheus;
use crate::edge::store::Store;
use crate::flow::App;
use crate::flow::links::Links;
use crate::web::Web;
use crate::web::metrics::Metrics;

/// For one whole call to GitHub; a tree of 100,000 entries takes some seconds.
const GITHUB_LIMIT: Duration = Duration::from_secs(30);

#[derive(Debug, Args)]
#[command(after_help = settings_help())]
pub(super) struct Arguments {}

fn settings_help() -> String {
    let lines = SETTINGS.iter().map(|(name, meaning)| format!("  {name}\n      {meaning}\n"));
    format!("Settings (environment, or keys of the TOML file):\n{}", lines.collect::<String>())
}

pub(super) fn run(_: Arguments) -> anyhow::Result<ExitCode> {
    let settings = Settings::load()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let log = log::start(&settings, &runtime)?;
    let served = runtime.block_on(serve(settings));
    log.end();
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let metrics = Metrics::default();
    let clock = Clock::system();
    let hands = clock.clone();
    let github = GitHub::new(GitHubSettings {
        api_base: settings.github_url.clone(),
        app_id: settings.app_id,
        private_key_pem: settings.private_key.clone(),
        timeout: GITHUB_LIMIT,
        clock: Arc::new(move || hands.now()),
        on_call: Some(metrics.call_hook()),
        limits: settings.limits.then_some(Limits::GITHUB),
        sleep: clock.sleeper(),
    })?;
    let store = Store::open(settings.database_url.expose_secret()).await?;
    let command = evaluator::Command {
        program: std::env::current_exe().context("our own binary cannot be found")?,
        policies: settings.policies.clone(),
        deadline: evaluator::DEADLINE,
    };
    // Evaluation is bound by the processor: more processes than cores only wait.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let evaluators = Evaluators::start(command, settings.workers.min(cores)).await?;
    for problem in &evaluators.catalogue().problems {
        tracing::error!(path = problem.path, line = problem.line, "policy: {}", problem.message);
    }
    let app = App {
        store,
        github,
        evaluators,
        clock,
        wake: Arc::new(Notify::new()),
        config_repository: settings.config_repository.clone(),
        keep: settings.keep,
        links: settings
            .public_url
            .clone()
            .map(|url| Links::new(url, settings.webhook_secrets.clone())),
        prometheus: Prometheus::new(settings.prometheus.clone(), settings.prometheus_token.clone()),
        meter: Arc::new(metrics.clone()),
    };
    let listener = TcpListener::bind(settings.listen)
        .await
        .with_context(|| format!("cannot listen on {} (WAYMARK_LISTEN)", settings.listen))?;
    let (stop, stopped) = watch::channel(false);
    let mut workers = JoinSet::new();
    let process = uuid::Uuid::now_v7();
    for n in 0..settings.workers {
        let (app, stopped) = (app.clone(), stopped.clone());
        workers.spawn(async move { app.work(&format!("{process}/{n}"), stopped).await });
    }
    let (calendar, ending) = (app.clone(), stopped.clone());
    workers.spawn(async move { calendar.keep_schedules(ending).await });
    let (listening, until) = (app.clone(), stopped.clone());
    workers.spawn(async move { listening.keep_listening(until).await });
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
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        let _ = ending.wait_for(|stop| *stop).await;
    });
    let server = tokio::spawn(server.into_future());
    until_told().await?;
    tracing::info!("stopping: no new deliveries, jobs at hand are finished");
    let _ = stop.send(true);
    while workers.join_next().await.is_some() {}
    // Open connections had as long as the last job; what idles now is cut.
    let _ = tokio::time::timeout(Duration::from_secs(5), server).await;
    app.evaluators.stop().await;
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Returns on SIGTERM or SIGINT.
async fn until_told() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}
