//! Policies and processes that die: the deadly policy is broken, the others are judged.

use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use waymark::edge::store::JobState;

use crate::database::fresh_databases;
use crate::github::{CheckRun, FakeClock, FakeGitHub};
use crate::http::get;
use crate::stage::{NOW, Props, Stage};
use crate::stories::files::CATALOG;

const REPO: &str = "acme/payments";
const FINE: &str = "FROM debian:12\nUSER 10001\nCMD [\"/app\"]\n";
const ROOT: &str = "FROM debian:12\nCMD [\"/app\"]\n";

/// A folder with one policy, `house/killer`.
fn pack(body: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("house/killer");
    std::fs::create_dir_all(&place).unwrap();
    let text = format!(
        "# METADATA\n# title: A policy that was not tested\n\
         # description: It was written in haste\n# custom:\n#   severity: low\n\
         #   level: bronze\n#   mode: warn\n#   needs: [files]\n#   scope: repo\n#   since: \"0.1.0\"\n\
         #   remediation: None is known\npackage waymark.house.killer\n\nimport rego.v1\n\n{body}\n"
    );
    std::fs::write(place.join("policy.rego"), text).unwrap();
    folder
}

async fn judged(stage: &Stage, branch: &str, image: &str) -> CheckRun {
    let head = stage.gh.push(REPO, branch, &[("Dockerfile", image)], "Add image");
    stage.gh.open_pull(REPO, branch, "main");
    stage.settle().await;
    assert_eq!(stage.jobs(JobState::Dead).await, []);
    stage.run(REPO, &head)
}

fn said(run: &CheckRun) -> String {
    format!("{:?}\n{:?}\n{:?}", run.title, run.summary, run.text)
}

/// With this policy in the house, a good change is held up by nobody but it, and a bad one is
/// seen as bad.
async fn others_are_judged(body: &str, reason: &str) {
    let folder = pack(body);
    let props = || Props {
        policies: vec![folder.path().to_owned()],
        deadline: Duration::from_secs(2),
        ..Props::default()
    };
    for stage in Stage::each_with(FakeGitHub::builder, props).await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let run = judged(&stage, "good", FINE).await;
        let text = said(&run);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"), "{text}");
        let line = text.split("\\n").find(|line| line.starts_with("- `house/killer`: "));
        let line = line.unwrap_or_else(|| panic!("it is not named: {text}"));
        assert!(line.contains(reason), "{reason} in {line}");
        let broken = text.matches("| broken |").count() + text.matches("**broken**").count();
        assert_eq!(broken, 1, "only it is broken: {text}");
        assert!(text.contains("`container/non_root_user` | passes"), "{text}");

        let run = judged(&stage, "bad", ROOT).await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{}", said(&run));
        assert_eq!(run.annotations.len(), 1);
        assert_eq!(get(&stage.url, "/livez").await.status, 200);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_policy_that_overflows_the_stack() {
    // It would: such rules are refused before anybody asks them. A process that dies all the same is
    // what the stories below are about.
    others_are_judged(
        "default applies := true\n\ndefault a = [5 | a; a = 5]\n\n\
         findings contains {\"message\": \"x\"} if count(a) > 0",
        "asks for itself, and would never end",
    )
    .await;
}

#[tokio::test]
async fn a_policy_that_never_ends() {
    others_are_judged(
        "default applies := true\n\nmany := numbers.range(1, 3000)\n\n\
         findings contains {\"message\": \"x\"} if {\n\
         \tcount([1 | some a in many; some b in many; some c in many; a + b + c == 1]) > 0\n}",
        "took longer than 2s",
    )
    .await;
}

#[tokio::test]
async fn a_policy_that_eats_all_memory() {
    let mut body = "default applies := true\n\nten := numbers.range(1, 10)\n\n\
                    s0 := \"0123456789\"\n\n"
        .to_owned();
    for n in 1..=9 {
        body += &format!("s{n} := concat(\"\", [s{} | some _ in ten])\n\n", n - 1);
    }
    body += "findings contains {\"message\": \"x\"} if count(s9) > 0";
    others_are_judged(&body, "was stopped").await;
}

#[tokio::test]
async fn a_policy_that_does_not_parse() {
    others_are_judged("findings contains {", "expecting expression").await;
}

#[tokio::test]
async fn a_policy_that_says_nonsense() {
    others_are_judged("default applies := true\n\nfindings contains 5", "must be an object").await;
}

/// How many evaluations were done and not just remembered.
async fn fresh_evaluations(stage: &Stage) -> u64 {
    let text = get(&stage.url, "/metrics").await.body;
    let line = text.lines().find(|line| line.contains("evaluations_total{result=\"fresh\"}"));
    line.and_then(|line| line.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}

/// A broken policy may cost its deadline several times over: the base that all pull requests
/// share is not evaluated for each of them. But what broke may have been bad luck, so it is tried
/// again after a while, and at once when somebody asks for it.
#[tokio::test]
async fn what_broke_is_remembered_for_a_while_only() {
    let folder = pack("default applies := true\n\nfindings contains 5");
    let props = || Props { policies: vec![folder.path().to_owned()], ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, props).await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        let mut before = fresh_evaluations(&stage).await;
        let mut news = async |what: &str, expected: u64| {
            let now = fresh_evaluations(&stage).await;
            assert_eq!(now - before, expected, "{what}");
            before = now;
        };
        let first = judged(&stage, "first", &format!("{FINE}# 1\n")).await;
        assert_eq!(first.conclusion.as_deref(), Some("action_required"), "{}", said(&first));
        news("the first pull request: head and base", 2).await;
        let second = judged(&stage, "second", &format!("{FINE}# 2\n")).await;
        assert_eq!(second.conclusion.as_deref(), Some("action_required"), "{}", said(&second));
        news("the second one: its head, and the base is known", 1).await;
        stage.advance(16 * 60);
        judged(&stage, "third", &format!("{FINE}# 3\n")).await;
        news("the third one, much later: head and base", 2).await;
        stage.gh.rerequest_check(second.id);
        stage.settle().await;
        news("somebody presses the button: head and base", 2).await;
        stage.end().await;
    }
}

/// The evaluators that were started with `folder`.
pub fn evaluators_of(folder: &Path) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let parts: Vec<&[u8]> = line.split(|byte| *byte == 0).collect();
        let evaluates = parts.get(1) == Some(&b"evaluator".as_slice());
        if evaluates && parts.contains(&folder.to_str().unwrap().as_bytes()) {
            found.push(pid);
        }
    }
    found
}

fn kill(pid: u32) {
    let killed = std::process::Command::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(killed.unwrap().success());
}

#[tokio::test]
async fn an_evaluator_that_is_shot_is_replaced() {
    for database in fresh_databases().await {
        // A folder of its own, by which the stage's evaluators are told from all others.
        let folder = tempfile::tempdir().unwrap();
        let props = Props { policies: vec![folder.path().to_owned()], ..Props::default() };
        let gh = FakeGitHub::start(FakeClock::at(NOW)).await;
        let stage = Stage::furnish(gh, database, props).await;
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        for (round, (image, expected)) in
            [(FINE, "success"), (ROOT, "failure"), (FINE, "success")].into_iter().enumerate()
        {
            let running = evaluators_of(folder.path());
            assert_eq!(running.len(), 1, "round {round}");
            kill(running[0]);
            let image = format!("{image}# {round}\n");
            let run = judged(&stage, &format!("round-{round}"), &image).await;
            assert_eq!(run.conclusion.as_deref(), Some(expected), "{}", said(&run));
            assert!(!said(&run).contains("broken"), "nobody was at fault: {}", said(&run));
        }
        stage.end().await;
    }
}
