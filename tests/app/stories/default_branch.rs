//! The default branch has its verdict, too, and other branches are left alone.

use serde_json::json;

use crate::stage::{Stage, annotated};

use super::files::{FIXED, GOOD, OLD_FAULT, ROOT};

const NOTHING: &str = "0000000000000000000000000000000000000000";

#[tokio::test]
async fn a_push_is_judged_by_what_it_brings() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", OLD_FAULT);
        let same = stage.gh.push("acme/payments", "main", &[("docs.md", "Words")], "Document");
        stage.settle().await;
        let run = stage.run("acme/payments", &same);
        assert_eq!(
            run.title.as_deref(),
            Some("Passed: 8 of 9 policies that apply; 1 existing finding")
        );

        let worse = stage.gh.push("acme/payments", "main", &[("api/Dockerfile", ROOT)], "Add api");
        stage.settle().await;
        let run = stage.run("acme/payments", &worse);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(annotated(&run), [("api/Dockerfile".to_owned(), 1)]);
        stage.end().await;
    }
}

/// Each is judged by what it brings: a fault must not slip in between two pushes.
#[tokio::test]
async fn several_pushes_at_once_are_all_judged() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let faulty = stage.gh.push("acme/payments", "main", &[("Dockerfile", ROOT)], "Add image");
        let next = stage.gh.push("acme/payments", "main", &[("docs.md", "Words")], "Document");
        let last = stage.gh.push("acme/payments", "main", &[("Dockerfile", FIXED)], "Fix image");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &faulty), "failure");
        let run = stage.run("acme/payments", &next);
        assert_eq!(
            run.title.as_deref(),
            Some("Passed: 8 of 9 policies that apply; 1 existing finding")
        );
        assert_eq!(stage.conclusion("acme/payments", &last), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_first_push_of_a_repository_has_nothing_to_compare_with() {
    for stage in Stage::each().await {
        let first = stage.gh.create_repo("acme/payments", OLD_FAULT);
        stage.gh.push("acme/payments", "main", &[("docs.md", "Words")], "Document");
        stage.gh.with_queue(|queue| {
            let mut payload = queue[0].payload();
            payload["before"] = NOTHING.into();
            payload["after"] = first.as_str().into();
            payload["created"] = true.into();
            queue[0].body = serde_json::to_vec(&payload).unwrap();
        });
        stage.settle().await;
        let run = stage.run("acme/payments", &first);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert!(run.summary.unwrap().contains("There is no base to compare with"));
        stage.end().await;
    }
}

#[tokio::test]
async fn tags_deletions_and_lonely_branches_cost_nothing() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let edits = [
            json!({}),
            json!({"ref": "refs/tags/v1"}),
            // A tag that bears the default branch's name is none the less a tag.
            json!({"ref": "refs/tags/main"}),
            json!({"deleted": true, "after": NOTHING, "head_commit": null}),
            json!({"ref": "refs/heads/main", "deleted": true, "after": NOTHING}),
        ];
        for (i, edit) in edits.into_iter().enumerate() {
            let text = format!("{i}");
            stage.gh.push("acme/payments", "lonely", &[("x", text.as_str())], "Try");
            stage.gh.with_queue(|queue| {
                let mut payload = queue[0].payload();
                for (key, value) in edit.as_object().unwrap() {
                    payload[key] = value.clone();
                }
                queue[0].body = serde_json::to_vec(&payload).unwrap();
            });
        }
        stage.settle().await;
        assert_eq!(stage.gh.calls().len(), 0);
        stage.end().await;
    }
}

/// A release train: `main` itself is the head of a pull request. One commit has one check, and the
/// pull request's verdict does not alternate with the branch's.
#[tokio::test]
async fn the_default_branch_as_head_of_a_pull_request_has_one_verdict() {
    for stage in Stage::each().await {
        let start = stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.set_branch("acme/payments", "release", &start);
        stage.gh.push("acme/payments", "main", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/payments", "main", "release");
        stage.settle().await;

        let head = stage.gh.push("acme/payments", "main", &[("docs.md", "Words")], "Document");
        stage.settle().await;
        let runs = stage.runs("acme/payments", &head);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].conclusion.as_deref(), Some("failure"));
        stage.end().await;
    }
}
