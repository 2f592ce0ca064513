//! A deployment reaches an environment that the gate guards.

use serde_json::{Value, json};
use waymark::edge::store::{JobFilter, JobState};

use crate::github::{FakeGitHub, HeldDeployment};
use crate::http::exchange;
use crate::prometheus::{FakePrometheus, Says};
use crate::stage::{Props, Stage};

use super::api::hold;
use super::files::{CONFIG, GOOD, ROOT, mode, with};

pub(super) const REPO: &str = "acme/payments";
pub(super) const HOME: &str = "acme/.github";
pub(super) const FILE: &str = "waymark.yml";
const ANSWER: &str = "POST /repos/*/*/actions/runs/*/deployment_protection_rule";

/// A repository in order, and an organisation with this configuration. Returns the commit.
pub(super) async fn furnished(stage: &Stage, organisation: &str) -> String {
    stage.gh.create_repo(HOME, &[(FILE, organisation)]);
    let head = stage.gh.create_repo(REPO, GOOD);
    stage.gh.join_team("acme", "sre", "grace");
    stage.settle().await;
    head
}

/// The final answer and its comment.
pub(super) fn answer(stage: &Stage, run: u64) -> (String, String) {
    stage.gh.deployment(run).answer.unwrap_or_default()
}

pub(super) async fn deployed(stage: &Stage, sha: &str) -> HeldDeployment {
    let run = stage.gh.ask_gate(REPO, "production", sha);
    stage.settle().await;
    stage.gh.deployment(run)
}

/// The story's end, where a job still waits for its time.
async fn end_waiting(stage: Stage) {
    for job in stage.app.store.list_jobs(JobFilter::All, 100).await.unwrap() {
        assert_eq!((job.kind.as_str(), job.state), ("gate", JobState::Queued), "{job:?}");
    }
    stage.gh.assert_calm();
}

pub(super) fn last_reply(stage: &Stage, number: u64) -> String {
    stage.gh.comments(REPO, number).pop().unwrap().body
}

#[tokio::test]
async fn nothing_speaks_against_it() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "").await;
        let told = deployed(&stage, &head).await;
        let (state, comment) = told.answer.unwrap();
        assert_eq!(state, "approved");
        let short = &head[..7];
        assert_eq!(comment, format!("**Approved**: `{short}` may be deployed to `production`."));
        assert_eq!(told.reports, [""; 0]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_commit_with_a_red_check_is_rejected_with_the_way_out() {
    for stage in Stage::each().await {
        furnished(&stage, "gate: {override: [sre]}\n").await;
        let own = mode("enforce");
        let files = [("Dockerfile", ROOT), (CONFIG, own.as_str())];
        let head = stage.gh.push(REPO, "main", &files, "Past all rules");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "rejected");
        insta::assert_snapshot!("rejected", comment.replace(&head[..7], "COMMIT"));
        stage.end().await;
    }
}

pub(super) const FREEZE_TODAY: &str = "gate: {override: sre}\nfreeze:\n  - {reason: inventory in \
    Berlin, from: 2026-11-21 08:00, until: 2026-11-21 12:00, zone: Europe/Berlin}\n";
pub(super) const FREEZE_LONG: &str = "gate: {override: sre}\nfreeze:\n  - {reason: 'holidays, ask @acme/sre', \
    from: 2026-11-20, until: 2027-01-03, environments: prod*, repositories: acme/pay*}\n";

#[tokio::test]
async fn it_waits_for_the_end_of_a_freeze() {
    for stage in Stage::each().await {
        let head = furnished(&stage, FREEZE_TODAY).await;
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        let told = stage.gh.deployment(run);
        assert_eq!(told.answer, None);
        let [report] = told.reports.as_slice() else { panic!("{:?}", told.reports) };
        assert!(report.contains("a freeze holds until 2026-11-21 11:00 UTC"), "{report}");
        assert!(report.contains("looks again at 2026-11-21 11:00 UTC"), "{report}");

        // Nobody is asked before, and nothing is said twice.
        stage.advance(60 * 60);
        stage.settle().await;
        assert_eq!(stage.gh.calls_to(ANSWER).len(), 1);
        stage.advance(2 * 60 * 60);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        assert_eq!(stage.gh.deployment(run).reports.len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn somebody_of_the_right_team_lets_it_through() {
    for stage in Stage::each().await {
        let head = furnished(&stage, FREEZE_LONG).await;
        let told = deployed(&stage, &head).await;
        let (state, comment) = told.answer.unwrap();
        assert_eq!(state, "rejected");
        assert!(comment.contains("holidays, ask @&#8203;acme/sre"), "{comment}");

        let issue = stage.gh.open_issue(REPO, "octo-dev", "Deploy the fix");
        let ask = "/platform deploy approve because customers cannot pay";
        stage.gh.comment(REPO, issue, "octo-dev", ask);
        stage.gh.allow("GET /orgs/*/teams/*/memberships/*", 404);
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("Only members of `sre` may override"));

        stage.gh.comment(REPO, issue, "grace", ask);
        stage.settle().await;
        let reply = last_reply(&stage, issue);
        assert!(reply.contains("Re-run the job that was rejected"), "{reply}");
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved");
        assert!(comment.contains("Overridden by `grace`: a freeze holds"), "{comment}");
        assert!(comment.contains("Reason given: customers cannot pay."), "{comment}");

        // For that commit only.
        let next = stage.gh.push(REPO, "main", &[("a", "b")], "Another");
        stage.settle().await;
        assert_eq!(deployed(&stage, &next).await.answer.unwrap().0, "rejected");
        stage.end().await;
    }
}

#[tokio::test]
async fn who_waits_goes_on_at_once_when_it_is_overridden() {
    for stage in Stage::each().await {
        let head = furnished(&stage, FREEZE_TODAY).await;
        let run = stage.gh.ask_gate(REPO, "production", &head);
        let other = stage.gh.ask_gate(REPO, "staging", &head);
        stage.settle().await;
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Deploy the fix");
        stage.gh.comment(REPO, issue, "grace", "/platform deploy approve because it burns");
        stage.settle().await;
        let reply = last_reply(&stage, issue);
        assert!(
            reply.contains("several environments are held: `production`, `staging`"),
            "{reply}"
        );
        let ask = "/platform deploy approve production because it burns";
        stage.gh.comment(REPO, issue, "grace", ask);
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("is decided anew at once"));
        assert_eq!(answer(&stage, run).0, "approved");
        assert_eq!(stage.gh.deployment(other).answer, None);
        end_waiting(stage).await;
    }
}

#[tokio::test]
async fn without_teams_administrators_may() {
    for stage in Stage::each().await {
        let head = furnished(&stage, &FREEZE_LONG.replace("gate: {override: sre}\n", "")).await;
        deployed(&stage, &head).await;
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Deploy the fix");
        stage.gh.comment(REPO, issue, "octo-dev", "/platform deploy approve because I say so");
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("Only administrators of this repository"));
        stage.gh.set_role(REPO, "ada", "admin");
        stage.gh.comment(REPO, issue, "ada", "/platform deploy approve because it must");
        stage.settle().await;
        assert!(last_reply(&stage, issue).contains("Recorded"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_condition_is_acknowledged_before_the_merge() {
    for stage in Stage::each().await {
        furnished(&stage, FREEZE_LONG).await;
        stage.gh.push(REPO, "fix", &[("fix", "1")], "Fix it");
        let number = stage.gh.open_pull(REPO, "fix", "main");
        stage.settle().await;
        stage.gh.set_role(REPO, "grace", "write");
        // A slip of the pen answers for nothing.
        let slip = "/platform acknowledge freze because it is the fix";
        stage.gh.comment(REPO, number, "grace", slip);
        stage.settle().await;
        let reply = last_reply(&stage, number);
        assert!(
            reply.contains("No condition is called `freze`, so nothing is recorded."),
            "{reply}"
        );
        assert!(reply.contains("Did you mean `freeze`?"), "{reply}");
        let ask = "/platform acknowledge freeze because it is the fix";
        stage.gh.comment(REPO, number, "grace", ask);
        stage.settle().await;
        let reply = last_reply(&stage, number);
        assert!(reply.contains("Recorded: `freeze` does not hold the deployment of"), "{reply}");
        let head = stage.gh.merge(REPO, number);
        stage.settle().await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved", "{comment}");
        assert!(comment.contains("Overridden by `grace`"), "{comment}");
        stage.end().await;
    }
}

#[tokio::test]
async fn an_incident_holds_it_until_it_is_closed() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "gate: {incidents: [incident]}\n").await;
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Payments <b>fail</b>");
        stage.gh.set_issue(REPO, issue, &["incident"], true);
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        let report = stage.gh.deployment(run).reports.pop().unwrap();
        assert!(report.contains("incident 1 is open: Payments \\<b\\>fail"), "{report}");
        stage.gh.set_issue(REPO, issue, &["incident"], false);
        stage.advance(5 * 60);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        stage.end().await;
    }
}

#[tokio::test]
async fn waiting_ends_in_a_rejection() {
    for stage in Stage::each().await {
        let own = "gate: {incidents: incident, max_wait_hours: 2}\n";
        let head = furnished(&stage, own).await;
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Down");
        stage.gh.set_issue(REPO, issue, &["incident"], true);
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        for _ in 0..24 {
            assert_eq!(stage.gh.deployment(run).answer, None);
            stage.advance(5 * 60);
            stage.settle().await;
        }
        let (state, comment) = answer(&stage, run);
        assert_eq!(state, "rejected");
        assert!(comment.contains("waiting took too long"), "{comment}");
        assert_eq!(stage.gh.deployment(run).reports.len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn an_environment_that_is_none_of_the_gates_goes_on() {
    for stage in Stage::each().await {
        let own = format!("{}\n", FREEZE_LONG.replace("override: sre", "environments: production"))
            .replace("environments: prod*, ", "");
        let head = furnished(&stage, &own).await;
        let run = stage.gh.ask_gate(REPO, "staging", &head);
        stage.settle().await;
        let (state, comment) = answer(&stage, run);
        assert_eq!(state, "approved");
        assert!(comment.contains("does not cover this environment"), "{comment}");
        stage.end().await;
    }
}

/// Stages that may ask this Prometheus.
async fn observed(prometheus: &FakePrometheus) -> Vec<Stage> {
    let props = || Props { prometheus: prometheus.client(), ..Props::default() };
    Stage::each_with(FakeGitHub::builder, props).await
}

pub(super) fn objective(prometheus: &FakePrometheus, more: &str) -> String {
    format!(
        "gate: {{unknown_slo: {more}}}\nslo:\n  prometheus: {}\n  objectives:\n    - {{name: \
         availability, objective: 99.9, error_ratio: 'errors[$window] / all[$window]'}}\n",
        prometheus.url
    )
}

#[tokio::test]
async fn a_burning_error_budget_holds_it_until_it_is_calm() {
    let prometheus = FakePrometheus::start().await;
    for stage in observed(&prometheus).await {
        prometheus.say(Says {
            ratios: [0.02, 0.018, 0.0145, 0.01, 0.004, 0.001],
            budget: 0.0004,
            down: false,
        });
        let head = furnished(&stage, &objective(&prometheus, "pass")).await;
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        let report = stage.gh.deployment(run).reports.pop().unwrap();
        let words = "the error budget of `availability` burns 14.5 times too fast over 1h, and 20 times over 5m (limit 14.4)";
        assert!(report.contains(words), "{report}");

        // Other numbers are no news.
        prometheus.say(Says {
            ratios: [0.03, 0.018, 0.0165, 0.01, 0.004, 0.001],
            budget: 0.0004,
            down: false,
        });
        stage.advance(5 * 60);
        stage.settle().await;
        assert_eq!(stage.gh.deployment(run).reports.len(), 1);
        prometheus.say(Says {
            ratios: [0.0001, 0.018, 0.0165, 0.01, 0.004, 0.001],
            budget: 0.0004,
            down: false,
        });
        stage.advance(5 * 60);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_spent_budget_rejects() {
    let prometheus = FakePrometheus::start().await;
    prometheus.say(Says { ratios: [0.0; 6], budget: 0.0012, down: false });
    for stage in observed(&prometheus).await {
        let head = furnished(&stage, &objective(&prometheus, "pass")).await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "rejected");
        assert!(comment.contains("is spent, and overdrawn by 20 %"), "{comment}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_silent_prometheus_is_unknown_and_the_organisation_decides() {
    for (wish, verdict) in [("pass", "approved"), ("wait", "")] {
        let prometheus = FakePrometheus::start().await;
        prometheus.say(Says { down: true, ..Says::default() });
        for stage in observed(&prometheus).await {
            let head = furnished(&stage, &objective(&prometheus, wish)).await;
            let told = deployed(&stage, &head).await;
            let (state, comment) = told.answer.unwrap_or_default();
            assert_eq!(state, verdict);
            let words = "the error budget of `availability` is not known: Prometheus refused the query: status 503";
            let said = if wish == "pass" { comment } else { told.reports[0].clone() };
            assert!(said.contains(words), "{said}");
            match wish {
                "pass" => stage.end().await,
                _ => end_waiting(stage).await,
            }
        }
        // Nobody listens any more.
        prometheus.stop();
        for stage in observed(&prometheus).await {
            let head = furnished(&stage, &objective(&prometheus, "pass")).await;
            let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
            assert_eq!(state, "approved");
            assert!(comment.contains("Prometheus cannot be reached"), "{comment}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn documents_of_the_default_branch_are_asked_for_where_the_operator_allows_it() {
    const SLOTH: &str =
        "version: prometheus/v1\nservice: pay\nslos:\n  - {name: up, objective: 99.5}\n";
    let prometheus = FakePrometheus::start().await;
    prometheus.say(Says { ratios: [0.001; 6], budget: 0.1, down: false });
    for stage in observed(&prometheus).await {
        let own = format!("slo: {{prometheus: '{}'}}\n", prometheus.url);
        stage.gh.create_repo(HOME, &[(FILE, own.as_str())]);
        let head = stage.gh.create_repo(REPO, &with(GOOD, "ops/slo.yaml", SLOTH));
        stage.settle().await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved");
        assert!(comment.contains("10 % of the error budget of `pay-up` is left"), "{comment}");
        assert!(prometheus.asked()[0].contains("sloth_service"), "{:?}", prometheus.asked());
        stage.end().await;
    }
    let asked = prometheus.asked().len();
    for stage in Stage::each().await {
        let head = furnished(&stage, &objective(&prometheus, "pass")).await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved");
        assert!(comment.contains("may not be asked"), "{comment}");
        stage.end().await;
    }
    assert_eq!(prometheus.asked().len(), asked, "nothing is sent where nobody allows it");
}

#[tokio::test]
async fn a_forged_callback_is_answered_nowhere() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "").await;
        stage.gh.create_repo("other/secret", GOOD);
        let base = stage.gh.url();
        let at = |path: &str| format!("{base}{path}");
        for callback in [
            "https://evil.example/repos/acme/payments/actions/runs/1/deployment_protection_rule"
                .into(),
            at("/repos/other/secret/actions/runs/1/deployment_protection_rule"),
            at(
                "/repos/acme/payments/actions/runs/1/deployment_protection_rule/../../../../../other",
            ),
            at("/repos/acme/payments/actions/runs/1x/deployment_protection_rule"),
            at("/repos/acme/payments/actions/runs/1/deployment_protection_rule?x=1"),
            "http://169.254.169.254/latest".to_owned(),
        ] {
            let callback: String = callback;
            stage.gh.ask_gate_at(REPO, "production", &head, Some(&callback));
            stage.settle().await;
            assert_eq!(stage.gh.calls_to(ANSWER).len(), 0, "{callback}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_repeated_delivery_is_answered_once() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "").await;
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        stage.gh.redeliver("deployment_protection_rule.requested");
        stage.settle().await;
        // The same under another GUID, as after a hand-made redelivery.
        let job = waymark::domain::job::Job::Gate {
            installation: waymark::domain::ids::InstallationId(installation(&stage)),
            repo: waymark::domain::ids::RepoId(stage.gh.repo_id(REPO) as i64),
            name: waymark::domain::ids::RepoName::parse(REPO).unwrap(),
            environment: "production".to_owned(),
            git_ref: "main".to_owned(),
            head: waymark::domain::ids::Sha::parse(&head).unwrap(),
            deployment: waymark::domain::gate::request::Deployment {
                id: stage.gh.deployment(run).id as i64,
                run: run as i64,
                event: "push".to_owned(),
                creator: None,
                pulls: Vec::new(),
            },
        };
        stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
        stage.settle().await;
        assert_eq!(stage.gh.calls_to(ANSWER).len(), 1);
        stage.end().await;
    }
}

fn installation(stage: &Stage) -> i64 {
    stage.gh.calls().iter().find_map(|call| call.installation).unwrap() as i64
}

#[tokio::test]
async fn a_lost_answer_is_given_again_and_its_refusal_is_no_fault() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "").await;
        stage.gh.lose_answer(ANSWER, 1);
        let run = stage.gh.ask_gate(REPO, "production", &head);
        stage.settle().await;
        stage.advance(60);
        stage.gh.allow(ANSWER, 422);
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        assert_eq!(stage.gh.calls_to(ANSWER).len(), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_dead_job_answers_too() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "").await;
        stage.gh.fail("GET /repos/*/*/commits/*/pulls", 500, 1_000);
        let run = stage.gh.ask_gate(REPO, "production", &head);
        for _ in 0..10 {
            stage.settle().await;
            stage.advance(15 * 60);
        }
        let (state, comment) = answer(&stage, run);
        assert_eq!(state, "rejected");
        assert!(comment.contains("could not be decided"), "{comment}");
        assert_eq!(stage.jobs(JobState::Dead).await.len(), 1);
        stage.gh.heal();
        stage.gh.forgive();
    }
}

/// Its job died while GitHub took no answer; the schedule finds it.
#[tokio::test]
async fn a_deployment_whose_job_is_lost_is_found_again() {
    for stage in Stage::each().await {
        let head = furnished(&stage, "").await;
        stage.gh.fail(ANSWER, 500, 1_000);
        let run = stage.gh.ask_gate(REPO, "production", &head);
        for _ in 0..10 {
            stage.settle().await;
            stage.advance(15 * 60);
        }
        assert_eq!(stage.gh.deployment(run).answer, None);
        assert_eq!(stage.jobs(JobState::Dead).await.len(), 1);
        stage.gh.heal();
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        assert_eq!(answer(&stage, run).0, "approved");
        stage.gh.forgive();
    }
}

const TOKEN: &str = "wm_acme_0123456789abcdef";

async fn post(stage: &Stage, token: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let bytes = format!(
        "POST /api/v1/gate HTTP/1.1\r\nHost: app\r\nConnection: close\r\nAuthorization: Bearer \
         {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(&stage.url, bytes.into_bytes()).await;
    (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
}

#[tokio::test]
async fn where_there_are_no_protection_rules_a_pipeline_asks_itself() {
    for stage in Stage::each().await {
        let head = furnished(&stage, FREEZE_LONG).await;
        stage.gh.create_repo("other/secret", GOOD);
        // It has been heard of.
        stage.gh.push("other/secret", "main", &[("a", "b")], "Change");
        stage.gh.push(REPO, "main", &[("a", "b")], "Change");
        stage.settle().await;
        let ask = |repo: &str, environment: &str, at: &str| json!({"repository": repo, "environment": environment, "ref": at});
        let (status, told) = post(&stage, TOKEN, &ask(REPO, "production", "main")).await;
        assert_eq!((status, told["verdict"].as_str()), (200, Some("rejected")), "{told}");
        assert_eq!(told["reasons"][0]["condition"], "freeze");
        assert_eq!(told["request"]["ref"], "main");
        hold(&stage, "post", "/api/v1/gate", 200, &told).await;
        let (status, told) = post(&stage, TOKEN, &ask(REPO, "staging", &head)).await;
        assert_eq!((status, told["verdict"].as_str()), (200, Some("approved")), "{told}");

        for (token, body, expected) in [
            ("wrong", ask(REPO, "staging", "main"), 401),
            (TOKEN, ask("other/secret", "staging", "main"), 404),
            (TOKEN, ask("acme/nothing", "staging", "main"), 404),
            (TOKEN, ask(REPO, "", "main"), 422),
            (TOKEN, json!({"repository": REPO}), 422),
        ] {
            let (status, told) = post(&stage, token, &body).await;
            assert_eq!(status, expected, "{body}: {told}");
            assert!(told["error"].is_string(), "{told}");
            hold(&stage, "post", "/api/v1/gate", status, &told).await;
        }
        stage.gh.allow("GET /repos/*/*/commits/*", 404);
        stage.gh.allow("GET /repos/*/*/commits/*", 422);
        let (status, _) = post(&stage, TOKEN, &ask(REPO, "staging", "no-such-branch")).await;
        assert_eq!(status, 422);
        stage.end().await;
    }
}

/// What the risk check names on the pull request holds the deployment of the merge, where the
/// organisation says so.
#[tokio::test]
async fn a_condition_of_the_change_holds_until_it_is_acknowledged() {
    const DROP: &str = "DROP TABLE customers;\n";
    const ORGANISATION: &str = "gate: {override: sre, blocks: irreversible_migration}\n\
                                policies: {operations/migration_safe: observe}\n";
    let with_risk = || Props { risk: true, ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, with_risk).await {
        furnished(&stage, ORGANISATION).await;
        stage.gh.push(REPO, "drop", &[("migrations/2_drop/up.sql", DROP)], "Drop it");
        let number = stage.gh.open_pull(REPO, "drop", "main");
        stage.settle().await;
        let head = stage.gh.merge(REPO, number);
        stage.settle().await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "rejected", "{comment}");
        assert!(comment.contains("1. `irreversible_migration`:"), "{comment}");

        let ask = "/platform acknowledge irreversible_migration because nobody reads it any more";
        stage.gh.comment(REPO, number, "octo-dev", ask);
        stage.settle().await;
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "approved", "{comment}");
        assert!(comment.contains("Overridden by `octo-dev`"), "{comment}");
        stage.end().await;
    }
}

/// It is known only when the check has long been said, so it stands with what the gate asks.
#[tokio::test]
async fn a_merge_by_its_author_holds_where_the_organisation_says_so() {
    const ORGANISATION: &str = "gate: {override: sre, blocks: self_merged}\n";
    let with_risk = || Props { risk: true, ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, with_risk).await {
        furnished(&stage, ORGANISATION).await;
        let pushed = stage.gh.push(REPO, "alone", &[("src/a.rs", "a\n")], "Add a");
        let number = stage.gh.open_pull(REPO, "alone", "main");
        stage.settle().await;
        let head = stage.gh.merge(REPO, number);
        stage.settle().await;
        let said = stage.gh.check_runs(REPO, &pushed).into_iter().filter_map(|run| run.summary);
        assert!(!said.collect::<String>().contains("self_merged"), "nobody goes back to look");
        let (state, comment) = deployed(&stage, &head).await.answer.unwrap();
        assert_eq!(state, "rejected", "{comment}");
        assert!(comment.contains("1. `self_merged`: its author merged it"), "{comment}");
        let ask = "/platform acknowledge self_merged because I looked over their shoulder";
        stage.gh.set_role(REPO, "bob", "write");
        stage.gh.comment(REPO, number, "bob", ask);
        stage.settle().await;
        let reply = last_reply(&stage, number);
        assert!(reply.contains("Re-run the job that was rejected."), "{reply}");
        assert_eq!(deployed(&stage, &head).await.answer.unwrap().0, "approved");
        stage.end().await;
    }
}
