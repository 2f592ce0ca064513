//! `waymark replay`: deliveries are read once more, from the inbox or from GitHub's own list.

use std::process::ExitCode;

use clap::Args;
use comfy_table::{Table, presets};

use super::database;
use super::terminal::say;
use crate::domain::report::visible;
use crate::domain::report::words::clip;
use crate::domain::time::Timestamp;
use crate::edge::clock::Clock;
use crate::edge::store::{Received, Store};
use crate::flow::recover::asks;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// GUIDs of deliveries, as GitHub's "Recent deliveries" and our log lines show them
    #[arg(required_unless_present = "since", conflicts_with = "since")]
    guids: Vec<String>,
    /// Every delivery received since then: 2026-11-21T09:00:00Z
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    since: Option<Timestamp>,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Deliveries of one replay.
const MOST: i64 = 10_000;
/// Bytes of a cell.
const CELL: usize = 120;

fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse_rfc3339(text)
        .ok_or_else(|| "write it as 2026-11-21T09:00:00Z (RFC 3339)".to_owned())
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    database::with_store(async |store| replay(store, &arguments).await)
}

async fn replay(store: &Store, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (found, missing) = wanted(store, arguments).await?;
    if found.len() as i64 == MOST {
        anyhow::bail!("more than {MOST} deliveries came in since then; name a later time");
    }
    if arguments.dry_run {
        if !found.is_empty() {
            say(&table(store, &found).await?);
        }
    } else {
        let guids: Vec<String> = found.iter().map(|row| row.guid.clone()).collect();
        let queued = store.plan_again(&guids, Clock::system().now()).await?;
        say(&format!("{queued} deliveries are read once more"));
    }
    if missing.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    for guid in &missing {
        say(&format!("not in the inbox: {}", visible::line(&clip(guid, CELL))));
    }
    say("a running service takes in what GitHub still lists (three days) within minutes; older \
         ones are gone");
    Ok(ExitCode::from(1))
}

/// What is there, oldest first, and the GUIDs that are not.
async fn wanted(
    store: &Store,
    arguments: &Arguments,
) -> anyhow::Result<(Vec<Received>, Vec<String>)> {
    if let Some(since) = arguments.since {
        return Ok((store.deliveries_since(since, MOST).await?, Vec::new()));
    }
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for guid in &arguments.guids {
        match store.delivery(guid).await? {
            Some(delivery) => found.push(Received {
                outcome: store.delivery_outcome(guid).await?,
                guid: delivery.guid,
                event: delivery.event,
                received_ms: delivery.received.0,
            }),
            None => missing.push(guid.clone()),
        }
    }
    Ok((found, missing))
}

async fn table(store: &Store, found: &[Received]) -> anyhow::Result<String> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["GUID", "EVENT", "RECEIVED", "ASKS FOR", "CAME OF IT"]);
    for row in found {
        // One body at a time: they may be large.
        let body = store.delivery(&row.guid).await?.map(|delivery| delivery.body);
        let asks = asks(&row.event, &body.unwrap_or_default());
        table.add_row([
            visible::line(&clip(&row.guid, CELL)),
            visible::line(&clip(&row.event, CELL)),
            Timestamp(row.received_ms).to_rfc3339(),
            visible::line(&clip(&asks, CELL)),
            visible::line(&clip(row.outcome.as_deref().unwrap_or("not read yet"), CELL)),
        ]);
    }
    Ok(table.trim_fmt())
}
