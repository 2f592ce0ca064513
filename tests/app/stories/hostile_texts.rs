//! A repository may hold any text: nobody is called by it, and no page breaks.

use crate::github::CheckRun;
use crate::stage::Stage;

use super::files::GOOD;

/// Markdown without code blocks and spans, where GitHub reads no mention, link or HTML.
fn prose(page: &str) -> String {
    let mut out = String::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            out.push_str(&rest[..at]);
            let span = &rest[at..];
            let ticks = span.len() - span.trim_start_matches('`').len();
            let fence = "`".repeat(ticks);
            let end = span[ticks..].find(&fence).unwrap_or_else(|| panic!("open span: {line}"));
            rest = &span[ticks + end + ticks..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    assert!(!fenced, "an open fence: {page}");
    out
}

fn assert_harmless(run: &CheckRun) {
    let title = run.title.as_deref().unwrap();
    assert!(!title.contains('@') && !title.contains('\n'), "{title}");
    for page in [run.summary.as_deref().unwrap(), run.text.as_deref().unwrap_or_default()] {
        let prose = prose(page);
        for bad in ["@acme", "@octo", "<img", "<script", "](http", "javascript:", "\u{202e}"] {
            let found = prose.replace("\\<", "").replace("\\]", "");
            assert!(!found.contains(bad), "{bad}: {page}");
        }
    }
}

#[tokio::test]
async fn texts_of_a_repository_call_nobody() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let image = "FROM ghcr.io/@acme/team:1 AS <img/src=x>\nUSER root:@octo\n";
        let catalog = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  \
                       name: '@acme/team <img src=x onerror=alert(1)> ` ``` [x](http://evil)'\n  \
                       tags: ['@octo-dev', \"a\\n## Blocked\\n@acme/all\", \"\\u202ekcab\"]\nspec:\n  \
                       type: '@acme/team'\n  lifecycle: x\n  owner: ''\n";
        let changes = [("Dockerfile", image), ("catalog-info.yaml", catalog)];
        let head = stage.gh.push("acme/payments", "evil", &changes, "@acme/team, look!");
        stage.gh.open_pull("acme/payments", "evil", "main");
        stage.settle().await;
        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_harmless(&run);
        for annotation in &run.annotations {
            let words = annotation["message"].as_str().unwrap();
            assert!(!words.contains('\u{202e}'), "{words}");
        }
        let summary = run.summary.unwrap();
        let quotes = |line: &&str| line.starts_with("- `catalog") || line.starts_with("**Wh");
        let told: Vec<&str> =
            summary.lines().filter(|line| quotes(line) && !line.starts_with("**Why")).collect();
        insta::assert_snapshot!("texts", told.join("\n"));
        stage.end().await;
    }
}

#[tokio::test]
async fn names_of_files_and_branches_break_no_page() {
    let paths = [
        "a\nb/Dockerfile",
        "`@acme/team`/Dockerfile",
        "<img src=x>/Dockerfile",
        "\u{202e}evil/Dockerfile",
        "x](http://evil) @acme/team/Dockerfile",
        "```/Dockerfile",
    ];
    let base = "re`lease-@acme/team-<img/src=x>-#1";
    for stage in Stage::each().await {
        let start = stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.set_branch("acme/payments", base, &start);
        let changes: Vec<(&str, &str)> =
            paths.iter().map(|path| (*path, super::files::ROOT)).collect();
        let branch = "fea`ture/@acme/team/<img>#1";
        let head = stage.gh.push("acme/payments", branch, &changes, "Images");
        stage.gh.open_pull("acme/payments", branch, base);
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_harmless(&run);
        // As Git names them, or GitHub would not find the files.
        let mut annotated: Vec<_> =
            run.annotations.iter().map(|a| a["path"].as_str().unwrap()).collect();
        annotated.sort_unstable();
        let mut expected = paths;
        expected.sort_unstable();
        assert_eq!(annotated, expected);
        let summary = run.summary.unwrap();
        let compared = summary.lines().find(|line| line.starts_with("Compared")).unwrap();
        assert!(
            compared.contains("with ``re`lease-@acme/team-<img/src=x>-#1`` at `"),
            "{compared}"
        );
        stage.end().await;
    }
}

/// The head's branch cannot smuggle its own merge base in.
#[tokio::test]
async fn a_branch_that_is_named_like_a_queue_or_a_commit_is_only_a_branch() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let lax = super::files::mode("off");
        let changes = [(super::files::CONFIG, lax.as_str())];
        let sly = stage.gh.push("acme/payments", "sly", &changes, "Be lax");
        let branch = format!("gh-readonly-queue/main/pr-1-{sly}");
        stage.gh.set_branch("acme/payments", &branch, &sly);
        let image = [("Dockerfile", super::files::ROOT)];
        let head = stage.gh.push("acme/payments", &branch, &image, "Add image");
        stage.gh.open_pull("acme/payments", &branch, "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.gh.rerequest_suite("acme/payments", &head);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);
        stage.end().await;
    }
}
