//! A platform team reads what speaks against its good figures, and keeps what it promised.

use waymark::domain::finding::Level;
use waymark::domain::ids::{PolicyId, RepoId};
use waymark::domain::judge::Standing;
use waymark::domain::scorecard::card::{Card, Open};

use crate::stage::Stage;

use super::cards::{counted, joined};
use super::delivery::{REPO, a_day};
use super::files::{CATALOG, GOOD, OLD_FAULT};
use super::scorecard::{HOME, count, id, installed, scorecards, sweep, writes};

const DAY: i64 = 86_400;

/// The scorecard's table of pairs.
fn watched(stage: &Stage) -> String {
    let said = scorecards(stage, HOME)[0].body.clone();
    let section = said.split_once("### Watched together").unwrap_or_else(|| panic!("{said}")).1;
    section.split("###").next().unwrap().to_owned()
}

#[tokio::test]
async fn tickets_are_counted_by_whole_weeks_and_without_a_label_nobody_knows() {
    let settings = "path: service\nscorecard: {target: 80, tickets: help}\n";
    for stage in Stage::each().await {
        installed(&stage, settings).await;
        assert!(watched(&stage).contains("| 0 tickets in 4 weeks |"), "{}", watched(&stage));
        for title in ["How do I deploy?", "Where are the logs?"] {
            stage.gh.open_incident(HOME, title, "help");
        }
        stage.gh.open_incident(HOME, "A typo", "docs");
        stage.gh.open_incident("acme/payments", "Elsewhere", "help");
        stage.settle().await;
        count(&stage).await;
        assert_eq!(writes(&stage), 1, "this week is not over");
        stage.advance(9 * DAY);
        stage.settle().await;
        count(&stage).await;
        let said = watched(&stage);
        assert!(
            said.contains("| 2 tickets in 4 weeks | Ways out in 0 of 3 repositories |"),
            "{said}"
        );
        // Four weeks later they are past.
        stage.advance(28 * DAY);
        stage.settle().await;
        count(&stage).await;
        assert!(watched(&stage).contains("| 0 tickets in 4 weeks |"), "{}", watched(&stage));

        stage.gh.push(HOME, "main", &[("waymark.yml", "scorecard: {target: 80}\n")], "Forget it");
        stage.settle().await;
        sweep(&stage, "acme").await;
        let said = watched(&stage);
        assert!(said.contains("| Tickets: not known ("), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn new_repositories_are_quick_and_what_they_break_is_told_beside_it() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", "scorecard: {}\n")]);
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.install("acme", None);
        stage.settle().await;
        assert!(watched(&stage).contains("| Onboarding: nothing new in production in 90 days |"));
        a_day(&stage);
        stage.settle().await;
        count(&stage).await;
        assert!(watched(&stage).contains("nothing new in production"), "this week is not over");
        stage.advance(9 * DAY);
        stage.settle().await;
        count(&stage).await;
        let said = watched(&stage);
        assert!(said.contains("| Onboarding: 1 new repository in production, median "), "{said}");
        // One repository says nothing yet.
        assert!(said.contains("| 3 of 5 changes failed there: 60 % (23 % to 88 %) | unknown |"));
        stage.end().await;
    }
}

#[tokio::test]
async fn what_people_say_is_read_by_the_platform_team_without_their_names() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", "scorecard: {}\n")]);
        stage.gh.set_private(HOME);
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.install("acme", None);
        stage.settle().await;
        let issue = stage.gh.open_issue("acme/payments", "ada", "How do you like it?");
        for (n, person) in ["ada", "bob", "cyrus", "dee", "eve"].into_iter().enumerate() {
            stage.gh.set_role("acme/payments", person, "read");
            let words = ["", "too slow, ask @acme/all", "", "<img src=x> #1", ""][n];
            let text = format!("/platform nps {} {words}", n + 5);
            stage.gh.comment("acme/payments", issue, person, &text);
            stage.settle().await;
        }
        count(&stage).await;
        let said = watched(&stage);
        assert!(said.contains("<summary>2 remarks beside a score in 2026-Q4</summary>"), "{said}");
        assert!(said.contains("- *0 to 6*: too slow, ask @&#8203;acme/all\n"), "{said}");
        assert!(said.contains("- *7 or 8*: \\<img"), "{said}");
        for name in ["ada", "bob", "cyrus", "dee", "eve", "<img", "@acme"] {
            assert!(!said.replace("\\<img", "").contains(name), "{name}: {said}");
        }
        stage.end().await;
    }
}

/// A path that holds bronze policies only asks for another one once a campaign has made it bronze.
#[tokio::test]
async fn a_promoted_policy_comes_to_paths_that_hold_its_new_level() {
    let settings = "scorecard: {demand: 0}\ncampaigns:\n  - {name: Pinned images, policies: \
                    container/base_image_pinned, due: 2026-11-30, promote: bronze}\n";
    const PINNED: &str = "`container/base_image_pinned`";
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", settings)]);
        let unpinned = "FROM debian:12\nUSER 10001\nCMD [\"/app\"]\n";
        let files = super::files::with(OLD_FAULT, "Dockerfile", unpinned);
        let files: Vec<_> = files.into_iter().filter(|(_, text)| !text.contains("@sha")).collect();
        assert!(CATALOG.contains("type: tool"), "the path that nobody has chosen");
        stage.gh.create_repo("acme/payments", &files);
        stage.gh.install("acme", None);
        stage.settle().await;
        let row = |stage: &Stage| {
            let said = scorecards(stage, HOME)[0].body.clone();
            let found = said.lines().find(|line| line.starts_with("| `payments` |"));
            found.unwrap_or_else(|| panic!("{said}")).to_owned()
        };
        let before = row(&stage);
        assert!(before.contains("| `default` |") && !before.contains(PINNED), "{before}");
        let check = |stage: &Stage, head: &str| stage.run("acme/payments", head).summary.unwrap();
        let head = stage.gh.push("acme/payments", "main", &[("a.txt", "a")], "Change");
        stage.settle().await;
        assert!(!check(&stage, &head).contains("base_image_pinned"));

        stage.advance(10 * DAY);
        sweep(&stage, "acme").await;
        let after = row(&stage);
        assert!(
            after.contains("| none | bronze: 1 step, `container/base_image_pinned`"),
            "{after}"
        );
        let head = stage.gh.push("acme/payments", "main", &[("b.txt", "b")], "Change");
        stage.settle().await;
        assert!(check(&stage, &head).contains("container/base_image_pinned"));
        stage.end().await;
    }
}

/// Three hundred repositories with long names, of three teams and of nobody.
async fn crowd(stage: &Stage) -> Vec<RepoId> {
    let long = "x".repeat(80);
    let mut ids = Vec::new();
    for n in 0..300_i64 {
        let repo = RepoId(1_000_000 + n);
        joined(stage, repo, &format!("{n}-{long}")).await;
        let open = Open {
            policy: PolicyId::parse("container/non_root_user").unwrap(),
            level: Level::Bronze,
            status: Standing::Fail,
            findings: 1,
            reason: None,
        };
        let owner = ["payments", "search", "ops | @acme/ops"].get(n as usize % 4);
        let card = Card {
            path: "service".to_owned(),
            owner: owner.map(|owner| (*owner).to_owned()),
            applicable: 2,
            fulfilled: 1,
            open: vec![open],
            ..Card::default()
        };
        counted(stage, repo, n, &card).await;
        ids.push(repo);
    }
    ids
}

#[tokio::test]
async fn what_is_too_long_goes_to_an_issue_per_team_and_comes_back() {
    for stage in Stage::each().await {
        installed(&stage, "path: service\nscorecard: {}\n").await;
        let crowd = crowd(&stage).await;
        stage.gh.forget_calls();
        count(&stage).await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.len() < 60_000, "{}", issue.body.len());
        let team = |stage: &Stage, title: &str| {
            let mut issues = stage.gh.issues(HOME);
            issues.retain(|issue| issue.title == format!("Golden path scorecard: {title}"));
            issues.pop().unwrap_or_else(|| panic!("no issue of {title}"))
        };
        // One listing finds out that there is none of them yet.
        assert_eq!(stage.gh.calls_to("GET /repos/{owner}/{repo}/issues").len(), 1);
        for title in ["payments", "search", "ops | @acme/ops", "without an owner"] {
            let own = team(&stage, title);
            assert!(own.open && own.body.len() < 60_000, "{title}");
            assert!(own.body.matches("| `service` | none |").count() >= 75, "{}", own.body);
            let link = format!("/issues/{})", own.number);
            assert!(issue.body.contains(&link), "{}", issue.body);
            assert!(!own.body.contains("@acme"), "{}", own.body);
        }
        let written = writes(&stage);
        count(&stage).await;
        assert_eq!(writes(&stage), written, "nothing is new");

        // One of a team is done: its issue and the scorecard are edited, no other.
        let done = Card {
            path: "service".to_owned(),
            level: Some(Level::Gold),
            owner: Some("search".to_owned()),
            ..Card::default()
        };
        counted(&stage, crowd[1], 0, &done).await;
        count(&stage).await;
        assert_eq!(writes(&stage), written + 2);
        assert!(team(&stage, "search").body.contains(": 1 of 75 repositories."));

        stage.app.store.remove_repos(id(&stage, "acme"), &crowd).await.unwrap();
        count(&stage).await;
        assert!(!team(&stage, "payments").open && !team(&stage, "search").open);
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains("| `payments` | `service` |"), "{}", issue.body);
        let written = writes(&stage);
        count(&stage).await;
        assert_eq!(writes(&stage), written);
        stage.end().await;
    }
}
