//! GitHub's limits are planned with: what would run into one waits before it asks.

use waymark::domain::budget::Limits;
use waymark::domain::job::Job;
use waymark::edge::github::{Access, Permission, TokenScope};
use waymark::edge::store::JobState;

use crate::github::FakeGitHub;
use crate::stage::{Props, Stage};
use crate::stories::files::{CATALOG, GOOD};

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";

/// What a push to a pull request asks of GitHub when everything else is known, with one check.
const WARM: &[&str] = &[
    // Which tree the head has: one that was judged before is not read.
    "GET /repos/{owner}/{repo}/commits/{ref}",
    // Where the change began: what was there already is not its fault.
    "GET /repos/{owner}/{repo}/compare/{basehead}",
    "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
    // What holds now: events come late and out of turn.
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    "POST /graphql",
    "POST /repos/{owner}/{repo}/check-runs",
];
/// What a process asks beside when it meets the repository for the first time.
const OTHERS: &[&str] = &["POST /app/installations/{installation_id}/access_tokens"];

/// Every call so far, in the order of their names.
fn routes(stage: &Stage) -> Vec<String> {
    let mut routes: Vec<String> = stage.gh.calls().into_iter().map(|call| call.route).collect();
    routes.sort_unstable();
    routes
}

/// The price of a push to a pull request once everything else is known.
#[tokio::test]
async fn a_warm_push_costs_one_tree_one_question_and_one_write_per_check() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.push(REPO, "image", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "image", "main");
        stage.settle().await;
        for n in 0..3 {
            stage.gh.forget_calls();
            let text = format!("{ROOT}# {n}\n");
            let head = stage.gh.push(REPO, "image", &[("Dockerfile", text.as_str())], "Again");
            stage.settle().await;
            let checks = stage.gh.check_runs(REPO, &head).len();
            assert_eq!(checks, 1);
            assert_eq!(routes(&stage), WARM);
        }
        // What it cost stands in the metrics, per try of a job.
        let text = crate::http::get(&stage.url, "/metrics").await.body;
        let sum = "waymark_job_github_points_sum{kind=\"check_pull\"}";
        let line = text.lines().find(|line| line.starts_with(sum)).expect("counted");
        let points: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
        assert!((30.0..60.0).contains(&points), "four checks: {line}");
        // The first push that another process handles: it has a token of its own to ask for.
        let second = stage.replica().await;
        for expected in [[OTHERS, WARM].concat(), WARM.to_vec()] {
            stage.gh.forget_calls();
            let text = format!("{ROOT}# {}\n", expected.len());
            stage.gh.push(REPO, "image", &[("Dockerfile", text.as_str())], "Again");
            stage.gh.deliver().await;
            second.work_off().await.unwrap();
            let mut expected = expected;
            expected.sort_unstable();
            assert_eq!(routes(&stage), expected);
        }
        stage.end().await;
    }
}

/// 200 changed files of one check would cost a thousand points; the fake GitHub says so, too.
#[tokio::test]
async fn a_minute_that_is_used_up_is_waited_out_before_github_says_so() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let mut heads = Vec::new();
        for n in 0..130 {
            let (branch, file) = (format!("b{n}"), format!("{n}/Dockerfile"));
            heads.push(stage.gh.push(REPO, &branch, &[(&file, ROOT)], "Add image"));
            stage.gh.open_pull(REPO, &branch, "main");
        }
        stage.settle().await;
        let done =
            |stage: &Stage| heads.iter().filter(|head| !stage.runs(REPO, head).is_empty()).count();
        let first = done(&stage);
        assert!((20..130).contains(&first), "{first}");
        let waiting = stage.jobs(JobState::Queued).await;
        assert!(waiting.iter().all(|job| job.attempts == 0), "no try is counted");
        // Others are not concerned.
        stage.gh.create_repo("globex/orders", &[("catalog-info.yaml", CATALOG)]);
        let other = stage.gh.push("globex/orders", "topic", &[("Dockerfile", ROOT)], "Image");
        stage.gh.open_pull("globex/orders", "topic", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("globex/orders", &other), "failure");
        for _ in 0..40 {
            stage.advance(62);
            stage.settle().await;
        }
        assert_eq!(done(&stage), 130);
        // Not one request was refused: the story's end says so.
        stage.end().await;
    }
}

/// A sweep takes what it may of a minute and waits for the rest; somebody who pushes meanwhile
/// does not.
#[tokio::test]
async fn a_sweep_leaves_room_for_whoever_waits() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let mut heads = Vec::new();
        for n in 0..70 {
            let (branch, file) = (format!("b{n}"), format!("{n}/Dockerfile"));
            heads.push(stage.gh.push(REPO, &branch, &[(&file, ROOT)], "Add image"));
            stage.gh.open_pull(REPO, &branch, "main");
        }
        // Nobody has told of them: they are found, and judged when there is room.
        stage.gh.lose_queue();
        stage.gh.push(REPO, "main", &[("a.txt", "a")], "Tell of the repository");
        stage.settle().await;
        stage.advance(61);
        let installation = stage.app.store.installations().await.unwrap()[0].id;
        let again = Job::RejudgeInstallation { installation };
        stage.app.store.enqueue(&[again], stage.hands.now()).await.unwrap();
        let began = stage.hands.now();
        stage.settle().await;
        let done = |stage: &Stage| heads.iter().filter(|h| !stage.runs(REPO, h).is_empty()).count();
        let first = done(&stage);
        assert!((10..70).contains(&first), "{first}");
        // A push, in the same minute of the same installation.
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        assert!(stage.hands.now().0 - began.0 < 10_000, "nobody has waited");
        assert_eq!(done(&stage), first, "the sweep has");
        for _ in 0..20 {
            stage.advance(62);
            stage.settle().await;
        }
        assert_eq!(done(&stage), 70);
        stage.end().await;
    }
}

/// Comments a second apart; the clock moves because somebody waits.
#[tokio::test]
async fn what_people_are_told_of_is_a_second_apart() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.push(REPO, "main", &[("a.txt", "a")], "Tell of the repository");
        let number = stage.gh.open_issue(REPO, "octocat", "Hello");
        stage.settle().await;
        let id = stage.app.store.installations().await.unwrap()[0].id;
        let repo = stage.app.store.repos(id).await.unwrap().remove(0);
        let github = stage
            .app
            .github
            .installation(id, TokenScope::of(repo.id).with(Permission::Issues, Access::Write));
        let before = stage.hands.now();
        for n in 0..4 {
            github.create_comment(&repo.name, number as i64, &format!("Words {n}")).await.unwrap();
        }
        assert_eq!(stage.hands.now().0 - before.0, 3_000);
        stage.end().await;
    }
}

/// GitHub is away for an hour: jobs wait without using up their tries, and few requests are made.
#[tokio::test]
async fn an_hour_without_github_kills_no_job() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let mut heads = Vec::new();
        for n in 0..12 {
            let (branch, file) = (format!("b{n}"), format!("{n}/Dockerfile"));
            heads.push(stage.gh.push(REPO, &branch, &[(&file, ROOT)], "Add image"));
            stage.gh.open_pull(REPO, &branch, "main");
        }
        stage.gh.fail("*", 502, usize::MAX);
        for _ in 0..120 {
            stage.settle().await;
            stage.advance(30);
        }
        assert!(stage.app.github.is_away());
        let asked = stage.gh.calls().len();
        assert!((20..60).contains(&asked), "{asked} requests in an hour");
        assert_eq!(stage.jobs(JobState::Dead).await.len(), 0);
        stage.gh.heal();
        stage.advance(5 * 60);
        for _ in 0..5 {
            stage.settle().await;
            stage.advance(60);
        }
        stage.settle().await;
        for head in &heads {
            assert_eq!(stage.conclusion(REPO, head), "failure");
        }
        stage.end().await;
    }
}

/// A wrong key, or a fault of GitHub's: not one try counts, and whoever is not believed does not
/// knock all the time.
#[tokio::test]
async fn an_hour_of_refused_credentials_kills_no_job() {
    // While other questions in the App's name are answered its key is good: each job asks once a
    // minute, twice. Else everybody waits for one that probes.
    for (route, most) in
        [("*", 60), ("POST /app/installations/{installation_id}/access_tokens", 12 * 60 * 2)]
    {
        for stage in Stage::each().await {
            stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
            stage.settle().await;
            let mut heads = Vec::new();
            for n in 0..12 {
                let (branch, file) = (format!("b{n}"), format!("{n}/Dockerfile"));
                heads.push(stage.gh.push(REPO, &branch, &[(&file, ROOT)], "Add image"));
                stage.gh.open_pull(REPO, &branch, "main");
            }
            stage.gh.expire_tokens();
            stage.gh.fail(route, 401, usize::MAX);
            stage.gh.forget_calls();
            for _ in 0..120 {
                stage.settle().await;
                stage.advance(30);
            }
            let asked = stage.gh.calls().len();
            assert!((20..=most).contains(&asked), "{route}: {asked} requests in an hour");
            assert_eq!(stage.jobs(JobState::Dead).await.len(), 0);
            let waiting = stage.jobs(JobState::Queued).await;
            assert!(waiting.iter().all(|job| job.attempts == 0), "{waiting:#?}");
            let said = waiting[0].last_error.clone().unwrap();
            assert!(said.contains("401") || said.contains("refused our key"), "{said}");
            stage.gh.heal();
            stage.advance(5 * 60);
            for _ in 0..5 {
                stage.settle().await;
                stage.advance(60);
            }
            for head in &heads {
                assert_eq!(stage.runs(REPO, head).len(), 1);
                assert_eq!(stage.conclusion(REPO, head), "failure");
            }
            stage.end().await;
        }
    }
}

/// A server of one's own may have no limits: nothing is held back there.
#[tokio::test]
async fn a_server_without_limits_is_not_held_back() {
    let props = || Props { limits: false, ..Props::default() };
    let shape = |clock| FakeGitHub::builder(clock).without_secondary_limits();
    assert_eq!(Limits::GITHUB.rest_points, 900);
    for stage in Stage::each_with(shape, props).await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let mut heads = Vec::new();
        for n in 0..130 {
            let (branch, file) = (format!("b{n}"), format!("{n}/Dockerfile"));
            heads.push(stage.gh.push(REPO, &branch, &[(&file, ROOT)], "Add image"));
            stage.gh.open_pull(REPO, &branch, "main");
        }
        stage.settle().await;
        assert!(heads.iter().all(|head| stage.runs(REPO, head).len() == 1));
        stage.end().await;
    }
}
