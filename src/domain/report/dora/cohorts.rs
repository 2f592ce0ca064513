//! The block *DORA by cohort*, which the scorecard issue includes.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::words::{difference, figure, title, verdict};
use crate::domain::metrics::Measure;
use crate::domain::metrics::cohort::Side;
use crate::domain::metrics::measure::WINDOWS;
use crate::domain::metrics::summary::CohortDora;
use crate::domain::report::words::count;

/// The period that the block compares: long enough for medians and short enough to move. Of the others it
/// shows the figures alone.
pub const COHORT_BLOCK_DAYS: u32 = WINDOWS[1];

/// The block's heading.
pub const COHORT_TITLE: &str = "### DORA by cohort";

/// With it a line begins that tells of which day a block is.
pub const AS_OF: &str = "As of ";

/// Markdown, less than 4,000 bytes; it holds nothing that comes from a repository. `today` is told
/// on a line of its own.
pub fn render_cohorts(cohorts: &[CohortDora], today: NaiveDate) -> String {
    let mut out = format!("{COHORT_TITLE}\n\n{AS_OF}{today}.\n\n");
    let Some(cohort) = cohorts.iter().find(|c| c.days == COHORT_BLOCK_DAYS) else {
        return out + "Nothing has been measured yet.\n";
    };
    let (on, off) = (cohort.on_path, cohort.not_yet);
    if on + off == 0 {
        return out
            + "No repository has told of a deployment or of a workflow run in the last 30 days.\n";
    }
    let _ = writeln!(
        out,
        "Last {} days: {} on the path, each since its own adoption, and {} not yet. Medians \
         over repositories / 75th percentiles; 95&nbsp;% intervals.\n",
        cohort.days,
        count(on, "repository", "repositories"),
        off
    );
    out.push_str("| | on the path | not yet | difference | |\n|---|---:|---:|---:|---|\n");
    for comparison in &cohort.measures {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            title(comparison.measure),
            side(comparison.measure, &comparison.on),
            side(comparison.measure, &comparison.off),
            difference(comparison),
            verdict(comparison)
        );
    }
    out.push_str(
        "\n<sub>n: repositories with this figure. A difference whose interval includes 0 may be \
         chance. None of them says why: teams that adopt first may have been quicker before.\
         </sub>\n",
    );
    out + &others(cohorts)
}

/// The other periods: figures alone, folded away.
fn others(cohorts: &[CohortDora]) -> String {
    let others: Vec<&CohortDora> = cohorts
        .iter()
        .filter(|c| c.days != COHORT_BLOCK_DAYS && c.on_path + c.not_yet > 0)
        .collect();
    if others.is_empty() {
        return String::new();
    }
    let days: Vec<String> = others.iter().map(|cohort| cohort.days.to_string()).collect();
    let mut out = format!(
        "\n<details>\n<summary>The last {} days</summary>\n\n|",
        days.join(" and the last ")
    );
    for cohort in &others {
        let _ = write!(out, " | {0} d, on the path | {0} d, not yet", cohort.days);
    }
    out += &format!(" |\n|---{}|\n", "|---:|---:".repeat(others.len()));
    for (n, first) in others[0].measures.iter().enumerate() {
        let _ = write!(out, "| {}", title(first.measure));
        for comparison in others.iter().filter_map(|cohort| cohort.measures.get(n)) {
            let (on, off) = (&comparison.on, &comparison.off);
            let _ = write!(out, " | {} | {}", short(first.measure, on), short(first.measure, off));
        }
        out += " |\n";
    }
    out + "\n</details>\n"
}

fn side(measure: Measure, side: &Side) -> String {
    match side.figure {
        Some(_) => format!("{} (n&nbsp;=&nbsp;{})", short(measure, side), side.repositories),
        None => "–".to_owned(),
    }
}

/// `5 h / 9 h`: the median and the 75th percentile, where there is one.
fn short(measure: Measure, side: &Side) -> String {
    match (side.figure, side.p75) {
        (Some(median), Some(p75)) => {
            format!("{} / {}", figure(measure, median), figure(measure, p75))
        }
        (Some(rate), None) => figure(measure, rate),
        (None, _) => "–".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::Comparison;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default()
    }

    fn comparison(measure: Measure, on: f64, off: f64, interval: Option<(f64, f64)>) -> Comparison {
        let p75 = |figure| (measure != Measure::ChangeFailureRate).then_some(figure * 1.2);
        let side = |figure| Side { repositories: 12, figure: Some(figure), p75: p75(figure) };
        Comparison { measure, on: side(on), off: side(off), difference: Some(on - off), interval }
    }

    #[test]
    fn the_block_says_what_is_clear_and_what_is_not() {
        const HOUR: f64 = 3_600_000.0;
        let nothing = Side { repositories: 0, figure: None, p75: None };
        let cohort = CohortDora {
            days: 30,
            on_path: 12,
            not_yet: 30,
            measures: vec![
                comparison(Measure::DeploymentsPerDay, 0.9, 0.3, Some((0.2, 0.9))),
                comparison(Measure::LeadTime, 5.0 * HOUR, 31.0 * HOUR, Some((-40.0 * HOUR, -HOUR))),
                comparison(Measure::ChangeFailureRate, 0.12, 0.15, Some((-0.1, 0.04))),
                comparison(Measure::TimeToRestore, HOUR, 2.0 * HOUR, None),
                Comparison {
                    off: nothing,
                    difference: None,
                    ..comparison(Measure::CiDuration, HOUR, HOUR, None)
                },
                comparison(Measure::CiSuccess, 0.8, 0.7, Some((0.02, 0.2))),
                comparison(Measure::CreationToFirst, 40.0 * HOUR, 90.0 * HOUR, None),
            ],
        };
        let other = |days| CohortDora { days, ..cohort.clone() };
        insta::assert_snapshot!(render_cohorts(&[other(7), cohort.clone(), other(90)], day()), @r"
        ### DORA by cohort

        As of 2026-11-21.

        Last 30 days: 12 repositories on the path, each since its own adoption, and 30 not yet. Medians over repositories / 75th percentiles; 95&nbsp;% intervals.

        | | on the path | not yet | difference | |
        |---|---:|---:|---:|---|
        | deployments per week | 6.3 / 7.6 (n&nbsp;=&nbsp;12) | 2.1 / 2.5 (n&nbsp;=&nbsp;12) | +4.2 (+1.4 to +6.3) | better on the path |
        | lead time for changes | 5 h / 6 h (n&nbsp;=&nbsp;12) | 31 h / 37 h (n&nbsp;=&nbsp;12) | −26 h (−40 h to −1 h) | better on the path |
        | change failure rate | 12 % (n&nbsp;=&nbsp;12) | 15 % (n&nbsp;=&nbsp;12) | −3 points (−10 to +4) | may be chance |
        | time to restore | 1 h / 1.2 h (n&nbsp;=&nbsp;12) | 2 h / 2.4 h (n&nbsp;=&nbsp;12) | −1 h (too few repositories for an interval) |  |
        | CI duration | 1 h / 1.2 h (n&nbsp;=&nbsp;12) | – | no comparison |  |
        | CI success rate | 80 % / 96 % (n&nbsp;=&nbsp;12) | 70 % / 84 % (n&nbsp;=&nbsp;12) | +10 points (+2 to +20) | better on the path |
        | creation to first deployment | 40 h / 2 d (n&nbsp;=&nbsp;12) | 3.8 d / 4.5 d (n&nbsp;=&nbsp;12) | −2.1 d (too few repositories for an interval) |  |

        <sub>n: repositories with this figure. A difference whose interval includes 0 may be chance. None of them says why: teams that adopt first may have been quicker before.</sub>

        <details>
        <summary>The last 7 and the last 90 days</summary>

        | | 7 d, on the path | 7 d, not yet | 90 d, on the path | 90 d, not yet |
        |---|---:|---:|---:|---:|
        | deployments per week | 6.3 / 7.6 | 2.1 / 2.5 | 6.3 / 7.6 | 2.1 / 2.5 |
        | lead time for changes | 5 h / 6 h | 31 h / 37 h | 5 h / 6 h | 31 h / 37 h |
        | change failure rate | 12 % | 15 % | 12 % | 15 % |
        | time to restore | 1 h / 1.2 h | 2 h / 2.4 h | 1 h / 1.2 h | 2 h / 2.4 h |
        | CI duration | 1 h / 1.2 h | – | 1 h / 1.2 h | – |
        | CI success rate | 80 % / 96 % | 70 % / 84 % | 80 % / 96 % | 70 % / 84 % |
        | creation to first deployment | 40 h / 2 d | 3.8 d / 4.5 d | 40 h / 2 d | 3.8 d / 4.5 d |

        </details>
        ");
    }

    #[test]
    fn nothing_measured_is_said() {
        assert!(render_cohorts(&[], day()).contains("Nothing has been measured yet"));
        let none = CohortDora { days: 30, on_path: 0, not_yet: 0, measures: Vec::new() };
        assert!(render_cohorts(&[none], day()).contains("No repository has told"));
    }
}
