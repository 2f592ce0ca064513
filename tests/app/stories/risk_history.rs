//! The past of a repository becomes known: whoever merged however, whoever pushed, whenever we came.

use waymark::domain::ids::{RepoId, Sha};
use waymark::domain::risk::RISK_CHECK;
use waymark::edge::store::{JobState, RiskHistory};

use crate::github::FakeGitHub;
use crate::stage::{Props, Stage};

use super::files::GOOD;

const REPO: &str = "acme/payments";
const FILES: &str = "GET /repos/{owner}/{repo}/pulls/{pull_number}/files";
const DAY: i64 = 24 * 60 * 60;

async fn stages() -> Vec<Stage> {
    let props = || Props { risk: true, ..Props::default() };
    Stage::each_with(FakeGitHub::builder, props).await
}

async fn without_graphql() -> Vec<Stage> {
    let props = || Props { risk: true, ..Props::default() };
    Stage::each_with(|clock| FakeGitHub::builder(clock).without_graphql(), props).await
}

fn id(stage: &Stage, repo: &str) -> RepoId {
    RepoId(i64::try_from(stage.gh.repo_id(repo)).unwrap())
}

async fn knows(stage: &Stage, sha: &str) -> bool {
    let sha = Sha::parse(sha).unwrap();
    stage.app.store.knows_risk_change(id(stage, REPO), &sha).await.unwrap()
}

async fn history(stage: &Stage, repo: &str) -> Option<RiskHistory> {
    stage.app.store.risk_history(id(stage, repo)).await.unwrap()
}

/// What the newest risk check on a branch's head says.
fn said(stage: &Stage, repo: &str, branch: &str) -> String {
    let head = stage.gh.head(repo, branch);
    let mut runs = stage.gh.check_runs(repo, &head);
    runs.retain(|run| run.name == RISK_CHECK);
    let run = runs.into_iter().max_by_key(|run| run.id).expect("a risk check");
    format!("{}\n\n{}", run.title.unwrap(), run.summary.unwrap())
}

/// Forty pull requests of five people, some of two commits, each landed as `land` says.
fn forty(stage: &Stage, repo: &str, land: impl Fn(&FakeGitHub, u64)) {
    for (n, author) in ["ann", "bob", "cid", "dan", "eve"].iter().cycle().take(40).enumerate() {
        let branch = format!("work{n}");
        let (area, text) = (format!("src/area{}.rs", n % 4), format!("line {n}\n"));
        stage.gh.push(repo, &branch, &[(area.as_str(), text.as_str())], &format!("Work {n}"));
        if n % 3 == 0 {
            stage.gh.push(repo, &branch, &[("src/core.rs", text.as_str())], "And the core");
        }
        let number = stage.gh.open_pull_by(repo, &branch, "main", author);
        land(&stage.gh, number);
        stage.gh.clock().advance(DAY);
        stage.hands.advance_ms(DAY * 1000);
    }
}

fn last(stage: &Stage, repo: &str) {
    let files = [("src/core.rs", "new\n"), ("src/area1.rs", "new\n")];
    stage.gh.push(repo, "last", &files, "Rework it");
    stage.gh.open_pull_by(repo, "last", "main", "zoe");
}

#[tokio::test]
async fn however_it_was_merged_the_features_are_the_same() {
    for stage in stages().await {
        let mut told = Vec::new();
        for (repo, button) in [("acme/m", "merge"), ("acme/s", "squash"), ("acme/r", "rebase")] {
            stage.gh.create_repo(repo, GOOD);
            let start = stage.gh.clock().now();
            forty(&stage, repo, |gh, number| match button {
                "merge" => _ = gh.merge(repo, number),
                "squash" => _ = gh.squash(repo, number),
                _ => _ = gh.rebase(repo, number),
            });
            // One hears of every merge, in whatever order the deliveries come.
            stage.settle().await;
            last(&stage, repo);
            stage.settle().await;
            let known = history(&stage, repo).await.expect("known");
            assert!(known.filled, "{button}");
            // The first commit and forty pull requests; a rebase's commits are not changes apart.
            assert_eq!(known.changes, 41, "{button}");
            let days = (stage.gh.clock().now() - start) / DAY;
            assert_eq!(days, 40);
            let said = said(&stage, repo, "last");
            assert!(said.contains("41 changes known since it began"), "{button}: {said}");
            // The days on which it was done are others.
            let same: Vec<String> =
                said.lines().map(|l| l.split(" on 202").next().unwrap().to_owned()).collect();
            told.push(same);
        }
        assert_eq!(told[0], told[1], "squash");
        assert_eq!(told[0], told[2], "rebase");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_push_without_a_pull_request_is_learned() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let map = "Ann <1+ann@users.noreply.github.com> <ann@home.example>\n";
        let mapped = stage.gh.push(REPO, "main", &[(".mailmap", map)], "Tell who is who");
        stage.settle().await;
        let home = ("ann@home.example", "Add one");
        let first = stage.gh.push_by(REPO, "main", &[("src/one.rs", "one\n")], home);
        stage.settle().await;
        assert!(knows(&stage, &mapped).await && knows(&stage, &first).await);
        // Two in one push: each is a change.
        stage.gh.push_by(REPO, "topic", &[("src/one.rs", "two\n")], ("bob", "Fix two"));
        let tip = stage.gh.push_by(REPO, "topic", &[("src/two.rs", "two\n")], ("bob", "Three"));
        stage.gh.set_branch(REPO, "main", &tip);
        stage.settle().await;
        assert!(knows(&stage, &tip).await);
        // A branch of nobody's interest, and one that was rewritten.
        let aside = stage.gh.push(REPO, "aside", &[("src/x.rs", "x\n")], "Aside");
        let forced = stage.gh.force_push(REPO, "main", &[("src/two.rs", "2\n")], "Three again");
        stage.settle().await;
        assert!(!knows(&stage, &aside).await && !knows(&stage, &forced).await);
        // A merge is its pull request's, not the push's.
        stage.gh.push(REPO, "pull", &[("src/two.rs", "4\n")], "Four");
        let number = stage.gh.open_pull_by(REPO, "pull", "main", "cid");
        stage.settle().await;
        stage.gh.forget_calls();
        let merged = stage.gh.merge(REPO, number);
        stage.settle().await;
        assert!(knows(&stage, &merged).await);
        let compared = stage.gh.calls_to("GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls");
        assert_eq!(compared.len(), 0, "what names its pull request costs no call");
        stage.advance(DAY);
        stage.gh.push(REPO, "next", &[("src/one.rs", "3\n")], "Change one");
        stage.gh.open_pull_by(REPO, "next", "main", "ann");
        stage.settle().await;
        let said = said(&stage, REPO, "next");
        assert!(said.contains("the author has changed 1 of 1 existing file before"), "{said}");
        assert!(said.contains("One other person knows these files: `bob`"), "{said}");
        assert!(said.contains("repairs of these files in 180 days: 1"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_server_without_graphql_is_read_page_by_page() {
    let mut told = Vec::new();
    for stages in [stages().await, without_graphql().await] {
        for stage in stages {
            stage.gh.create_repo(REPO, GOOD);
            stage.gh.push_by(REPO, "main", &[("src/core.rs", "direct\n")], ("fay", "Directly"));
            forty(&stage, REPO, |gh, number| _ = gh.rebase(REPO, number));
            // Nobody told us of anything.
            stage.gh.lose_queue();
            last(&stage, REPO);
            stage.settle().await;
            let said = said(&stage, REPO, "last");
            assert!(said.contains("42 changes known since it began"), "{said}");
            assert!(said.contains("6 people changed these files before"), "{said}");
            told.push(said);
            stage.end().await;
        }
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
}

#[tokio::test]
async fn reading_goes_on_where_it_was_interrupted() {
    for stage in without_graphql().await {
        stage.gh.create_repo(REPO, GOOD);
        forty(&stage, REPO, |gh, number| _ = gh.squash(REPO, number));
        stage.gh.lose_queue();
        last(&stage, REPO);
        // The check itself, and ten of the forty.
        stage.gh.pass_then_limit(FILES, 11, 600);
        stage.settle().await;
        assert_eq!(stage.jobs(JobState::Queued).await.len(), 1, "reading waits");
        assert!(said(&stage, REPO, "last").starts_with("Not known"));
        stage.gh.forget_calls();
        stage.advance(700);
        stage.settle().await;
        assert!(said(&stage, REPO, "last").contains("41 changes known"));
        let numbers = |call: &crate::github::Logged| call.path.clone();
        let asked: Vec<String> = stage.gh.calls_to(FILES).iter().map(numbers).collect();
        // Thirty of the past, and the open one anew.
        assert_eq!(asked.len(), 31, "{asked:#?}");
        let listed = stage.gh.calls_to("GET /repos/{owner}/{repo}/pulls");
        assert_eq!(listed.len(), 0, "what was listed is not listed again");
        stage.end().await;
    }
}

#[tokio::test]
async fn whoever_installs_the_app_finds_the_past_read() {
    for stage in stages().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(REPO, GOOD);
        forty(&stage, REPO, |gh, number| _ = gh.merge(REPO, number));
        stage.gh.install("acme", None);
        stage.settle().await;
        let known = history(&stage, REPO).await.expect("read");
        assert!(known.filled && known.whole, "{known:?}");
        assert_eq!(known.changes, 41);
        stage.gh.forget_calls();
        last(&stage, REPO);
        stage.settle().await;
        let said = said(&stage, REPO, "last");
        assert!(said.contains("times"), "the first check knows already: {said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn hundreds_of_commits_without_a_pull_request_are_read() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        for n in 0..504 {
            let text = format!("line {n}\n");
            stage.gh.push_by(REPO, "main", &[("src/a.rs", text.as_str())], ("ann", "Work"));
            stage.advance(60);
        }
        stage.gh.lose_queue();
        last(&stage, REPO);
        stage.settle().await;
        // The minute's share of the budget is used up, and waited for.
        stage.advance(120);
        stage.settle().await;
        let said = said(&stage, REPO, "last");
        assert!(said.contains("505 changes known since it began"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_a_large_push_or_a_rewritten_branch_brought_is_read_with_the_past() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        forty(&stage, REPO, |gh, number| _ = gh.squash(REPO, number));
        stage.settle().await;
        last(&stage, REPO);
        stage.settle().await;
        let known = history(&stage, REPO).await.expect("known");
        assert!(known.filled && known.whole && known.changes == 41, "{known:?}");

        let mut tip = String::new();
        for n in 0..51 {
            let text = format!("many {n}\n");
            tip = stage.gh.push_by(
                REPO,
                "import",
                &[("src/many.rs", text.as_str())],
                ("fay", "Import"),
            );
        }
        stage.gh.set_branch(REPO, "main", &tip);
        stage.settle().await;
        let known = history(&stage, REPO).await.expect("known");
        assert!(known.filled && !known.whole, "there is a hole in it: {known:?}");
        assert!(!said(&stage, REPO, "last").is_empty() && !knows(&stage, &tip).await);
        assert_eq!(stage.jobs(JobState::Queued).await.len(), 1, "reading waits a day");
        stage.advance(DAY);
        stage.settle().await;
        let known = history(&stage, REPO).await.expect("known");
        assert!(known.whole && known.changes == 92, "{known:?}");
        assert!(knows(&stage, &tip).await);
        assert!(said(&stage, REPO, "last").contains("92 changes known since it began"));

        let forced = stage.gh.force_push(REPO, "main", &[("src/many.rs", "x\n")], "Import anew");
        stage.settle().await;
        assert!(!history(&stage, REPO).await.expect("known").whole);
        stage.advance(DAY);
        stage.settle().await;
        assert!(knows(&stage, &forced).await && !knows(&stage, &tip).await, "the old tip is gone");
        let known = history(&stage, REPO).await.expect("known");
        assert!(known.whole && known.changes == 92, "{known:?}");
        stage.end().await;
    }
}
