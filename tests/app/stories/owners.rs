//! Nobody wrote down who owns a repository; GitHub knows which team may push to it.

use crate::github::usual_permissions;
use crate::stage::Stage;

const REPO: &str = "acme/payments";
const ROUTE: &str = "GET /repos/*/*/teams";
const ASK: &str = "/platform adopt library language=go --plan";
const FILES: &[(&str, &str)] = &[
    ("go.mod", "module github.com/acme/payments\n\ngo 1.24\n"),
    ("payments.go", "package payments\n"),
];

/// An organisation in which the App may see who has access, or not.
async fn furnished(stage: &Stage, sees: bool, teams: &[(&str, &str)]) -> u64 {
    let mut granted = usual_permissions();
    if sees {
        granted.insert("administration".to_owned(), "read".to_owned());
    }
    stage.gh.organisation_granting("acme", granted);
    stage.gh.create_repo(REPO, FILES);
    stage.gh.set_teams(REPO, teams);
    stage.gh.open_issue(REPO, "octo-dev", "Golden path?")
}

async fn asked(stage: &Stage, issue: u64, text: &str) -> String {
    stage.gh.comment(REPO, issue, "octo-dev", text);
    stage.settle().await;
    stage.gh.comments(REPO, issue).pop().unwrap().body
}

const UNCLEAR: &str = "`owner` is a guess";

#[tokio::test]
async fn the_only_team_that_may_push_owns_it() {
    for stage in Stage::each().await {
        let teams = [("everybody", "pull"), ("checkout", "maintain"), ("helpers", "triage")];
        let issue = furnished(&stage, true, &teams).await;
        let said = asked(&stage, issue, ASK).await;
        assert!(!said.contains(UNCLEAR), "{said}");
        assert!(said.contains("the only team that may push here"), "{said}");
        assert_eq!(stage.gh.calls_to(ROUTE).len(), 1);

        // Said, it is not asked for; written down, neither.
        asked(&stage, issue, &format!("{ASK} owner=group:default/others")).await;
        stage.gh.push(REPO, "main", &[("CODEOWNERS", "* @acme/payments\n")], "Say who");
        let said = asked(&stage, issue, ASK).await;
        assert!(
            said.contains("| owner | payments | CODEOWNERS |") && !said.contains("only team"),
            "{said}"
        );
        assert_eq!(stage.gh.calls_to(ROUTE).len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn several_teams_or_none_leave_it_to_people() {
    for teams in [&[("one", "push"), ("two", "admin")][..], &[("everybody", "pull")], &[]] {
        for stage in Stage::each().await {
            let issue = furnished(&stage, true, teams).await;
            let said = asked(&stage, issue, ASK).await;
            assert!(said.contains(UNCLEAR), "{teams:?}: {said}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn what_was_not_granted_is_not_asked() {
    for stage in Stage::each().await {
        let issue = furnished(&stage, false, &[("checkout", "push")]).await;
        let said = asked(&stage, issue, ASK).await;
        assert!(said.contains(UNCLEAR), "{said}");
        assert_eq!(stage.gh.calls_to(ROUTE).len(), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_refusal_leaves_it_to_people() {
    for stage in Stage::each().await {
        let issue = furnished(&stage, true, &[("checkout", "push")]).await;
        stage.gh.fail(ROUTE, 403, 1);
        let said = asked(&stage, issue, ASK).await;
        assert!(said.contains(UNCLEAR), "{said}");
        stage.end().await;
    }
}
