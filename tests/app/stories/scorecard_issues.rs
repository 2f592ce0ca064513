//! Issues of the scorecard over the weeks: people rename them, the organisation moves them, ends its
//! campaigns, and reads how it delivers.

use crate::github::Issue;
use crate::stage::Stage;

use super::delivery::REPO;
use super::files::GOOD;
use super::schedules::list;
use super::scorecard::{HOME, SETTINGS, count, installed, scorecards, sweep, writes};

const DAY: i64 = 86_400;
const PLATFORM: &str = "acme/platform";

fn titled(stage: &Stage, repo: &str, title: &str) -> Vec<Issue> {
    let mut issues = stage.gh.issues(repo);
    issues.retain(|issue| issue.title == title);
    issues
}

/// The organisation's configuration is another one, and counts.
async fn configure(stage: &Stage, settings: &str) {
    stage.gh.push(HOME, "main", &[("waymark.yml", settings)], "Change it");
    stage.settle().await;
    sweep(stage, "acme").await;
}

#[tokio::test]
async fn a_title_that_somebody_changed_is_given_back_at_the_next_look() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        stage.gh.retitle_issue(HOME, issue.number, "Pinned: look here");
        sweep(&stage, "acme").await;
        let [again] = scorecards(&stage, HOME).try_into().unwrap();
        assert_eq!((again.number, again.body), (issue.number, issue.body));
        assert_eq!(writes(&stage), 2);
        sweep(&stage, "acme").await;
        assert_eq!(writes(&stage), 2);
        // Whoever closes it may call it what they like.
        stage.gh.retitle_issue(HOME, issue.number, "Old");
        stage.gh.close_issue(HOME, issue.number);
        sweep(&stage, "acme").await;
        assert_eq!(writes(&stage), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn delivery_by_cohort_is_told_as_of_a_day_and_looked_at_once_a_week() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        // By then every week of the scorecard is known, and the figures stand still.
        stage.advance(13 * 7 * DAY);
        count(&stage).await;
        let runs = |seconds: i64| {
            let head = stage.gh.head(REPO, "main");
            let at = ("push", "main", head.as_str());
            stage.gh.run_workflow(REPO, ".github/workflows/ci.yml", at, seconds, "success");
        };
        runs(300);
        stage.settle().await;
        let before = writes(&stage);
        count(&stage).await;
        assert_eq!(writes(&stage), before, "not every day");
        let said = scorecards(&stage, HOME)[0].body.clone();
        assert!(!said.contains("DORA by cohort"), "{said}");

        stage.advance(7 * DAY);
        count(&stage).await;
        assert_eq!(writes(&stage), before + 1);
        let said = scorecards(&stage, HOME)[0].body.clone();
        let block = "### DORA by cohort\n\nAs of 2027-02-27.\n\nLast 30 days: 1 repository on the \
                     path, each since its own adoption, and 0 not yet.";
        assert!(said.contains(block), "{said}");
        assert!(said.contains("| CI duration | 5 min / 5 min (n&nbsp;=&nbsp;1) | – |"), "{said}");

        // It changes, and changes again: one edit in the week after.
        stage.advance(DAY);
        runs(900);
        stage.settle().await;
        count(&stage).await;
        assert_eq!(writes(&stage), before + 1, "not every day");
        stage.advance(7 * DAY);
        count(&stage).await;
        count(&stage).await;
        assert_eq!(writes(&stage), before + 2);
        let said = scorecards(&stage, HOME)[0].body.clone();
        assert!(
            said.contains("As of 2027-03-07.") && said.contains("| CI duration | 10 min / "),
            "{said}"
        );
        // A week in which nothing changed but the day.
        stage.advance(7 * DAY);
        count(&stage).await;
        assert_eq!(writes(&stage), before + 2);
        // Closed, it is not opened for it.
        runs(100);
        stage.settle().await;
        stage.gh.close_issue(HOME, scorecards(&stage, HOME)[0].number);
        stage.advance(7 * DAY);
        count(&stage).await;
        assert_eq!(writes(&stage), before + 2);
        stage.end().await;
    }
}

const CAMPAIGN: &str =
    "campaigns:\n  - {name: No root, policies: container/non_root_user, due: 2026-12-30}\n";

#[tokio::test]
async fn a_campaign_needs_no_scorecard_and_ends_with_its_configuration() {
    for rules in ["", "scorecard: {enabled: false}\n"] {
        for stage in Stage::each().await {
            let settings = format!("path: service\n{rules}");
            installed(&stage, &(settings.clone() + CAMPAIGN)).await;
            let campaign = |stage: &Stage| -> [Issue; 1] {
                let [issue] = stage.gh.issues(HOME).try_into().unwrap();
                assert_eq!(issue.title, "Campaign: No root");
                [issue]
            };
            let [issue] = campaign(&stage);
            assert!(issue.open && issue.body.starts_with("**2 of 3 repositories are done.**"));
            sweep(&stage, "acme").await;
            assert_eq!(writes(&stage), 1);

            stage.advance(DAY);
            configure(&stage, &settings).await;
            let [issue] = campaign(&stage);
            let words = "> **No longer kept here.** The campaign is not in the organisation's \
                         configuration since 2026-11-22.\n\n**2 of 3 ";
            assert!(!issue.open && issue.body.starts_with(words), "{}", issue.body);
            sweep(&stage, "acme").await;
            assert_eq!(writes(&stage), 2);

            // It comes back.
            configure(&stage, &(settings + CAMPAIGN)).await;
            let [issue] = campaign(&stage);
            assert!(issue.open && issue.body.starts_with("**2 of 3 "), "{}", issue.body);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_renamed_campaign_is_another_one() {
    for stage in Stage::each().await {
        let settings = format!("{SETTINGS}{CAMPAIGN}");
        installed(&stage, &settings).await;
        configure(&stage, &settings.replace("No root", "Nobody is root")).await;
        let [old] = titled(&stage, HOME, "Campaign: No root").try_into().unwrap();
        let [new] = titled(&stage, HOME, "Campaign: Nobody is root").try_into().unwrap();
        assert!(!old.open && new.open);
        assert!(old.body.starts_with("> **No longer kept here.**"), "{}", old.body);
        // A fault in the file takes nothing back.
        let before = writes(&stage);
        configure(&stage, "campaigns: 7\n").await;
        assert_eq!(writes(&stage), before);
        stage.end().await;
    }
}

#[tokio::test]
async fn issues_follow_the_scorecard_to_another_repository() {
    for private in [false, true] {
        for stage in Stage::each().await {
            let settings = format!("{SETTINGS}{CAMPAIGN}");
            installed(&stage, &settings).await;
            stage.gh.create_repo(PLATFORM, GOOD);
            if private {
                stage.gh.set_private(PLATFORM);
            }
            list(&stage).await;
            assert_eq!(stage.gh.issues(HOME).len(), 2);
            let moved = settings.replace("target: 80", "repository: platform");
            // GitHub is ill when the first of the old ones shall be closed.
            stage.gh.fail("PATCH /repos/acme/.github/issues/*", 502, 1);
            configure(&stage, &moved).await;
            stage.advance(60);
            stage.settle().await;
            assert_eq!(stage.gh.issues(PLATFORM).len(), 2);
            for old in stage.gh.issues(HOME) {
                let [new] = titled(&stage, PLATFORM, &old.title).try_into().unwrap();
                assert!(new.open && !new.body.contains("No longer kept"), "{}", new.body);
                let there = format!("/{PLATFORM}/issues/{}", new.number);
                let words = old.body.lines().next().unwrap();
                assert!(!old.open && words.starts_with("> **No longer kept here.**"), "{words}");
                assert_eq!(words.ends_with(&there), !private, "{words}");
                assert_eq!(words.ends_with("in another repository of the organisation."), private);
            }
            let before = writes(&stage);
            sweep(&stage, "acme").await;
            assert_eq!(writes(&stage), before);

            // And back: the old ones are found again, those of the other repository end.
            configure(&stage, &settings).await;
            assert!(stage.gh.issues(HOME).iter().all(|issue| issue.open));
            assert!(stage.gh.issues(PLATFORM).iter().all(|issue| !issue.open));
            assert_eq!(stage.gh.issues(HOME).len(), 2);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn issues_in_a_repository_that_is_gone_are_forgotten_without_a_call() {
    for stage in Stage::each().await {
        installed(&stage, "path: service\nscorecard: {repository: platform}\n").await;
        stage.gh.create_repo(PLATFORM, GOOD);
        list(&stage).await;
        assert_eq!(stage.gh.issues(PLATFORM).len(), 1);
        stage.gh.remove_repo_from_installation(PLATFORM);
        stage.settle().await;
        stage.gh.forget_calls();
        configure(&stage, SETTINGS).await;
        assert_eq!(scorecards(&stage, HOME).len(), 1);
        let there = stage.gh.calls();
        let there = there.iter().filter(|call| call.path.contains("/acme/platform/")).count();
        assert_eq!(there, 0);
        stage.end().await;
    }
}
