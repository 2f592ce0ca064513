//! The whole App on a stage: the real router, store and evaluator against the fake GitHub, with a
//! clock that stands still. A test per database: `for stage in Stage::each().await { … }`.

#![allow(dead_code, clippy::unwrap_used)]

use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use waymark::config::ApiToken;
use waymark::domain::budget::Limits;
use waymark::domain::retention::Keep;
use waymark::domain::time::Timestamp;
use waymark::edge::clock::Clock;
use waymark::edge::evaluator::{Command, DEADLINE, Evaluators};
use waymark::edge::github::{GitHub, GitHubSettings, Sleep};
use waymark::edge::prometheus::Prometheus;
use waymark::edge::store::{JobFilter, JobRow, JobState, Store};
use waymark::flow::App;
use waymark::flow::links::Links;
use waymark::flow::pseudonyms::Pseudonyms;
use waymark::web::metrics::Metrics;
use waymark::web::{self, Bounds, Web};

use super::database::{TestDatabase, fresh_databases};
use super::github::{Builder, CheckRun, FakeClock, FakeGitHub};

/// 2026-11-21T09:06:40Z, a Saturday: no code may care.
pub const NOW: i64 = 1_795_252_000;
/// Who may call the API: `acme` its own account, and the operator every one.
pub const API_TOKENS: [&str; 2] =
    ["acme=wm_acme_0123456789abcdef", "*=wm_operator_0123456789abcdef"];
/// The check that branch protection knows.
pub const CHECK: &str = "waymark / golden path";

pub struct Stage {
    pub gh: FakeGitHub,
    pub app: App,
    pub hands: Clock,
    /// Where the App listens: `http://127.0.0.1:PORT`.
    pub url: String,
    pub database: TestDatabase,
    server: tokio::task::AbortHandle,
}

/// What a stage is made of, beside the fake GitHub and the database.
pub struct Props {
    /// What is started as evaluator.
    pub program: PathBuf,
    /// Folders of further policies.
    pub policies: Vec<PathBuf>,
    /// For one evaluation.
    pub deadline: Duration,
    /// For one call to GitHub; real time, so short where a story makes GitHub stall.
    pub patience: Duration,
    /// Webhook secrets that count beside the fake's own.
    pub more_secrets: Vec<&'static str>,
    /// Another App than the fake knows.
    pub app_id: Option<u64>,
    /// The Prometheus servers that may be asked.
    pub prometheus: Prometheus,
    /// Whether GitHub's limits are planned with.
    pub limits: bool,
    /// Whether risk is looked at, too; stories about the golden path count calls and check runs.
    pub risk: bool,
    /// Bytes of bodies that may be on their way at once.
    pub room: Option<usize>,
    /// What connections may take up.
    pub bounds: Option<Bounds>,
}

impl Default for Props {
    fn default() -> Self {
        Self {
            program: evaluator_program(),
            policies: Vec::new(),
            deadline: DEADLINE,
            patience: Duration::from_secs(20),
            more_secrets: Vec::new(),
            app_id: None,
            prometheus: Prometheus::default(),
            limits: true,
            risk: false,
            room: None,
            bounds: None,
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Stage {
    /// One stage per database, on github.com's shape.
    pub async fn each() -> Vec<Self> {
        Self::each_on(FakeGitHub::builder).await
    }

    /// The same with options of the fake GitHub.
    pub async fn each_on(shape: impl Fn(FakeClock) -> Builder) -> Vec<Self> {
        Self::each_with(shape, Props::default).await
    }

    /// The same with other props.
    pub async fn each_with(
        shape: impl Fn(FakeClock) -> Builder,
        props: impl Fn() -> Props,
    ) -> Vec<Self> {
        let mut stages = Vec::new();
        for database in fresh_databases().await {
            let gh = shape(FakeClock::at(NOW)).start().await;
            stages.push(Self::furnish(gh, database, props()).await);
        }
        stages
    }

    pub async fn set(gh: FakeGitHub, database: TestDatabase, program: PathBuf) -> Self {
        Self::furnish(gh, database, Props { program, ..Props::default() }).await
    }

    pub async fn furnish(gh: FakeGitHub, database: TestDatabase, props: Props) -> Self {
        let Props { program, policies, deadline, patience, more_secrets, app_id, .. } = props;
        let Props { limits, risk, room, prometheus, .. } = props;
        let hands = Clock::fixed(Timestamp::from_secs(gh.clock().now()));
        let metrics = Metrics::default();
        let for_github = hands.clone();
        let github = GitHub::new(GitHubSettings {
            api_base: gh.url(),
            app_id: app_id.unwrap_or(gh.app_id()),
            private_key_pem: SecretString::from(gh.private_key_pem()),
            timeout: patience,
            clock: Arc::new(move || for_github.now()),
            on_call: Some(metrics.call_hook()),
            limits: limits.then_some(Limits::GITHUB),
            sleep: passing(&gh, &hands),
        })
        .unwrap();
        let command = Command { program, policies, deadline };
        let app = App {
            store: database.store.clone(),
            github,
            evaluators: Evaluators::start(command, 2).await.unwrap(),
            clock: hands.clone(),
            wake: Arc::new(Notify::new()),
            config_repository: ".github".to_owned(),
            keep: Keep::default(),
            risk,
            links: Some(Links::new(
                "https://waymark.example".to_owned(),
                vec![SecretString::from(gh.webhook_secret())],
            )),
            pseudonyms: Pseudonyms::new(vec![SecretString::from(gh.webhook_secret())]),
            prometheus,
            meter: Arc::new(metrics.clone()),
        };
        let own = gh.webhook_secret();
        let secrets = std::iter::once(own.as_str()).chain(more_secrets).map(SecretString::from);
        let tokens = API_TOKENS.map(|text| ApiToken::parse(text).unwrap());
        let mut web = Web::new(app.clone(), secrets.collect(), metrics).with_tokens(&tokens);
        if let Some(room) = room {
            web = web.with_room(room);
        }
        let router = web.router();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let bounds = props.bounds.unwrap_or_else(Bounds::usual);
        let server = tokio::spawn(web::serve(listener, router, bounds, pending()));
        gh.deliver_to(&format!("{url}/webhook"));
        Self { gh, app, hands, url, database, server: server.abort_handle() }
    }

    /// Another process on the same database and the same GitHub, with connections and tokens of its
    /// own.
    pub async fn replica(&self) -> App {
        let clock = self.hands.clone();
        let github = GitHub::new(GitHubSettings {
            api_base: self.gh.url(),
            app_id: self.gh.app_id(),
            private_key_pem: SecretString::from(self.gh.private_key_pem()),
            timeout: Duration::from_secs(20),
            clock: Arc::new(move || clock.now()),
            on_call: None,
            limits: Some(Limits::GITHUB),
            sleep: passing(&self.gh, &self.hands),
        });
        let store = Store::open(&self.database.url).await.unwrap();
        let wake = Arc::new(Notify::new());
        App { store, github: github.unwrap(), wake, ..self.app.clone() }
    }

    /// Delivers every webhook and does all the work that is due, until nothing is left to do now.
    pub async fn settle(&self) {
        loop {
            let sent = self.gh.deliver().await;
            for (event, status) in &sent {
                assert_eq!(*status, 202, "{event} was not accepted");
            }
            let worked = self.app.work_off().await.unwrap();
            if sent.is_empty() && worked == 0 {
                return;
            }
        }
    }

    /// Both sides' clocks move.
    pub fn advance(&self, seconds: i64) {
        self.gh.clock().advance(seconds);
        self.hands.advance_ms(seconds * 1000);
    }

    /// All runs of our check on a commit, oldest first.
    pub fn runs(&self, repo: &str, sha: &str) -> Vec<CheckRun> {
        let mut runs = self.gh.check_runs(repo, sha);
        runs.retain(|run| run.name == CHECK);
        runs.sort_by_key(|run| run.id);
        runs
    }

    /// The newest run of our check on a commit.
    pub fn run(&self, repo: &str, sha: &str) -> CheckRun {
        self.runs(repo, sha)
            .pop()
            .unwrap_or_else(|| panic!("{}: no check run on {repo}@{sha}", self.database.kind))
    }

    /// `failure` and the like of the newest run.
    pub fn conclusion(&self, repo: &str, sha: &str) -> String {
        self.run(repo, sha).conclusion.unwrap_or_default()
    }

    pub async fn jobs(&self, state: JobState) -> Vec<JobRow> {
        self.app.store.list_jobs(JobFilter::In(state), 100).await.unwrap()
    }

    /// A story's end: nothing is queued, running or dead, and GitHub saw nothing that it does not
    /// allow.
    pub async fn end(self) {
        let left = self.app.store.list_jobs(JobFilter::All, 100).await.unwrap();
        assert!(left.is_empty(), "{}: jobs are left: {left:#?}", self.database.kind);
        assert_eq!(self.gh.queued(), Vec::<String>::new(), "webhooks are left");
        self.gh.assert_calm();
    }
}

/// Short waits are not waited for: both sides' clocks move on instead.
fn passing(gh: &FakeGitHub, hands: &Clock) -> Sleep {
    let (theirs, ours) = (gh.clock(), hands.clone());
    Arc::new(move |ms| {
        ours.advance_ms(ms);
        let behind = ours.now().as_secs() - theirs.now();
        theirs.advance(behind.max(0));
        Box::pin(std::future::ready(()))
    })
}

/// The built binary in tests; an example plays the evaluator itself.
pub fn evaluator_program() -> PathBuf {
    match option_env!("CARGO_BIN_EXE_waymark") {
        Some(program) => program.into(),
        None => std::env::current_exe().unwrap(),
    }
}

/// `path → line` of a run's annotations.
pub fn annotated(run: &CheckRun) -> Vec<(String, u64)> {
    let place = |a: &serde_json::Value| {
        (a["path"].as_str().unwrap_or("").to_owned(), a["start_line"].as_u64().unwrap_or(0))
    };
    run.annotations.iter().map(place).collect()
}
