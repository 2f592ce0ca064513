//! What comes between an adoption and its pull request: other people, GitHub's refusals, places
//! where nothing can be written.

use crate::stage::Stage;

use super::adopt::{ASK, BRANCH, REPO, asked, last_reply, repository};

async fn furnished(stage: &Stage) -> u64 {
    stage.gh.create_repo(REPO, &repository());
    stage.gh.open_issue(REPO, "octo-dev", "Golden path?")
}

/// Pull requests that were really opened.
fn opened(stage: &Stage) -> usize {
    let calls = stage.gh.calls_to("POST /repos/*/*/pulls");
    calls.iter().filter(|call| call.status == 201).count()
}

#[tokio::test]
async fn two_people_ask_at_once() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        stage.gh.set_role(REPO, "grace", "write");
        stage.gh.comment(REPO, issue, "octo-dev", ASK);
        stage.gh.comment(REPO, issue, "grace", ASK);
        stage.gh.deliver().await;
        let (one, two) = tokio::join!(stage.app.work_off(), stage.app.work_off());
        assert!(one.unwrap() + two.unwrap() >= 2);
        for _ in 0..3 {
            stage.settle().await;
            stage.advance(60);
        }
        assert_eq!(opened(&stage), 1);
        assert!(stage.gh.pull_from(REPO, BRANCH).is_some());
        // Both got an answer.
        let replies = stage.gh.comments(REPO, issue);
        let told = replies.iter().filter(|c| c.body.contains(" #")).count();
        assert_eq!(told, 2, "{replies:#?}");
        stage.gh.forgive();
        stage.end().await;
    }
}

#[tokio::test]
async fn a_comment_is_edited_while_its_job_runs() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        let comment = stage.gh.comment(REPO, issue, "octo-dev", ASK);
        stage.gh.deliver().await;
        let stall = stage.gh.stall("POST /repos/*/*/git/trees");
        let edit = async {
            stall.hit().await;
            let text = format!("{ASK}\n/platform help");
            stage.gh.edit_comment(REPO, comment, "octo-dev", &text);
            stall.release();
        };
        let (worked, ()) = tokio::join!(stage.app.work_off(), edit);
        worked.unwrap();
        stage.settle().await;
        assert_eq!(opened(&stage), 1);
        let replies = stage.gh.comments(REPO, issue);
        assert_eq!(replies.iter().filter(|c| c.body.contains("Opened #")).count(), 1);
        assert_eq!(replies.iter().filter(|c| c.body.contains("`/platform help`")).count(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn the_branch_is_deleted_in_between() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        asked(&stage, issue, ASK).await;
        let first = stage.gh.pull_from(REPO, BRANCH).unwrap().number;
        stage.gh.comment(REPO, issue, "octo-dev", &format!("{ASK} description=Else"));
        stage.gh.deliver().await;
        let stall = stage.gh.stall("POST /repos/*/*/git/commits");
        let delete = async {
            stall.hit().await;
            stage.gh.delete_branch(REPO, BRANCH);
            stall.release();
        };
        let (worked, ()) = tokio::join!(stage.app.work_off(), delete);
        worked.unwrap();
        stage.settle().await;
        stage.advance(60);
        stage.settle().await;
        // Another one, with all of it.
        let second = stage.gh.pull_from(REPO, BRANCH).expect("it was opened again").number;
        assert_ne!(first, second);
        let text = stage.gh.text(REPO, BRANCH, "catalog-info.yaml");
        assert!(text.contains("description: \"Else\""), "{text}");
        assert!(last_reply(&stage, issue).contains(&format!("Opened #{second}.")));
        stage.gh.forgive();
        stage.end().await;
    }
}

#[tokio::test]
async fn a_refusal_of_github_is_told_and_leaves_no_branch() {
    for (route, status) in [
        ("POST /repos/*/*/git/refs", 403),
        // A ruleset that lets nobody make such branches.
        ("POST /repos/*/*/git/refs", 422),
        ("POST /repos/*/*/pulls", 403),
        ("POST /repos/*/*/pulls", 422),
    ] {
        for stage in Stage::each().await {
            let issue = furnished(&stage).await;
            stage.gh.fail(route, status, 1);
            let said = asked(&stage, issue, ASK).await;
            assert!(said.contains("GitHub refused:"), "{route} {status}: {said}");
            assert_eq!(stage.gh.head_of(REPO, BRANCH), None, "{route} {status}");
            // Once it is lifted, the same words do it.
            let said = asked(&stage, issue, ASK).await;
            assert!(said.contains("Opened #"), "{said}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn an_empty_repository_needs_a_first_commit() {
    for stage in Stage::each().await {
        stage.gh.create_empty_repo(REPO);
        stage.gh.allow("GET /repos/*/*/git/matching-refs/*", 409);
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        let said = asked(&stage, issue, ASK).await;
        assert!(said.contains("This repository has no commit yet."), "{said}");
        stage.end().await;
    }
}

/// GitHub, or somebody in its settings, delivers the same comment once more.
#[tokio::test]
async fn a_delivery_that_comes_again_does_nothing_twice() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        asked(&stage, issue, ASK).await;
        let head = stage.gh.head(REPO, BRANCH);
        let replies = stage.gh.comments(REPO, issue).len();
        stage.gh.forget_calls();
        stage.gh.redeliver("issue_comment.created");
        stage.settle().await;
        assert_eq!(stage.gh.comments(REPO, issue).len(), replies);
        assert_eq!(stage.gh.head(REPO, BRANCH), head);
        assert_eq!(stage.gh.calls().len(), 0, "a delivery that is known is no work");
        stage.end().await;
    }
}

/// A ruleset that nobody but people may push below `waymark/`.
#[tokio::test]
async fn our_own_branch_may_be_protected_meanwhile() {
    for status in [403, 422] {
        for stage in Stage::each().await {
            let issue = furnished(&stage).await;
            asked(&stage, issue, ASK).await;
            let head = stage.gh.head(REPO, BRANCH);
            stage.gh.fail("PATCH /repos/*/*/git/refs/*", status, 1);
            let ask = format!("{ASK} description=Else");
            let said = asked(&stage, issue, &ask).await;
            assert!(said.contains("GitHub refused:"), "{status}: {said}");
            assert_eq!(stage.gh.head(REPO, BRANCH), head, "{status}");
            // Once it is lifted, the same words do it.
            let said = asked(&stage, issue, &ask).await;
            assert!(said.contains("Updated #"), "{status}: {said}");
            let text = stage.gh.text(REPO, BRANCH, "catalog-info.yaml");
            assert!(text.contains("description: \"Else\""), "{text}");
            stage.end().await;
        }
    }
}

/// Nobody can answer there either.
#[tokio::test]
async fn an_archived_repository_is_let_go() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        stage.gh.comment(REPO, issue, "octo-dev", ASK);
        stage.gh.set_archived(REPO);
        stage.gh.allow("POST /repos/*/*/issues/comments/*/reactions", 403);
        stage.settle().await;
        assert_eq!(opened(&stage), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_fork_gets_a_patch() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &repository());
        let number = stage.gh.open_pull_from_fork(REPO, "stranger", &[("more.go", "package x\n")]);
        stage.settle().await;
        let said = asked(&stage, number, ASK).await;
        assert!(said.contains("run `git apply FILE`"), "{said}");
        assert!(said.contains("\n+++ b/catalog-info.yaml\n"), "{said}");
        assert!(said.contains("\nnew file mode 100644\n--- /dev/null\n"), "{said}");
        assert_eq!((opened(&stage), stage.gh.head_of(REPO, BRANCH)), (0, None));
        stage.end().await;
    }
}
