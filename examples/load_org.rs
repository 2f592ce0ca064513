//! How much does an organisation cost? Builds one of N repositories from `fixtures/` on the fake GitHub of
//! the tests, installs the App, sweeps it cold and warm, changes one repository, and prints what it took.
//!
//! `cargo run --example load_org -- 200 2000 10000` (one process per size, so that each has its own peak).
//! `load_org cards 10000` measures sweep and scorecard alone, of repositories that nobody has judged.
//! `WAYMARK_EVALUATOR` may name another build of the binary, of the same sources, that evaluates.
#![allow(unreachable_pub, dead_code)]

#[path = "../tests/support/database.rs"]
mod database;
#[path = "../tests/app/github/mod.rs"]
mod github;
#[path = "../tests/app/stage.rs"]
mod stage;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use github::{FakeClock, FakeGitHub};
use sqlx::Connection;
use stage::{NOW, Stage};
use waymark::cli::terminal::say;
use waymark::domain::finding::Level;
use waymark::domain::ids::{InstallationId, PolicyId, Sha};
use waymark::domain::job::Job;
use waymark::domain::judge::Standing;
use waymark::domain::scorecard::card::{Card, Open};
use waymark::edge::store::CardRow;

const HOME: &str = "acme/.github";
const SETTINGS: &str = "path: service\nscorecard: {target: 80}\n";
const FIXTURES: [&str; 3] = ["payment-service", "golden-service", "adopt-node"];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        // The App starts its evaluator as a child of its own binary; here that is this example.
        [first, ..] if first == "evaluator" => waymark::cli::run(),
        [cards, size] if cards == "cards" => {
            let Ok(size) = size.parse() else { return ExitCode::from(2) };
            let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
            runtime.block_on(measure_cards(size));
            ExitCode::SUCCESS
        }
        [one] => match one.parse() {
            Ok(size) => {
                let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
                runtime.block_on(measure(size));
                ExitCode::SUCCESS
            }
            Err(_) => ExitCode::from(2),
        },
        many => {
            let program = std::env::current_exe().expect("we run from a file");
            for size in many {
                let ended = std::process::Command::new(&program).arg(size).status();
                if !ended.is_ok_and(|status| status.success()) {
                    return ExitCode::FAILURE;
                }
            }
            ExitCode::SUCCESS
        }
    }
}

async fn measure(size: usize) {
    let gh = FakeGitHub::builder(FakeClock::at(NOW)).without_secondary_limits().start().await;
    gh.organisation_without_app("acme");
    gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
    let fixtures: Vec<Vec<(String, String)>> = FIXTURES.iter().map(|name| fixture(name)).collect();
    for n in 0..size {
        let name = format!("service-{n:05}");
        let mut files = fixtures[n % FIXTURES.len()].clone();
        let catalog = format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n\
             spec: {{type: service, lifecycle: production, owner: 'group:team-{}'}}\n",
            n % 40
        );
        files.retain(|(path, _)| path != "catalog-info.yaml");
        files.push(("catalog-info.yaml".to_owned(), catalog));
        files.push(("NOTES.md".to_owned(), format!("Repository {n}.\n")));
        gh.create_repo(&format!("acme/{name}"), &files);
    }
    let before = memory_mib("VmRSS");
    let database = database::fresh_databases().await.swap_remove(0);
    // A release build of the evaluator makes an unoptimised measurement of the service bearable.
    let given = std::env::var_os("WAYMARK_EVALUATOR").map(std::path::PathBuf::from);
    let program = given.unwrap_or(std::env::current_exe().expect("we run from a file"));
    let stage = Stage::set(gh, database, program).await;
    stage.gh.install("acme", None);

    let cold = run(&stage).await;
    let peaks = [memory_mib("VmHWM"), forget_peak()];
    let job = Job::Sweep { installation: installation(&stage) };
    stage.app.store.enqueue(std::slice::from_ref(&job), stage.hands.now()).await.expect("queued");
    let warm = run(&stage).await;
    let files = &[("Dockerfile", "FROM debian:12\nCMD [\"/app\"]\n")];
    stage.gh.push("acme/service-00001", "main", files, "Run as root");
    stage.gh.lose_queue();
    stage.app.store.enqueue(&[job], stage.hands.now()).await.expect("queued");
    let changed = run(&stage).await;

    let later = memory_mib("VmHWM");
    let peak = peaks[0].max(later);
    let per = |taken: &Taken| taken.calls as f64 / size as f64;
    say(&format!(
        "{size} repositories: cold {} calls ({:.3} each) in {:.1} s; unchanged {} calls ({:.3} each) in \
         {:.1} s; one changed {} calls in {:.1} s, {} issue edits; \
         memory of this process {before} MiB before (the fake GitHub with all repositories), peak {peak} MiB, \
         so {} MiB for the service (at rest after the first \
         sweep {} MiB, later peak {} MiB); database {} MiB: {}",
        cold.calls,
        per(&cold),
        cold.seconds,
        warm.calls,
        per(&warm),
        warm.seconds,
        changed.calls,
        changed.seconds,
        changed.edits,
        peak.saturating_sub(before),
        peaks[1].saturating_sub(before),
        later.saturating_sub(before),
        database_mib(&stage.database.url),
        stored(&stage.database.url).await,
    ));
    assert!(warm.calls <= size / 100 + 10, "an unchanged organisation costs too much");
    assert_eq!(warm.edits, 0, "nothing changed, and yet something was written");
    assert!(cold.edits >= 1, "no scorecard");
}

/// Sweeps and counts repositories that have a card each without having been judged: what a sweep and a
/// scorecard of many cost, in seconds instead of hours.
async fn measure_cards(size: usize) {
    let gh = FakeGitHub::builder(FakeClock::at(NOW)).without_secondary_limits().start().await;
    gh.organisation_without_app("acme");
    gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
    for n in 0..size {
        gh.create_empty_repo(&format!("acme/service-{n:05}"));
    }
    let before = memory_mib("VmRSS");
    let database = database::fresh_databases().await.swap_remove(0);
    let program = std::env::current_exe().expect("we run from a file");
    let stage = Stage::set(gh, database, program).await;
    stage.gh.install("acme", None);
    run(&stage).await;
    let policies = ["container/non_root_user", "kubernetes/probes", "observability/slo_defined"];
    let levels = [Level::Bronze, Level::Silver, Level::Gold];
    for (n, repo) in
        stage.app.store.repos(installation(&stage)).await.expect("read").iter().enumerate()
    {
        let open = policies.iter().zip(levels).skip(n % 4).map(|(policy, level)| Open {
            policy: PolicyId::parse(policy).expect("valid"),
            level,
            status: Standing::Fail,
            findings: 2,
            reason: None,
        });
        let mut card = Card {
            path: "service".to_owned(),
            owner: Some(format!("team-{}", n % 40)),
            applicable: 40,
            open: open.collect(),
            ..Card::default()
        };
        card.level = card.level_without(&|_| false);
        let row = CardRow {
            sha: Sha::parse(&format!("{n:040x}")).expect("valid"),
            digest: String::new(),
            due: None,
            level: card.level,
            on_path: card.on_path(),
            json: serde_json::to_string(&card).expect("JSON"),
        };
        stage.app.store.put_card(repo.id, &row, stage.hands.now()).await.expect("stored");
    }
    forget_peak();
    let job = Job::Sweep { installation: installation(&stage) };
    stage.app.store.enqueue(std::slice::from_ref(&job), stage.hands.now()).await.expect("queued");
    let first = run(&stage).await;
    stage.app.store.enqueue(&[job], stage.hands.now()).await.expect("queued");
    let again = run(&stage).await;
    say(&format!(
        "{size} cards: sweep and scorecard {} calls, {} issues written, in {:.1} s; once more {} calls, {} \
         written, in {:.1} s; memory {before} MiB before, peak {} MiB",
        first.calls,
        first.edits,
        first.seconds,
        again.calls,
        again.edits,
        again.seconds,
        memory_mib("VmHWM"),
    ));
    assert!(again.calls <= size / 100 + 10, "an unchanged organisation costs too much");
}

struct Taken {
    calls: usize,
    edits: usize,
    seconds: f64,
}

/// Does all the work, moving the clock on while work waits for its time.
async fn run(stage: &Stage) -> Taken {
    stage.gh.forget_calls();
    let began = Instant::now();
    let counts: Arc<Mutex<(usize, usize)>> = Arc::default();
    // The fake's log is not the service's memory: it is emptied while the work goes on.
    let (gh, counted) = (stage.gh.clone(), counts.clone());
    let count = move || {
        let seen = gh.take_calls();
        let issues =
            |call: &&github::Logged| call.route.contains("/issues") && call.method != "GET";
        let mut counts = counted.lock().expect("nobody panics with it");
        counts.0 += seen.len();
        counts.1 += seen.iter().filter(issues).count();
    };
    let reader = count.clone();
    let reading = tokio::spawn(async move {
        loop {
            reader();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    loop {
        stage.settle().await;
        let left = stage.app.store.list_jobs(waymark::edge::store::JobFilter::All, 1).await;
        if left.expect("the store answers").is_empty() {
            break;
        }
        stage.advance(60);
    }
    reading.abort();
    count();
    let (calls, edits) = *counts.lock().expect("nobody panics with it");
    Taken { calls, edits, seconds: began.elapsed().as_secs_f64() }
}

fn installation(stage: &Stage) -> InstallationId {
    InstallationId(i64::try_from(stage.gh.installation_id("acme")).expect("small"))
}

/// A line of `/proc/self/status`, in MiB.
fn memory_mib(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<u64>().unwrap_or(0) / 1024
}

/// Lets the kernel measure the peak anew; tells what is resident now.
fn forget_peak() -> u64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    memory_mib("VmRSS")
}

fn database_mib(url: &str) -> u64 {
    let path =
        url.strip_prefix("sqlite://").unwrap_or_default().split('?').next().unwrap_or_default();
    std::fs::metadata(path).map_or(0, |meta| meta.len() / 1024 / 1024)
}

/// What takes the room: rows and kilobytes of each large table.
async fn stored(url: &str) -> String {
    let sizes =
        ["judgement.packed", "evaluation.packed", "snapshot.bytes", "card.json", "blob.bytes"];
    let mut connection = sqlx::SqliteConnection::connect(url).await.expect("it is there");
    let mut told = Vec::new();
    for (table, column) in sizes.iter().filter_map(|name| name.split_once('.')) {
        let sql = format!("SELECT COUNT(*), COALESCE(SUM(LENGTH({column})), 0) FROM {table}");
        let (rows, bytes): (i64, i64) = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_one(&mut connection)
            .await
            .expect("a table of ours");
        told.push(format!("{rows} × {table} {} KiB", bytes / 1024));
    }
    told.join(", ")
}

/// Text files of a fixture.
fn fixture(name: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos").join(name);
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let (Ok(text), Ok(inside)) =
                (std::fs::read_to_string(&path), path.strip_prefix(&root))
            {
                found.insert(inside.to_string_lossy().into_owned(), text);
            }
        }
    }
    found.into_iter().collect()
}
