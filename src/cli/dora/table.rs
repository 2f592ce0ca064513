//! The tables: one line per repository, or one column per period.

use comfy_table::{CellAlignment, Table, presets};

use crate::cli::terminal::{CAUTION, GOOD, STRONG, styled};
use crate::domain::metrics::Measures;
use crate::domain::metrics::statistics::{Durations, Frequency, Share};
use crate::domain::metrics::summary::{AccountDora, CohortDora, RepoDora};
use crate::domain::report::dora::{
    BETTER, WORSE, difference, duration, figure, per_week, percent, title, verdict,
};
use crate::domain::report::visible;
use crate::domain::report::words::count;

/// All repositories of an account in one period, then the cohorts.
pub(super) fn account(account: &AccountDora, days: u32) -> String {
    let mut out = heading(account, &format!("{days} days to {}", &account.measured[..10]));
    let measured = |repo: &&RepoDora| repo.window(days).is_some_and(says_something);
    let (shown, silent): (Vec<&RepoDora>, Vec<&RepoDora>) =
        account.repositories.iter().partition(measured);
    let mut table = plain();
    table.set_header([
        "REPOSITORY",
        "PATH",
        "DEPLOYS/WEEK",
        "LEAD TIME",
        "P75",
        "FAILED",
        "RESTORED",
        "P75",
        "CI",
        "GREEN",
    ]);
    for repo in &shown {
        let Some(m) = repo.window(days) else { continue };
        let path = if repo.on_path_since.is_some() { "on" } else { "–" };
        table.add_row([
            visible::line(&repo.repository.to_string()),
            path.to_owned(),
            frequency(&m.deployments),
            median(&m.lead_time),
            p75(&m.lead_time),
            share(&m.change_failures),
            median(&m.time_to_restore),
            p75(&m.time_to_restore),
            median(&m.ci_duration),
            share(&m.ci_success),
        ]);
    }
    if !shown.is_empty() {
        out += &right_from(&mut table, 2);
        out += "\n~ fewer than 10 values: take it as a hint\n";
    }
    if !silent.is_empty() {
        let what = count(silent.len(), "repository has", "repositories have");
        out += &format!("\n{what} told of no deployment, incident or run in this period\n");
    }
    for repo in account.repositories.iter().filter(|repo| repo.problem.is_some()) {
        let problem = visible::line(repo.problem.as_deref().unwrap_or_default());
        out += &format!("{} {}: {problem}\n", styled(CAUTION, "not read"), repo.repository);
    }
    if let Some(cohort) = account.cohorts.iter().find(|c| c.days == days) {
        out += &cohorts(cohort);
    }
    out
}

/// One repository in every period.
pub(super) fn repository(account: &AccountDora) -> String {
    let mut out = String::new();
    for repo in &account.repositories {
        let path = match &repo.on_path_since {
            Some(since) => format!("on the path since {}", &since[..10]),
            None => "not on a golden path yet".to_owned(),
        };
        let source = match repo.source {
            Some("deployment") => "GitHub deployments",
            Some("workflow_run") => "runs of its deploy workflow",
            Some(_) => "releases",
            None => "no deployments seen",
        };
        let name = visible::line(&repo.repository.to_string());
        out += &format!("{}\n{path} · measured by: {source}\n\n", styled(STRONG, &name));
        let mut table = plain();
        let header = repo.windows.iter().map(|w| format!("{} DAYS", w.days));
        table.set_header(std::iter::once(String::new()).chain(header));
        for (name, tell) in LINES {
            let cells = repo.windows.iter().map(|window| tell(&window.measures));
            table.add_row(std::iter::once((*name).to_owned()).chain(cells));
        }
        out += &right_from(&mut table, 1);
        if let Some(ms) = repo.creation_to_first_ms {
            out +=
                &format!("\nfrom creation to the first production deployment: {}\n", duration(ms));
        }
        if let Some(problem) = &repo.problem {
            out += &format!("\n{}: {}\n", styled(CAUTION, "not read"), visible::line(problem));
        }
        out +=
            "\n~ fewer than 10 values; brackets: 95 % interval; docs/dora.md defines each line\n";
    }
    out
}

type Line = (&'static str, fn(&Measures) -> String);

const LINES: &[Line] = &[
    ("deployments", |m| m.deployments.n.to_string()),
    ("  per week", |m| with_range(frequency(&m.deployments), m.deployments.interval, per_week)),
    ("lead time for changes, median", |m| {
        let range = m.lead_time.interval_ms.map(|(low, high)| (low as f64, high as f64));
        with_range(counted(&m.lead_time), range, |ms| duration(ms as i64))
    }),
    ("  75 % within", |m| p75(&m.lead_time)),
    ("change failure rate", |m| {
        with_range(share(&m.change_failures), m.change_failures.interval, percent)
    }),
    ("  rollbacks", |m| m.rollbacks.to_string()),
    ("time to restore, median", |m| counted(&m.time_to_restore)),
    ("  75 % within", |m| p75(&m.time_to_restore)),
    ("  open incidents", |m| m.open_incidents.to_string()),
    ("failed attempts to deploy", |m| m.failed_attempts.to_string()),
    ("CI duration, median", |m| counted(&m.ci_duration)),
    ("  75 % within", |m| p75(&m.ci_duration)),
    ("CI success", |m| share(&m.ci_success)),
];

fn cohorts(cohort: &CohortDora) -> String {
    let mut out = format!(
        "\n{}: {} on the path, {} not yet\n",
        styled(STRONG, "By cohort"),
        count(cohort.on_path, "repository", "repositories"),
        cohort.not_yet
    );
    let mut table = plain();
    table.set_header(["", "ON THE PATH", "NOT YET", "DIFFERENCE (95 %)", ""]);
    for comparison in &cohort.measures {
        let side = |figure: Option<String>, n: usize| {
            figure.map_or_else(|| "–".to_owned(), |text| format!("{text} (n {n})"))
        };
        let of = |value: Option<f64>| value.map(|v| figure(comparison.measure, v));
        table.add_row([
            title(comparison.measure).to_owned(),
            side(of(comparison.on.figure), comparison.on.repositories),
            side(of(comparison.off.figure), comparison.off.repositories),
            difference(comparison),
            verdict(comparison).to_owned(),
        ]);
    }
    // Coloured when the widths are settled: escapes have none.
    out += &right_from(&mut table, 1)
        .replace(BETTER, &styled(GOOD, BETTER))
        .replace(WORSE, &styled(CAUTION, WORSE));
    out + "\nMedians over repositories. An interval that includes 0 may be chance; none says why.\n"
}

fn heading(account: &AccountDora, period: &str) -> String {
    let name = styled(STRONG, &visible::line(&account.account));
    let repositories = count(account.repositories.len(), "repository", "repositories");
    format!("{name} · {repositories} · {period}\n\n")
}

fn plain() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

/// Figures stand under each other.
fn right_from(table: &mut Table, first: usize) -> String {
    for (n, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if n >= first {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt() + "\n"
}

fn says_something(m: &Measures) -> bool {
    m.deployments.n > 0
        || m.time_to_restore.n > 0
        || m.open_incidents > 0
        || m.failed_attempts > 0
        || m.ci_success.n > 0
}

fn hint(small: bool, text: String) -> String {
    if small { format!("~{text}") } else { text }
}

fn nothing() -> String {
    "–".to_owned()
}

fn frequency(f: &Frequency) -> String {
    f.per_day.map_or_else(nothing, |per_day| hint(f.small, per_week(per_day)))
}

fn median(d: &Durations) -> String {
    d.median_ms.map_or_else(nothing, |ms| hint(d.small, duration(ms)))
}

/// The median with the size of its sample.
fn counted(d: &Durations) -> String {
    if d.n == 0 { nothing() } else { format!("{} of {}", median(d), d.n) }
}

fn p75(d: &Durations) -> String {
    d.p75_ms.map_or_else(nothing, |ms| hint(d.small, duration(ms)))
}

fn share(s: &Share) -> String {
    s.share.map_or_else(nothing, |share| hint(s.small, format!("{} of {}", percent(share), s.n)))
}

fn with_range(text: String, range: Option<(f64, f64)>, tell: fn(f64) -> String) -> String {
    match range {
        Some((low, high)) if text != "–" => format!("{text} [{} – {}]", tell(low), tell(high)),
        _ => text,
    }
}
