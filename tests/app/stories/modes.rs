//! Files that may be run stay so, and those of templates arrive so.

use crate::github::{executable, put};
use crate::stage::Stage;

use super::files::{CONFIG, FIXED, GOOD, ROOT};
use super::own_policies::HOME;
use super::own_templates::{BRANCH, REPO, adopted, asked, furnished, place};

const FILE: &str = "100644";
const RUNS: &str = "100755";

#[tokio::test]
async fn a_fix_changes_no_mode() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.create_repo(REPO, GOOD);
        gh.push(
            REPO,
            "image",
            &[("Dockerfile", executable(ROOT)), ("b/Dockerfile", put(ROOT))],
            "Add",
        );
        let number = gh.open_pull(REPO, "image", "main");
        stage.settle().await;
        let said = asked(&stage, number, "/platform fix").await;
        for (path, mode) in [("Dockerfile", RUNS), ("b/Dockerfile", FILE)] {
            assert_eq!(gh.text(REPO, "image", path), FIXED, "{said}");
            assert_eq!(gh.mode(REPO, "image", path), mode, "{path}");
        }

        // The same by a pull request of our own, on files that were kept meanwhile.
        gh.push(REPO, "main", &[("Dockerfile", executable(ROOT))], "Add");
        let issue = gh.open_issue(REPO, "octo-dev", "Put it right?");
        stage.settle().await;
        asked(&stage, issue, "/platform fix non_root_user").await;
        let branch = "waymark/fix-container-non_root_user";
        assert_eq!(gh.text(REPO, branch, "Dockerfile"), FIXED);
        assert_eq!(gh.mode(REPO, branch, "Dockerfile"), RUNS);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_waiver_changes_no_mode() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.push(REPO, "main", &[(CONFIG, executable("path: default\n"))], "Configure");
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Questions");
        asked(&stage, issue, "/platform waive non_root_user until 2027-01-31 because later").await;
        let branch = "waymark/waive-container-non_root_user";
        assert_eq!(stage.gh.mode(REPO, branch, CONFIG), RUNS);
        stage.end().await;
    }
}

#[tokio::test]
async fn what_a_template_may_run_arrives_so_and_what_is_there_stays() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        let gh = &stage.gh;
        let files = [
            (place("skeleton/gradlew"), executable("#!/bin/sh\necho 1\n")),
            (place("skeleton/run.sh"), executable("#!/bin/sh\necho 1\n")),
            (place("skeleton/.editorconfig"), put("root = true\n")),
        ];
        gh.push(HOME, "main", &files, "Bring scripts");
        // A human's own, which nobody may run.
        gh.push(REPO, "main", &[("run.sh", "#!/bin/sh\necho ours\n")], "Run");
        stage.settle().await;
        adopted(&stage, issue).await;
        let modes =
            |branch: &str| ["gradlew", "run.sh", ".editorconfig"].map(|p| gh.mode(REPO, branch, p));
        assert_eq!(modes("main"), [RUNS, FILE, FILE]);

        // A new version keeps it, on a file that people made no program meanwhile, too.
        gh.push(REPO, "main", &[(".editorconfig", executable("root = true\n"))], "Strange");
        let files = [
            (place("skeleton/gradlew"), executable("#!/bin/sh\necho 2\n")),
            (place("skeleton/.editorconfig"), put("root = true\n\n[*]\n")),
        ];
        gh.push(HOME, "main", &files, "Newer");
        stage.settle().await;
        assert!(gh.text(REPO, BRANCH, "gradlew").contains("echo 2"));
        assert!(gh.text(REPO, BRANCH, ".editorconfig").contains("[*]"));
        assert_eq!(modes(BRANCH), [RUNS, FILE, RUNS]);
        stage.end().await;
    }
}
