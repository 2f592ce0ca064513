//! From webhooks to numbers: how a team delivers, whatever happens to the events on their way.

use std::collections::VecDeque;

use waymark::domain::ids::{InstallationId, RepoName};
use waymark::domain::metrics::Measures;
use waymark::domain::metrics::summary::{AccountDora, RepoDora};
use waymark::edge::store::JobState;
use waymark::flow::dora::measure;

use crate::github::{Hook, usual_permissions};
use crate::stage::Stage;

use super::files::{CONFIG, GOOD, with};

pub(super) const REPO: &str = "acme/payments";
const MINUTE: i64 = 60;
const MINUTE_MS: i64 = 60_000;

/// A day of a team. Deployments and what they are:
///
/// | minute | what | lead time | failed? |
/// |---|---|---|---|
/// | 0 | the first commit goes live | unknown | |
/// | 90 | a commit of minute 60 | 30 | an incident from 100 to 150 |
/// | 170 | a squash of minute 150 | 20 | rolled back at 180, no incident |
/// | 180 | the rollback | | |
/// | 200 | a commit of minute 180, merged at 195; the squash again | 20 | reverted at 240 |
/// | 240 | the revert of minute 230 | 10 | |
pub(super) fn a_day(stage: &Stage) {
    let gh = &stage.gh;
    let first = gh.head(REPO, "main");
    gh.deploy(REPO, "production", &first);
    stage.advance(60 * MINUTE);
    let second = gh.push(REPO, "main", &[("a.md", "1")], "Add a");
    gh.run_workflow(REPO, ".github/workflows/ci.yml", ("push", "main", &second), 300, "success");
    gh.deploy(REPO, "staging", &second);
    stage.advance(30 * MINUTE);
    let id = gh.begin_deployment(REPO, "production", &second);
    gh.set_deployment(REPO, id, "in_progress");
    gh.set_deployment(REPO, id, "success");
    stage.advance(10 * MINUTE);
    let incident = gh.open_incident(REPO, "Payments fail", "incident");
    gh.open_incident(REPO, "A typo", "docs");
    stage.advance(50 * MINUTE);
    gh.set_issue_open(REPO, incident, false);

    let squash = gh.push(REPO, "main", &[("b.md", "2")], "Add b (#12)");
    gh.run_workflow(REPO, ".github/workflows/ci.yml", ("push", "main", &squash), 60, "failure");
    stage.advance(20 * MINUTE);
    gh.deploy(REPO, "production", &squash);
    gh.set_branch(REPO, "topic", &squash);
    stage.advance(10 * MINUTE);
    gh.deploy(REPO, "production", &second);

    let topic = gh.push(REPO, "topic", &[("c.md", "3")], "Add c");
    // A fork's `main` is not ours.
    gh.run_workflow(
        REPO,
        ".github/workflows/ci.yml",
        ("pull_request", "main", &topic),
        9,
        "failure",
    );
    let pull = gh.open_pull(REPO, "topic", "main");
    stage.advance(15 * MINUTE);
    let merged = gh.merge(REPO, pull);
    stage.advance(5 * MINUTE);
    gh.deploy(REPO, "production", &merged);

    stage.advance(30 * MINUTE);
    let revert = gh.revert(REPO, "main", &topic);
    stage.advance(10 * MINUTE);
    gh.deploy(REPO, "production", &revert);
    let broken = gh.begin_deployment(REPO, "production", &revert);
    gh.set_deployment(REPO, broken, "failure");
    stage.advance(10 * MINUTE);
}

fn installation(stage: &Stage) -> InstallationId {
    InstallationId(stage.gh.installation_id("acme") as i64)
}

async fn account(stage: &Stage) -> AccountDora {
    let now = stage.app.clock.now();
    measure(&stage.app.store, installation(stage), None, now).await.unwrap().unwrap()
}

async fn of(stage: &Stage, repo: &str) -> RepoDora {
    let (now, name) = (stage.app.clock.now(), RepoName::parse(repo).unwrap());
    let store = &stage.app.store;
    let found = measure(store, installation(stage), Some(&name), now).await.unwrap().unwrap();
    found.repositories.into_iter().next().unwrap()
}

/// The last seven days.
async fn week(stage: &Stage) -> Measures {
    of(stage, REPO).await.windows.swap_remove(0).measures
}

fn assert_the_day(week: &Measures, kind: &str) {
    assert_eq!((week.deployments.n, week.rollbacks, week.failed_attempts), (5, 1, 1), "{kind}");
    // 10 20 20 30
    let lead = &week.lead_time;
    assert_eq!((lead.n, lead.median_ms), (4, Some(20 * MINUTE_MS)), "{kind}");
    assert_eq!(lead.p75_ms, Some(22 * MINUTE_MS + MINUTE_MS / 2), "{kind}");
    assert_eq!((week.change_failures.hits, week.change_failures.n), (3, 5), "{kind}");
    // 10 (rollback) 40 (revert) 50 (incident)
    let restore = &week.time_to_restore;
    assert_eq!((restore.n, restore.median_ms), (3, Some(40 * MINUTE_MS)), "{kind}");
    assert_eq!(week.open_incidents, 0, "{kind}");
    assert_eq!((week.ci_duration.n, week.ci_duration.median_ms), (2, Some(180_000)), "{kind}");
    assert_eq!((week.ci_success.hits, week.ci_success.n), (1, 2), "{kind}");
}

fn keep_what_is_measured(queue: &mut VecDeque<Hook>) {
    let measured = ["deployment", "deployment_status", "workflow_run", "release", "issues"];
    queue.retain(|hook| measured.contains(&hook.event.as_str()));
}

#[tokio::test]
async fn a_day_that_was_told_as_it_went() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        a_day(&stage);
        stage.settle().await;
        assert_the_day(&week(&stage).await, stage.database.kind);
        // It was made in the second of its first deployment.
        assert_eq!(of(&stage, REPO).await.creation_to_first_ms, Some(0));
        stage.end().await;
    }
}

/// Webhooks come twice, and the last first.
#[tokio::test]
async fn a_day_that_was_told_backwards_and_twice() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        a_day(&stage);
        stage.gh.with_queue(keep_what_is_measured);
        stage.gh.duplicate_queue();
        stage.gh.reverse_queue();
        stage.settle().await;
        assert_the_day(&week(&stage).await, stage.database.kind);
        stage.end().await;
    }
}

/// We came a day late: the past is read, with few calls.
#[tokio::test]
async fn a_day_that_nobody_told_of() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(REPO, GOOD);
        a_day(&stage);
        stage.gh.install("acme", None);
        stage.settle().await;
        stage.gh.forget_calls();
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        assert_the_day(&week(&stage).await, stage.database.kind);
        let calls = stage.gh.calls().len();
        assert!(calls <= 25, "{calls} calls");

        // Once: the next hour has nothing to do.
        stage.gh.forget_calls();
        stage.advance(60 * MINUTE);
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        for list in ["deployments", "actions/runs", "releases", "issues", "compare/{basehead}"] {
            let route = format!("GET /repos/{{owner}}/{{repo}}/{list}");
            assert_eq!(stage.gh.calls_to(&route).len(), 0, "{list}");
        }
        stage.end().await;
    }
}

/// An owner has not granted it: that is said, nothing is retried in vain, and a day later it is
/// tried again.
#[tokio::test]
async fn without_the_permission_nothing_is_measured_and_nothing_fails() {
    for stage in Stage::each().await {
        let mut some = usual_permissions();
        some.remove("deployments");
        stage.gh.organisation_granting("acme", some);
        stage.gh.create_repo(REPO, GOOD);
        a_day(&stage);
        stage.gh.lose_queue();
        stage.gh.push(REPO, "main", &[("z.md", "9")], "Add z");
        stage.settle().await;
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        assert_eq!(stage.jobs(JobState::Dead).await.len(), 0);
        let found = of(&stage, REPO).await;
        // Lost events are recovered, but what deployments ship cannot be asked.
        assert_eq!(found.windows[0].measures.lead_time.n, 0);
        let problem = found.problem.unwrap();
        assert!(problem.contains("deployments"), "{problem}");

        stage.gh.forgive();
        stage.gh.grant("acme", usual_permissions());
        stage.advance(24 * 60 * MINUTE);
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        assert_the_day(&week(&stage).await, stage.database.kind);
        assert_eq!(of(&stage, REPO).await.problem, None);
        stage.end().await;
    }
}

/// Who makes no deployments is measured by the workflow that deploys, else by releases.
#[tokio::test]
async fn other_sources_count_where_there_are_no_deployments() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.create_repo("acme/runs", GOOD);
        gh.create_repo("acme/releases", GOOD);
        let deploy = ".github/workflows/deploy.yml";
        for minute in [10, 20] {
            let run = gh.push("acme/runs", "main", &[("a.md", minute.to_string())], "Change");
            let tag = gh.push("acme/releases", "main", &[("a.md", minute.to_string())], "Change");
            stage.advance(minute * MINUTE);
            gh.run_workflow("acme/runs", deploy, ("push", "main", &run), 30, "success");
            gh.publish_release("acme/runs", &format!("v{minute}"), &run, false);
            gh.publish_release("acme/releases", &format!("v{minute}"), &tag, false);
            gh.publish_release("acme/releases", &format!("v{minute}-rc"), &tag, true);
        }
        stage.settle().await;
        for (repo, source) in [("acme/runs", "workflow_run"), ("acme/releases", "release")] {
            let found = of(&stage, repo).await;
            assert_eq!(found.source, Some(source));
            let week = &found.windows[0].measures;
            assert_eq!((week.deployments.n, week.partial), (2, 1), "{repo}");
            assert_eq!(week.lead_time.median_ms, Some(20 * MINUTE_MS), "{repo}");
        }
        stage.end().await;
    }
}

/// The platform's workflow tests and deploys in one: only the organisation knows whether its success on
/// the default branch is a deployment.
#[tokio::test]
async fn a_called_platform_workflow_deploys_where_the_organisation_says_so() {
    let platform = "acme/platform/.github/workflows/deploy.yml@refs/tags/v3";
    let rules = "metrics: {workflows: [deploy.yml, acme/platform/.github/workflows/deploy.yml]}\n";
    for (rules, deployments) in [("path: service\n", 0), (rules, 1)] {
        for stage in Stage::each().await {
            let gh = &stage.gh;
            gh.create_repo("acme/.github", &[("waymark.yml", rules)]);
            gh.create_repo(REPO, GOOD);
            let head = gh.push(REPO, "main", &[("z.md", "9")], "Add z");
            stage.settle().await;
            let pipeline = (".github/workflows/pipeline.yml", &[platform][..]);
            gh.run_calling(REPO, pipeline, ("push", "main", &head), 60, "success");
            gh.run_calling(REPO, pipeline, ("push", "feature", &head), 60, "success");
            stage.settle().await;
            let week = week(&stage).await;
            assert_eq!((week.deployments.n, week.ci_success.n), (deployments, 1), "{rules}");
            stage.end().await;
        }
    }
}

/// What the organisation calls production and incidents, and incidents that turn out to be none.
#[tokio::test]
async fn the_organisation_says_what_counts() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        let rules = "metrics: {environments: live-*, incident_labels: [sev1, sev2]}\n";
        gh.create_repo("acme/.github", &[("waymark.yml", rules)]);
        let first = gh.create_repo(REPO, GOOD);
        gh.push(REPO, "main", &[("z.md", "9")], "Add z");
        stage.settle().await;
        gh.deploy(REPO, "live-eu", &first);
        gh.deploy(REPO, "production", &first);
        stage.advance(MINUTE);
        let [kept, taken, planned] =
            ["SEV1", "sev2", "sev2"].map(|label| gh.open_incident(REPO, "Down", label));
        gh.open_incident(REPO, "Down", "incident");
        stage.settle().await;
        assert_eq!(week(&stage).await.open_incidents, 3);

        stage.advance(MINUTE);
        gh.label_issue(REPO, taken, "sev2", false);
        gh.set_issue_open(REPO, kept, false);
        gh.close_as_not_planned(REPO, planned);
        stage.settle().await;
        let week = week(&stage).await;
        assert_eq!((week.open_incidents, week.time_to_restore.n), (0, 1));
        assert_eq!(week.time_to_restore.median_ms, Some(MINUTE_MS));
        assert_eq!((week.deployments.n, week.change_failures.hits), (1, 1));
        stage.end().await;
    }
}

/// Adoption is the first verdict of bronze or better on the default branch, on a path that somebody
/// has chosen.
#[tokio::test]
async fn cohorts_part_at_adoption() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &with(GOOD, CONFIG, "path: library\n"));
        stage.gh.create_repo("acme/other", GOOD);
        a_day(&stage);
        let head = stage.gh.push("acme/other", "main", &[("z.md", "9")], "Add z");
        stage.gh.deploy("acme/other", "production", &head);
        stage.settle().await;
        let cohort = |found: &AccountDora| (found.cohorts[0].on_path, found.cohorts[0].not_yet);
        let found = account(&stage).await;
        let since = |n: usize| found.repositories[n].on_path_since.is_some();
        assert_eq!((since(0), since(1)), (false, true));
        // Adopted today, so less than a day of either side can be compared.
        assert_eq!(cohort(&found), (0, 0));
        stage.advance(10 * 24 * 60 * MINUTE);
        assert_eq!(cohort(&account(&stage).await), (1, 1));
        stage.end().await;
    }
}
