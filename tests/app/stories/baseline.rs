//! Nobody is held up by a fault that was there before.

use crate::github::{delete, put};
use crate::stage::{Stage, annotated};

use super::files::{OLD_FAULT, ROOT, ROOT_MOVED};

#[tokio::test]
async fn an_old_fault_does_not_block_although_its_line_moves() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", OLD_FAULT);
        let head =
            stage.gh.push("acme/payments", "comment", &[("Dockerfile", ROOT_MOVED)], "Explain");
        stage.gh.open_pull("acme/payments", "comment", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        assert_eq!(
            run.title.as_deref(),
            Some("Passed: 8 of 9 policies that apply; 1 existing finding")
        );
        assert_eq!(annotated(&run), []);
        let summary = run.summary.unwrap();
        assert!(summary.contains("<summary>1 existing finding, not blocking</summary>"));
        assert!(summary.contains("- `Dockerfile:4` "), "{summary}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_second_equal_fault_is_new() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", OLD_FAULT);
        let head = stage.gh.push("acme/payments", "more", &[("api/Dockerfile", ROOT)], "Add api");
        stage.gh.open_pull("acme/payments", "more", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(run.title.as_deref(), Some("Blocked: 1 new finding in an enforced policy"));
        assert_eq!(annotated(&run), [("api/Dockerfile".to_owned(), 1)]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_file_that_moves_takes_its_old_fault_along() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", OLD_FAULT);
        let moved = [("Dockerfile", delete()), ("docker/Dockerfile", put(ROOT))];
        let head = stage.gh.push("acme/payments", "move", &moved, "Move the image");
        stage.gh.open_pull("acme/payments", "move", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(
            run.title.as_deref(),
            Some("Passed: 8 of 9 policies that apply; 1 existing finding")
        );
        assert_eq!((run.conclusion.as_deref(), annotated(&run)), (Some("success"), vec![]));
        stage.end().await;
    }
}

/// Copying is not moving: the fault is there twice now.
#[tokio::test]
async fn a_copy_of_a_faulty_file_is_a_new_fault() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", OLD_FAULT);
        let head =
            stage.gh.push("acme/payments", "copy", &[("a/Dockerfile", ROOT)], "Copy the image");
        stage.gh.open_pull("acme/payments", "copy", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(annotated(&run), [("a/Dockerfile".to_owned(), 1)]);
        let summary = run.summary.unwrap();
        assert!(summary.contains("**Where.** `a/Dockerfile:1"), "{summary}");
        stage.end().await;
    }
}
