//! A required check that never arrives blocks for ever: it is concluded also when there is nothing
//! to say.

use crate::stage::Stage;

use super::files::{CATALOG, CODEOWNERS, FIXED, README, ROOT};

#[tokio::test]
async fn a_change_of_words_alone_passes() {
    for stage in Stage::each().await {
        let files = [("catalog-info.yaml", CATALOG), ("CODEOWNERS", CODEOWNERS)];
        stage.gh.create_repo("acme/words", &files);
        let head = stage.gh.push("acme/words", "readme", &[("README.md", README)], "Describe");
        stage.gh.open_pull("acme/words", "readme", "main");
        stage.settle().await;
        let run = stage.run("acme/words", &head);
        assert_eq!(run.status, "completed");
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        assert_eq!(run.title.as_deref(), Some("Passed: 6 of 6 policies that apply"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_repository_that_no_policy_judges_passes() {
    for stage in Stage::each().await {
        let off = "policies:\n  catalog/info_present: off\n  operations/readme_present: off\n  \
                   operations/codeowners_present: off\n";
        let files = [("README.md", README), (super::files::CONFIG, off)];
        stage.gh.create_repo("acme/words", &files);
        let head = stage.gh.push("acme/words", "more", &[("README.md", "# More\n")], "More");
        stage.gh.open_pull("acme/words", "more", "main");
        stage.settle().await;
        let run = stage.run("acme/words", &head);
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        assert_eq!(run.title.as_deref(), Some("Nothing applies here"));
        stage.end().await;
    }
}

/// The same files as before: not a single file is read again, yet the commit has its verdict.
#[tokio::test]
async fn an_empty_commit_passes_and_reads_no_file() {
    for stage in Stage::each().await {
        let files = [("catalog-info.yaml", CATALOG), ("Dockerfile", FIXED)];
        stage.gh.create_repo("acme/payments", &files);
        stage.gh.push("acme/payments", "main", &[("docs.md", "Words")], "Document");
        stage.settle().await;
        stage.gh.forget_calls();
        let head = stage.gh.push::<&str, &str>("acme/payments", "empty", &[], "Nothing");
        stage.gh.open_pull("acme/payments", "empty", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");
        assert_eq!(stage.gh.calls_to("POST /graphql").len(), 0);
        assert_eq!(stage.gh.calls_to("GET */git/blobs/*").len(), 0);
        stage.end().await;
    }
}

/// Read-only: GitHub takes no check there, so none is tried, again and again.
#[tokio::test]
async fn an_archived_repository_is_left_alone() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/old", &[("catalog-info.yaml", CATALOG)]);
        let head = stage.gh.push("acme/old", "image", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/old", "image", "main");
        // GitHub knows it before the events arrive.
        stage.gh.set_archived("acme/old");
        stage.gh.allow("POST */check-runs", 403);
        stage.settle().await;
        assert_eq!(stage.runs("acme/old", &head).len(), 0);
        assert_eq!(stage.gh.calls_to("POST */check-runs").len(), 1, "no second try");

        // From now on events say it.
        stage.gh.forget_calls();
        stage.gh.rerequest_suite("acme/old", &head);
        stage.settle().await;
        assert_eq!(stage.gh.calls().len(), 0);
        stage.end().await;
    }
}
