//! Events have told of every incident: a deployment is answered from the store, and GitHub is asked only
//! where the store does not know.

use crate::github::usual_permissions;
use crate::stage::Stage;

use super::gate::{FILE, HOME, REPO, answer, deployed, furnished};

const LIST: &str = "GET /repos/*/*/issues";
const ORGANISATION: &str = "gate: {incidents: [incident]}\n";
const HOUR: i64 = 60 * 60;

/// How often GitHub was asked for issues since the last time.
fn asked(stage: &Stage) -> usize {
    let calls = stage.gh.calls_to(LIST).len();
    stage.gh.forget_calls();
    calls
}

/// The schedule reads the repository's past.
async fn read_past(stage: &Stage) {
    stage.app.fire_schedules().await.unwrap();
    stage.settle().await;
    stage.gh.forget_calls();
}

#[tokio::test]
async fn incidents_that_events_told_of_are_not_asked_for() {
    for stage in Stage::each().await {
        let head = furnished(&stage, ORGANISATION).await;
        stage.gh.forget_calls();
        // Nobody knows yet what was open before we came.
        assert_eq!(deployed(&stage, &head).await.answer.unwrap().0, "approved");
        assert_eq!(asked(&stage), 1);

        read_past(&stage).await;
        assert_eq!(deployed(&stage, &head).await.answer.unwrap().0, "approved");
        assert_eq!(asked(&stage), 0, "{}", stage.database.kind);

        // Of an open one GitHub is asked what it is called.
        let incident = stage.gh.open_incident(REPO, "Payments fail", "incident");
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        let report = stage.gh.deployment(run).reports.pop().unwrap();
        assert!(
            report.contains(&format!("incident {incident} is open: Payments fail")),
            "{report}"
        );
        assert_eq!(asked(&stage), 1);

        stage.gh.set_issue_open(REPO, incident, false);
        stage.advance(5 * 60);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        assert_eq!(asked(&stage), 0);

        // It was none after all, and then it was.
        stage.gh.set_issue_open(REPO, incident, true);
        stage.gh.label_issue(REPO, incident, "incident", false);
        assert_eq!(deployed(&stage, &head).await.answer.unwrap().0, "approved");
        assert_eq!(asked(&stage), 0);
        stage.gh.label_issue(REPO, incident, "incident", true);
        let held = deployed(&stage, &head).await;
        assert_eq!((held.answer, held.reports.len()), (None, 1));
        stage.gh.set_issue_open(REPO, incident, false);
        stage.advance(5 * 60);
        stage.settle().await;
        stage.end().await;
    }
}

/// Labels that delivery is not measured by are noted nowhere.
#[tokio::test]
async fn a_label_that_is_not_measured_is_asked_for() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "gate: {incidents: [incident, outage]}\n").await;
        read_past(&stage).await;
        let outage = stage.gh.open_incident(REPO, "All is dark", "outage");
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        let report = stage.gh.deployment(run).reports.pop().unwrap();
        assert!(report.contains("All is dark"), "{report}");
        assert_eq!(asked(&stage), 2);

        // Once the organisation measures by it, too, it has to be read from the past again: until
        // then what is open may have been opened before anybody noted it.
        let both = "gate: {incidents: [incident, outage]}\nmetrics: {incident_labels: [incident, outage]}\n";
        stage.gh.push(HOME, "main", &[(FILE, both)], "Measure outages");
        stage.settle().await;
        stage.advance(HOUR);
        stage.settle().await;
        assert_eq!(stage.gh.deployment(run).answer, None, "{outage} is still open");
        stage.gh.set_issue_open(REPO, outage, false);
        stage.advance(HOUR);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        stage.end().await;
    }
}

/// A past that may not be read tells nothing, and events alone are not the whole.
#[tokio::test]
async fn where_the_past_may_not_be_read_github_is_asked() {
    for stage in Stage::each().await {
        let mut some = usual_permissions();
        some.remove("actions");
        stage.gh.organisation_granting("acme", some);
        let head = furnished(&stage, ORGANISATION).await;
        read_past(&stage).await;
        stage.gh.forgive();
        stage.gh.grant("acme", usual_permissions());
        assert_eq!(deployed(&stage, &head).await.answer.unwrap().0, "approved");
        assert_eq!(asked(&stage), 1);
        stage.end().await;
    }
}
