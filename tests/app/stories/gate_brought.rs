//! A deployment brings more than its last merge, and more than pull requests.

use waymark::edge::store::JobState;

use crate::github::FakeGitHub;
use crate::stage::{Props, Stage};

use super::gate::{REPO, answer, deployed, furnished, last_reply};

const ORGANISATION: &str = "gate: {override: sre, blocks: [irreversible_migration, self_merged]}\n\
                            policies: {operations/migration_safe: observe}\n";
const DROP: (&str, &str) = ("migrations/2_drop/up.sql", "DROP TABLE customers;\n");
const COMPARED: &str = "GET /repos/*/*/compare/*";

async fn stages(risk: bool) -> Vec<Stage> {
    Stage::each_with(FakeGitHub::builder, || Props { risk, ..Props::default() }).await
}

/// A repository whose first commit is in production.
async fn in_production(stage: &Stage) -> String {
    let head = furnished(stage, ORGANISATION).await;
    stage.gh.deploy(REPO, "production", &head);
    stage.settle().await;
    stage.gh.forget_calls();
    head
}

/// A pull request that somebody else approved, as it stands before its merge.
async fn reviewed(stage: &Stage, branch: &str, files: &[(&str, &str)]) -> u64 {
    stage.gh.push(REPO, branch, files, branch);
    let number = stage.gh.open_pull(REPO, branch, "main");
    stage.settle().await;
    stage.gh.review(REPO, number, "bob", "APPROVED");
    stage.settle().await;
    number
}

/// One that drops a table, and a calm one behind it; the first one's number, and what is merged.
async fn merged_both(stage: &Stage) -> (u64, String) {
    let drop = reviewed(stage, "drop", &[DROP]).await;
    stage.gh.merge(REPO, drop);
    stage.settle().await;
    let calm = reviewed(stage, "calm", &[("src/calm.rs", "// calm\n")]).await;
    let head = stage.gh.merge(REPO, calm);
    stage.settle().await;
    (drop, head)
}

#[tokio::test]
async fn a_condition_is_not_lost_behind_the_next_merge() {
    type Merge = fn(&FakeGitHub, &str, u64) -> String;
    let ways: [Merge; 3] = [FakeGitHub::merge, FakeGitHub::squash, FakeGitHub::rebase];
    for merge in ways {
        for stage in stages(true).await {
            in_production(&stage).await;
            stage.gh.set_role(REPO, "grace", "write");
            let drop = reviewed(&stage, "drop", &[DROP]).await;
            merge(&stage.gh, REPO, drop);
            stage.settle().await;
            let calm = reviewed(&stage, "calm", &[("src/calm.rs", "// calm\n")]).await;
            let head = stage.gh.squash(REPO, calm);
            stage.settle().await;

            let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
            assert_eq!(state, "rejected", "{comment}");
            assert!(comment.contains("1. `irreversible_migration`:"), "{comment}");
            assert!(comment.contains(&format!("(`#{drop}`)")), "{comment}");

            // Whoever answers for the calm one has not answered for the other.
            let ask = "/platform acknowledge irreversible_migration because nobody reads it";
            stage.gh.comment(REPO, calm, "grace", ask);
            stage.settle().await;
            assert_eq!(deployed(&stage, &head).await.answer.unwrap().0, "rejected");
            stage.gh.comment(REPO, drop, "grace", ask);
            stage.settle().await;
            let reply = last_reply(&stage, drop);
            assert!(reply.contains("Re-run the job that was rejected."), "{reply}");
            let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
            assert_eq!(state, "approved", "{comment}");
            assert!(comment.contains("Overridden by `grace`"), "{comment}");

            // What is in production is brought by nothing that follows.
            stage.gh.deploy(REPO, "production", &head);
            stage.settle().await;
            let next = reviewed(&stage, "next", &[("src/next.rs", "// next\n")]).await;
            let head = stage.gh.merge(REPO, next);
            stage.settle().await;
            let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
            assert_eq!(state, "approved", "{comment}");
            assert!(!comment.contains(&format!("#{drop}")), "{comment}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn what_came_without_a_pull_request_is_read_and_the_rest_of_it_is_not_known() {
    for stage in stages(true).await {
        let first = in_production(&stage).await;
        let dropped = stage.gh.push(REPO, "main", &[DROP], "Past all reviews");
        let head = stage.gh.push(REPO, "main", &[("src/a.rs", "a\n")], "And another");
        stage.settle().await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "rejected", "{comment}");
        assert!(comment.contains("1. `irreversible_migration`:"), "{comment}");
        assert!(comment.contains(&format!("(`{}`)", &dropped[..7])), "{comment}");
        let unknown = "whether `self_merged` is so is not known of";
        assert!(comment.contains(unknown), "{comment}");
        assert!(comment.contains("it came without a pull request."), "{comment}");

        // The last commit alone drops nothing.
        stage.gh.deploy(REPO, "production", &dropped);
        stage.settle().await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved", "{comment}");
        assert!(comment.contains(&format!("of `{}`", &head[..7])), "{comment}");

        // Who goes back brings nothing of what is there.
        assert_eq!(deployed(&stage, &first).await.answer.unwrap().0, "approved");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_merge_that_nobody_looked_at_is_read_when_it_is_deployed() {
    // Nothing is said of pull requests here.
    for stage in stages(false).await {
        in_production(&stage).await;
        let (drop, head) = merged_both(&stage).await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "rejected", "{comment}");
        assert!(comment.contains(&format!("(`#{drop}`)")), "{comment}");
        assert!(comment.contains("nobody looked at it before it was merged"), "{comment}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_was_deployed_before_may_not_be_known() {
    for stage in stages(true).await {
        furnished(&stage, ORGANISATION).await;
        let (_, head) = merged_both(&stage).await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved", "{comment}");
        let unknown = "whether `irreversible_migration`, `self_merged` is so is not known: what \
                       was deployed there before is not known, nor what came since.";
        assert!(comment.contains(unknown), "{comment}");
        stage.end().await;
    }
}

/// GitHub is down for a moment: nothing is decided on half of what comes along.
#[tokio::test]
async fn a_comparison_that_fails_is_asked_again() {
    for stage in stages(true).await {
        in_production(&stage).await;
        let (_, head) = merged_both(&stage).await;
        stage.gh.fail(COMPARED, 500, 1_000);
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        assert_eq!(stage.gh.deployment(run).answer, None);
        stage.gh.heal();
        stage.advance(15 * 60);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "rejected");
        assert_eq!(stage.jobs(JobState::Dead).await.len(), 0);
        stage.gh.forgive();
        stage.end().await;
    }
}
