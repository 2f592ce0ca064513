//! Deliveries get lost on their way: the service was away, the secret was wrong, an answer came
//! too late. Nobody repeats them, so we ask.

use waymark::domain::ids::Sha;
use waymark::domain::job::Job;
use waymark::edge::store::JobState;

use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";
const LIST: &str = "GET /app/hook/deliveries";
const ONE: &str = "GET /app/hook/deliveries/{delivery_id}";
const DAY: i64 = 24 * 60 * 60;

/// A pull request that fails; its webhooks wait. Returns its head.
fn pull(stage: &Stage, branch: &str) -> String {
    let head = stage.gh.push(REPO, branch, &[(&format!("{branch}/Dockerfile"), ROOT)], "Add image");
    stage.gh.open_pull(REPO, branch, "main");
    head
}

/// A service that is up to date with GitHub's list.
async fn compared() -> Vec<Stage> {
    let mut stages = Vec::new();
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        recover(&stage).await;
        stage.gh.forget_calls();
        stages.push(stage);
    }
    stages
}

async fn recover(stage: &Stage) {
    stage.app.store.enqueue(&[Job::Recover], stage.hands.now()).await.unwrap();
    stage.settle().await;
}

#[tokio::test]
async fn what_was_missed_while_the_service_was_away_is_taken_in_once() {
    for stage in compared().await {
        let head = pull(&stage, "topic");
        stage.gh.lose_queue();
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 0);

        // The calendar does it within minutes, also at the start.
        stage.advance(5 * 60);
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        assert_eq!(stage.runs(REPO, &head).len(), 1);

        // And asks for no payload twice.
        stage.gh.forget_calls();
        stage.advance(5 * 60);
        recover(&stage).await;
        assert_eq!(stage.gh.calls_to(ONE).len(), 0);
        assert_eq!(stage.gh.calls_to(LIST).len(), 1);
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        stage.end().await;
    }
}

/// A wrong secret refuses everything; GitHub's own list is believed, for our key opened it.
#[tokio::test]
async fn what_was_refused_for_a_wrong_secret_is_recovered() {
    for stage in compared().await {
        let secret = stage.gh.webhook_secret();
        stage.gh.set_webhook_secret("somebody mistyped it");
        let head = pull(&stage, "topic");
        assert!(stage.gh.deliver().await.iter().all(|(_, status)| *status == 401));
        stage.gh.set_webhook_secret(&secret);
        recover(&stage).await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

/// Redelivered by hand meanwhile, repeated by a proxy, in another order: one effect.
#[tokio::test]
async fn a_recovered_delivery_that_arrives_after_all_changes_nothing() {
    for stage in compared().await {
        let head = pull(&stage, "topic");
        stage.gh.lose_queue();
        stage.gh.redeliver("pull_request.opened");
        stage.gh.lose_queue();
        recover(&stage).await;
        assert_eq!(stage.gh.calls_to(ONE).len(), 2, "a push and an opened, each once");
        stage.gh.redeliver("pull_request.opened");
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_long_list_is_compared_page_by_page_and_only_what_matters_is_fetched() {
    for stage in compared().await {
        let head = pull(&stage, "lost");
        stage.gh.lose_queue();
        // 250 later deliveries that arrived, of which ours are among the oldest.
        for n in 0..250 {
            let text = format!("{n}");
            stage.gh.push(REPO, "noise", &[("noise.txt", text.as_str())], "Noise");
        }
        stage.settle().await;
        stage.gh.forget_calls();
        recover(&stage).await;
        assert_eq!(stage.gh.calls_to(LIST).len(), 3);
        assert_eq!(stage.gh.calls_to(ONE).len(), 2);
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

/// The list breaks off in the middle: the next try goes on, and nothing is passed over.
#[tokio::test]
async fn trouble_while_comparing_passes_nothing_over() {
    for (route, times) in [(LIST, 2), (ONE, 3)] {
        for stage in compared().await {
            let heads = [pull(&stage, "one"), pull(&stage, "two"), pull(&stage, "three")];
            stage.gh.lose_queue();
            stage.gh.fail(route, 502, times);
            recover(&stage).await;
            for _ in 0..times {
                stage.advance(60);
                stage.settle().await;
            }
            for head in &heads {
                assert_eq!(stage.conclusion(REPO, head), "failure", "{route}");
                assert_eq!(stage.runs(REPO, head).len(), 1, "{route}");
            }
            stage.end().await;
        }
    }
}

/// Away for longer than GitHub remembers: every open pull request is judged, in quiet.
#[tokio::test]
async fn after_a_long_outage_open_pull_requests_are_judged_again() {
    for stage in compared().await {
        let judged = pull(&stage, "known");
        stage.gh.push(REPO, "gone", &[("gone.txt", "x")], "Leave");
        let closed = stage.gh.open_pull(REPO, "gone", "main");
        stage.settle().await;
        let missed = pull(&stage, "missed");
        stage.gh.close_pull(REPO, closed);
        stage.gh.lose_queue();
        stage.advance(4 * DAY);
        recover(&stage).await;
        assert_eq!(stage.gh.calls_to(ONE).len(), 0, "GitHub has forgotten them");
        assert_eq!(stage.conclusion(REPO, &missed), "failure");
        assert_eq!(stage.runs(REPO, &missed).len(), 1);
        assert_eq!(stage.runs(REPO, &judged).len(), 1, "its verdict stood already");
        let repo = stage.app.store.repos(stage.app.store.installations().await.unwrap()[0].id);
        let repo = repo.await.unwrap()[0].id;
        let open = stage.app.store.open_pulls(repo).await.unwrap();
        let open: Vec<i64> = open.iter().map(|known| known.pull.number).collect();
        assert!(!open.contains(&(closed as i64)) && open.len() == 2, "{open:?}");
        stage.end().await;
    }
}

/// A new database: nobody has told it who installed the App.
#[tokio::test]
async fn a_database_that_was_lost_finds_everything_again() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let head = pull(&stage, "topic");
        stage.gh.lose_queue();
        stage.advance(30 * DAY);
        stage.app.fire_schedules().await.unwrap();
        stage.settle().await;
        assert_eq!(stage.app.store.installations().await.unwrap().len(), 1);
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

/// `waymark replay` after all is done: everything is read once more, and nothing is said twice.
#[tokio::test]
async fn a_delivery_that_is_read_once_more_posts_nothing_new() {
    for stage in compared().await {
        let head = pull(&stage, "topic");
        let number = stage.gh.open_issue(REPO, "octo-dev", "How do we stand?");
        stage.gh.allow("GET */contents/*", 404);
        stage.gh.comment(REPO, number, "octo-dev", "/platform scorecard");
        let tip = stage.gh.push(REPO, "main", &[("a.txt", "a")], "Say something");
        stage.settle().await;
        let guids: Vec<String> = stage.gh.history().into_iter().map(|hook| hook.guid).collect();
        stage.gh.forget_calls();
        let queued = stage.app.store.plan_again(&guids, stage.hands.now()).await.unwrap();
        assert!(queued >= 4, "{queued}");
        stage.settle().await;
        let written: Vec<String> = stage
            .gh
            .calls()
            .into_iter()
            .filter(|call| call.method != "GET" && call.route != "POST /graphql")
            .map(|call| call.route)
            // A reaction that is there already stays one; a token tells nobody.
            .filter(|route| !route.ends_with("/reactions") && !route.ends_with("/access_tokens"))
            .collect();
        assert_eq!(written, [""; 0]);
        assert_eq!((stage.runs(REPO, &head).len(), stage.runs(REPO, &tip).len()), (1, 1));
        assert_eq!(stage.gh.comments(REPO, number).len(), 2);
        stage.end().await;
    }
}

/// A process died in the middle of a check, again and again: it is concluded with the reason.
#[tokio::test]
async fn a_check_whose_workers_die_is_concluded() {
    for stage in compared().await {
        let head = pull(&stage, "topic");
        stage.gh.lose_queue();
        let installation = stage.app.store.installations().await.unwrap()[0].id;
        let repo = stage.app.store.repos(installation).await.unwrap().remove(0);
        let job = Job::CheckPull {
            installation,
            repo: repo.id,
            name: repo.name,
            number: 1,
            head: Sha::parse(&head).unwrap(),
            fresh: None,
        };
        stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
        for _ in 0..8 {
            let claimed = stage.app.store.claim("dead", stage.hands.now(), 60_000).await.unwrap();
            assert!(claimed.is_some_and(|c| c.job.kind() == "check_pull"));
            stage.advance(61);
        }
        stage.settle().await;
        let run = stage.run(REPO, &head);
        assert_eq!(run.status, "completed");
        assert_eq!(run.conclusion.as_deref(), Some("action_required"));
        let dead = stage.jobs(JobState::Dead).await;
        assert_eq!(dead.len(), 1, "{dead:#?}");
        stage.app.store.remove_installation(installation).await.unwrap();
        stage.end().await;
    }
}

/// The operator sees when nobody looks for what was missed any more.
#[tokio::test]
async fn the_age_of_the_last_comparison_is_measured() {
    for stage in Stage::each().await {
        let age = async || {
            let text = crate::http::get(&stage.url, "/metrics").await.body;
            let series = "waymark_recovery_age_seconds ";
            text.lines().find_map(|line| line.strip_prefix(series)).unwrap().to_owned()
        };
        assert_eq!(age().await, "+Inf", "never");
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        recover(&stage).await;
        assert_eq!(age().await, "0");
        // One that cannot be made counts for nothing.
        stage.gh.fail(LIST, 502, usize::MAX);
        stage.advance(3700);
        recover(&stage).await;
        assert_eq!(age().await, "3700");
        stage.gh.heal();
        stage.advance(60);
        stage.settle().await;
        assert_eq!(age().await, "0");
        stage.end().await;
    }
}

/// While our clock was an hour ahead, comparisons ended where they began; what was missed then is
/// found once it is right.
#[tokio::test]
async fn what_was_missed_before_the_clock_went_back_is_taken_in() {
    for stage in compared().await {
        stage.hands.advance_ms(3_600_000);
        let ahead = stage.hands.now();
        let known = stage.app.store.recovery().await.unwrap();
        let later = waymark::edge::store::Recovery { through: Some(ahead), ..known };
        stage.app.store.put_recovery(&later).await.unwrap();
        let head = pull(&stage, "topic");
        stage.gh.lose_queue();
        stage.hands.advance_ms(-3_600_000);
        stage.advance(20 * 60);
        recover(&stage).await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}
