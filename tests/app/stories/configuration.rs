//! A repository says what it wants in `.github/waymark.yml`, and only its base branch may.

use crate::github::CheckRun;
use crate::stage::{Stage, annotated};

use super::files::{CONFIG, FIXED, GOOD, ROOT, mode, waiver, with};

/// Judges a pull request that adds a faulty image to a repository with this configuration.
async fn judged_with(stage: &Stage, config: &str) -> CheckRun {
    stage.gh.create_repo("acme/payments", &with(GOOD, CONFIG, config));
    let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull("acme/payments", "image", "main");
    stage.settle().await;
    stage.run("acme/payments", &head)
}

#[tokio::test]
async fn the_mode_says_how_loud_a_policy_is() {
    let expected = [
        ("off", "success", "Passed: 8 of 8 policies that apply", 0),
        ("observe", "success", "Passed: 8 of 8 policies that apply", 0),
        ("warn", "neutral", "Warnings: 1 new finding, not blocking", 1),
        ("enforce", "failure", "Blocked: 1 new finding in an enforced policy", 1),
    ];
    for (word, conclusion, title, annotations) in expected {
        for stage in Stage::each().await {
            let run = judged_with(&stage, &mode(word)).await;
            assert_eq!(run.title.as_deref(), Some(title), "{word}");
            assert_eq!(run.conclusion.as_deref(), Some(conclusion), "{word}");
            assert_eq!(run.annotations.len(), annotations, "{word}");
            let told = run.summary.unwrap().contains("Dockerfile");
            assert_eq!(told, annotations > 0, "{word}: what is not shown is not told");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_waiver_on_the_base_excuses_until_it_expires() {
    for stage in Stage::each().await {
        // Today is its last day.
        let run = judged_with(&stage, &waiver("2026-11-21")).await;
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        assert_eq!(run.title.as_deref(), Some("Passed: 9 of 9 policies that apply (1 waived)"));
        assert_eq!(annotated(&run), []);
        let summary = run.summary.unwrap();
        assert!(summary.contains("the vendor's image needs root"), "{summary}");

        stage.advance(86_400);
        stage.gh.rerequest_check(run.id);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &run.head_sha), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn an_expired_waiver_does_not_count() {
    for stage in Stage::each().await {
        let run = judged_with(&stage, &waiver("2026-11-20")).await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);
        stage.end().await;
    }
}

/// The way out that the summary itself proposes: no rebase is needed.
#[tokio::test]
async fn a_waiver_merged_meanwhile_counts_on_re_run() {
    for stage in Stage::each().await {
        let run = judged_with(&stage, "").await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        let yes = waiver("2026-12-31");
        stage.gh.push("acme/payments", "main", &[(CONFIG, yes.as_str())], "Waive");
        stage.settle().await;
        stage.gh.rerequest_check(run.id);
        stage.settle().await;

        let run = stage.run("acme/payments", &run.head_sha);
        assert_eq!(run.title.as_deref(), Some("Passed: 9 of 9 policies that apply (1 waived)"));
        assert!(!run.summary.unwrap().contains("this change edits"));
        stage.end().await;
    }
}

/// Starting from a commit of long ago must not bring back what was allowed then.
#[tokio::test]
async fn an_old_starting_point_brings_no_old_rules() {
    for stage in Stage::each().await {
        let old = mode("off");
        stage.gh.create_repo("acme/payments", &with(GOOD, CONFIG, &old));
        let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        let new = mode("enforce");
        stage.gh.push("acme/payments", "main", &[(CONFIG, new.as_str())], "Be strict");
        stage.gh.open_pull("acme/payments", "image", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_pull_request_cannot_excuse_itself() {
    for excuse in [waiver("2026-12-31"), mode("off")] {
        for stage in Stage::each().await {
            stage.gh.create_repo("acme/payments", GOOD);
            let changes = [("Dockerfile", ROOT), (CONFIG, excuse.as_str())];
            let head = stage.gh.push("acme/payments", "image", &changes, "Add image, excused");
            stage.gh.open_pull("acme/payments", "image", "main");
            stage.settle().await;

            let run = stage.run("acme/payments", &head);
            assert_eq!(run.conclusion.as_deref(), Some("failure"), "{excuse}");
            assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);
            let summary = run.summary.unwrap();
            let note = "this change edits the Waymark configuration; the edit counts once it is \
                        on the base branch";
            assert!(summary.contains(note), "{summary}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_broken_configuration_asks_for_action_with_file_and_line() {
    for stage in Stage::each().await {
        let broken = "policies:\n  container/non_root_user: loud\n";
        stage.gh.create_repo("acme/payments", &with(GOOD, CONFIG, broken));
        let head = stage.gh.push("acme/payments", "docs", &[("docs.md", "Words")], "Document");
        stage.gh.open_pull("acme/payments", "docs", "main");
        stage.settle().await;
        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"));
        assert_eq!(
            run.title.as_deref(),
            Some("Configuration needs attention: .github/waymark.yml line 2")
        );
        let summary = run.summary.unwrap();
        assert!(summary.contains("- `.github/waymark.yml:2` — "), "{summary}");
        assert!(summary.contains("off, observe, warn, enforce"), "{summary}");

        // Who mends it is not held up by it, neither here nor in the merge queue.
        let good = mode("warn");
        let changes = [(CONFIG, good.as_str()), ("Dockerfile", FIXED)];
        let mended = stage.gh.push("acme/payments", "mend", &changes, "Mend");
        let number = stage.gh.open_pull("acme/payments", "mend", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &mended), "success");
        let queued = stage.gh.enqueue_merge("acme/payments", number);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &queued), "success");
        let merged = stage.gh.merge("acme/payments", number);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &merged), "success");

        // From now on nobody is.
        stage.gh.rerequest_suite("acme/payments", &head);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn who_breaks_the_configuration_is_told() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let changes = [(CONFIG, "polices:\n  container/non_root_user: off\n")];
        let head = stage.gh.push("acme/payments", "config", &changes, "Configure");
        stage.gh.open_pull("acme/payments", "config", "main");
        stage.settle().await;
        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"));
        assert!(run.summary.unwrap().contains("did you mean `policies`?"));
        stage.end().await;
    }
}
