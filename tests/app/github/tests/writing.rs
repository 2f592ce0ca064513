//! Check runs within their limits, and the webhooks that people's acts bring.

use serde_json::{Value, json};

use super::*;
use crate::github::{delete, put};

const RUNS: &str = "/repos/acme/payments/check-runs";

fn annotations(count: usize) -> Value {
    let one = json!({"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "m"});
    vec![one; count].into()
}

#[tokio::test]
async fn annotations_append_and_51_are_refused() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let head = github.head("acme/payments", "main");
    let output = |count| json!({"title": "t", "summary": "s", "annotations": annotations(count)});
    let body = |count| json!({"name": "w", "head_sha": head, "status": "in_progress", "output": output(count)});
    assert_eq!(client.post(RUNS, body(51)).await.status, 422);
    assert_eq!(github.forgive().len(), 1);
    assert!(github.check_runs("acme/payments", &head).is_empty());
    let run = client.post(RUNS, body(50)).await.json()["id"].as_u64().unwrap();
    let one = format!("{RUNS}/{run}");
    let done = json!({"status": "completed", "conclusion": "failure", "output": output(7)});
    assert_eq!(client.patch(&one, done).await.json()["output"]["annotations_count"], 57);
    github.assert_calm();
    assert_eq!(client.patch(&one, json!({"status": "in_progress"})).await.status, 422);
    assert_eq!(github.forgive().len(), 1);
}

#[tokio::test]
async fn the_limits_of_check_runs_hold() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let head = github.head("acme/payments", "main");
    let note = |fields: Value| {
        let mut one = annotations(1)[0].clone();
        crate::github::sample::overlay(&mut one, fields);
        json!({"output": {"title": "t", "summary": "s", "annotations": [one]}})
    };
    let long = "x".repeat(65_536);
    for bad in [
        json!({"status": "completed"}),
        json!({"status": "done"}),
        json!({"head_sha": "0000000000000000000000000000000000000000"}),
        json!({"colour": "red"}),
        json!({"details_url": "waymark/1"}),
        json!({"output": {"title": "t"}}),
        json!({"output": {"title": "t", "summary": long}}),
        json!({"actions": vec![json!({"label": "l", "description": "d", "identifier": "i"}); 4]}),
        json!({"actions": [{"label": "l".repeat(21), "description": "d", "identifier": "i"}]}),
        note(json!({"start_line": 0})),
        note(json!({"start_line": 2})),
        note(json!({"end_line": 2, "start_column": 1})),
        note(json!({"title": "t".repeat(256)})),
        note(json!({"message": "ü".repeat(32_769)})),
    ] {
        let mut body = json!({"name": "w", "head_sha": head});
        crate::github::sample::overlay(&mut body, bad.clone());
        assert_eq!(client.post(RUNS, body).await.status, 422, "{bad}");
        assert_eq!(github.forgive().len(), 1, "{bad}");
    }
    assert!(github.check_runs("acme/payments", &head).is_empty());
}

#[tokio::test]
async fn a_run_left_open_is_not_calm() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let head = github.head("acme/payments", "main");
    client.post(RUNS, json!({"name": "w", "head_sha": head})).await;
    let verdict = std::panic::catch_unwind(|| github.assert_calm());
    let text = *verdict.unwrap_err().downcast::<String>().unwrap();
    assert!(text.contains("is still queued"), "{text}");
}

#[tokio::test]
async fn acts_bring_webhooks_in_githubs_shape() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    github.ping();
    github.push("acme/payments", "feature", &[("a.txt", "a\n")], "add a");
    let number = github.open_pull("acme/payments", "feature", "main");
    let second = github.push("acme/payments", "feature", &[("b.txt", "b\n")], "add b");
    github.force_push("acme/payments", "feature", &[("c.txt", "c\n")], "add c");
    github.push("acme/payments", "release", &[("a", delete())], "branch");
    github.retarget("acme/payments", number, "release");
    github.retitle("acme/payments", number, "better");
    github.close_pull("acme/payments", number);
    github.reopen_pull("acme/payments", number);
    github.mark_ready("acme/payments", number);
    let merged = github.enqueue_merge("acme/payments", number);
    let fork = github.open_pull_from_fork("acme/payments", "stranger", &[("x", "x")]);
    github.comment("acme/payments", fork, "stranger", "hi");
    let body = json!({"name": "w", "head_sha": merged, "conclusion": "success",
        "actions": [{"label": "Fix", "description": "Fix it", "identifier": "fix"}]});
    let run = client.post(RUNS, body).await.json()["id"].as_u64().unwrap();
    github.rerequest_check(run);
    github.press(run, "fix");
    github.rerequest_suite("acme/payments", &merged);
    github.rename_repo("acme/payments", "pay");
    github.remove_repo_from_installation("acme/pay");
    github.add_repo_to_installation("acme/pay");
    github.merge("acme/pay", number);
    github.organisation_without_app("globex");
    github.install("globex", None);
    github.uninstall("acme");
    github.push("acme/pay", "main", &[("after", "a")], "nobody is told");
    assert_eq!(
        github.queued(),
        [
            "ping",
            "push",
            "pull_request.opened",
            "push",
            "pull_request.synchronize",
            "push",
            "pull_request.synchronize",
            "push",
            "pull_request.edited",
            "pull_request.edited",
            "pull_request.closed",
            "pull_request.reopened",
            "pull_request.ready_for_review",
            "push",
            "merge_group.checks_requested",
            "pull_request.opened",
            "issue_comment.created",
            "check_run.rerequested",
            "check_run.requested_action",
            "check_suite.rerequested",
            "repository.renamed",
            "installation_repositories.removed",
            "installation_repositories.added",
            "push",
            "pull_request.closed",
            "installation.created",
            "installation.deleted"
        ]
    );
    let hooks = github.with_queue(|queue| queue.iter().cloned().collect::<Vec<_>>());
    assert_eq!(hooks[4].payload()["after"], second);
    assert_eq!(hooks[4].payload()["pull_request"]["head"]["sha"], second);
    assert_eq!(hooks[5].payload()["forced"], true);
    assert_eq!(hooks[8].payload()["changes"]["base"]["ref"]["from"], "main");
    assert!(hooks[9].payload()["changes"]["base"].is_null());
    assert_eq!(hooks[14].payload()["merge_group"]["head_sha"], merged);
    assert_eq!(
        hooks[15].payload()["pull_request"]["head"]["repo"]["full_name"],
        "stranger/payments"
    );
    assert_eq!(hooks[18].payload()["requested_action"]["identifier"], "fix");
    github.assert_calm();
}

#[tokio::test]
async fn the_merge_queue_really_merges() {
    let (github, _) = fixture().await;
    github.push("acme/payments", "feature", &[("a.txt", "a\n")], "add a");
    let number = github.open_pull("acme/payments", "feature", "main");
    github.push("acme/payments", "main", &[("b.txt", "b\n")], "add b");
    let merged = github.enqueue_merge("acme/payments", number);
    let base = github.head("acme/payments", "main");
    let branch = format!("gh-readonly-queue/main/pr-{number}-{base}");
    assert_eq!(github.head("acme/payments", &branch), merged);
    let world = github.world();
    let files = world.files(world.id_of("acme/payments"), &merged);
    assert_eq!(files.keys().collect::<Vec<_>>(), ["README.md", "a.txt", "b.txt", "src/main.rs"]);
}

#[tokio::test]
async fn echoes_come_when_asked_for() {
    let github = FakeGitHub::builder(FakeClock::at(NOW)).with_echoes().start().await;
    github.create_repo("acme/payments", &[("a", "a")]);
    let mut client = Client::new(&github);
    client.install(&github, json!({})).await;
    let head = github.push("acme/payments", "main", &[("a", "b")], "one");
    let body = json!({"name": "w", "head_sha": head, "status": "in_progress"});
    let run = client.post(RUNS, body).await.json()["id"].as_u64().unwrap();
    let done = json!({"status": "completed", "conclusion": "success"});
    client.patch(&format!("{RUNS}/{run}"), done.clone()).await;
    client.patch(&format!("{RUNS}/{run}"), done).await;
    let expected = ["push", "check_suite.requested", "check_run.created", "check_run.completed"];
    assert_eq!(github.queued(), expected);
    github.assert_calm();
}

#[tokio::test]
async fn an_archived_repository_is_read_only() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    github.set_archived("acme/payments");
    let body = json!({"name": "w", "head_sha": github.head("acme/payments", "main")});
    assert_eq!(client.post(RUNS, body).await.status, 403);
    assert_eq!(client.get("/repos/acme/payments").await.json()["archived"], true);
}
