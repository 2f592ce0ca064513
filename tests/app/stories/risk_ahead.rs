//! What a deployment would meet is told on the pull request: freezes, and how error budgets burned
//! when the gate last asked.

use crate::github::FakeGitHub;
use crate::prometheus::{FakePrometheus, Says};
use crate::stage::{Props, Stage};

use super::gate::{FREEZE_LONG, FREEZE_TODAY, REPO, deployed, furnished, objective};
use super::risk::risk;

const BURNING: Says =
    Says { ratios: [0.02, 0.018, 0.0145, 0.01, 0.004, 0.001], budget: 0.0004, down: false };

async fn stages(prometheus: &FakePrometheus) -> Vec<Stage> {
    let props = || Props { risk: true, prometheus: prometheus.client(), ..Props::default() };
    Stage::each_with(FakeGitHub::builder, props).await
}

/// What the check says of a new pull request, and how many calls it took.
async fn said(stage: &Stage, branch: &str) -> (String, usize) {
    let path = format!("src/{branch}.rs");
    stage.gh.push(REPO, branch, &[(path.as_str(), "// new\n")], branch);
    stage.settle().await;
    stage.gh.forget_calls();
    stage.gh.open_pull(REPO, branch, "main");
    stage.settle().await;
    let calls = stage.gh.calls().len();
    let run = risk(stage, &stage.gh.head(REPO, branch));
    (run.summary.unwrap_or_default(), calls)
}

#[tokio::test]
async fn a_freeze_is_told_before_the_merge_and_holds_nobody_there() {
    let prometheus = FakePrometheus::start().await;
    for stage in stages(&prometheus).await {
        let files = "gate: {override: sre}\n";
        furnished(&stage, files).await;
        // The first one has the past read.
        said(&stage, "first").await;
        let (calm, calls) = said(&stage, "calm").await;
        assert!(!calm.contains("freeze"), "{calm}");
        let teams = "  - {reason: moving, from: 2026-11-23, until: 2026-11-24, teams: [payments]}\n\
                     \x20 - {reason: far away, from: 2026-11-26, until: 2026-11-27}\n\
                     \x20 - {reason: elsewhere, from: 2026-11-20, until: 2026-11-27, repositories: shop}\n";
        stage.gh.push(
            "acme/.github",
            "main",
            &[("waymark.yml", format!("{FREEZE_LONG}{teams}").as_str())],
            "Freeze",
        );
        stage.settle().await;
        let (told, with) = said(&stage, "frozen").await;
        assert!(told.contains("`freeze`"), "{told}");
        assert!(
            told.contains(
                "one holds until 2027-01-04 00:00 UTC for `prod*`: holidays, ask @&#8203;acme/sre"
            ),
            "{told}"
        );
        assert!(told.contains("one begins at 2026-11-23 00:00 UTC, until 2026-11-25 00:00 UTC for repositories of `payments`: moving"), "{told}");
        assert!(!told.contains("far away") && !told.contains("elsewhere"), "{told}");
        assert_eq!(with, calls, "it costs no call");

        // The gate asks the calendar, not what was said of it on the pull request.
        let number = stage.gh.pull_from(REPO, "frozen").unwrap().number;
        let head = stage.gh.merge(REPO, number);
        stage.gh.push("acme/.github", "main", &[("waymark.yml", FREEZE_TODAY)], "Shorter");
        stage.settle().await;
        let report = deployed(&stage, &head).await.reports.pop().unwrap();
        assert!(report.contains("inventory in Berlin") && !report.contains("holidays"), "{report}");
        stage.advance(2 * 60 * 60);
        stage.settle().await;
        stage.end().await;
    }
}

#[tokio::test]
async fn what_the_gate_found_of_error_budgets_is_told_and_what_nobody_knows_too() {
    let prometheus = FakePrometheus::start().await;
    for stage in stages(&prometheus).await {
        prometheus.say(BURNING);
        let head = furnished(&stage, &objective(&prometheus, "pass")).await;
        let asked = prometheus.asked().len();
        let (unknown, _) = said(&stage, "first").await;
        assert!(unknown.contains("`error_budget`"), "{unknown}");
        let words = "how fast they burn is not known: no deployment has asked for seven days";
        assert!(unknown.contains(words), "{unknown}");
        assert_eq!(prometheus.asked().len(), asked, "Prometheus is the gate's to ask");

        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        let (told, _) = said(&stage, "burning").await;
        let words = "2026-11-21 09:06 UTC in `production`: the error budget of `availability` burns \
                     14.5 times too fast over 1h";
        assert!(told.contains(words), "{told}");

        prometheus.say(Says { ratios: [0.0; 6], budget: 0.0, down: false });
        stage.advance(5 * 60);
        stage.settle().await;
        assert_eq!(stage.gh.deployment(run).answer.unwrap().0, "approved");
        let (calm, _) = said(&stage, "calm").await;
        assert!(!calm.contains("error_budget"), "{calm}");
        stage.end().await;
    }
}
