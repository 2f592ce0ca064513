//! The operator reads what the service writes, and so may everybody who sees the logs.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;
use waymark::edge::store::{JobFilter, JobState};

use crate::database::fresh_databases;
use crate::github::{FakeGitHub, signature};
use crate::http::{exchange, get, hook};
use crate::serving::{Recipe, Serving, clock};
use crate::stage::{CHECK, evaluator_program};
use crate::stories::files::{CATALOG, ROOT};

const REPO: &str = "acme/payments";
const POSTING: &str = "POST */check-runs";

/// Waits, but not for ever; what the service said is shown then.
async fn until(done: impl Future<Output = ()>, service: &Serving) {
    if tokio::time::timeout(Duration::from_secs(60), done).await.is_err() {
        let said = service.said();
        panic!("it did not happen:\n{}", said[said.len().saturating_sub(40)..].join("\n"));
    }
}

/// A pull request whose check is refused by a proxy that quotes our token, a delivery with a bad
/// signature, one that cannot be read, and an issue comment.
async fn a_day(gh: &FakeGitHub, service: &Serving) -> String {
    gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
    let head = gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
    gh.open_pull(REPO, "topic", "main");
    gh.echo_credentials(POSTING, 422, 1);
    assert!(gh.deliver().await.iter().all(|(_, status)| *status == 202));
    let posted = |gh: &FakeGitHub| {
        let dead = service.said().iter().any(|line| line.contains("job dead"));
        dead && gh.check_runs(REPO, &head).iter().any(|run| run.name == CHECK)
    };
    until(gh.wait_until(posted), service).await;

    let forged = signature("another secret", b"{}");
    let headers: [(&str, &[u8]); 3] = [
        ("X-GitHub-Event", b"ping"),
        ("X-GitHub-Delivery", b"forged-1"),
        ("X-Hub-Signature-256", forged.as_bytes()),
    ];
    assert_eq!(exchange(&service.url, hook(&headers, b"{}")).await.status, 401);
    let token = gh.minted_tokens().pop().unwrap();
    let body = format!(r#"{{"action": "opened", "pull_request": "{token}"}}"#);
    let signed = signature(&gh.webhook_secret(), body.as_bytes());
    let headers: [(&str, &[u8]); 3] = [
        ("X-GitHub-Event", b"pull_request"),
        ("X-GitHub-Delivery", b"unreadable-1"),
        ("X-Hub-Signature-256", signed.as_bytes()),
    ];
    assert_eq!(exchange(&service.url, hook(&headers, body.as_bytes())).await.status, 202);
    get(&service.url, "/readyz").await;
    get(&service.url, "/metrics").await;
    head
}

/// Pieces of everything that nobody may read: a token is recognised by any twenty characters.
fn secrets(gh: &FakeGitHub) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = gh
        .minted_tokens()
        .iter()
        .flat_map(|token| [token[12..32].to_owned(), token[token.len() - 20..].to_owned()])
        .collect();
    let key = gh.private_key_pem().lines().filter(|line| !line.starts_with("-----"));
    out.extend(key.map(|line| line.trim().to_owned()));
    out.insert(gh.webhook_secret());
    // App JWTs.
    out.insert("eyJ0eXAi".to_owned());
    out.insert("eyJhbGci".to_owned());
    out
}

fn assert_silent_about(secrets: &BTreeSet<String>, lines: &[String]) {
    for line in lines {
        let told = secrets.iter().find(|secret| line.contains(secret.as_str()));
        assert_eq!(told, None, "{line}");
    }
}

#[tokio::test]
async fn a_whole_story_tells_no_secret() {
    for format in ["text", "json"] {
        // Afresh each time: the fake numbers its deliveries alike, and a repeat makes no work.
        for database in fresh_databases().await {
            let gh = FakeGitHub::start(clock()).await;
            let recipe = Recipe::new(&evaluator_program(), &gh, &database.url)
                .with("WAYMARK_LOG", "trace")
                .with("WAYMARK_LOG_FORMAT", format);
            let service = recipe.start().await.unwrap();
            gh.deliver_to(&format!("{}/webhook", service.url));
            let head = a_day(&gh, &service).await;
            let lines = service.stop().await;

            assert!(gh.minted_tokens().iter().any(|token| token.len() > 500), "today's format");
            let secrets = secrets(&gh);
            assert!(lines.len() > 100, "trace tells much: {}", lines.len());
            assert_silent_about(&secrets, &lines);
            let dead = lines.iter().find(|line| line.contains("job dead")).unwrap();
            assert!(dead.contains("authorization: Bearer [redacted]"), "{dead}");

            // What became of the job is kept, and what was told to people, too.
            let jobs = database.store.list_jobs(JobFilter::In(JobState::Dead), 9).await.unwrap();
            let error = jobs[0].last_error.clone().unwrap();
            assert!(error.contains("[redacted]"), "{error}");
            let runs = gh.check_runs(REPO, &head);
            let told = runs.iter().flat_map(|run| [&run.title, &run.summary, &run.text]);
            let told: Vec<String> = told.flatten().cloned().chain([error]).collect();
            assert_silent_about(&secrets, &told);
            gh.forgive();
        }
    }
}

/// The fields of a line's innermost span of this name.
fn span<'a>(line: &'a Value, name: &str) -> Option<&'a Value> {
    line["spans"].as_array()?.iter().rfind(|span| span["name"] == name)
}

#[tokio::test]
async fn every_line_of_a_job_names_delivery_job_installation_and_repository() {
    // Whatever the filter: ids are not a matter of the level.
    for level in ["info", "warn,waymark::flow::worker=info,waymark::cli=info"] {
        for database in fresh_databases().await {
            let gh = FakeGitHub::start(clock()).await;
            let recipe = Recipe::new(&evaluator_program(), &gh, &database.url)
                .with("WAYMARK_LOG", level)
                .with("WAYMARK_LOG_FORMAT", "json");
            let service = recipe.start().await.unwrap();
            gh.deliver_to(&format!("{}/webhook", service.url));
            gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
            let repo = gh.repo_id(REPO);
            let head = gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
            gh.open_pull(REPO, "topic", "main");
            gh.deliver().await;
            let posted =
                |gh: &FakeGitHub| gh.check_runs(REPO, &head).iter().any(|run| run.name == CHECK);
            until(gh.wait_until(posted), &service).await;
            let lines = service.stop().await;
            let guids: Vec<String> = gh.history().iter().map(|hook| hook.guid.clone()).collect();
            let lines: Vec<Value> =
                lines.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
            let done = |line: &&Value| {
                line["fields"]["message"].as_str().unwrap_or_default().starts_with("job done")
            };
            let mut kinds = BTreeSet::new();
            for line in lines.iter().filter(done) {
                let span = span(line, "job").unwrap_or_else(|| panic!("{line}"));
                assert!(span["job"].as_str().is_some_and(|id| id.len() == 36), "{line}");
                // What is done at intervals follows from no delivery and is about nobody.
                let kind = span["kind"].as_str().unwrap();
                if !["plan", "check_pull"].contains(&kind) {
                    continue;
                }
                kinds.insert(span["kind"].as_str().unwrap().to_owned());
                assert!(guids.iter().any(|guid| span["delivery"] == **guid), "{line}");
                assert!(span["attempt"] == 1, "{line}");
                assert!(span["installation"].as_u64().is_some(), "{line}");
                assert_eq!(span["repository"].as_u64(), Some(repo), "{line}");
            }
            assert!(kinds.contains("plan") && kinds.contains("check_pull"), "{kinds:?}");
        }
    }
}
