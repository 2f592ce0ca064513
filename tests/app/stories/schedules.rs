//! What nobody asks for is done all the same, at intervals.

use waymark::domain::ids::InstallationId;
use waymark::domain::job::Job;

use crate::stage::Stage;

use super::scorecard::{HOME, SETTINGS, id, installed, scorecards};

const A_DAY: i64 = 24 * 60 * 60;

/// The webhook that told of the new repository never arrived.
#[tokio::test]
async fn a_repository_that_no_event_told_of_is_found_by_the_calendar() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo("acme/payments", &[("NOTES.md", "# Payments\n")]);
        stage.gh.create_repo("acme/orders", &[("NOTES.md", "# Orders\n")]);
        let id = stage.gh.install("acme", Some(&["acme/payments"]));
        stage.settle().await;
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;

        stage.gh.add_repo_to_installation("acme/orders");
        stage.gh.lose_queue();
        assert_eq!(stage.app.fire_schedules().await.unwrap(), 0, "nothing is due yet");
        stage.advance(A_DAY);
        assert!(stage.app.fire_schedules().await.unwrap() > 0);
        stage.settle().await;
        let repos = stage.app.store.repos(InstallationId(id as i64)).await.unwrap();
        assert_eq!(repos.len(), 2);
        stage.end().await;
    }
}

/// Names of the repositories that are known.
async fn known(stage: &Stage) -> Vec<String> {
    let repos = stage.app.store.repos(id(stage, "acme")).await.unwrap();
    let mut names: Vec<String> = repos.iter().map(|repo| repo.name.to_string()).collect();
    names.sort();
    names
}

/// The job of the daily calendar, alone: what was lost is not delivered again either.
pub(super) async fn list(stage: &Stage) -> Vec<String> {
    let job = Job::SyncInstallation { installation: id(stage, "acme") };
    stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
    stage.settle().await;
    known(stage).await
}

/// The webhook that told of its end never arrived.
#[tokio::test]
async fn a_repository_that_left_unheard_is_in_no_figure_after_the_next_listing() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 1 of 3 ") && issue.body.contains("`orders`"));
        let badge = async |name: &str| {
            let path = format!("/badge/acme/{name}.svg");
            crate::http::get(&stage.url, &path).await.body
        };
        assert_ne!(badge("orders").await, badge("nothing").await);

        stage.gh.remove_repo_from_installation("acme/orders");
        stage.gh.lose_queue();
        stage.gh.allow("POST */access_tokens", 422);
        assert_eq!(list(&stage).await, [HOME, "acme/notes", "acme/payments"]);
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 1 of 2 "), "{}", issue.body);
        let (figures, news) = issue.body.split_once("### New since").unwrap();
        assert!(!figures.contains("`orders`") && news.contains("- `orders`: left"), "{news}");
        assert_eq!(badge("orders").await, badge("nothing").await);
        stage.end().await;
    }
}

/// How often a repository was asked for by its number.
fn asked_for(stage: &Stage) -> usize {
    stage.gh.calls().iter().filter(|call| call.path.starts_with("/repositories/")).count()
}

#[tokio::test]
async fn a_listing_that_fails_or_lacks_something_takes_nothing_away() {
    let all = [HOME, "acme/notes", "acme/orders", "acme/payments"];
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        stage.gh.fail("GET /installation/repositories", 502, 1);
        assert_eq!(list(&stage).await, all);
        stage.advance(60);
        stage.settle().await;

        // Fewer than GitHub says there are: nobody is even asked about.
        stage.gh.slip_through_listings("acme/orders", true);
        stage.gh.forget_calls();
        assert_eq!(list(&stage).await, all);
        assert_eq!(asked_for(&stage), 0);
        // As many, since another joined meanwhile: it is asked for, and there.
        stage.gh.slip_through_listings("acme/orders", false);
        assert_eq!(list(&stage).await, all);
        assert_eq!(asked_for(&stage), 1);
        // None at all.
        for name in all {
            stage.gh.slip_through_listings(name, false);
        }
        assert_eq!(list(&stage).await, all);
        stage.end().await;
    }
}
