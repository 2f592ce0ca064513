//! The measures as CSV: a line for each repository and period; the cohorts in a sheet of their own.

use crate::domain::metrics::Measures;
use crate::domain::metrics::statistics::{Durations, Share};
use crate::domain::metrics::summary::{AccountDora, RepoDora};
use crate::domain::report::csv::{figure, line};

const COLUMNS: [&str; 29] = [
    "account",
    "repository",
    "days",
    "on_path_since",
    "source",
    "deployments",
    "known_days",
    "deployments_per_day",
    "lead_time_n",
    "lead_time_median_ms",
    "lead_time_p75_ms",
    "lead_time_low_ms",
    "lead_time_high_ms",
    "change_failures",
    "change_failure_rate",
    "change_failure_low",
    "change_failure_high",
    "restored",
    "time_to_restore_median_ms",
    "time_to_restore_p75_ms",
    "open_incidents",
    "rollbacks",
    "failed_attempts",
    "ci_runs",
    "ci_duration_median_ms",
    "ci_duration_p75_ms",
    "ci_success_rate",
    "partial_deployments",
    "creation_to_first_ms",
];

/// Every repository in every period.
pub fn render_sheet<'a>(accounts: impl IntoIterator<Item = &'a AccountDora>) -> String {
    let mut out = line(COLUMNS);
    for account in accounts {
        for repo in &account.repositories {
            for window in &repo.windows {
                out += &row(&account.account, repo, window.days, &window.measures);
            }
        }
    }
    out
}

fn row(account: &str, repo: &RepoDora, days: u32, m: &Measures) -> String {
    let pair = |d: &Durations| [figure(d.median_ms), figure(d.p75_ms)];
    let rate = |s: &Share| figure(s.share);
    let [lead, lead75] = pair(&m.lead_time);
    let [restore, restore75] = pair(&m.time_to_restore);
    let [ci, ci75] = pair(&m.ci_duration);
    let interval = m.lead_time.interval_ms;
    let failures = m.change_failures.interval;
    line([
        account.to_owned(),
        repo.repository.to_string(),
        days.to_string(),
        figure(repo.on_path_since.as_ref()),
        figure(repo.source),
        m.deployments.n.to_string(),
        m.deployments.days.to_string(),
        figure(m.deployments.per_day),
        m.lead_time.n.to_string(),
        lead,
        lead75,
        figure(interval.map(|i| i.0)),
        figure(interval.map(|i| i.1)),
        m.change_failures.hits.to_string(),
        rate(&m.change_failures),
        figure(failures.map(|i| i.0)),
        figure(failures.map(|i| i.1)),
        m.time_to_restore.n.to_string(),
        restore,
        restore75,
        m.open_incidents.to_string(),
        m.rollbacks.to_string(),
        m.failed_attempts.to_string(),
        m.ci_success.n.to_string(),
        ci,
        ci75,
        rate(&m.ci_success),
        m.partial.to_string(),
        figure(repo.creation_to_first_ms),
    ])
}

/// Every comparison of the cohorts.
pub fn render_cohort_sheet<'a>(accounts: impl IntoIterator<Item = &'a AccountDora>) -> String {
    let mut out = line([
        "account",
        "days",
        "measure",
        "on_path_n",
        "on_path",
        "on_path_p75",
        "not_yet_n",
        "not_yet",
        "not_yet_p75",
        "difference",
        "low",
        "high",
    ]);
    for account in accounts {
        for cohort in &account.cohorts {
            for c in &cohort.measures {
                let name = serde_json::to_value(c.measure).unwrap_or_default();
                out += &line([
                    account.account.clone(),
                    cohort.days.to_string(),
                    name.as_str().unwrap_or_default().to_owned(),
                    c.on.repositories.to_string(),
                    figure(c.on.figure),
                    figure(c.on.p75),
                    c.off.repositories.to_string(),
                    figure(c.off.figure),
                    figure(c.off.p75),
                    figure(c.difference),
                    figure(c.interval.map(|i| i.0)),
                    figure(c.interval.map(|i| i.1)),
                ]);
            }
        }
    }
    out
}
