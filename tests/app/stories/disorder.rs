//! GitHub's deliveries come twice, late, in the wrong order, or not at all.

use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const FIXED: &str = "FROM debian:12@sha256:1\nUSER 10001\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";

fn repo(stage: &Stage) {
    stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
}

/// How many check runs were made.
fn posted(stage: &Stage) -> usize {
    stage.gh.calls_to("POST */check-runs").len()
}

#[tokio::test]
async fn the_same_delivery_twice_is_one_run() {
    for stage in Stage::each().await {
        repo(&stage);
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.gh.duplicate_queue();
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.gh.redeliver("pull_request.opened");
        stage.gh.redeliver("push");
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        assert_eq!(posted(&stage), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn the_same_delivery_many_times_at_once_is_one_job() {
    for stage in Stage::each().await {
        repo(&stage);
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "topic", "main");
        // Everything waits ten times; ten senders take from the queue together.
        stage.gh.with_queue(|queue| {
            let hooks: Vec<_> = queue.drain(..).collect();
            for hook in hooks {
                queue.extend(std::iter::repeat_n(hook, 10));
            }
        });
        let mut senders = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let gh = stage.gh.clone();
            senders.spawn(async move { gh.deliver().await });
        }
        let sent: Vec<_> = senders.join_all().await.into_iter().flatten().collect();
        assert_eq!(sent.len(), 20);
        assert!(sent.iter().all(|(_, status)| *status == 202), "{sent:?}");
        let waiting = stage.jobs(waymark::edge::store::JobState::Queued).await;
        assert_eq!(waiting.len(), 2, "one plan for each of two deliveries: {waiting:#?}");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        assert_eq!((stage.runs(REPO, &head).len(), posted(&stage)), (1, 1));
        stage.end().await;
    }
}

#[tokio::test]
async fn the_news_of_a_push_overtakes_the_opening() {
    for stage in Stage::each().await {
        repo(&stage);
        stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull(REPO, "topic", "main");
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", FIXED)], "Drop root");
        stage.gh.reverse_queue();
        assert_eq!(stage.gh.queued()[0], "pull_request.synchronize");
        // One by one, each with the work that it makes: nothing can be put together.
        while stage.gh.deliver_one().await.is_some() {
            stage.app.work_off().await.unwrap();
        }
        assert_eq!(stage.conclusion(REPO, &head), "success");
        assert_eq!(posted(&stage), 1, "only the newest head was judged");
        stage.end().await;
    }
}

#[tokio::test]
async fn an_old_push_that_comes_late_does_not_turn_back_the_clock() {
    for stage in Stage::each().await {
        repo(&stage);
        stage.gh.push(REPO, "topic", &[("NOTES.md", "# Payments\n")], "Say hello");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let old = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        let late: Vec<_> = stage.gh.with_queue(|queue| queue.drain(..).collect());
        stage.advance(30);
        let new = stage.gh.push(REPO, "topic", &[("Dockerfile", FIXED)], "Drop root");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &new), "success");
        stage.gh.with_queue(|queue| queue.extend(late));
        while stage.gh.deliver_one().await.is_some() {
            stage.app.work_off().await.unwrap();
        }
        assert_eq!(stage.conclusion(REPO, &new), "success");
        assert_eq!(stage.runs(REPO, &old).len(), 0, "nobody looks at the old head any more");
        // What comes next must not be fooled either.
        stage.gh.rerequest_check(stage.run(REPO, &new).id);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &new), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn the_end_of_a_pull_request_overtakes_its_last_push() {
    for stage in Stage::each().await {
        repo(&stage);
        stage.gh.push(REPO, "topic", &[("NOTES.md", "# Payments\n")], "Say hello");
        let number = stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let last = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.close_pull(REPO, number);
        stage.gh.reverse_queue();
        assert_eq!(stage.gh.queued()[0], "pull_request.closed");
        while stage.gh.deliver_one().await.is_some() {
            stage.app.work_off().await.unwrap();
        }
        assert_eq!(stage.runs(REPO, &last).len(), 0, "nobody waits for it");
        // And it can come back.
        stage.advance(5);
        stage.gh.reopen_pull(REPO, number);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &last), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_push_alone_is_enough() {
    for stage in Stage::each().await {
        repo(&stage);
        stage.gh.push(REPO, "topic", &[("NOTES.md", "# Payments\n")], "Say hello");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.with_queue(|queue| queue.retain(|hook| hook.event == "push"));
        assert_eq!(stage.gh.queued(), ["push"]);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_synchronize_alone_is_enough() {
    for stage in Stage::each().await {
        repo(&stage);
        stage.gh.push(REPO, "topic", &[("NOTES.md", "# Payments\n")], "Say hello");
        stage.gh.open_pull(REPO, "topic", "main");
        // Not even the opening arrived.
        stage.gh.lose_queue();
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.with_queue(|queue| queue.retain(|hook| hook.event == "pull_request"));
        assert_eq!(stage.gh.queued(), ["pull_request.synchronize"]);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn many_pushes_in_a_row_are_judged_once() {
    for stage in Stage::each().await {
        repo(&stage);
        stage.gh.push(REPO, "topic", &[("NOTES.md", "# Payments\n")], "Say hello");
        stage.gh.open_pull(REPO, "topic", "main");
        let mut head = String::new();
        for n in 0..20 {
            let image = format!("{ROOT}# {n}\n");
            head = stage.gh.push(REPO, "topic", &[("Dockerfile", image)], "Try again");
        }
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        assert_eq!(posted(&stage), 1);
        stage.end().await;
    }
}
