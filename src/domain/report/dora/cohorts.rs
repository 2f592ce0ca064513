//! The block *DORA by cohort*, which the scorecard issue includes.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::words::{difference, figure, title, verdict};
use crate::domain::metrics::Measure;
use crate::domain::metrics::cohort::Side;
use crate::domain::metrics::measure::WINDOWS;
use crate::domain::metrics::summary::CohortDora;
use crate::domain::report::words::count;

/// The period that the block shows: long enough for medians and short enough to move.
pub const COHORT_BLOCK_DAYS: u32 = WINDOWS[1];

/// The block's heading.
pub const COHORT_TITLE: &str = "### DORA by cohort";

/// With it a line begins that tells of which day a block is.
pub const AS_OF: &str = "As of ";

/// Markdown, about 1,500 characters; it holds nothing that comes from a repository. `today` is told
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
        "Last {} days: {} on the path, each since its own adoption, and {} not yet. Medians over \
         repositories, 95&nbsp;% intervals.\n",
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
    out
}

fn side(measure: Measure, side: &Side) -> String {
    match side.figure {
        Some(value) => format!("{} (n&nbsp;=&nbsp;{})", figure(measure, value), side.repositories),
        None => "–".to_owned(),
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
        let side = |figure| Side { repositories: 12, figure: Some(figure), p75: None };
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
            ],
        };
        insta::assert_snapshot!(render_cohorts(&[cohort], day()), @r"
        ### DORA by cohort

        As of 2026-11-21.

        Last 30 days: 12 repositories on the path, each since its own adoption, and 30 not yet. Medians over repositories, 95&nbsp;% intervals.

        | | on the path | not yet | difference | |
        |---|---:|---:|---:|---|
        | deployments per week | 6.3 (n&nbsp;=&nbsp;12) | 2.1 (n&nbsp;=&nbsp;12) | +4.2 (+1.4 to +6.3) | better on the path |
        | lead time for changes | 5 h (n&nbsp;=&nbsp;12) | 31 h (n&nbsp;=&nbsp;12) | −26 h (−40 h to −1 h) | better on the path |
        | change failure rate | 12 % (n&nbsp;=&nbsp;12) | 15 % (n&nbsp;=&nbsp;12) | −3 points (−10 to +4) | may be chance |
        | time to restore | 1 h (n&nbsp;=&nbsp;12) | 2 h (n&nbsp;=&nbsp;12) | −1 h (too few repositories for an interval) |  |
        | CI duration | 1 h (n&nbsp;=&nbsp;12) | – | no comparison |  |

        <sub>n: repositories with this figure. A difference whose interval includes 0 may be chance. None of them says why: teams that adopt first may have been quicker before.</sub>
        ");
    }

    #[test]
    fn nothing_measured_is_said() {
        assert!(render_cohorts(&[], day()).contains("Nothing has been measured yet"));
        let none = CohortDora { days: 30, on_path: 0, not_yet: 0, measures: Vec::new() };
        assert!(render_cohorts(&[none], day()).contains("No repository has told"));
    }
}
