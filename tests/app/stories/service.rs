//! The operator starts, stops and misconfigures `waymark serve`, the real process.

use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::database::{TestDatabase, fresh_databases};
use crate::github::{FakeClock, FakeGitHub};
use crate::http::get;
use crate::stage::{CHECK, evaluator_program};
use crate::stories::evaluators::evaluators_of;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12\nCMD [\"/app\"]\n";
const TREES: &str = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";

/// A running service. Its clock is the machine's, so the fake GitHub must agree with that.
struct Service {
    child: Child,
    url: String,
    policies: tempfile::TempDir,
}

async fn github() -> FakeGitHub {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    FakeGitHub::start(FakeClock::at(now.as_secs() as i64)).await
}

fn command() -> Command {
    let mut command = Command::new(evaluator_program());
    command.arg("serve").env_clear().kill_on_drop(true).stdout(Stdio::null());
    command.stderr(Stdio::piped());
    command
}

impl Service {
    async fn start(gh: &FakeGitHub, database: &TestDatabase) -> Self {
        let policies = tempfile::tempdir().unwrap();
        let mut child = command()
            .env("WAYMARK_APP_ID", gh.app_id().to_string())
            .env("WAYMARK_PRIVATE_KEY", gh.private_key_pem())
            .env("WAYMARK_WEBHOOK_SECRET", gh.webhook_secret())
            .env("WAYMARK_GITHUB_URL", gh.url())
            .env("WAYMARK_DATABASE_URL", &database.url)
            .env("WAYMARK_LISTEN", "127.0.0.1:0")
            // Check runs are counted here.
            .env("WAYMARK_RISK", "off")
            .env("WAYMARK_WORKERS", "1")
            .env("WAYMARK_POLICIES", policies.path())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut seen = Vec::new();
        let address = loop {
            let line = lines.next_line().await.unwrap();
            let line = line.unwrap_or_else(|| panic!("it ended: {seen:#?}"));
            if let Some((_, rest)) = line.split_once("address=") {
                break rest.split(' ').next().unwrap().to_owned();
            }
            seen.push(line);
        };
        // Read on, so that a full pipe does not stop it.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let url = format!("http://{address}");
        gh.deliver_to(&format!("{url}/webhook"));
        Self { child, url, policies }
    }

    async fn signal(&self, name: &str) {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args([name, &pid]).status().await.unwrap();
        assert!(sent.success());
    }

    async fn ended(mut self) -> ExitStatus {
        let ended = tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await;
        let status = ended.expect("it ends within seconds").unwrap();
        assert_eq!(evaluators_of(self.policies.path()), Vec::<u32>::new(), "orphans");
        status
    }
}

fn pull(gh: &FakeGitHub, repo: &str) -> String {
    gh.create_repo(repo, &[("catalog-info.yaml", CATALOG)]);
    let head = gh.push(repo, "topic", &[("Dockerfile", ROOT)], "Add image");
    gh.open_pull(repo, "topic", "main");
    head
}

fn conclusion(gh: &FakeGitHub, repo: &str, head: &str) -> Option<String> {
    let runs = gh.check_runs(repo, head);
    runs.iter().find(|run| run.name == CHECK).and_then(|run| run.conclusion.clone())
}

#[tokio::test]
async fn told_to_stop_it_finishes_its_job_and_a_restart_does_the_rest() {
    for signal in ["-TERM", "-INT"] {
        for database in fresh_databases().await {
            let gh = github().await;
            let service = Service::start(&gh, &database).await;
            let stall = gh.stall(TREES);
            let repos = ["acme/one", "acme/two", "globex/three"];
            let heads: Vec<String> = repos.iter().map(|repo| pull(&gh, repo)).collect();
            assert!(gh.deliver().await.iter().all(|(_, status)| *status == 202));
            stall.hit().await;
            let started = Instant::now();
            service.signal(signal).await;
            // The doors are closed although the job goes on.
            while tokio::net::TcpStream::connect(&service.url["http://".len()..]).await.is_ok() {
                tokio::task::yield_now().await;
            }
            gh.heal();
            stall.release();
            assert_eq!(service.ended().await.code(), Some(0), "{signal}");
            assert!(started.elapsed() < Duration::from_secs(15), "{:?}", started.elapsed());
            let done = |gh: &FakeGitHub| {
                let all = repos.iter().zip(&heads);
                all.filter(|(repo, head)| conclusion(gh, repo, head).is_some()).count()
            };
            assert_eq!(done(&gh), 1, "the job at hand was finished, no other was begun");

            let service = Service::start(&gh, &database).await;
            gh.wait_until(|gh| done(gh) == 3).await;
            assert_eq!(get(&service.url, "/readyz").await.status, 200);
            service.signal(signal).await;
            assert_eq!(service.ended().await.code(), Some(0));
            for (repo, head) in repos.iter().zip(&heads) {
                assert_eq!(conclusion(&gh, repo, head).as_deref(), Some("failure"));
            }
            assert_eq!(gh.calls_to("POST */check-runs").len(), 3, "each once");
            gh.assert_calm();
        }
    }
}

/// Three processes on one PostgreSQL are replaced one after the other while people push.
#[tokio::test]
async fn a_rolling_restart_of_real_processes_loses_and_doubles_nothing() {
    for database in fresh_databases().await.into_iter().filter(|d| d.kind == "PostgreSQL") {
        let gh = github().await;
        gh.create_repo("acme/one", &[("catalog-info.yaml", CATALOG)]);
        let mut replicas = Vec::new();
        for _ in 0..3 {
            replicas.push(Service::start(&gh, &database).await);
        }
        let mut heads = Vec::new();
        for turn in 0..3 {
            // It stands still otherwise, and the processes sign by the machine's clock.
            gh.clock().advance(crate::serving::now() - gh.clock().now());
            for (n, replica) in replicas.iter().enumerate() {
                let branch = format!("b{turn}-{n}");
                // Of its own, or the clock that stands still would make all of them one commit.
                let image = format!("# {branch}\n{ROOT}");
                let files = [("Dockerfile", image.as_str())];
                heads.push(gh.push("acme/one", &branch, &files, "Add image"));
                gh.open_pull("acme/one", &branch, "main");
                gh.deliver_to(&format!("{}/webhook", replica.url));
                assert!(gh.deliver().await.iter().all(|(_, status)| *status == 202));
            }
            // The oldest goes while it works; the new one stands in for it.
            let oldest = replicas.remove(0);
            oldest.signal("-TERM").await;
            assert_eq!(oldest.ended().await.code(), Some(0));
            replicas.push(Service::start(&gh, &database).await);
        }
        let done = |gh: &FakeGitHub| {
            heads.iter().filter(|head| conclusion(gh, "acme/one", head).is_some()).count()
        };
        gh.wait_until(|gh| done(gh) == heads.len()).await;
        for replica in replicas {
            replica.signal("-TERM").await;
            assert_eq!(replica.ended().await.code(), Some(0));
        }
        for head in &heads {
            let runs = gh.check_runs("acme/one", head);
            let said: Vec<_> = runs.iter().map(|run| run.conclusion.as_deref()).collect();
            assert_eq!(said, [Some("failure")], "{runs:#?}");
        }
        gh.assert_calm();
    }
}

#[tokio::test]
async fn complaints_about_settings_come_all_at_once() {
    let output = command()
        .env("WAYMARK_APP_ID", "seven")
        .env("WAYMARK_PRIVATE_KEY", "hunter2")
        .env("WAYMARK_WEBHOOK_SECRET", "hunter3,,")
        .env("WAYMARK_LISTEN", "everywhere")
        .env("WAYMARK_WORKERS", "many")
        .env("WAYMARK_LOG", "=nonsense=")
        .env("WAYMARK_DATABSE_URL", "sqlite://x.db")
        .output()
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    for name in ["APP_ID", "PRIVATE_KEY", "WEBHOOK_SECRET", "LISTEN", "WORKERS", "LOG", "DATABSE"] {
        assert!(said.contains(&format!("WAYMARK_{name}")), "{name} in {said}");
    }
    assert!(!said.contains("hunter"), "no secret is shown: {said}");
}

#[tokio::test]
async fn an_environment_that_is_no_text_is_a_complaint_not_a_crash() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    for name in ["SOMEBODY_ELSES", "WAYMARK_LISTEN"] {
        let output = command().env(name, odd).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("WAYMARK_APP_ID"), "{said}");
        assert_eq!(said.contains("WAYMARK_LISTEN"), name == "WAYMARK_LISTEN", "{said}");
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_said_in_words() {
    let gh = github().await;
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite://{}", folder.path().join("waymark.db").display());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let cases = [
        ("WAYMARK_DATABASE_URL", "sqlite:///no/such/folder/waymark.db", "/no/such/folder"),
        ("WAYMARK_LISTEN", listen.as_str(), "WAYMARK_LISTEN"),
        ("WAYMARK_PRIVATE_KEY", "-----BEGIN RSA PRIVATE KEY-----\nx", "private key"),
    ];
    for (name, value, expected) in cases {
        let output = command()
            .env("WAYMARK_APP_ID", "7")
            .env("WAYMARK_PRIVATE_KEY", gh.private_key_pem())
            .env("WAYMARK_WEBHOOK_SECRET", "secret")
            .env("WAYMARK_DATABASE_URL", &database)
            .env("WAYMARK_GITHUB_URL", gh.url())
            .env(name, value)
            .output()
            .await
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{name}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(expected), "{name}: {said}");
    }
}
