//! Owners who let Waymark look and not write: who asks hears at once what lacks, and gets the change
//! as a patch.

use crate::github::{FakeGitHub, usual_permissions};
use crate::stage::Stage;

use super::adopt;
use super::files::{CONFIG, FIXED, GOOD, OLD_FAULT, ROOT, with};

const REPO: &str = "humble/payments";

/// An organisation whose owners granted the usual, but only to read this.
async fn humbled(lacking: &'static [&'static str]) -> Vec<Stage> {
    let stages = Stage::each_on(FakeGitHub::builder).await;
    for stage in &stages {
        let mut granted = usual_permissions();
        for name in lacking {
            granted.insert((*name).to_owned(), "read".to_owned());
        }
        stage.gh.organisation_granting("humble", granted);
    }
    stages
}

async fn asked(stage: &Stage, issue: u64, text: &str) -> String {
    stage.gh.comment(REPO, issue, "octo-dev", text);
    stage.settle().await;
    stage.gh.comments(REPO, issue).pop().unwrap().body
}

/// What every such answer says, and that nothing was tried.
fn assert_told(stage: &Stage, said: &str, lacking: &str) {
    assert!(said.contains("Waymark may not write here: its installation on `humble`"), "{said}");
    assert!(said.contains(&format!("lacks {lacking}. An owner can grant it at http")), "{said}");
    assert!(said.contains("/organizations/humble/settings/installations/"), "{said}");
    for route in ["POST /repos/*/*/git/trees", "POST /repos/*/*/git/refs", "POST /repos/*/*/pulls"]
    {
        assert_eq!(stage.gh.calls_to(route).len(), 0, "{route}");
    }
}

#[tokio::test]
async fn adopting_is_a_patch() {
    for stage in humbled(&["contents"]).await {
        stage.gh.create_repo(REPO, &adopt::repository());
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        let said = asked(&stage, issue, adopt::ASK).await;
        assert_told(&stage, &said, "`contents: write`");
        assert!(said.contains("\n+++ b/catalog-info.yaml\n"), "{said}");
        // A plan needs no leave.
        let said = asked(&stage, issue, &format!("{} --plan", adopt::ASK)).await;
        assert!(said.contains("| **add** | catalog-info.yaml |"), "{said}");

        // Granted, the same words do it.
        stage.gh.grant("humble", usual_permissions());
        stage.settle().await;
        let said = asked(&stage, issue, adopt::ASK).await;
        assert!(said.contains("Opened #"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_fix_is_a_patch_on_a_pull_request_and_without_one() {
    for stage in humbled(&["contents", "pull_requests"]).await {
        stage.gh.create_repo(REPO, OLD_FAULT);
        stage.gh.push(REPO, "image", &[("b/Dockerfile", ROOT)], "Add image");
        let pull = stage.gh.open_pull(REPO, "image", "main");
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Put it right?");
        stage.settle().await;
        for (number, file) in [(pull, "b/Dockerfile"), (issue, "Dockerfile")] {
            let said = asked(&stage, number, "/platform fix").await;
            assert_told(&stage, &said, "`contents: write` and `pull_requests: write`");
            assert!(said.contains(&format!("\n+++ b/{file}\n")), "{said}");
            assert!(said.contains("\n+USER 10001\n"), "{said}");
        }
        // Where nothing is wrong, that is the answer.
        stage.gh.push(REPO, "main", &[("Dockerfile", FIXED)], "Mend");
        let said = asked(&stage, issue, "/platform fix").await;
        assert!(said.contains("Nothing to put right on the default branch"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_waiver_is_a_patch() {
    let ask =
        "/platform waive non_root_user until 2027-01-31 because the vendor's image needs root";
    for stage in humbled(&["pull_requests"]).await {
        stage.gh.create_repo(REPO, &with(GOOD, CONFIG, "path: default\n"));
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Questions");
        let said = asked(&stage, issue, ask).await;
        assert_told(&stage, &said, "`pull_requests: write`");
        assert!(said.contains("\n+++ b/.github/waymark.yml\n"), "{said}");
        assert!(said.contains("\n+  - policy: container/non_root_user\n"), "{said}");
        let said = asked(&stage, issue, "/platform unwaive non_root_user").await;
        assert!(!said.contains("may not write"), "there is none to take away: {said}");
        stage.end().await;
    }
}
