//! `waymark sweep --upgrade`: who stands where with the golden path that they adopted, and the next
//! wave at once instead of within the hour.

use std::process::ExitCode;

use comfy_table::{Table, presets};

use crate::cli::terminal::say;
use crate::domain::job::Job;
use crate::domain::report::visible;
use crate::domain::report::words::clip;
use crate::edge::clock::Clock;
use crate::edge::store::{AdoptionRow, OfferRow, RepoAdoption, Store};

/// Repositories of one listing.
const MOST_ROWS: i64 = 5_000;
/// Characters of a reason that are listed.
const REASON: usize = 100;

pub(super) async fn upgrade(store: &Store) -> anyhow::Result<ExitCode> {
    let mut jobs = Vec::new();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["REPOSITORY", "HOLDS", "OFFERED", "SINCE", "PULL REQUEST"]);
    let (mut adopted, mut waves) = (0, Vec::new());
    for installation in store.installations().await?.into_iter().filter(|i| !i.suspended) {
        let id = installation.id;
        jobs.push(Job::UpgradeWave { installation: id });
        for RepoAdoption { name, adoption, .. } in store.adoptions(id, MOST_ROWS).await? {
            adopted += 1;
            table.add_row(line(&name.to_string(), &adoption));
        }
        if let Some(wave) = store.wave(id).await? {
            let account = installation.account.unwrap_or_else(|| id.to_string());
            let at = wave.at.to_rfc3339();
            let said = wave.said.strip_prefix("upgrades: ").unwrap_or(&wave.said);
            waves.push(visible::line(&format!("{account}, as of {at}: {said}")));
        }
    }
    store.enqueue(&jobs, Clock::system().now()).await?;
    if adopted > 0 {
        say(&table.trim_fmt());
    }
    waves.iter().for_each(|wave| say(wave));
    let what = if adopted == 1 { "repository has" } else { "repositories have" };
    say(&format!("{adopted} {what} adopted a golden path; the service looks for the next wave"));
    Ok(ExitCode::SUCCESS)
}

fn line(name: &str, row: &AdoptionRow) -> [String; 5] {
    let dash = || "-".to_owned();
    let text = |text: &Option<String>| text.clone().unwrap_or_else(dash);
    let (offered, since, pull) = match &row.offer {
        None => (dash(), dash(), dash()),
        Some(offer) => (offer.version.clone(), offer.at.to_rfc3339(), fate(offer)),
    };
    [visible::line(name), text(&row.settled), offered, since, pull]
}

/// `#7, merged`; reasons may quote GitHub or a template.
fn fate(offer: &OfferRow) -> String {
    let reason = offer.problem.as_deref().map(|why| visible::line(&clip(why, REASON)));
    match (offer.pull, offer.merged, reason) {
        (Some(number), true, _) => format!("#{number}, merged"),
        (Some(number), false, None) => format!("#{number}, open"),
        (Some(number), false, Some(reason)) => format!("#{number}: {reason}"),
        (None, _, Some(reason)) => reason,
        (None, _, None) => "-".to_owned(),
    }
}
