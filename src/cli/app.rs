//! The App is put together from the settings: the same for every command that talks to GitHub.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::ExposeSecret;
use tokio::sync::Notify;

use crate::config::Settings;
use crate::domain::budget::Limits;
use crate::edge::clock::Clock;
use crate::edge::evaluator::{self, Evaluators};
use crate::edge::github::{GitHub, GitHubSettings};
use crate::edge::prometheus::Prometheus;
use crate::edge::store::Store;
use crate::flow::App;
use crate::flow::links::Links;
use crate::flow::pseudonyms::Pseudonyms;
use crate::web::metrics::Metrics;

/// For one whole call to GitHub; a tree of 100,000 entries takes some seconds.
const GITHUB_LIMIT: Duration = Duration::from_secs(30);

/// Opens the store, starts the evaluators, and tells of policies that cannot be used. Sends nothing.
pub(super) async fn put_together(settings: &Settings, metrics: &Metrics) -> anyhow::Result<App> {
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
    Ok(App {
        store,
        github,
        evaluators,
        clock,
        wake: Arc::new(Notify::new()),
        config_repository: settings.config_repository.clone(),
        keep: settings.keep,
        risk: settings.risk,
        links: settings
            .public_url
            .clone()
            .map(|url| Links::new(url, settings.webhook_secrets.clone())),
        pseudonyms: Pseudonyms::new(settings.webhook_secrets.clone()),
        prometheus: Prometheus::new(settings.prometheus.clone(), settings.prometheus_token.clone()),
        meter: Arc::new(metrics.clone()),
    })
}
