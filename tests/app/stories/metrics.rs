//! The operator's graphs: every stage is measured, and what the alerts ask for is there.

use std::collections::BTreeSet;
use std::path::Path;

use waymark::edge::store::JobState;

use crate::http::get;
use crate::stage::Stage;
use crate::stories::files::{CATALOG, ROOT};

const REPO: &str = "acme/payments";

async fn scrape(stage: &Stage) -> String {
    get(&stage.url, "/metrics").await.body
}

/// The value of a series, written as in the text.
fn value(text: &str, series: &str) -> f64 {
    let line = text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(s, _)| s == series));
    let line = line.unwrap_or_else(|| panic!("{series} is not in\n{text}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

/// A failing pull request, with its webhooks still in the queue.
fn pull(stage: &Stage) -> String {
    stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
    let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull(REPO, "topic", "main");
    head
}

#[tokio::test]
async fn push_to_check_is_measured_from_the_delivery() {
    for stage in Stage::each().await {
        let head = pull(&stage);
        stage.gh.deliver().await;
        stage.advance(12);
        // Only the plans, then time passes again: their jobs still know when the delivery came.
        stage.gh.fail("GET /repos/{owner}/{repo}/pulls/{pull_number}", 502, 1);
        stage.app.work_off().await.unwrap();
        assert_eq!(stage.jobs(JobState::Queued).await.len(), 1, "GitHub was ill");
        stage.advance(8);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        let text = scrape(&stage).await;
        // One check was posted at once, one waited for GitHub; those that follow from what we learned
        // meanwhile follow from no delivery.
        let count = value(&text, "waymark_push_to_check_seconds_count");
        assert!(count >= 1.0, "{text}");
        assert_eq!(value(&text, "waymark_push_to_check_seconds_bucket{le=\"20.0\"}"), count);
        assert_eq!(value(&text, "waymark_push_to_check_seconds_bucket{le=\"10.0\"}"), 0.0);
        let sum = value(&text, "waymark_push_to_check_seconds_sum");
        assert_eq!(sum, 20.0 + 12.0 * (count - 1.0));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_verdict_that_is_not_posted_again_is_not_measured_again() {
    for stage in Stage::each().await {
        pull(&stage);
        stage.settle().await;
        let series = "waymark_push_to_check_seconds_count";
        let first = value(&scrape(&stage).await, series);
        assert!(first >= 1.0);
        stage.gh.redeliver("pull_request.opened");
        stage.settle().await;
        assert_eq!(value(&scrape(&stage).await, series), first);
        stage.gh.push(REPO, "main", &[("NOTES.md", "# Notes\n")], "Say something");
        stage.advance(3);
        stage.settle().await;
        assert!(value(&scrape(&stage).await, series) > first);
        stage.end().await;
    }
}

#[tokio::test]
async fn every_stage_is_measured() {
    for stage in Stage::each().await {
        pull(&stage);
        stage.gh.deliver().await;
        stage.advance(7);
        let text = scrape(&stage).await;
        assert_eq!(value(&text, "waymark_queue_depth{priority=\"interactive\"}"), 2.0);
        assert_eq!(value(&text, "waymark_queue_age_seconds{priority=\"interactive\"}"), 7.0);
        assert_eq!(value(&text, "waymark_queue_depth{priority=\"sweep\"}"), 0.0);
        stage.settle().await;
        let text = scrape(&stage).await;
        assert_eq!(value(&text, "waymark_queue_depth{priority=\"interactive\"}"), 0.0);
        assert_eq!(value(&text, "waymark_queue_age_seconds{priority=\"interactive\"}"), 0.0);
        assert_eq!(value(&text, "waymark_intake_seconds_count{status=\"202\"}"), 2.0);
        assert!(value(&text, "waymark_evaluation_seconds_count") >= 1.0);
        assert!(value(&text, "waymark_evaluation_seconds_sum") > 0.0);
        let posting = "route=\"/repos/{owner}/{repo}/check-runs\",method=\"POST\"";
        let series = format!("waymark_github_call_seconds_count{{{posting}}}");
        let posted = stage.gh.calls_to("POST */check-runs").len() as f64;
        assert_eq!(value(&text, &series), posted);
        let series = format!("waymark_github_calls_total{{{posting},status=\"201\"}}");
        assert_eq!(value(&text, &series), posted);
        // Every call of this installation but those in the App's name.
        let named = stage.gh.calls().iter().filter(|c| c.installation.is_some()).count();
        let installation = stage.gh.calls().iter().find_map(|c| c.installation).unwrap();
        let series = "waymark_github_budget_remaining";
        let core = format!("{series}{{installation=\"{installation}\",resource=\"core\"}}");
        assert_eq!(value(&text, &core), 5_000.0 - named as f64);
        assert_eq!(value(&text, "waymark_dead_letters"), 0.0);
        // The scrape's own may be on its way back.
        let connections =
            |state| value(&text, &format!("waymark_database_connections{{state=\"{state}\"}}"));
        assert!(connections("busy") + connections("idle") >= 1.0, "{text}");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_dead_and_the_paused_are_counted() {
    for stage in Stage::each().await {
        pull(&stage);
        stage.gh.fail("POST */check-runs", 422, 1);
        stage.settle().await;
        let text = scrape(&stage).await;
        assert_eq!(value(&text, "waymark_dead_letters"), 1.0);
        assert_eq!(value(&text, "waymark_paused_installations"), 0.0);
        let dead = stage.jobs(JobState::Dead).await.remove(0);
        assert!(stage.app.store.retry_dead(&dead.id, stage.hands.now()).await.unwrap());
        stage.gh.primary_exhausted(stage.gh.clock().now() + 600);
        stage.settle().await;
        let text = scrape(&stage).await;
        assert_eq!(value(&text, "waymark_dead_letters"), 0.0);
        assert_eq!(value(&text, "waymark_paused_installations"), 1.0);
        stage.advance(601);
        stage.settle().await;
        assert_eq!(value(&scrape(&stage).await, "waymark_paused_installations"), 0.0);
        stage.end().await;
    }
}

/// Words that begin with `waymark_`.
fn names(text: &str) -> BTreeSet<String> {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c| !word(c)).filter(|w| w.starts_with("waymark_"));
    words.map(str::to_owned).collect()
}

#[tokio::test]
async fn alerts_and_dashboard_ask_for_what_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operations");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let stage = Stage::each().await.swap_remove(0);
    pull(&stage);
    stage.gh.deliver().await;
    // What is there only while something waits, and the rest.
    let waiting = scrape(&stage).await;
    stage.settle().await;
    let text = waiting + &scrape(&stage).await;
    for file in ["alerts.yml", "dashboard.json"] {
        for name in names(&read(file)) {
            let there = text.lines().any(|line| {
                line.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with(['{', ' ']))
            });
            assert!(there, "{file} asks for {name}");
        }
        assert!(read(file).contains("le=\\\"30.0\\\"") || read(file).contains("le=\"30.0\""));
    }
    assert!(text.contains("waymark_push_to_check_seconds_bucket{le=\"30.0\"}"));
    let families = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let manual = read("README.md");
    for family in families.map(|line| line.split(' ').next().unwrap()) {
        assert!(manual.contains(&format!("`{family}")), "{family} is not in README.md");
    }
    serde_json::from_str::<serde_json::Value>(&read("dashboard.json")).unwrap();
    let alerts = read("alerts.yml");
    let alerts: Vec<&str> =
        alerts.lines().filter_map(|l| l.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() >= 12, "{alerts:?}");
    for alert in &alerts {
        let page = read(&format!("runbooks/{alert}.md"));
        for part in ["**What it means.**", "**Look at**", "**Do.**"] {
            assert!(page.contains(part), "{alert}: {part}");
        }
    }
    let pages = std::fs::read_dir(folder.join("runbooks")).unwrap().count();
    assert_eq!(pages, alerts.len(), "a runbook without an alert");
    stage.end().await;
}
