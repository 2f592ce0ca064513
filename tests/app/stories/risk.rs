//! A developer learns how risky a pull request is, why, and what would help; a likelihood never
//! blocks.

use waymark::domain::risk::RISK_CHECK;

use crate::github::{CheckRun, FakeGitHub};
use crate::stage::{Props, Stage};

use super::files::GOOD;

const REPO: &str = "acme/payments";
const DAY: i64 = 24 * 60 * 60;

pub(super) async fn stages() -> Vec<Stage> {
    let props = || Props { risk: true, ..Props::default() };
    Stage::each_with(FakeGitHub::builder, props).await
}

/// The newest run of the risk check on a commit.
pub(super) fn risk(stage: &Stage, sha: &str) -> CheckRun {
    let mut runs = stage.gh.check_runs(REPO, sha);
    runs.retain(|run| run.name == RISK_CHECK);
    runs.sort_by_key(|run| run.id);
    runs.pop().unwrap_or_else(|| panic!("{}: no risk check on {sha}", stage.database.kind))
}

pub(super) fn title(stage: &Stage, sha: &str) -> String {
    risk(stage, sha).title.unwrap_or_default()
}

/// One pull request of somebody's, merged.
async fn merged(stage: &Stage, author: &str, branch: &str, files: &[(&str, &str)]) -> u64 {
    stage.gh.push(REPO, branch, files, &format!("Change {branch}"));
    let number = stage.gh.open_pull_by(REPO, branch, "main", author);
    stage.settle().await;
    stage.gh.merge(REPO, number);
    stage.settle().await;
    stage.advance(DAY);
    number
}

/// A repository whose `core.rs` everybody changes, and whose `quiet.rs` only ann does.
pub(super) async fn with_history(stage: &Stage) {
    stage.gh.create_repo(REPO, GOOD);
    for (n, author) in ["ann", "bob", "cid", "dan", "eve"].iter().cycle().take(40).enumerate() {
        let text = format!("line {n}\n");
        let path = format!("src/area{}.rs", n % 7);
        let mut files = vec![(path.as_str(), text.as_str())];
        if n % 2 == 0 {
            files.push(("src/core.rs", text.as_str()));
        }
        merged(stage, author, &format!("work{n}"), &files).await;
    }
    merged(stage, "ann", "quiet", &[("src/quiet.rs", "one\n")]).await;
}

/// A change of `core.rs` that is taken back, and what is said of taking it back.
pub(super) async fn taken_back(stage: &Stage) {
    let files = [("src/core.rs", "bad\n"), ("src/area1.rs", "bad\n")];
    merged(stage, "bob", "undone", &files).await;
    stage.gh.push(REPO, "revert", &[("src/core.rs", "good\n")], "Revert \"Change undone\"");
    let number = stage.gh.open_pull_by(REPO, "revert", "main", "bob");
    stage.settle().await;
    let said = title(stage, &stage.gh.head(REPO, "revert"));
    assert!(said.starts_with("Not known: it takes another change back"), "{said}");
    stage.gh.merge(REPO, number);
    stage.settle().await;
    stage.advance(DAY);
}

/// The files that the history is about, but the quiet one.
pub(super) fn everything() -> Vec<String> {
    (0..7).map(|n| format!("src/area{n}.rs")).chain(["src/core.rs".to_owned()]).collect()
}

#[tokio::test]
async fn a_stranger_among_busy_files_is_riskier_than_an_author_at_home() {
    for stage in stages().await {
        with_history(&stage).await;
        taken_back(&stage).await;
        let wide = everything();
        let files: Vec<(&str, &str)> = wide.iter().map(|path| (path.as_str(), "new\n")).collect();
        let risky = stage.gh.push(REPO, "risky", &files, "Rework everything");
        stage.gh.open_pull_by(REPO, "risky", "main", "zoe");
        let calm = stage.gh.push(REPO, "calm", &[("src/quiet.rs", "two\n")], "Fix a typo");
        stage.gh.open_pull_by(REPO, "calm", "main", "ann");
        stage.settle().await;

        let run = risk(&stage, &risky);
        assert_eq!(run.conclusion.as_deref(), Some("neutral"));
        let said = format!("{}\n\n{}", run.title.unwrap(), run.summary.unwrap());
        for words in [
            "Raised: about 2.8 times this repository's usual",
            "2 reverts on these files in 180 days",
            "the author has changed 0 of 8 existing files before",
            "Two other people know these files best: `bob` (8 of the files",
            "based on 18 public repositories, not yet on this one",
            "Most changes in this band are fine",
        ] {
            assert!(said.contains(words), "{words} is not in\n{said}");
        }
        let run = risk(&stage, &calm);
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        let said = run.title.unwrap();
        assert!(!said.starts_with("Raised") && !said.starts_with("Not known"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn nothing_is_estimated_before_history_is_known_and_then_it_is() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        // Everything was merged before we were told of anything.
        for (n, author) in ["ann", "bob", "cid"].iter().cycle().take(33).enumerate() {
            let text = format!("line {n}\n");
            stage.gh.push(REPO, &format!("b{n}"), &[("src/core.rs", text.as_str())], "Work");
            let number = stage.gh.open_pull_by(REPO, &format!("b{n}"), "main", author);
            stage.gh.merge(REPO, number);
            stage.advance(60);
        }
        stage.gh.lose_queue();
        let sha = stage.gh.push(REPO, "next", &[("src/core.rs", "next\n")], "Add more");
        stage.gh.open_pull_by(REPO, "next", "main", "ann");
        stage.settle().await;
        let runs = stage.gh.check_runs(REPO, &sha);
        let said: Vec<_> = runs
            .iter()
            .filter(|run| run.name == RISK_CHECK)
            .map(|run| (run.title.clone().unwrap(), run.conclusion.clone().unwrap()))
            .collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(said[0].0, "Not known: no history of this repository is known yet");
        assert_eq!(said[0].1, "neutral");
        assert!(said[1].0.contains("times"), "{said:?}");
        let summary = risk(&stage, &sha).summary.unwrap();
        // The repository began with a commit of its own.
        assert!(summary.contains("34 changes known"), "{summary}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_renamed_file_brings_its_past_along() {
    for stage in stages().await {
        with_history(&stage).await;
        stage.gh.push(
            REPO,
            "move",
            &[
                ("src/core.rs", crate::github::delete()),
                ("src/heart.rs", crate::github::put("line 38\n")),
            ],
            "Move the core",
        );
        let number = stage.gh.open_pull_by(REPO, "move", "main", "eve");
        stage.settle().await;
        stage.gh.merge(REPO, number);
        stage.settle().await;
        stage.advance(DAY);
        let sha = stage.gh.push(REPO, "after", &[("src/heart.rs", "beat\n")], "Add a beat");
        stage.gh.open_pull_by(REPO, "after", "main", "zoe");
        stage.settle().await;
        let summary = risk(&stage, &sha).summary.unwrap();
        assert!(summary.contains("5 people changed these files before"), "{summary}");
        assert!(
            summary.contains("the author has changed 0 of 1 existing file before"),
            "{summary}"
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn three_thousand_files_are_partial() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let files: Vec<(String, String)> =
            (0..3_001).map(|n| (format!("gen/{n}.txt"), "x\n".to_owned())).collect();
        let sha = stage.gh.push(REPO, "huge", &files, "Generate");
        stage.gh.open_pull(REPO, "huge", "main");
        stage.settle().await;
        let run = risk(&stage, &sha);
        let said = run.title.unwrap();
        assert!(said.starts_with("Partial. Not known: it touches more files than"), "{said}");
        let summary = run.summary.unwrap();
        assert!(summary.contains("GitHub lists 3000 of 3001 files"), "{summary}");
        assert_eq!(run.conclusion.as_deref(), Some("neutral"));
        stage.end().await;
    }
}

#[tokio::test]
async fn the_revert_button_s_line_counts_under_any_title() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.push(REPO, "undo", &[("src/a.rs", "one\n")], "Undo the VAT change");
        let number = stage.gh.open_pull(REPO, "undo", "main");
        stage.settle().await;
        let before = title(&stage, &stage.gh.head(REPO, "undo"));
        assert!(!before.contains("it takes another change back"), "{before}");
        stage.gh.describe(REPO, number, "It was wrong.\n\nReverts acme/payments#12\n");
        let sha = stage.gh.push(REPO, "undo", &[("src/a.rs", "two\n")], "More");
        stage.settle().await;
        let said = title(&stage, &sha);
        assert!(said.starts_with("Not known: it takes another change back"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn reviews_and_coverage_arrive_later_and_repeat_nothing() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "one\n")], "Add a");
        let number = stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let summary = risk(&stage, &sha).summary.unwrap();
        assert!(summary.contains("`unreviewed`"), "{summary}");
        assert!(summary.contains("no coverage service has spoken"), "{summary}");

        stage.gh.review(REPO, number, "bob", "APPROVED");
        stage.settle().await;
        let summary = risk(&stage, &sha).summary.unwrap();
        assert!(!summary.contains("`unreviewed`"), "{summary}");

        let said = ("failure", "40.00% of diff hit (target 80.00%)");
        stage.gh.commit_status(REPO, &sha, "codecov/patch", said);
        stage.gh.commit_status(REPO, &sha, "ci/build", ("success", "done"));
        stage.settle().await;
        let run = risk(&stage, &sha);
        let summary = run.summary.unwrap();
        assert!(summary.contains("tests run through 40 % of the changed lines"), "{summary}");

        // The same again is not said again.
        stage.gh.commit_status(REPO, &sha, "codecov/patch", said);
        stage.gh.review(REPO, number, "bob", "COMMENTED");
        stage.settle().await;
        assert_eq!(risk(&stage, &sha).id, run.id);

        // A push behind the approval makes it stale.
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "two\n")], "Change a");
        stage.settle().await;
        let summary = risk(&stage, &sha).summary.unwrap();
        assert!(summary.contains("`stale_approval`"), "{summary}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_destructive_migration_is_a_condition_and_a_push_costs_two_calls_at_most() {
    for stage in stages().await {
        with_history(&stage).await;
        let files = [("migrations/7.sql", "DROP TABLE refunds;\n"), ("src/quiet.rs", "two\n")];
        let sha = stage.gh.push(REPO, "drop", &files, "Drop refunds");
        let number = stage.gh.open_pull_by(REPO, "drop", "main", "ann");
        stage.settle().await;
        let run = risk(&stage, &sha);
        let summary = run.summary.unwrap();
        assert!(
            summary.contains("**`irreversible_migration`** (needs acknowledgement)"),
            "{summary}"
        );
        assert!(summary.contains("`migrations/7.sql`, line 1: `DROP TABLE refunds` (takes ACCESS EXCLUSIVE in PostgreSQL)"));
        assert!(summary.contains("during the rollout old code runs against the new tables"));

        let of_risk = |route: &str| route.ends_with("/files") || route.ends_with("/reviews");
        let count = || stage.gh.calls().iter().filter(|call| of_risk(&call.route)).count();
        let before = count();
        stage.gh.push(REPO, "drop", &[("src/quiet.rs", "three\n")], "More");
        stage.settle().await;
        assert_eq!(count() - before, 1);

        stage.gh.comment(REPO, number, "ann", "/platform risk");
        stage.settle().await;
        let comments = stage.gh.comments(REPO, number);
        let reply = &comments.last().unwrap().body;
        assert!(reply.contains("How the number comes about"), "{reply}");
        assert!(reply.contains("irreversible"), "{reply}");
        stage.end().await;
    }
}
