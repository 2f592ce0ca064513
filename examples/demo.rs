//! The main job, end to end, on one machine: a pull request against the in-process GitHub of
//! `tests/`, the real App, and the check run as GitHub would show it. Red first, then green.
//!
//! `cargo run --example demo`
#![allow(unreachable_pub, dead_code)]

#[path = "../tests/support/database.rs"]
mod database;
#[path = "../tests/app/github/mod.rs"]
mod github;
#[path = "../tests/app/stage.rs"]
mod stage;

use std::path::Path;
use std::process::ExitCode;

use github::{CheckRun, FakeClock, FakeGitHub};
use stage::{CHECK, NOW, Stage};
use waymark::cli::terminal::say;

const REPO: &str = "acme/payment-service";

fn main() -> ExitCode {
    // The App starts its evaluator as a child of its own binary; here that is this example.
    if std::env::args().nth(1).as_deref() == Some("evaluator") {
        return waymark::cli::run();
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    runtime.block_on(demo());
    ExitCode::SUCCESS
}

async fn demo() {
    let gh = FakeGitHub::start(FakeClock::at(NOW)).await;
    let database = database::fresh_databases().await.swap_remove(0);
    let program = std::env::current_exe().expect("we run from a file");
    let stage = Stage::set(gh, database, program).await;

    say(&format!("A repository as it is today: fixtures/repos/payment-service → {REPO}\n"));
    let mut files = fixture("payment-service");
    let dockerfile = files.remove("Dockerfile").unwrap_or_default();
    let files: Vec<(String, String)> = files.into_iter().collect();
    stage.gh.create_repo(REPO, &files);

    say("A pull request puts it into a container …\n");
    let red = stage.gh.push(REPO, "containerise", &[("Dockerfile", &*dockerfile)], "Add an image");
    let number = stage.gh.open_pull(REPO, "containerise", "main");
    stage.settle().await;
    show(number, &stage.run(REPO, &red));

    say("\n… and one commit later:\n");
    let fixed = dockerfile.replace("ENTRYPOINT", "USER 10001:10001\n\nENTRYPOINT");
    let green = stage.gh.push(REPO, "containerise", &[("Dockerfile", &*fixed)], "Drop root");
    stage.settle().await;
    show(number, &stage.run(REPO, &green));
    stage.end().await;
}

/// Text files of a fixture, by path.
fn fixture(name: &str) -> std::collections::BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos").join(name);
    let tree = waymark::edge::disk::read_tree(&root, |_| true).expect("the fixture is there");
    let text = |path: &String| Some((path.clone(), tree.text(path)?.to_string()));
    tree.entries.keys().filter_map(text).collect()
}

/// The check run as a person meets it: verdict, summary, remarks on lines.
fn show(number: u64, run: &CheckRun) {
    let mark = match run.conclusion.as_deref() {
        Some("success") => "✓",
        Some("neutral") => "■",
        _ => "✗",
    };
    let conclusion = run.conclusion.as_deref().unwrap_or("in progress");
    say(&format!(
        "{0}\n{mark} {CHECK}   #{number} at {1}   {conclusion}\n{0}",
        "─".repeat(78),
        &run.head_sha[..7]
    ));
    say(&format!("{}\n", run.title.as_deref().unwrap_or_default()));
    say(run.summary.as_deref().unwrap_or_default());
    for a in &run.annotations {
        let word = |key: &str| a[key].as_str().unwrap_or_default().to_owned();
        say(&format!(
            "\n  {}:{}  [{}]  {}\n    {}",
            word("path"),
            a["start_line"],
            word("annotation_level"),
            word("title"),
            word("message").replace('\n', "\n    "),
        ));
    }
}
