//! What a merge queue merges is judged as it will be, not as its parts were.

use crate::github::delete;
use crate::stage::{Stage, annotated};

use super::files::{CATALOG, GOOD, OLD_FAULT, ROOT, with};

/// Both tidy up the same double, each from its end.
#[tokio::test]
async fn two_green_changes_whose_merge_is_red() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", &with(GOOD, "catalog-info.yml", CATALOG));
        let one = [("catalog-info.yaml", delete())];
        let two = [("catalog-info.yml", delete())];
        let one = stage.gh.push("acme/payments", "one", &one, "Drop the double");
        let two = stage.gh.push("acme/payments", "two", &two, "There is a double");
        let first = stage.gh.open_pull("acme/payments", "one", "main");
        let second = stage.gh.open_pull("acme/payments", "two", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &one), "success");
        assert_eq!(stage.conclusion("acme/payments", &two), "success");

        stage.gh.merge("acme/payments", first);
        let queued = stage.gh.enqueue_merge("acme/payments", second);
        stage.settle().await;
        let runs = stage.runs("acme/payments", &queued);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].conclusion.as_deref(), Some("failure"));
        assert_eq!(runs[0].title.as_deref(), Some("Blocked: 1 new finding in an enforced policy"));
        let summary = runs[0].summary.as_deref().unwrap();
        assert!(summary.contains("There is no `catalog-info.yaml`"), "{summary}");
        assert_eq!(annotated(&runs[0]), [], "a file that is not there has no lines");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_fault_of_the_change_is_red_in_the_queue_and_an_old_one_is_not() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", OLD_FAULT);
        stage.gh.push("acme/payments", "docs", &[("docs.md", "Words")], "Document");
        stage.gh.push("acme/payments", "image", &[("api/Dockerfile", ROOT)], "Add api");
        let docs = stage.gh.open_pull("acme/payments", "docs", "main");
        let image = stage.gh.open_pull("acme/payments", "image", "main");
        let fine = stage.gh.enqueue_merge("acme/payments", docs);
        let faulty = stage.gh.enqueue_merge("acme/payments", image);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &fine), "success");
        let run = stage.run("acme/payments", &faulty);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(annotated(&run), [("api/Dockerfile".to_owned(), 1)]);
        stage.end().await;
    }
}
