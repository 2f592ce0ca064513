//! A product engineer asks for a way out in a comment, and the owners review it.

use serde_json::Value;

use crate::stage::Stage;

use super::files::{CONFIG, GOOD, ROOT, with};

const REPO: &str = "acme/payments";
const ASK: &str = "/platform waive non_root_user Dockerfile until 2027-01-31 because the vendor's image needs root";

async fn with_pull(stage: &Stage) -> u64 {
    stage.gh.create_repo(REPO, &with(GOOD, CONFIG, "# ours\npath: default\n"));
    stage.gh.push(REPO, "image", &[("Dockerfile", ROOT)], "Add image");
    let number = stage.gh.open_pull(REPO, "image", "main");
    stage.settle().await;
    number
}

/// The text of a file on a branch.
fn file(stage: &Stage, branch: &str, path: &str) -> String {
    stage.gh.text(REPO, branch, path)
}

fn last_reply(stage: &Stage, number: u64) -> String {
    stage.gh.comments(REPO, number).pop().unwrap().body
}

#[tokio::test]
async fn a_waiver_is_a_pull_request_that_others_review() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        let head = stage.gh.head(REPO, "image");
        assert_eq!(stage.conclusion(REPO, &head), "failure");

        stage.gh.comment(REPO, number, "octo-dev", ASK);
        stage.settle().await;
        let branch = "waymark/waive-container-non_root_user";
        let pull = stage.gh.pull_from(REPO, branch).expect("it was opened");
        assert!(last_reply(&stage, number).contains(&format!("Opened #{}.", pull.number)));
        let text = file(&stage, branch, CONFIG);
        assert_eq!(
            text,
            "# ours\npath: default\nwaivers:\n  # asked for by octo-dev in acme/payments#1\n  \
             - policy: container/non_root_user\n    paths: [\"Dockerfile\"]\n    \
             reason: \"the vendor's image needs root\"\n    owner: octo-dev\n    \
             expires: 2027-01-31\n"
        );

        // It counts once it is merged; then the first pull request is free to go.
        stage.gh.merge(REPO, pull.number);
        stage.settle().await;
        stage.gh.comment(REPO, number, "octo-dev", "/platform check");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "success");

        // And back.
        stage.gh.comment(REPO, number, "octo-dev", "/platform unwaive container/non_root_user");
        stage.settle().await;
        assert_eq!(
            file(&stage, "waymark/unwaive-container-non_root_user", CONFIG),
            "# ours\npath: default\n"
        );
        stage.end().await;
    }
}

#[tokio::test]
async fn asking_again_changes_the_same_pull_request() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        stage.gh.comment(REPO, number, "octo-dev", ASK);
        stage.settle().await;
        stage.gh.comment(REPO, number, "octo-dev", &ASK.replace("Dockerfile", "old/Dockerfile"));
        stage.settle().await;
        let pull = stage.gh.pull_from(REPO, "waymark/waive-container-non_root_user").unwrap();
        assert!(last_reply(&stage, number).contains(&format!("Updated #{}.", pull.number)));
        let text = file(&stage, "waymark/waive-container-non_root_user", CONFIG);
        assert_eq!(text.matches("- policy: container/non_root_user").count(), 2);
        stage.end().await;
    }
}

/// Every step of the way may be the last one of a process.
#[tokio::test]
async fn a_lost_answer_leaves_one_pull_request() {
    for lost in [
        "POST /repos/*/*/git/trees",
        "POST /repos/*/*/git/commits",
        "POST /repos/*/*/git/refs",
        "POST /repos/*/*/pulls",
    ] {
        for stage in Stage::each().await {
            let number = with_pull(&stage).await;
            stage.gh.lose_answer(lost, 1);
            stage.gh.comment(REPO, number, "octo-dev", ASK);
            stage.settle().await;
            stage.advance(60);
            stage.settle().await;
            let ours = stage.gh.calls_to("POST /repos/*/*/pulls");
            let made = ours.iter().filter(|call| call.status == 201).count();
            assert_eq!(made, 1, "{lost}");
            assert!(stage.gh.pull_from(REPO, "waymark/waive-container-non_root_user").is_some());
            let replies: Vec<String> =
                stage.gh.comments(REPO, number).into_iter().skip(1).map(|c| c.body).collect();
            assert_eq!(replies.len(), 1, "{lost}: {replies:?}");
            // What was refused because it was there already is no mistake.
            stage.gh.forgive();
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn two_people_ask_at_once() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        stage.gh.set_role(REPO, "grace", "write");
        stage.gh.comment(REPO, number, "octo-dev", ASK);
        stage.gh.comment(REPO, number, "grace", &ASK.replace("Dockerfile", "b/Dockerfile"));
        stage.gh.deliver().await;
        let (one, two) = tokio::join!(stage.app.work_off(), stage.app.work_off());
        assert!(one.unwrap() + two.unwrap() >= 2);
        stage.settle().await;
        stage.advance(60);
        stage.settle().await;
        let text = file(&stage, "waymark/waive-container-non_root_user", CONFIG);
        assert!(text.contains("owner: octo-dev") && text.contains("owner: grace"), "{text}");
        stage.gh.forgive();
        stage.end().await;
    }
}

/// Between a branch and its pull request there is a moment in which it looks left behind.
#[tokio::test]
async fn a_branch_whose_request_is_being_opened_is_gone_on_with() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        stage.gh.set_role(REPO, "grace", "write");
        stage.gh.comment(REPO, number, "octo-dev", ASK);
        stage.gh.deliver().await;
        let opening = stage.gh.stall("POST /repos/*/*/pulls");
        let meanwhile = async {
            opening.hit().await;
            stage.gh.comment(REPO, number, "grace", &ASK.replace("Dockerfile", "b/Dockerfile"));
            stage.gh.deliver().await;
            let both_wait = async {
                opening.hit_by(2).await;
                opening.release();
            };
            tokio::join!(stage.app.work_off(), both_wait).0.unwrap();
        };
        let (first, ()) = tokio::join!(stage.app.work_off(), meanwhile);
        first.unwrap();
        stage.settle().await;
        let text = file(&stage, "waymark/waive-container-non_root_user", CONFIG);
        assert!(text.contains("owner: octo-dev") && text.contains("owner: grace"), "{text}");
        stage.gh.forgive();
        stage.end().await;
    }
}

#[tokio::test]
async fn a_closed_request_can_be_asked_for_again() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        stage.gh.comment(REPO, number, "octo-dev", ASK);
        stage.settle().await;
        let first = stage.gh.pull_from(REPO, "waymark/waive-container-non_root_user").unwrap();
        stage.gh.close_pull(REPO, first.number);
        stage.settle().await;
        stage.gh.comment(REPO, number, "octo-dev", &ASK.replace("2027-01-31", "2027-02-28"));
        stage.settle().await;
        let second = stage.gh.pull_from(REPO, "waymark/waive-container-non_root_user").unwrap();
        assert_ne!(first.number, second.number);
        let text = file(&stage, "waymark/waive-container-non_root_user", CONFIG);
        assert!(text.contains("2027-02-28") && !text.contains("2027-01-31"), "{text}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &with(GOOD, CONFIG, "waivers: []\n"));
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Questions");
        let ask = |text: &str| {
            stage.gh.comment(REPO, issue, "octo-dev", text);
        };
        ask(ASK);
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("`waivers: []` is written on one line"));
        ask("/platform waive non_root_user until 2026-11-20 because late");
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("2026-11-20 is over already"));
        ask("/platform unwaive non_root_user");
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("The configuration says so already"));
        stage.gh.push(REPO, "main", &[(CONFIG, "path: default\n")], "Tidy");
        stage.settle().await;
        stage.gh.fail("POST /repos/*/*/git/refs", 403, 1);
        ask(ASK);
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("GitHub refused:"));
        stage.end().await;
    }
}

#[tokio::test]
async fn the_organisation_says_how_long_and_what() {
    for stage in Stage::each().await {
        let rules = "waiver_rules: {max_days: 30, not_for: [catalog/*]}\n";
        stage.gh.create_repo("acme/.github", &[("waymark.yml", rules)]);
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Questions");
        stage.gh.comment(REPO, issue, "octo-dev", ASK);
        stage.settle().await;
        let said = last_reply(&stage, issue);
        assert!(said.contains("at most 30 days: until 2026-12-21, not 2027-01-31"), "{said}");
        let ask = "/platform waive info_valid until 2026-12-01 because later";
        stage.gh.comment(REPO, issue, "octo-dev", ask);
        stage.settle().await;
        let said = last_reply(&stage, issue);
        assert!(said.contains("lets no repository waive `catalog/info_valid`"), "{said}");
        stage.end().await;
    }
}

/// A reason is text of somebody: it pings nobody and stays inside its place.
#[tokio::test]
async fn a_hostile_reason_stays_text() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        let reason = "x: [y] # @acme/all <img> `z` </details>";
        let ask = format!("/platform waive non_root_user until 2027-01-31 because {reason}");
        stage.gh.comment(REPO, number, "octo-dev", &ask);
        stage.settle().await;
        let pull = stage.gh.pull_from(REPO, "waymark/waive-container-non_root_user").unwrap();
        let body = stage.gh.issue_body(REPO, pull.number);
        assert!(!body.contains("@acme/all") && !body.contains("<img>"), "{body}");
        let text = file(&stage, "waymark/waive-container-non_root_user", CONFIG);
        let loaded = waymark::domain::yaml::load(&text, waymark::domain::yaml::Schema::Core12);
        let read = &loaded.documents[0].value["waivers"][0]["reason"];
        assert_eq!(*read, Value::from(reason));
        stage.end().await;
    }
}
