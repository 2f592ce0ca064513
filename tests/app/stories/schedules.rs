//! What nobody asks for is done all the same, at intervals.

use waymark::domain::ids::InstallationId;

use crate::stage::Stage;

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
