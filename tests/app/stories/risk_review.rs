//! How well was it looked at, and who would be hit? Facts and conditions beside the likelihood.

use serde_json::Value;
use waymark::domain::ids::{RepoId, Sha};
use waymark::domain::risk::RISK_CHECK;

use crate::github::FakeGitHub;
use crate::stage::{Props, Stage};

use super::files::{CATALOG, GOOD};

const REPO: &str = "acme/payments";
const MINUTE: i64 = 60;

async fn stages() -> Vec<Stage> {
    let props = || Props { risk: true, ..Props::default() };
    Stage::each_with(FakeGitHub::builder, props).await
}

fn summary(stage: &Stage, repo: &str, sha: &str) -> String {
    let mut runs = stage.gh.check_runs(repo, sha);
    runs.retain(|run| run.name == RISK_CHECK);
    runs.into_iter().max_by_key(|run| run.id).expect("a risk check").summary.unwrap()
}

fn lines(from: usize, to: usize) -> String {
    (from..to).map(|n| format!("line {n}\n")).collect()
}

#[tokio::test]
async fn a_glance_is_told_from_a_review() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let text = lines(0, 200);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", text.as_str())], "Add a");
        let number = stage.gh.open_pull_by(REPO, "topic", "main", "ann");
        stage.settle().await;
        stage.advance(3 * MINUTE);
        stage.gh.review(REPO, number, "bob", "APPROVED");
        stage.settle().await;
        let said = summary(&stage, REPO, &sha);
        assert!(said.contains("`rubber_stamp` (good to know)"), "{said}");
        assert!(said.contains("200 changed lines were approved within 3 min"), "{said}");
        assert!(said.contains("changed lines per hour until the first approval: 4000"), "{said}");
        assert!(said.contains("review comments per 100 changed lines: 0"), "{said}");
        // Somebody asked: it was read. The author's own words do not count.
        stage.gh.remark(REPO, number, "ann");
        stage.gh.remark(REPO, number, "bob");
        stage.gh.review(REPO, number, "bob", "COMMENTED");
        stage.settle().await;
        let said = summary(&stage, REPO, &sha);
        assert!(!said.contains("rubber_stamp"), "{said}");
        assert!(said.contains("review comments per 100 changed lines: 0.5"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_few_lines_behind_an_approval_are_forgiven_and_a_push_costs_two_calls() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let text = lines(0, 100);
        stage.gh.push(REPO, "topic", &[("src/a.rs", text.as_str())], "Add a");
        let number = stage.gh.open_pull_by(REPO, "topic", "main", "ann");
        stage.settle().await;
        stage.gh.review(REPO, number, "bob", "APPROVED");
        stage.settle().await;

        let push = async |text: &str| {
            stage.gh.forget_calls();
            let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", text)], "More");
            stage.settle().await;
            let ours = ["/files", "/reviews", "/comments", "/compare/{basehead}"];
            let of_risk = |call: &&crate::github::Logged| {
                // The other comparison is the golden path's, for the merge base.
                ours.iter().any(|end| call.route.ends_with(end)) && !call.query.contains("page=2")
            };
            let calls = stage.gh.calls();
            let count = calls.iter().filter(of_risk).count();
            (summary(&stage, REPO, &sha), count)
        };
        // 105 changed lines, 5 of them behind the approval.
        let (said, calls) = push(&lines(0, 105)).await;
        assert!(!said.contains("stale_approval"), "{said}");
        assert!(
            said.contains("share of the lines that came after the last approval: 0.05"),
            "{said}"
        );
        assert_eq!(calls, 2, "its files, and what came after the approval");
        let (said, calls) = push(&lines(0, 150)).await;
        assert!(said.contains("`stale_approval`"), "{said}");
        assert!(said.contains("50 of 150 changed lines (34 %) came after"), "{said}");
        assert_eq!(calls, 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn whoever_owns_a_file_knows_it_and_of_teams_nothing_is_said() {
    for stage in stages().await {
        let owners = "* @acme/payments\n/src/ @Bob\n";
        stage.gh.create_repo(REPO, &[("src/a.rs", "one\n"), ("README.md", "# Payments\n")]);
        stage.gh.push(REPO, "main", &[("CODEOWNERS", owners)], "Say who owns it");
        stage.settle().await;
        let change = |branch: &str, path: &str| {
            let sha = stage.gh.push(REPO, branch, &[(path, "two\n")], "Change it");
            (stage.gh.open_pull_by(REPO, branch, "main", "ann"), sha)
        };
        let (code, code_sha) = change("code", "src/a.rs");
        let (words, words_sha) = change("words", "README.md");
        stage.settle().await;
        let approved = async |number: u64, sha: &str, by: &str| {
            stage.gh.review(REPO, number, by, "APPROVED");
            stage.settle().await;
            summary(&stage, REPO, sha)
        };
        let fact = "approvals by people who know the files: ";
        let said = approved(code, &code_sha, "cid").await;
        assert!(said.contains(&format!("{fact}0")) && said.contains("`no_expert`"), "{said}");
        let said = approved(code, &code_sha, "bob").await;
        assert!(said.contains(&format!("{fact}1")) && !said.contains("`no_expert`"), "{said}");
        let said = approved(words, &words_sha, "cid").await;
        assert!(said.contains("a team owns it and nobody asks who is in it"), "{said}");
        assert!(!said.contains("`no_expert`"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn words_about_an_earlier_commit_are_no_review_of_what_came_after() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let text = lines(0, 100);
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", text.as_str())], "Add a");
        let number = stage.gh.open_pull_by(REPO, "topic", "main", "ann");
        stage.settle().await;
        stage.gh.review(REPO, number, "bob", "COMMENTED");
        stage.settle().await;
        let said = summary(&stage, REPO, &sha);
        assert!(!said.contains("unreviewed"), "{said}");
        // A tenth of the lines is forgiven.
        for (until, unreviewed) in [(105, false), (150, true)] {
            let text = lines(0, until);
            let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", text.as_str())], "More");
            stage.settle().await;
            let said = summary(&stage, REPO, &sha);
            assert_eq!(said.contains("`unreviewed` (look at it)"), unreviewed, "{said}");
            assert_eq!(said.contains("50 of 150 changed lines (34 %) came after"), unreviewed);
        }
        stage.gh.review(REPO, number, "bob", "COMMENTED");
        stage.settle().await;
        let said = summary(&stage, REPO, &stage.gh.head(REPO, "topic"));
        assert!(!said.contains("unreviewed"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn whoever_merges_alone_is_told_to_the_gate() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let of_report = async |stage: &Stage, sha: &str| {
            let repo = RepoId(i64::try_from(stage.gh.repo_id(REPO)).unwrap());
            let sha = Sha::parse(sha).unwrap();
            let json = stage.app.store.risk_report(repo, &sha).await.unwrap().expect("kept");
            let report: Value = serde_json::from_str(&json).unwrap();
            let names = report["conditions"].as_array().unwrap().iter();
            names.map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        // The usual developer opens and merges.
        let alone = stage.gh.push(REPO, "alone", &[("src/a.rs", "a\n")], "Add a");
        let number = stage.gh.open_pull(REPO, "alone", "main");
        stage.settle().await;
        stage.gh.merge(REPO, number);
        stage.settle().await;
        let found = of_report(&stage, &alone).await;
        assert!(found.contains(&"self_merged".to_owned()), "{found:?}");

        let seen = stage.gh.push(REPO, "seen", &[("src/b.rs", "b\n")], "Add b");
        let number = stage.gh.open_pull(REPO, "seen", "main");
        stage.settle().await;
        stage.gh.review(REPO, number, "bob", "APPROVED");
        stage.settle().await;
        stage.gh.merge(REPO, number);
        stage.settle().await;
        let found = of_report(&stage, &seen).await;
        assert!(!found.contains(&"self_merged".to_owned()), "{found:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn who_depends_on_it_is_told() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let entity = |name: &str, spec: &str| {
            format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\nspec:\n  type: service\n  lifecycle: production\n  owner: group:pay\n{spec}"
            )
        };
        let provider = entity("payments", "  providesApis: [payments]\n");
        stage.gh.push(REPO, "main", &[("catalog-info.yaml", provider.as_str())], "Say it");
        for n in 0..5 {
            let repo = format!("acme/shop{n}");
            stage.gh.create_repo(&repo, &[("catalog-info.yaml", CATALOG)]);
            let spec = if n == 0 {
                "  dependsOn: ['component:payments']\n"
            } else {
                "  consumesApis: [payments]\n"
            };
            let text = entity(&format!("shop{n}"), spec);
            stage.gh.push(&repo, "main", &[("catalog-info.yaml", text.as_str())], "Say it");
        }
        let text = entity("site", "  dependsOn: ['component:shop1', 'component:site']\n");
        stage.gh.create_repo("acme/site", &[("README.md", "# Site\n")]);
        stage.gh.push("acme/site", "main", &[("catalog-info.yaml", text.as_str())], "Say it");
        stage.settle().await;
        let sha = stage.gh.push(REPO, "topic", &[("src/a.rs", "one\n")], "Add a");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.gh.create_repo("acme/lonely", &[("README.md", "# Lonely\n")]);
        let lonely = stage.gh.push("acme/lonely", "topic", &[("a.rs", "one\n")], "Add a");
        stage.gh.open_pull("acme/lonely", "topic", "main");
        stage.settle().await;
        let said = summary(&stage, REPO, &sha);
        assert!(said.contains("catalog entities that need this repository: 5"), "{said}");
        assert!(
            said.contains("catalog entities that need it, directly or through others: 6"),
            "{said}"
        );
        assert!(said.contains("`many_dependents` (good to know)"), "{said}");
        let said = summary(&stage, "acme/lonely", &lonely);
        assert!(said.contains("no catalog file of its default branch is known"), "{said}");
        stage.end().await;
    }
}
