//! The organisation's template has a new version, and repositories are offered it in waves.

use waymark::domain::ids::InstallationId;
use waymark::domain::job::Job;

use crate::stage::Stage;

use super::files::{GOOD, with};
use super::own_policies::HOME;
use super::own_templates::{BRANCH, GUIDE, REPO, adopted, asked, change, furnished, guide, place};

const DAY: i64 = 24 * 60 * 60;

/// A new version of the template.
async fn new_version(stage: &Stage, first: &str) {
    change(stage, &[(place(&format!("skeleton/{GUIDE}")), guide(first))]).await;
}

/// The schedule asks, as it does every hour.
async fn wave(stage: &Stage) {
    let id = stage.gh.installation_id("acme").try_into().unwrap();
    let job = Job::UpgradeWave { installation: InstallationId(id) };
    stage.app.store.enqueue(&[job], stage.app.clock.now()).await.unwrap();
    stage.settle().await;
}

#[tokio::test]
async fn a_push_to_the_configuration_offers_the_new_version() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        adopted(&stage, issue).await;
        let edited = stage.gh.text(REPO, "main", GUIDE).replace("by hand", "by hand, on Mondays");
        stage.gh.push(REPO, "main", &[(GUIDE, edited.as_str())], "Say when");
        stage.settle().await;
        new_version(&stage, "It counts all the money.").await;

        let pull = stage.gh.pull_from(REPO, BRANCH).expect("it is offered");
        let text = stage.gh.text(REPO, BRANCH, GUIDE);
        assert!(text.contains("It counts all the money."), "{text}");
        assert!(text.contains("It is run by hand, on Mondays."), "{text}");
        insta::assert_snapshot!("upgrade", stage.gh.issue_body(REPO, pull.number));

        // Another look changes nothing; a newer version goes to the same pull request.
        let head = stage.gh.head(REPO, BRANCH);
        wave(&stage).await;
        assert_eq!(stage.gh.head(REPO, BRANCH), head);
        stage.advance(DAY);
        new_version(&stage, "It counts every coin.").await;
        assert_eq!(stage.gh.pull_from(REPO, BRANCH).unwrap().number, pull.number);
        assert!(stage.gh.text(REPO, BRANCH, GUIDE).contains("every coin"));

        // Merged, it is settled: nothing more comes.
        stage.gh.merge(REPO, pull.number);
        stage.settle().await;
        wave(&stage).await;
        assert!(stage.gh.pull_from(REPO, BRANCH).is_none());
        stage.end().await;
    }
}

#[tokio::test]
async fn who_closes_it_is_left_alone_until_the_next_version() {
    for stage in Stage::each().await {
        let issue = furnished(&stage).await;
        adopted(&stage, issue).await;
        new_version(&stage, "Two.").await;
        let first = stage.gh.pull_from(REPO, BRANCH).expect("it is offered").number;
        stage.gh.close_pull(REPO, first);
        stage.settle().await;
        for _ in 0..3 {
            stage.advance(DAY);
            wave(&stage).await;
        }
        assert!(stage.gh.pull_from(REPO, BRANCH).is_none());
        new_version(&stage, "Three.").await;
        let second = stage.gh.pull_from(REPO, BRANCH).expect("it is offered").number;
        assert_ne!(first, second);
        assert!(stage.gh.text(REPO, BRANCH, GUIDE).contains("Three."));
        stage.end().await;
    }
}

/// Six repositories that have adopted `tool`; `payments` is the canary.
async fn many(stage: &Stage) -> Vec<String> {
    let issue = furnished(stage).await;
    let rules = "upgrades: {canary: payments, percent_per_day: 30}\n";
    change(stage, &[("waymark.yml".to_owned(), rules.to_owned())]).await;
    adopted(stage, issue).await;
    let lock = stage.gh.text(REPO, "main", ".github/waymark.lock");
    let text = stage.gh.text(REPO, "main", GUIDE);
    let mut all = vec![REPO.to_owned()];
    for n in 1..6 {
        let name = format!("acme/tool-{n}");
        let files = with(GOOD, ".github/waymark.lock", &lock);
        stage.gh.create_repo(&name, &with(&files, GUIDE, &text));
        // A push tells that it has adopted.
        stage.gh.push(&name, "main", &[("notes.txt", "x\n")], "Note");
        all.push(name);
    }
    stage.settle().await;
    all
}

fn offered(stage: &Stage, all: &[String]) -> Vec<String> {
    let is = |name: &&String| stage.gh.pull_from(name, BRANCH).is_some();
    all.iter().filter(is).cloned().collect()
}

#[tokio::test]
async fn canaries_go_first_then_some_each_day() {
    for stage in Stage::each().await {
        let all = many(&stage).await;
        new_version(&stage, "Two.").await;
        assert_eq!(offered(&stage, &all), [REPO], "the canary goes first");
        stage.advance(DAY);
        wave(&stage).await;
        assert_eq!(offered(&stage, &all), [REPO], "nobody has tried it yet");
        let pull = stage.gh.pull_from(REPO, BRANCH).unwrap().number;
        stage.gh.merge(REPO, pull);
        stage.settle().await;
        wave(&stage).await;
        // A third of six, and no more that day.
        assert_eq!(offered(&stage, &all).len(), 2);
        wave(&stage).await;
        assert_eq!(offered(&stage, &all).len(), 2);
        stage.advance(DAY);
        wave(&stage).await;
        assert_eq!(offered(&stage, &all).len(), 4);
        stage.end().await;
    }
}

#[tokio::test]
async fn it_pauses_while_default_branches_begin_to_fail() {
    for stage in Stage::each().await {
        let all = many(&stage).await;
        new_version(&stage, "Two.").await;
        let pull = stage.gh.pull_from(REPO, BRANCH).unwrap().number;
        stage.gh.merge(REPO, pull);
        stage.settle().await;
        stage.gh.ran(REPO, "main", Some("failure"));
        stage.advance(DAY);
        wave(&stage).await;
        assert_eq!(offered(&stage, &all), Vec::<String>::new());
        // Mended, it goes on.
        stage.gh.push(REPO, "main", &[("fix.txt", "x\n")], "Mend");
        stage.gh.ran(REPO, "main", Some("success"));
        stage.settle().await;
        wave(&stage).await;
        assert_eq!(offered(&stage, &all).len(), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn when_no_canary_will_merge_it_that_is_told_and_another_can_be_named() {
    for stage in Stage::each().await {
        let all = many(&stage).await;
        new_version(&stage, "Two.").await;
        let pull = stage.gh.pull_from(REPO, BRANCH).unwrap().number;
        stage.gh.close_pull(REPO, pull);
        stage.settle().await;
        stage.advance(DAY);
        wave(&stage).await;
        let id = InstallationId(stage.gh.installation_id("acme").try_into().unwrap());
        let said = stage.app.store.wave(id).await.unwrap().unwrap().said;
        assert!(said.contains("5 wait for") && said.contains("no canary will merge it"), "{said}");
        assert_eq!(offered(&stage, &all), Vec::<String>::new());
        let rules = "upgrades: {canary: tool-1, percent_per_day: 30}\n";
        change(&stage, &[("waymark.yml".to_owned(), rules.to_owned())]).await;
        wave(&stage).await;
        assert_eq!(offered(&stage, &all), ["acme/tool-1"]);
        stage.end().await;
    }
}

/// Its default branch failed before: the upgrade is not to blame.
#[tokio::test]
async fn what_failed_before_stops_nobody() {
    for stage in Stage::each().await {
        let all = many(&stage).await;
        stage.gh.ran(REPO, "main", Some("failure"));
        new_version(&stage, "Two.").await;
        let pull = stage.gh.pull_from(REPO, BRANCH).unwrap().number;
        stage.gh.merge(REPO, pull);
        stage.gh.ran(REPO, "main", Some("failure"));
        stage.settle().await;
        stage.advance(DAY);
        wave(&stage).await;
        assert_eq!(offered(&stage, &all).len(), 2);
        stage.end().await;
    }
}

/// Every step of the way may be the last one of a process.
#[tokio::test]
async fn a_lost_answer_leaves_one_pull_request() {
    for lost in [
        "POST /repos/*/*/git/trees",
        "POST /repos/*/*/git/commits",
        "PATCH /repos/*/*/git/refs/*",
        "POST /repos/*/*/pulls",
    ] {
        for stage in Stage::each().await {
            let issue = furnished(&stage).await;
            adopted(&stage, issue).await;
            stage.gh.forget_calls();
            stage.gh.lose_answer(lost, 1);
            new_version(&stage, "Two.").await;
            stage.advance(60);
            stage.settle().await;
            let made = stage.gh.calls_to("POST /repos/*/*/pulls");
            assert_eq!(made.iter().filter(|call| call.status == 201).count(), 1, "{lost}");
            assert!(stage.gh.text(REPO, BRANCH, GUIDE).contains("Two."));
            stage.gh.forgive();
            stage.end().await;
        }
    }
}

/// What the organisation configures is a version, too: here, of the platform's workflow.
#[tokio::test]
async fn a_new_version_of_the_platform_workflow_is_offered() {
    let ask = "/platform adopt library language=go owner=payments";
    let branch = "waymark/adopt-library";
    let file = ".github/workflows/platform.yml";
    let rules = |version: &str| format!("parameters: {{minimum_version: {version}}}\n");
    for stage in Stage::each().await {
        stage.gh.create_repo(HOME, &[("waymark.yml", rules("v2").as_str())]);
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        let said = asked(&stage, issue, ask).await;
        let pull = stage.gh.pull_from(REPO, branch).unwrap_or_else(|| panic!("{said}"));
        let text = stage.gh.text(REPO, branch, file);
        assert!(text.contains("go-library.yml@v2"), "{text}");
        stage.gh.merge(REPO, pull.number);
        stage.settle().await;
        stage.gh.push(HOME, "main", &[("waymark.yml", rules("v3").as_str())], "Newer");
        stage.settle().await;
        let text = stage.gh.text(REPO, branch, file);
        assert!(text.contains("go-library.yml@v3"), "{text}");
        stage.end().await;
    }
}
