//! An organisation lets only its platform team give some commands.

use crate::github::usual_permissions;
use crate::stage::Stage;

use super::files::GOOD;

const REPO: &str = "acme/payments";
const ROUTE: &str = "GET /orgs/{org}/teams/{team_slug}/memberships/{username}";
const RULES: &str = "commands: {adopt: {team: '@acme/platform'}}\n";

/// An organisation with these rules, in which the App may see the teams or not.
async fn furnished(stage: &Stage, rules: &str, sees_teams: bool) -> u64 {
    let mut granted = usual_permissions();
    if !sees_teams {
        granted.remove("members");
    }
    stage.gh.organisation_granting("acme", granted);
    stage.gh.team("acme/platform", &["grace"]);
    stage.gh.create_repo("acme/.github", &[("waymark.yml", rules)]);
    stage.gh.create_repo(REPO, GOOD);
    stage.gh.set_role(REPO, "grace", "write");
    stage.gh.open_issue(REPO, "octo-dev", "Golden path?")
}

async fn asked(stage: &Stage, issue: u64, by: &str, text: &str) -> String {
    stage.gh.comment(REPO, issue, by, text);
    stage.settle().await;
    stage.gh.comments(REPO, issue).pop().unwrap().body
}

#[tokio::test]
async fn who_is_in_the_team_may_and_others_hear_whom_to_ask() {
    for stage in Stage::each().await {
        let issue = furnished(&stage, RULES, true).await;
        let said = asked(&stage, issue, "grace", "/platform adopt library --plan").await;
        assert!(said.contains("### Golden path library"), "{said}");

        stage.gh.allow(ROUTE, 404);
        let said = asked(&stage, issue, "octo-dev", "/platform adopt library --plan").await;
        assert!(
            said.contains("lets only the team `@acme/platform` give `/platform adopt`"),
            "{said}"
        );
        // A role is needed all the same, and other commands are free.
        stage.gh.set_role(REPO, "grace", "triage");
        let said = asked(&stage, issue, "grace", "/platform adopt library").await;
        assert!(said.contains("needs write access"), "{said}");
        let said = asked(&stage, issue, "octo-dev", "/platform scorecard").await;
        assert!(said.contains("**Level bronze**"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn where_it_cannot_be_found_out_nobody_is_let_through() {
    for stage in Stage::each().await {
        let issue = furnished(&stage, RULES, false).await;
        let said = asked(&stage, issue, "grace", "/platform adopt library --plan").await;
        assert!(said.contains("has not been granted `members: read`"), "{said}");
        assert!(said.contains("cannot be found out"), "{said}");
        stage.end().await;
    }
}

/// A consent that was taken back, of which no event told.
#[tokio::test]
async fn a_refusal_of_github_is_passed_on() {
    for stage in Stage::each().await {
        let issue = furnished(&stage, RULES, true).await;
        stage.gh.fail(ROUTE, 403, 1);
        let said = asked(&stage, issue, "grace", "/platform adopt library --plan").await;
        assert!(said.contains("cannot be found out"), "{said}");
        stage.end().await;
    }
}
