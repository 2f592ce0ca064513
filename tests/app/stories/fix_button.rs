//! Somebody presses *Fix* or *Adopt* on a check run.

use crate::stage::Stage;

use super::files::{CATALOG, CODEOWNERS, FIXED, GOOD, README, ROOT};
use super::fix::with_pull;

const REPO: &str = "acme/payments";

fn buttons(stage: &Stage, branch: &str) -> Vec<String> {
    let run = stage.run(REPO, &stage.gh.head(REPO, branch));
    let name = |action: &serde_json::Value| action["identifier"].as_str().unwrap().to_owned();
    run.actions.iter().map(name).collect()
}

#[tokio::test]
async fn one_press_one_commit() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        let number = with_pull(&stage).await;
        assert_eq!(buttons(&stage, "image"), ["fix", "rerun"]);
        let head = gh.head(REPO, "image");
        let run = stage.run(REPO, &head);
        gh.press(run.id, "fix");
        stage.settle().await;
        assert_eq!(gh.text(REPO, "image", "Dockerfile"), FIXED);
        let said = gh.comments(REPO, number).pop().unwrap().body;
        assert!(said.starts_with("`/platform fix` · `octo-dev`\n\nCommitted `"), "{said}");
        // The new commit has nothing to fix.
        assert_eq!(buttons(&stage, "image"), ["rerun"]);

        // The same press once more, and another one on the old run: nothing happens twice.
        gh.redeliver("check_run.requested_action");
        stage.settle().await;
        gh.press(run.id, "fix");
        stage.settle().await;
        assert_eq!(gh.messages(REPO, "main", "image").len(), 2);
        assert_eq!(gh.comments(REPO, number).len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn who_may_not_write_may_not_press() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        let number = with_pull(&stage).await;
        gh.set_role(REPO, "reader", "read");
        let head = gh.head(REPO, "image");
        gh.press_as(stage.run(REPO, &head).id, "fix", "reader");
        stage.settle().await;
        assert_eq!(gh.head(REPO, "image"), head);
        let said = gh.comments(REPO, number).pop().unwrap().body;
        assert!(said.contains("needs write access"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_button_is_only_there_when_it_would_do_something() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        // No catalog entry: there is something to adopt.
        gh.create_repo(REPO, &[("README.md", README), ("CODEOWNERS", CODEOWNERS)]);
        gh.push(REPO, "image", &[("Dockerfile", ROOT)], "Add image");
        let number = gh.open_pull(REPO, "image", "main");
        stage.settle().await;
        assert_eq!(buttons(&stage, "image"), ["fix", "adopt", "rerun"]);
        gh.press(stage.run(REPO, &gh.head(REPO, "image")).id, "adopt");
        stage.settle().await;
        let said = gh.comments(REPO, number).pop().unwrap().body;
        assert!(said.contains("Before anything is written, please say:"), "{said}");

        // Root on purpose is nobody's to change but its owner's.
        let on_purpose = FIXED.replace("10001", "root");
        let files = [("Dockerfile", on_purpose.as_str()), ("catalog-info.yaml", CATALOG)];
        gh.push(REPO, "image", &files, "Root, on purpose");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &gh.head(REPO, "image")), "failure");
        assert_eq!(buttons(&stage, "image"), ["rerun"]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_press_that_comes_too_late_asks_nobody() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        let number = with_pull(&stage).await;
        let run = stage.run(REPO, &gh.head(REPO, "image"));
        gh.close_pull(REPO, number);
        stage.settle().await;
        gh.press(run.id, "fix");
        stage.settle().await;
        assert_eq!(gh.text(REPO, "image", "Dockerfile"), ROOT);
        assert_eq!(gh.paths(REPO, "main").len(), GOOD.len());
        stage.end().await;
    }
}
