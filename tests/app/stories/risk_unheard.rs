//! A head that no event told of is found by another way: its risk is looked at all the same.

use waymark::domain::job::Job;

use crate::stage::Stage;

use super::files::GOOD;
use super::risk::{risk, stages};

const REPO: &str = "acme/payments";
const DAY: i64 = 24 * 60 * 60;

/// A pull request that was looked at, and a further push of which nobody hears.
async fn unheard_push(stage: &Stage) -> (String, String) {
    stage.gh.create_repo(REPO, GOOD);
    let heard = stage.gh.push(REPO, "topic", &[("src/core.rs", "one\n")], "Work");
    stage.gh.open_pull_by(REPO, "topic", "main", "ann");
    stage.settle().await;
    risk(stage, &heard);
    let unheard = stage.gh.push(REPO, "topic", &[("src/core.rs", "two\n")], "More work");
    stage.gh.lose_queue();
    (heard, unheard)
}

#[tokio::test]
async fn a_check_that_meets_a_newer_head_has_its_risk_looked_at() {
    for stage in stages().await {
        let (heard, unheard) = unheard_push(&stage).await;
        // Whoever asks for one check of the old head gets the newest head judged.
        stage.gh.rerequest_check(stage.run(REPO, &heard).id);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &unheard), "success");
        risk(&stage, &unheard);
        // The news come late after all: nothing is said twice.
        let posted = stage.gh.check_runs(REPO, &unheard).len();
        stage.gh.redeliver("pull_request.synchronize");
        stage.gh.redeliver("push");
        stage.settle().await;
        assert_eq!(stage.gh.check_runs(REPO, &unheard).len(), posted);
        stage.end().await;
    }
}

#[tokio::test]
async fn after_a_long_outage_the_risk_of_what_was_missed_is_looked_at() {
    for stage in stages().await {
        stage.app.store.enqueue(&[Job::Recover], stage.hands.now()).await.unwrap();
        let (heard, unheard) = unheard_push(&stage).await;
        stage.advance(4 * DAY);
        let before = stage.gh.check_runs(REPO, &heard).len();
        stage.app.store.enqueue(&[Job::Recover], stage.hands.now()).await.unwrap();
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &unheard), "success");
        risk(&stage, &unheard);
        assert_eq!(stage.gh.check_runs(REPO, &heard).len(), before);
        stage.end().await;
    }
}
