//! `waymark sweep`: every default branch is compared and, where it changed, judged, now.
//!
//! It works like one more replica of the service, on the same database, and ends when the sweep
//! has: so it may run beside the service, and whatever stops it, the next one goes on from there.

mod upgrade;

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::app::put_together;
use super::database;
use super::progress::Progress;
use super::terminal::say;
use crate::config::Settings;
use crate::domain::ids::InstallationId;
use crate::domain::job::Job;
use crate::domain::report::visible;
use crate::domain::report::words::{clip, count};
use crate::domain::time::Timestamp;
use crate::edge::store::SweepRow;
use crate::flow::App;
use crate::web::metrics::Metrics;

/// How often the state is looked at.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
#[command(after_help = super::serve::settings_help())]
pub(super) struct Arguments {
    /// Only this organisation or user; may be given several times
    #[arg(long = "organisation", value_name = "LOGIN")]
    accounts: Vec<String>,
    /// Instead: show who holds which version of a golden path, and ask the running service for the
    /// next wave of upgrades (needs WAYMARK_DATABASE_URL only)
    #[arg(long, conflicts_with = "accounts")]
    upgrade: bool,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.upgrade {
        return database::with_store(upgrade::upgrade);
    }
    let settings = Settings::load()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(super::serve::STACK_BYTES)
        .build()?;
    runtime.block_on(sweep(&settings, &arguments.accounts))
}

/// An installation that is swept.
struct Swept {
    id: InstallationId,
    account: String,
}

async fn sweep(settings: &Settings, accounts: &[String]) -> anyhow::Result<ExitCode> {
    // What was merged long ago is no part of a sweep: the service reads it when it has time.
    let app = App { risk: false, ..put_together(settings, &Metrics::default()).await? };
    let wanted: BTreeSet<String> = accounts.iter().map(|name| name.to_ascii_lowercase()).collect();
    let mut swept = Vec::new();
    for found in app.github.installations().await? {
        let is_wanted = wanted.is_empty() || wanted.contains(&found.account.to_ascii_lowercase());
        if is_wanted && !found.suspended {
            swept.push(Swept { id: found.id, account: found.account });
        }
    }
    if swept.is_empty() {
        anyhow::bail!("the App is installed nowhere, or not where --organisation says");
    }
    let began = app.clock.now();
    let mut jobs = Vec::new();
    for Swept { id: installation, .. } in &swept {
        let installation = *installation;
        // Listing costs as much as comparing, so it is done only where it may tell something new.
        jobs.push(if app.listing_is_due(installation).await? {
            Job::SyncInstallation { installation }
        } else {
            // As the listing would: whoever asks for a sweep may have changed the configuration.
            app.store.expire_organisation_file(installation).await?;
            Job::Sweep { installation }
        });
    }
    app.store.enqueue(&jobs, began).await?;
    let process = format!("sweep/{}/{}", std::process::id(), began.0);
    let (stop, stopped) = watch::channel(false);
    let mut workers = JoinSet::new();
    for n in 0..settings.workers {
        let (app, stopped) = (app.clone(), stopped.clone());
        let name = format!("{process}/{n}");
        workers.spawn(async move { app.work(&name, stopped).await });
    }
    let result = watch_over(&app, &process, &swept, began).await;
    let _ = stop.send(true);
    while workers.join_next().await.is_some() {}
    app.leave_replicas(&process).await;
    app.evaluators.stop().await;
    app.store.close().await;
    result.map(|()| ExitCode::SUCCESS)
}

/// Shows how far it is until all is done, then what came of it.
async fn watch_over(
    app: &App,
    process: &str,
    swept: &[Swept],
    began: Timestamp,
) -> anyhow::Result<()> {
    let progress = Progress::start("looking for repositories");
    loop {
        // The service leaves us our share of GitHub's limits.
        app.count_replicas(process).await?;
        let (mut total, mut seen, mut owed, mut going) = (0, 0, 0, false);
        for one in swept {
            let row = state(app, one, began).await?;
            owed += app.store.untried_jobs(one.id, "judge_branch").await?;
            let begins = app.store.untried_jobs(one.id, "sync_installation").await?
                + app.store.untried_jobs(one.id, "sweep").await?;
            going |= row.is_some_and(|row| row.finished.is_none()) || begins > 0;
            // Summing up comes last.
            going |= app.store.untried_jobs(one.id, "scorecard").await? > 0;
            total += row.map_or(0, |row| row.total);
            seen += row.map_or(0, |row| row.seen);
        }
        if !going && owed == 0 {
            break;
        }
        let said = match owed {
            0 => "compared".to_owned(),
            n => format!("compared, {n} to judge"),
        };
        progress.at(seen.unsigned_abs(), total.unsigned_abs(), &said);
        tokio::time::sleep(LOOK).await;
    }
    drop(progress);
    for one in swept {
        let Some(row) = state(app, one, began).await? else {
            say(&format!("{}: not swept", visible::line(&clip(&one.account, 100))));
            continue;
        };
        let number = |n: i64| usize::try_from(n).unwrap_or(0);
        say(&format!(
            "{}: {} compared, {} judged, {} empty or not to be read",
            visible::line(&clip(&one.account, 100)),
            count(number(row.seen), "repository", "repositories"),
            row.changed,
            row.unreadable,
        ));
        let later = app.store.owed_jobs(one.id, "judge_branch").await?;
        if later > 0 {
            let words = count(number(later), "repository", "repositories");
            say(&format!("  {words} could not be judged now; the service tries again"));
        }
    }
    Ok(())
}

/// The sweep that we asked for, once it has begun.
async fn state(app: &App, one: &Swept, began: Timestamp) -> anyhow::Result<Option<SweepRow>> {
    let row = app.store.sweep(one.id).await?;
    // One that was interrupted goes on: it began earlier.
    Ok(row.filter(|row| row.started >= began || row.finished.is_none_or(|end| end >= began)))
}
