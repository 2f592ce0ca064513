//! Whoever tests learns whether the tests run through what changes, from whatever measured it.

use serde_json::Value;
use waymark::domain::risk::RISK_CHECK;

use crate::github::{CheckRun, FakeGitHub};
use crate::http::{Answer, post_as};
use crate::stage::{Props, Stage};

use super::api::{as_described, token};
use super::files::GOOD;

const REPO: &str = "acme/payments";

async fn stages() -> Vec<Stage> {
    let props = || Props { risk: true, ..Props::default() };
    Stage::each_with(FakeGitHub::builder, props).await
}

fn runs(stage: &Stage, sha: &str) -> Vec<CheckRun> {
    let mut runs = stage.gh.check_runs(REPO, sha);
    runs.retain(|run| run.name == RISK_CHECK);
    runs.sort_by_key(|run| run.id);
    runs
}

fn summary(stage: &Stage, sha: &str) -> String {
    runs(stage, sha).pop().expect("a risk check").summary.unwrap()
}

async fn upload(stage: &Stage, account: &str, query: &str, report: &str) -> Answer {
    let path = format!("/api/v1/coverage?{query}");
    let answer = post_as(&stage.url, &path, token(account), report.as_bytes()).await;
    as_described(stage, "post", &path, &answer).await;
    answer
}

/// Forty lines, of which so many are run.
fn lcov(path: &str, hit: u32) -> String {
    let lines: String = (1..=40).map(|n| format!("DA:{n},{}\n", u32::from(n <= hit))).collect();
    format!("TN:\nSF:{path}\n{lines}end_of_record\n")
}

fn forty_lines() -> String {
    (1..=40).map(|n| format!("let x{n} = {n};\n")).collect()
}

#[tokio::test]
async fn a_report_arrives_late_and_says_what_is_not_tested() {
    for stage in stages().await {
        let base = stage.gh.create_repo(REPO, GOOD);
        let text = forty_lines();
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", text.as_str())], "Add a");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        assert!(
            summary(&stage, &sha).contains("no report was uploaded"),
            "{}",
            summary(&stage, &sha)
        );

        let of = |commit: &str| format!("repository={REPO}&commit={commit}");
        let calls = stage.gh.calls().len();
        let report = lcov("/home/runner/work/payments/payments/src/a.rs", 10);
        let answer = upload(&stage, "acme", &of(&sha), &report).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(
            (&told["format"], &told["hit"], &told["lines"]),
            (&"lcov".into(), &10.into(), &40.into())
        );
        assert_eq!(stage.gh.calls().len(), calls, "taking it in costs no call");
        stage.settle().await;
        let said = summary(&stage, &sha);
        assert!(said.contains("`low_coverage`"), "{said}");
        assert!(said.contains("tests run through 25 % of the changed lines"), "{said}");
        assert!(said.contains("percent of the changed lines that tests run through: 25"), "{said}");
        assert!(
            said.contains("no report was uploaded for the commit that it starts from"),
            "{said}"
        );

        // The same again changes nothing, and nothing is posted.
        let before = runs(&stage, &sha).len();
        upload(&stage, "acme", &of(&sha), &report).await;
        stage.settle().await;
        assert_eq!(runs(&stage, &sha).len(), before);

        // Another suite runs through the rest; and the base had one as well.
        let jacoco = (11..=40).map(|n| format!("<line nr=\"{n}\" mi=\"0\" ci=\"2\"/>"));
        let jacoco: String = jacoco.collect();
        let jacoco = format!(
            "<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name=\"x\"><package name=\"src\"><sourcefile name=\"a.rs\">{jacoco}</sourcefile></package></report>"
        );
        let unit = format!("{}&name=e2e&format=jacoco", of(&sha));
        assert_eq!(upload(&stage, "acme", &unit, &jacoco).await.status, 201);
        upload(&stage, "acme", &of(&base), &lcov("src/b.rs", 12)).await;
        stage.gh.push(REPO, "topic", &[("src/b.rs", "one\n")], "Add b");
        stage.settle().await;
        let head = stage.gh.head(REPO, "topic");
        for (name, report) in [("default", lcov("src/a.rs", 10)), ("e2e", jacoco)] {
            let query = format!("{}&name={name}", of(&head));
            assert_eq!(upload(&stage, "*", &query, &report).await.status, 201);
        }
        stage.settle().await;
        let said = summary(&stage, &head);
        assert!(
            said.contains("percent of the changed lines that tests run through: 100"),
            "{said}"
        );
        // 10 of 40 where the base has 12 of 40, by the suite that both have.
        assert!(said.contains("the project's coverage falls by 5.00 percentage points"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_is_no_report_is_refused_with_the_reason() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.create_repo("other/web", GOOD);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "one\n")], "Add a");
        stage.gh.push("other/web", "topic", &[("src/a.rs", "one\n")], "Add a");
        stage.settle().await;
        let of = |repo: &str| format!("repository={repo}&commit={sha}");
        let good = lcov("src/a.rs", 1);
        for (account, query, report, status, words) in [
            ("acme", of(REPO), "hello", 422, "no lcov tracefile"),
            ("acme", of(REPO), "<coverage", 422, "line 1"),
            ("acme", of(REPO), "<!DOCTYPE c [<!ENTITY a \"b\">]><coverage/>", 422, "entities"),
            ("acme", of(REPO), "SF:../../etc/passwd\nDA:1,1\n", 422, "no file with lines"),
            ("acme", of(REPO) + "&format=clover", good.as_str(), 422, "`format`"),
            ("acme", of(REPO) + "&name=a/b", good.as_str(), 422, "`name`"),
            ("acme", of(REPO) + "&shape=1", good.as_str(), 422, "shape"),
            ("acme", format!("repository={REPO}&commit=main"), good.as_str(), 422, "40"),
            ("acme", format!("repository={REPO}"), good.as_str(), 422, "commit"),
            ("acme", of("other/web"), good.as_str(), 404, "no such repository"),
            ("acme", of("acme/nothing"), good.as_str(), 404, "no such repository"),
        ] {
            let answer = upload(&stage, account, &query, report).await;
            assert_eq!(answer.status, status, "{query}: {answer:?}");
            assert!(answer.body.contains(words), "{query}: {answer:?}");
        }
        let path = format!("/api/v1/coverage?{}", of(REPO));
        assert_eq!(post_as(&stage.url, &path, "nobody", b"").await.status, 401);
        let long = "x".repeat(10 * 1024 * 1024 + 1);
        assert_eq!(upload(&stage, "acme", &of(REPO), &long).await.status, 413);
        stage.end().await;
    }
}

#[tokio::test]
async fn the_project_is_compared_with_where_the_change_began() {
    for stage in stages().await {
        // The configuration of the base branch is looked for, and there is none.
        stage.gh.allow("GET /repos/{owner}/{repo}/contents/{path}", 404);
        let began = stage.gh.create_repo(REPO, GOOD);
        let text = forty_lines();
        stage.gh.push(REPO, "topic", &[("src/a.rs", text.as_str())], "Add a");
        // Others cover more of the base branch meanwhile; GitHub tells its tip as the base.
        let tip = stage.gh.push(REPO, "main", &[("src/b.rs", "one\n")], "Test b");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let head = stage.gh.head(REPO, "topic");
        for (sha, hit) in [(&began, 20), (&tip, 40), (&head, 20)] {
            let query = format!("repository={REPO}&commit={sha}");
            assert_eq!(upload(&stage, "acme", &query, &lcov("src/c.rs", hit)).await.status, 201);
        }
        stage.settle().await;
        let said = summary(&stage, &head);
        assert!(!said.contains("low_coverage"), "{said}");
        let fact = "change of the project's coverage in percentage points: 0";
        assert!(said.contains(fact), "{said}");
        let query = format!("repository={REPO}&commit={head}");
        upload(&stage, "acme", &query, &lcov("src/c.rs", 10)).await;
        stage.settle().await;
        let said = summary(&stage, &head);
        let short = &began[..7];
        let falls = format!("coverage falls by 25.00 percentage points, compared with `{short}`");
        assert!(said.contains(&falls), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_service_that_fails_without_a_number_is_heard() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "one\n")], "Add a");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let said = ("failure", "Coverage is below the target");
        stage.gh.commit_status(REPO, &sha, "codecov/patch", said);
        stage.settle().await;
        let told = summary(&stage, &sha);
        assert!(told.contains("`low_coverage`"), "{told}");
        assert!(told.contains("`codecov/patch` failed, percentage not told"), "{told}");
        assert!(told.contains("the coverage service failed and told no percentage"), "{told}");
        let said = ("success", "91.00% of diff hit (target 80.00%)");
        stage.gh.commit_status(REPO, &sha, "codecov/patch", said);
        stage.settle().await;
        assert!(!summary(&stage, &sha).contains("low_coverage"));
        stage.end().await;
    }
}

#[tokio::test]
async fn the_organisation_says_how_another_check_run_is_read() {
    for stage in stages().await {
        let rules = "risk:\n  coverage:\n    - check: Sonar*\n      patch: '([\\d.]+)% Coverage on New Code'\n      project: 'overall ([+-][\\d.]+)'\n";
        stage.gh.create_repo("acme/.github", &[("waymark.yml", rules)]);
        stage.gh.create_repo(REPO, GOOD);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "one\n")], "Add a");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let said = ("success", "61.5% Coverage on New Code, overall -1.25 points");
        stage.gh.others_run(REPO, &sha, "Other", said);
        stage.settle().await;
        assert!(!summary(&stage, &sha).contains("low_coverage"));
        stage.gh.others_run(REPO, &sha, "SonarCloud Code Analysis", said);
        stage.settle().await;
        let told = summary(&stage, &sha);
        assert!(told.contains("tests run through 62 % of the changed lines"), "{told}");
        assert!(told.contains("coverage falls by 1.25 percentage points"), "{told}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_services_check_run_counts_like_its_status() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "one\n")], "Add a");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let said = ("failure", "40.00% of diff hit (target 80.00%)");
        stage.gh.others_run(REPO, &sha, "codecov/patch", said);
        stage.gh.others_run(REPO, &sha, "build", ("failure", "10.00% of diff hit"));
        stage.settle().await;
        let told = summary(&stage, &sha);
        assert!(told.contains("tests run through 40 % of the changed lines"), "{told}");
        let before = runs(&stage, &sha).len();
        stage.gh.others_run(REPO, &sha, "codecov/patch", said);
        stage.settle().await;
        assert_eq!(runs(&stage, &sha).len(), before, "the same is not said twice");
        stage.end().await;
    }
}
