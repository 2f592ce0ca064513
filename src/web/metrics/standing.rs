//! Gauges of the golden path: repositories by level, and policies that hold them back.
//!
//! Whoever reaches `/metrics` may read them, so accounts are numbers (`/api/v1/organisations` has
//! their names), and no repository is named.

use std::fmt::Write as _;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::domain::finding::Level;
use crate::domain::ids::InstallationId;
use crate::domain::scorecard::census::Census;
use crate::domain::time::Timestamp;
use crate::flow::census::census;
use crate::web::Web;

/// How long the counts are shown before they are made anew: every card is read for them.
const SHOWN_MS: i64 = 60_000;

/// What was last counted.
#[derive(Clone, Default)]
pub(in crate::web) struct Standing(Arc<Mutex<Option<(Timestamp, String)>>>);

impl Standing {
    /// OpenMetrics text; empty while the store does not answer.
    pub(in crate::web) async fn show(&self, web: &Web) -> String {
        let mut known = self.0.lock().await;
        let now = web.app.clock.now();
        if let Some((at, text)) = known.as_ref()
            && now < at.plus_ms(SHOWN_MS)
        {
            return text.clone();
        }
        let mut accounts = Vec::new();
        let store = &web.app.store;
        for row in store.installations().await.unwrap_or_default() {
            match census(store, row.id).await {
                Ok(census) => accounts.push((row.id, census)),
                Err(_) => return String::new(),
            }
        }
        let text = text(&accounts);
        *known = Some((now, text.clone()));
        text
    }
}

fn text(accounts: &[(InstallationId, Census)]) -> String {
    let mut out = String::from(
        "# HELP waymark_repositories Repositories by level.\n\
         # TYPE waymark_repositories gauge\n",
    );
    for (account, census) in accounts {
        let rungs = [Some(Level::Gold), Some(Level::Silver), Some(Level::Bronze), None];
        let mut line = |level: &str, count: u64| {
            let _ = writeln!(
                out,
                "waymark_repositories{{installation=\"{account}\",level=\"{level}\"}} {count}"
            );
        };
        for level in rungs {
            line(level.map_or("none", Level::as_str), census.at(level));
        }
        line("unjudged", census.unjudged);
    }
    out.push_str(
        "# HELP waymark_repositories_on_path Repositories on their golden path.\n\
         # TYPE waymark_repositories_on_path gauge\n",
    );
    for (account, census) in accounts {
        let count = census.on_path;
        let _ = writeln!(out, "waymark_repositories_on_path{{installation=\"{account}\"}} {count}");
    }
    out.push_str(
        "# HELP waymark_policy_repositories Repositories that a policy holds back, by how.\n\
         # TYPE waymark_policy_repositories gauge\n",
    );
    for (account, census) in accounts {
        for (policy, counts) in &census.policies {
            let by = [
                ("fail", counts.failing),
                ("unknown", counts.unknown),
                ("broken", counts.broken),
                ("waived", counts.waived),
            ];
            for (status, count) in by {
                let _ = writeln!(
                    out,
                    "waymark_policy_repositories{{installation=\"{account}\",policy=\"{policy}\",\
                     status=\"{status}\"}} {count}"
                );
            }
        }
    }
    out
}
