//! Waivers of branches beside the default one: each has configuration of its own.

use crate::stage::Stage;

use super::files::{CONFIG, GOOD, ROOT, with};

const REPO: &str = "acme/payments";
const ASK: &str =
    "/platform waive non_root_user until 2027-01-31 because the vendor's image needs root";
const BRANCH: &str = "waymark/waive-container-non_root_user";

/// A pull request to `main` and one to `base`, which `main` has left behind.
async fn with_two(stage: &Stage, base: &str) -> (u64, u64) {
    let gh = &stage.gh;
    gh.create_repo(REPO, &with(GOOD, CONFIG, "# old\npath: default\n"));
    gh.push(REPO, base, &[("release.txt", "1\n")], "Release");
    gh.push(REPO, "main", &[(CONFIG, "# new\npath: default\n")], "Go on");
    gh.push(REPO, "image", &[("Dockerfile", ROOT)], "Add image");
    let to_main = gh.open_pull(REPO, "image", "main");
    let head = gh.head(REPO, base);
    gh.set_branch(REPO, "backport", &head);
    gh.push(REPO, "backport", &[("Dockerfile", ROOT)], "Add image");
    let to_base = gh.open_pull(REPO, "backport", base);
    stage.settle().await;
    (to_main, to_base)
}

async fn asked(stage: &Stage, number: u64, text: &str) -> String {
    stage.gh.comment(REPO, number, "octo-dev", text);
    stage.settle().await;
    stage.gh.comments(REPO, number).pop().unwrap().body
}

#[tokio::test]
async fn each_base_gets_a_proposal_of_its_own() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        let (to_main, to_base) = with_two(&stage, "release-1").await;
        let said = asked(&stage, to_main, ASK).await;
        let first = gh.pull_from(REPO, BRANCH).unwrap_or_else(|| panic!("{said}"));
        let said = asked(&stage, to_base, ASK).await;
        let own = format!("{BRANCH}-to-release-1");
        let second = gh.pull_from(REPO, &own).unwrap_or_else(|| panic!("{said}"));
        assert_eq!((first.base_ref.as_str(), second.base_ref.as_str()), ("main", "release-1"));
        assert!(said.contains(&format!("Opened #{}.", second.number)), "{said}");
        // Nothing of main's comes along, and nothing of main's own is touched.
        assert_eq!(gh.messages(REPO, "release-1", &own).len(), 1);
        assert!(gh.text(REPO, &own, CONFIG).starts_with("# old\npath: default\nwaivers:\n"));
        assert_eq!(gh.messages(REPO, "main", BRANCH).len(), 1);
        assert!(gh.text(REPO, BRANCH, CONFIG).starts_with("# new\npath: default\nwaivers:\n"));

        // The way back is a proposal to that base, too.
        gh.merge(REPO, second.number);
        stage.settle().await;
        asked(&stage, to_base, "/platform unwaive non_root_user").await;
        let back = "waymark/unwaive-container-non_root_user-to-release-1";
        assert_eq!(gh.pull_from(REPO, back).unwrap().base_ref, "release-1");
        assert_eq!(gh.text(REPO, back, CONFIG), "# old\npath: default\n");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_base_may_be_called_anything() {
    for stage in Stage::each().await {
        let (_, to_base) = with_two(&stage, "release/1.x").await;
        let said = asked(&stage, to_base, ASK).await;
        assert!(said.contains("Opened #"), "{said}");
        let branches = stage.gh.branches(REPO);
        let ours: Vec<&String> = branches.iter().filter(|b| b.starts_with(BRANCH)).collect();
        let [ours] = ours.as_slice() else { panic!("{branches:?}") };
        assert!(ours.starts_with(&format!("{BRANCH}-to-release-1-x-")), "{ours}");
        assert_eq!(stage.gh.pull_from(REPO, ours).unwrap().base_ref, "release/1.x");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_base_that_is_gone_is_said_to_be() {
    for stage in Stage::each().await {
        let (_, to_base) = with_two(&stage, "release-1").await;
        stage.gh.delete_branch(REPO, "release-1");
        let said = asked(&stage, to_base, ASK).await;
        assert!(
            said.contains("The branch `release-1`, to which this pull request goes, is gone"),
            "{said}"
        );
        stage.end().await;
    }
}
