//! A change is asked what it does to the running database; the tree that it leads to is not.

use crate::stage::Stage;

use super::files::{CONFIG, GOOD, with};

const REPO: &str = "acme/payments";
const ENFORCED: &str = "path: library\npolicies:\n  operations/migration_safe: enforce\n";
const DROPS: &str = "DROP TABLE refunds;\n";
const ANSWERED: &str = "-- waymark:acknowledged reason=\"nobody reads it\"\nDROP TABLE refunds;\n";

#[tokio::test]
async fn a_destructive_migration_needs_an_answer_once() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &with(GOOD, CONFIG, ENFORCED));
        stage.gh.push(REPO, "drop", &[("migrations/7.sql", DROPS)], "Drop refunds");
        let number = stage.gh.open_pull(REPO, "drop", "main");
        stage.settle().await;
        let head = stage.gh.head(REPO, "drop");
        assert_eq!(stage.conclusion(REPO, &head), "failure");

        stage.gh.push(REPO, "drop", &[("migrations/7.sql", ANSWERED)], "Answer for it");
        stage.settle().await;
        let head = stage.gh.head(REPO, "drop");
        assert_eq!(stage.conclusion(REPO, &head), "success");

        // Merged, it is part of every tree, and no change's any more.
        stage.gh.merge(REPO, number);
        stage.settle().await;
        stage.gh.push(REPO, "notes", &[("notes.txt", "words")], "Add notes");
        stage.gh.open_pull(REPO, "notes", "main");
        stage.settle().await;
        let head = stage.gh.head(REPO, "notes");
        assert_eq!(stage.conclusion(REPO, &head), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_was_merged_without_an_answer_is_not_asked_about_again() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &with(GOOD, CONFIG, ENFORCED));
        stage.gh.push(REPO, "drop", &[("migrations/7.sql", DROPS)], "Drop refunds");
        let number = stage.gh.open_pull(REPO, "drop", "main");
        stage.settle().await;
        let head = stage.gh.head(REPO, "drop");
        assert_eq!(stage.conclusion(REPO, &head), "failure");

        // Somebody merges it all the same. The next change starts from that very tree.
        stage.gh.merge(REPO, number);
        stage.settle().await;
        stage.gh.push(REPO, "notes", &[("notes.txt", "words")], "Add notes");
        stage.gh.open_pull(REPO, "notes", "main");
        stage.settle().await;
        let head = stage.gh.head(REPO, "notes");
        assert_eq!(stage.conclusion(REPO, &head), "success");
        stage.end().await;
    }
}
