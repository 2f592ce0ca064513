//! What stands beside the check: a label where the organisation wants one, and last quarter's
//! predictions in the scorecard.

use waymark::domain::ids::{InstallationId, RepoId, Sha};
use waymark::domain::job::Job;
use waymark::domain::risk::DAY_MS;
use waymark::domain::risk::model::{Model, Vector};
use waymark::domain::risk::people::Called;
use waymark::edge::store::RiskChange;

use crate::stage::Stage;

use super::risk::{everything, risk, stages, taken_back, title, with_history};

const REPO: &str = "acme/payments";
const HOME: &str = "acme/.github";
const LABEL: &str = "risk: raised";
const LABELS: &str = "* /repos/*labels*";

fn labels(stage: &Stage, number: u64) -> Vec<String> {
    let issues = stage.gh.issues(REPO).into_iter();
    issues.filter(|issue| issue.number == number).flat_map(|issue| issue.labels).collect()
}

#[tokio::test]
async fn a_label_comes_and_goes_with_the_word_and_nothing_else_is_touched() {
    for stage in stages().await {
        stage.gh.create_repo(HOME, &[("waymark.yml", "risk: {label: true}\n")]);
        with_history(&stage).await;
        taken_back(&stage).await;
        let wide = everything();
        let files: Vec<(&str, &str)> = wide.iter().map(|path| (path.as_str(), "new\n")).collect();
        let before: Vec<(String, String)> = files
            .iter()
            .map(|(path, _)| ((*path).to_owned(), stage.gh.text(REPO, "main", path)))
            .collect();
        let head = stage.gh.push(REPO, "risky", &files, "Rework everything");
        let number = stage.gh.open_pull_by(REPO, "risky", "main", "zoe");
        stage.gh.set_issue(REPO, number, &["keep me"], true);
        stage.settle().await;
        assert!(title(&stage, &head).starts_with("Raised"), "{}", title(&stage, &head));
        assert_eq!(labels(&stage, number), ["keep me", LABEL]);
        let asked = stage.gh.calls_to(LABELS).len();
        assert_eq!(asked, 2, "it is made, and put on");

        // Still raised: nothing is written.
        let head = stage.gh.push(REPO, "risky", &[("src/core.rs", "newer\n")], "More");
        stage.settle().await;
        assert!(title(&stage, &head).starts_with("Raised"));
        assert_eq!(stage.gh.calls_to(LABELS).len(), asked);

        // Only a document is left of it.
        let mut less: Vec<(&str, &str)> =
            before.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        less.push(("docs/plan.md", "# Plan\n"));
        let head = stage.gh.push(REPO, "risky", &less, "Only the plan");
        stage.settle().await;
        assert!(!title(&stage, &head).starts_with("Raised"), "{}", title(&stage, &head));
        assert_eq!(labels(&stage, number), ["keep me"]);
        stage.end().await;
    }
}

#[tokio::test]
async fn nobody_gets_a_label_who_did_not_ask() {
    for stage in stages().await {
        with_history(&stage).await;
        let files =
            [("src/core.rs", "new\n"), ("src/area1.rs", "new\n"), ("src/area2.rs", "new\n")];
        stage.gh.push(REPO, "risky", &files, "Rework everything");
        stage.gh.open_pull_by(REPO, "risky", "main", "zoe");
        stage.settle().await;
        assert_eq!(stage.gh.calls_to(LABELS).len(), 0);
        stage.end().await;
    }
}

/// Changes merged from a day on, four a day, each as those start values have it that it was fitted
/// with; every `nth` taken back the day after.
async fn merged(stage: &Stage, repo: RepoId, first: &str, days: i64, nth: i64, number: &mut i64) {
    let x = Model::built_in().unwrap().start().mean;
    merged_as(stage, repo, first, days, nth, number, |_| x).await;
}

/// As `merged`, with features by number.
async fn merged_as(
    stage: &Stage,
    repo: RepoId,
    first: &str,
    days: i64,
    nth: i64,
    number: &mut i64,
    features: impl Fn(i64) -> Vector,
) {
    let from = waymark::domain::time::Timestamp::parse_rfc3339(first).unwrap();
    let mut changes = Vec::new();
    for day in 0..days {
        for part in 0..4 {
            *number += 1;
            let mut change = RiskChange {
                id: *number,
                sha: Sha::parse(&format!("{:040x}", *number)).ok(),
                title: format!("Change {number}"),
                at: from.plus_ms(day * DAY_MS + part * 60_000),
                author: Called { login: Some("ann".to_owned()), ..Called::default() },
                revert: false,
                takes_back: Vec::new(),
                features: Some((features(*number), 1.0)),
                touches: Vec::new(),
            };
            let undo = (nth > 0 && *number % nth == 0).then(|| RiskChange {
                id: 1_000_000 + *number,
                sha: None,
                title: format!("Revert \"Change {number}\""),
                at: change.at.plus_ms(DAY_MS),
                revert: true,
                takes_back: vec![waymark::domain::risk::labels::Target::Pull(*number)],
                ..change.clone()
            });
            change.title.push('.');
            changes.push(change);
            changes.extend(undo);
        }
    }
    stage.app.store.note_risk_changes(repo, &changes).await.unwrap();
}

async fn count(stage: &Stage) {
    let installation = InstallationId(stage.gh.installation_id("acme") as i64);
    let job = Job::Scorecard { installation };
    stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
    stage.settle().await;
}

#[tokio::test]
async fn last_quarters_predictions_are_published_and_two_bad_quarters_withhold_the_multiple() {
    for stage in stages().await {
        stage.gh.create_repo(HOME, &[("waymark.yml", "scorecard: {target: 80}\n")]);
        with_history(&stage).await;
        let repo = RepoId(stage.gh.repo_id(REPO) as i64);
        let mut number = 10_000;
        merged(&stage, repo, "2026-04-01T09:00:00Z", 90, 12, &mut number).await;
        merged(&stage, repo, "2026-07-01T09:00:00Z", 90, 3, &mut number).await;
        count(&stage).await;
        let issues = stage.gh.issues(HOME);
        let body = &issues.iter().find(|issue| issue.title.contains("scorecard")).unwrap().body;
        for words in [
            "### Deploy risk: predicted and observed",
            "What was merged in 2026-Q3, in 1 repository",
            "| 1 to 2 × | 0 |",
            "| **more than predicted** |",
            "Pull requests are shown facts without a multiple until a quarter comes true again",
        ] {
            assert!(body.contains(words), "{words} is not in\n{body}");
        }
        // The next pull request is told so, and keeps its facts.
        let head = stage.gh.push(REPO, "next", &[("src/core.rs", "next\n")], "Next");
        stage.gh.open_pull_by(REPO, "next", "main", "ann");
        stage.settle().await;
        let said = title(&stage, &head);
        let why = "Not known: in each of the last two quarters more was reverted here than it had";
        assert!(said.starts_with(why), "{said}");
        let summary = risk(&stage, &head).summary.unwrap();
        assert!(summary.contains("facts without weight"), "{summary}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_hundred_own_reverts_give_own_slopes() {
    for stage in stages().await {
        with_history(&stage).await;
        let repo = RepoId(stage.gh.repo_id(REPO) as i64);
        // What many people changed before is taken back twice as often here, which is a little
        // more than the model has it.
        let start = Model::built_in().unwrap().start().mean;
        let crowded = |number: i64| {
            let crowd = if number % 12 == 0 { number / 12 % 3 != 0 } else { number % 2 == 0 };
            let mut x = start;
            x[1] = if crowd { 3.5 } else { 1.1 };
            x
        };
        let mut number = 10_000;
        merged_as(&stage, repo, "2025-07-01T09:00:00Z", 440, 12, &mut number, crowded).await;
        let explained = async || {
            let name = format!("change-{}", stage.hands.now().0);
            stage.gh.push(REPO, &name, &[("src/core.rs", name.as_str())], "Next");
            let pull = stage.gh.open_pull_by(REPO, &name, "main", "ann");
            stage.settle().await;
            stage.gh.set_role(REPO, "ann", "write");
            stage.gh.comment(REPO, pull, "ann", "/platform risk");
            stage.settle().await;
            stage.gh.comments(REPO, pull).last().unwrap().body.clone()
        };
        let said = explained().await;
        assert!(said.contains("| `ndev` | ") && said.contains("| +0.269 (+0.21 to +0.32) |"));
        assert!(said.contains("The model `M6` gives"), "{said}");

        count(&stage).await;
        stage.advance(60);
        let said = explained().await;
        assert!(said.contains("The model `M6, own slopes up to 2026-Q3` gives"), "{said}");
        assert!(said.contains("slopes fitted on 147 reverts among 1,760 changes"), "{said}");
        let slope = |text: &str| -> f64 {
            let row = text.lines().find(|line| line.starts_with("| `ndev` ")).unwrap();
            let cell = row.split('|').nth(3).unwrap().trim();
            cell.split(' ').next().unwrap().parse().unwrap()
        };
        assert!((0.3..0.42).contains(&slope(&said)), "{said}");
        // Asked once a quarter.
        let installation = InstallationId(stage.gh.installation_id("acme") as i64);
        assert!(stage.app.store.risk_slopes_known(installation, "2026-Q3").await.unwrap());
        stage.end().await;
    }
}
