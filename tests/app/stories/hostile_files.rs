//! A repository full of files that were made to hurt: concluded in seconds, unknown where due.

use std::time::{Duration, Instant};

use waymark::edge::store::JobState;

use crate::github::{Change, CheckRun, FakeGitHub, executable, put, submodule, symlink};
use crate::http::get;
use crate::stage::Stage;
use crate::stories::files::CATALOG;

const REPO: &str = "acme/hostile";
const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";

/// Judges a pull request with these files; tells how it went and how long it took.
async fn judged(stage: &Stage, files: &[(&str, Change)]) -> (CheckRun, Duration) {
    stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
    let head = stage.gh.push(REPO, "topic", files, "Trust me");
    stage.gh.open_pull(REPO, "topic", "main");
    let started = Instant::now();
    stage.settle().await;
    let took = started.elapsed();
    assert_eq!(stage.jobs(JobState::Dead).await, []);
    (stage.run(REPO, &head), took)
}

/// Still sound: the next pull request, an honest one, is judged.
async fn goes_on(stage: &Stage) {
    assert_eq!(get(&stage.url, "/livez").await.status, 200);
    let head = stage.gh.push(REPO, "honest", &[("image/Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull(REPO, "honest", "main");
    stage.settle().await;
    assert_eq!(stage.conclusion(REPO, &head), "failure");
}

fn said(run: &CheckRun) -> String {
    format!("{:?}\n{:?}\n{:?}", run.title, run.summary, run.text)
}

/// The policies that need this file could not be judged, and the reason names the file.
#[track_caller]
fn is_unknown(run: &CheckRun, reasons: &[&str]) {
    let said = said(run);
    assert_ne!(run.conclusion.as_deref(), Some("failure"), "{said}");
    for reason in reasons {
        assert!(said.contains(reason), "{reason} in {said}");
    }
}

/// Markdown without its code spans: a run of backticks up to the next one as long.
fn outside_code(markdown: &str) -> String {
    let (mut out, mut rest) = (String::new(), markdown);
    while let Some(start) = rest.find('`') {
        let ticks = rest[start..].bytes().take_while(|b| *b == b'`').count();
        let (fence, inside) = (&rest[start..start + ticks], &rest[start + ticks..]);
        let ends = inside.match_indices(fence).find(|(at, _)| {
            !inside[at + ticks..].starts_with('`') && !inside[..*at].ends_with('`')
        });
        out.push_str(&rest[..start]);
        rest = match ends {
            Some((at, _)) => &inside[at + ticks..],
            None => inside,
        };
    }
    out + rest
}

fn bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for n in 1..=9 {
        let many = vec![format!("*a{}", n - 1); 10].join(", ");
        text += &format!("a{n}: &a{n} [{many}]\n");
    }
    text + "apiVersion: apps/v1\nkind: Deployment\n"
}

fn deep(levels: usize) -> String {
    format!("apiVersion: v1\nkind: Pod\nspec: {}x{}\n", "[".repeat(levels), "]".repeat(levels))
}

#[tokio::test]
async fn files_that_are_too_large_are_unknown() {
    for stage in Stage::each().await {
        let mut yaml = b"apiVersion: v1\nkind: Pod\n# ".to_vec();
        yaml.resize(25 << 20, b'x');
        let mut image = b"FROM debian:12@sha256:1\n# ".to_vec();
        image.resize(10 << 20, b'x');
        let (run, took) =
            judged(&stage, &[("deploy/huge.yaml", put(yaml)), ("Dockerfile", put(image))]).await;
        is_unknown(&run, &["25.0 MiB", "10.0 MiB", "larger than 1 MiB"]);
        assert!(took < Duration::from_secs(10), "{took:?}");
        goes_on(&stage).await;
        stage.end().await;
    }
}

#[tokio::test]
async fn bombs_and_deep_nests_are_unknown() {
    for stage in Stage::each().await {
        let files = [
            ("deploy/bomb.yaml", put(bomb())),
            ("deploy/deep.yaml", put(deep(100_000))),
            (".github/workflows/bomb.yml", put(format!("on: push\njobs: {{}}\n{}", bomb()))),
            (".github/workflows/deep.yml", put(deep(400_000))),
        ];
        let (run, took) = judged(&stage, &files).await;
        is_unknown(&run, &["deploy/bomb.yaml", "deploy/deep.yaml"]);
        assert!(took < Duration::from_secs(10), "{took:?}");
        goes_on(&stage).await;
        stage.end().await;
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_unknown() {
    for stage in Stage::each().await {
        let files = [
            ("Dockerfile", put(b"FROM debian:12@sha256:1\nRUN \xff\xfe\xc3\x28\n")),
            ("deploy/nul.yaml", put(b"apiVersion: v1\nkind: Pod\nx: \"\0\"\n")),
            ("deploy/utf16.yaml", put(b"\xff\xfea\0p\0i\0")),
        ];
        let (run, took) = judged(&stage, &files).await;
        is_unknown(&run, &["Dockerfile", "deploy/nul.yaml", "is not UTF-8 text"]);
        assert!(took < Duration::from_secs(10), "{took:?}");
        goes_on(&stage).await;
        stage.end().await;
    }
}

#[tokio::test]
async fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    for stage in Stage::each().await {
        let image = "\u{feff}FROM debian:12@sha256:1\r\nCOPY app /app\r\n\r\nCMD [\"/app\"]\r\n";
        let (run, _) = judged(&stage, &[("Dockerfile", put(image))]).await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{run:#?}");
        assert_eq!(crate::stage::annotated(&run), [("Dockerfile".to_owned(), 1)]);
        stage.end().await;
    }
}

#[tokio::test]
async fn links_and_submodules_are_not_followed() {
    for stage in Stage::each().await {
        let files = [
            ("Dockerfile", symlink("/etc/passwd")),
            ("deploy/pod.yaml", symlink("../../../../proc/self/environ")),
            (".github/workflows/ci.yml", symlink("../../catalog-info.yaml")),
            ("vendor/lib", submodule(&"5".repeat(40))),
            ("run.sh", executable("#!/bin/sh\ntouch /tmp/owned\n")),
        ];
        let (run, _) = judged(&stage, &files).await;
        is_unknown(&run, &["symbolic link"]);
        assert!(!said(&run).contains("root:x:0"), "{}", said(&run));
        goes_on(&stage).await;
        stage.end().await;
    }
}

#[tokio::test]
async fn names_that_were_made_to_break_out_stay_where_they_are() {
    for stage in Stage::each().await {
        let names = [
            "a\n## Blocked by nobody\n/Dockerfile",
            "`b`/Dockerfile",
            "```\n<script>alert(1)</script>\n```/Dockerfile",
            "@acme/everyone/Dockerfile",
            "c|d|e/Dockerfile",
            "<img src=x onerror=alert(1)>/Dockerfile",
            "[click](https:/evil.example)/Dockerfile",
            "\u{202e}elifrekcoD/Dockerfile",
            "\u{1b}[31mred/Dockerfile",
            "'; DROP TABLE job; --/Dockerfile",
            "%s%n{}$(id)/Dockerfile",
            "..\\..\\windows/Dockerfile",
        ];
        let files: Vec<(&str, Change)> = names.iter().map(|name| (*name, put(ROOT))).collect();
        let (run, _) = judged(&stage, &files).await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{run:#?}");
        assert_eq!(run.annotations.len(), names.len(), "{run:#?}");
        let summary = run.summary.clone().unwrap();
        assert!(!summary.contains("\n## Blocked by nobody"), "a heading was injected: {summary}");
        let hidden = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!summary.contains(hidden), "{summary:?}");
        let prose = outside_code(&summary);
        for raw in ["<script", "<img", "](http", "@acme", "Blocked by nobody"] {
            assert!(!prose.contains(raw), "{raw} in {prose}");
        }
        goes_on(&stage).await;
        stage.end().await;
    }
}

#[tokio::test]
async fn three_thousand_manifests_are_read_in_seconds() {
    let shape = |clock| FakeGitHub::builder(clock).without_secondary_limits();
    for stage in Stage::each_on(shape).await {
        let pod = |n: usize| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p{n}}}\nspec:\n  securityContext: \
                 {{runAsNonRoot: true}}\n  containers:\n    - {{name: c, image: acme/app:{n}}}\n"
            )
        };
        let names: Vec<String> = (0..3_000).map(|n| format!("deploy/p{n:04}.yaml")).collect();
        let files: Vec<(&str, Change)> =
            names.iter().enumerate().map(|(n, name)| (name.as_str(), put(pod(n)))).collect();
        let (run, took) = judged(&stage, &files).await;
        // Warnings or none, as there are policies: all were judged.
        assert!(matches!(run.conclusion.as_deref(), Some("success" | "neutral")), "{run:#?}");
        assert!(took < Duration::from_secs(20), "{took:?}");
        assert!(stage.gh.calls().len() < 60, "{} calls", stage.gh.calls().len());
        goes_on(&stage).await;
        stage.end().await;
    }
}

#[tokio::test]
async fn a_configuration_that_was_made_to_hurt_is_a_complaint() {
    for stage in Stage::each().await {
        for (n, config) in [bomb(), deep(100_000), "\u{feff}\u{0}".to_owned()].iter().enumerate() {
            let repo = format!("acme/config-{n}");
            let files = [("catalog-info.yaml", CATALOG), (".github/waymark.yml", config)];
            stage.gh.create_repo(&repo, &files);
            let head = stage.gh.push(&repo, "topic", &[("README.md", "# Hi\n")], "Say hello");
            stage.gh.open_pull(&repo, "topic", "main");
            stage.settle().await;
            let run = stage.run(&repo, &head);
            assert_eq!(run.conclusion.as_deref(), Some("action_required"), "{n} {run:#?}");
            assert!(said(&run).contains("waymark.yml"), "{}", said(&run));
        }
        stage.end().await;
    }
}
