//! Threats of `docs/security.md` that no other story plays.

use crate::database::fresh_databases;
use crate::github::{FakeGitHub, signature};
use crate::http::{exchange, get, hook};
use crate::serving::{Recipe, clock};
use crate::stage::{CHECK, Stage, evaluator_program};
use crate::stories::files::{CATALOG, GOOD, ROOT};

const REPO: &str = "acme/payments";

/// A body as GitHub would sign it, changed, signed and sent.
async fn send_changed(stage: &Stage, guid: &str, change: impl Fn(&mut serde_json::Value)) -> u16 {
    let pulls = |name: &str| name == "pull_request";
    let hook_of = stage.gh.history().into_iter().rfind(|hook| pulls(&hook.event)).unwrap();
    let mut payload = hook_of.payload();
    change(&mut payload);
    let body = serde_json::to_vec(&payload).unwrap();
    let signed = signature(&stage.gh.webhook_secret(), &body);
    let headers: [(&str, &[u8]); 3] = [
        ("X-GitHub-Event", b"pull_request"),
        ("X-GitHub-Delivery", guid.as_bytes()),
        ("X-Hub-Signature-256", signed.as_bytes()),
    ];
    exchange(&stage.url, hook(&headers, &body)).await.status
}

#[tokio::test]
async fn a_delivery_that_names_anothers_installation_gets_nothing_with_its_token() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.create_repo("globex/secret", GOOD);
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.gh.push("globex/secret", "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("globex/secret", "topic", "main");
        stage.settle().await;
        let runs = stage.runs(REPO, &head).len();
        let ids = |name: &str| {
            let hooks = stage.gh.history();
            let of = |h: &&crate::github::Hook| h.repository == Some(stage.gh.repo_id(name));
            hooks.iter().find(of).and_then(|hook| hook.installation).unwrap()
        };
        let (ours, theirs) = (ids(REPO), ids("globex/secret"));
        assert_ne!(ours, theirs);
        stage.gh.forget_calls();
        // The newest pull request is globex's: with acme's installation it is out of reach.
        let status = send_changed(&stage, "mixed-1", |payload| {
            payload["installation"]["id"] = ours.into();
        });
        assert_eq!(status.await, 202);
        stage.settle().await;
        let calls = stage.gh.calls();
        assert!(calls.iter().all(|call| call.installation != Some(theirs)), "{calls:#?}");
        assert!(stage.gh.calls_to("POST */check-runs").is_empty(), "{calls:#?}");
        assert_eq!(stage.runs(REPO, &head).len(), runs);
        stage.gh.forgive();
    }
}

#[tokio::test]
async fn an_old_delivery_sent_again_under_a_new_name_changes_nothing() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let head = stage.gh.push(REPO, "topic", &[("NOTES.md", "# Notes\n")], "Say something");
        stage.settle().await;
        let runs = stage.runs(REPO, &head).len();
        // Whoever holds a signed body can give it another GUID, but the body is a hint: what is
        // true is asked of GitHub.
        let posted = stage.gh.calls_to("POST */check-runs").len();
        for guid in ["again-1", "again-2"] {
            assert_eq!(send_changed(&stage, guid, |_| {}).await, 202);
            stage.settle().await;
        }
        assert_eq!(stage.runs(REPO, &head).len(), runs);
        assert_eq!(stage.gh.calls_to("POST */check-runs").len(), posted);
        stage.end().await;
    }
}

#[tokio::test]
async fn an_evaluator_sees_none_of_our_secrets() {
    let database = fresh_databases().await.swap_remove(0);
    let gh = FakeGitHub::start(clock()).await;
    let service = Recipe::new(&evaluator_program(), &gh, &database.url).start().await.unwrap();
    let children = format!("/proc/{0}/task/{0}/children", service.pid());
    let children = std::fs::read_to_string(children).unwrap();
    assert!(!children.trim().is_empty(), "it has an evaluator");
    for child in children.split_whitespace() {
        let environ = std::fs::read(format!("/proc/{child}/environ")).unwrap();
        assert_eq!(String::from_utf8_lossy(&environ), "RUST_BACKTRACE=0\0");
        let words = std::fs::read(format!("/proc/{child}/cmdline")).unwrap();
        assert!(String::from_utf8_lossy(&words).ends_with("evaluator\0"));
    }
    service.stop().await;
}

#[tokio::test]
async fn no_name_forges_a_line_of_the_log() {
    for format in ["text", "json"] {
        let database = fresh_databases().await.swap_remove(0);
        let gh = FakeGitHub::start(clock()).await;
        let recipe = Recipe::new(&evaluator_program(), &gh, &database.url)
            .with("WAYMARK_LOG", "debug")
            .with("WAYMARK_LOG_FORMAT", format);
        let service = recipe.start().await.unwrap();
        gh.deliver_to(&format!("{}/webhook", service.url));
        let forged = "x\u{202e}\n2026-11-21T00:00:00Z ERROR waymark: forged\u{1b}[2J";
        let path = format!("{forged}/Dockerfile");
        let config = format!("policies: {{\"{}\": warn}}\n", forged.escape_default());
        gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG), (".github/waymark.yml", &config)]);
        let head = gh.push(REPO, "topic\u{202e}", &[(path.as_str(), ROOT)], forged);
        gh.open_pull(REPO, "topic\u{202e}", "main");
        gh.deliver().await;
        let done = |gh: &FakeGitHub| gh.check_runs(REPO, &head).iter().any(|run| run.name == CHECK);
        let waited =
            tokio::time::timeout(std::time::Duration::from_secs(60), gh.wait_until(done)).await;
        let lines = service.stop().await;
        assert!(waited.is_ok(), "{}", lines.join("\n"));
        for line in lines {
            assert!(!line.starts_with("2026-11-21T00:00:00Z"), "{line}");
            assert!(!line.contains(['\u{1b}', '\u{202e}', '\r']), "{line}");
            let begins = line.starts_with(if format == "json" { "{\"timestamp\"" } else { "20" });
            assert!(begins, "every line is an event: {line}");
        }
    }
}

#[tokio::test]
async fn no_address_outside_ours_is_ever_called() {
    for stage in Stage::each().await {
        // Addresses that a repository can write: none of them is asked for anything.
        let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", trap.local_addr().unwrap());
        let catalog = format!(
            "{CATALOG}  definition: {{$text: {at}/api}}\nmetadata2: {{annotations: {{x: {at}}}}}\n"
        );
        let kustomization = format!("resources: [\"{at}/base.yaml\", ../../etc]\n");
        let chart = format!(
            "apiVersion: v2\nname: x\nversion: 1.0.0\ndependencies:\n  - {{name: y, version: 1.0.0, \
             repository: \"{at}\"}}\n"
        );
        let workflow = format!(
            "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{{run: \"curl {at}\"}}]\n"
        );
        stage.gh.create_repo(REPO, GOOD);
        let files = [
            ("catalog-info.yaml", catalog.as_str()),
            ("deploy/kustomization.yaml", kustomization.as_str()),
            ("chart/Chart.yaml", chart.as_str()),
            (".github/workflows/ci.yml", workflow.as_str()),
        ];
        let head = stage.gh.push(REPO, "topic", &files, "Look here");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        get(&stage.url, "/livez").await;
        let came = tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await;
        assert!(came.is_err(), "somebody called {at}");
        stage.end().await;
    }
}
