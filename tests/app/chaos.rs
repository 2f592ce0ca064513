//! What is left when everything fails at once? At the end of a bad day every accepted delivery
//! has had its effect, once; nothing is in progress, nothing is dead.
//!
//! `scripts/chaos` does the same to the real process with kill -9, a restarted PostgreSQL and a
//! full disk.

mod errands;
pub(crate) mod town;

use std::future::poll_fn;
use std::path::Path;
use std::task::Poll;
use std::time::Duration;

use waymark::edge::store::{JobFilter, JobState};

use crate::github::{FakeClock, FakeGitHub};
use crate::stage::{NOW, Props, Stage};
use crate::stories::evaluators::evaluators_of;
use crate::stories::files::CATALOG;
use town::Town;

const REPO: &str = "acme/payments";
/// A worker's lease, and a second.
const LEASE: i64 = 91;
/// Seconds by which our clock goes back for a while, beside some drift.
const GOES_BACK: i64 = 3_600;
/// Seconds by which it runs ahead for a while.
const RUNS_AHEAD: i64 = 86_400;
/// How often the calendar asks for a comparison with GitHub's list, and a second.
const COMPARED: i64 = 301;

/// Lets `work` go on until it has waited so often, and then drops it where it stands: each
/// await is a place between two steps at which a process can die. `None`: it died.
async fn dying_after<W: Future>(waits: usize, work: W) -> Option<W::Output> {
    // On the heap: three whole workers do not fit on a test thread's stack.
    let mut work = Box::pin(work);
    let mut left = waits;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        work.as_mut().poll(context).map(Some)
    })
    .await
}

/// How often `work` waits until it is done.
async fn steps_of<W: Future>(work: W) -> (usize, W::Output) {
    let mut work = Box::pin(work);
    let mut steps = 0;
    poll_fn(|context| {
        steps += 1;
        work.as_mut().poll(context).map(|output| (steps, output))
    })
    .await
}

/// What the dead had sent is carried out, or never will be; what they had begun to write is rolled
/// back. (A job that a dying claim still holds is nobody's turn: to settle then finds no work.)
async fn calm_wires(stage: &Stage) {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    stage.gh.wait_until(FakeGitHub::is_idle).await;
    while stage.app.store.connections().busy > 0 {
        tokio::task::yield_now().await;
    }
}

/// On a thread with room: unoptimised, three whole workers inside a story need more stack than a
/// test has. (The service gives its threads more, too.)
fn with_room(story: impl Future<Output = ()> + Send + 'static) {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.unwrap().block_on(story);
    };
    let thread = std::thread::Builder::new().stack_size(32 << 20).spawn(run).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn a_death_between_any_two_steps_is_made_good() {
    with_room(deaths());
}

async fn deaths() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let (mut deaths, mut survived) = (0, 0);
        for waits in 1..400 {
            let branch = format!("topic-{waits}");
            let image = format!("# {waits}\nFROM debian:12@sha256:1\nCMD [\"/app\"]\n");
            let head = stage.gh.push(REPO, &branch, &[("Dockerfile", image.as_str())], "Add image");
            let number = stage.gh.open_pull(REPO, &branch, "main");
            stage.gh.deliver().await;
            let lived = dying_after(waits, stage.app.work_off()).await.is_some();
            calm_wires(&stage).await;
            stage.advance(LEASE);
            stage.settle().await;
            let runs = stage.runs(REPO, &head);
            assert_eq!(runs.len(), 1, "{} waits: {runs:#?}", waits);
            assert_eq!(runs[0].conclusion.as_deref(), Some("failure"), "{waits} waits");
            assert_eq!(runs[0].annotations.len(), 1, "{waits} waits");
            stage.gh.close_pull(REPO, number);
            stage.settle().await;
            deaths += usize::from(!lived);
            survived += usize::from(lived);
            if survived == 3 {
                break;
            }
        }
        assert!(deaths > 20, "{deaths} deaths are not between any two steps");
        assert_eq!(survived, 3, "some day it must live to the end");
        assert_eq!(stage.jobs(JobState::Dead).await, []);
        stage.end().await;
    }
}

/// Forty hours in which nothing works as it should.
async fn bad_day(stage: &Stage, folder: &Path, seed: u64) {
    let mut town = Town::new(stage.gh.clone(), seed, stage.app.risk);
    // Their default branches move, and none has a configuration.
    stage.gh.allow("GET */contents/*", 404);
    // Signed by a clock that is wrong.
    stage.gh.allow("*", 401);
    let mut round = None;
    for _ in 0..40 {
        for _ in 0..=town.dice.roll(3) {
            town.push(9);
        }
        town.shake_deliveries();
        if town.dice.once_in(2) {
            town.order_fault();
        }
        while !stage.gh.queued().is_empty() && !town.dice.once_in(9) {
            stage.gh.deliver_one().await;
        }
        if town.dice.once_in(5) {
            for child in evaluators_of(folder) {
                let _ =
                    std::process::Command::new("kill").args(["-9", &child.to_string()]).status();
            }
        }
        // Recovery, sweeps and the like come in between.
        round = Some(stage.app.go_round("day", round).await);
        // Three replicas, each of which may die at any step.
        let waits = [0, 1, 2].map(|_| 1 + town.dice.roll(300));
        let work = |replica: usize| dying_after(waits[replica], stage.app.work_off());
        let (a, b, c) = tokio::join!(work(0), work(1), work(2));
        for done in [a, b, c].into_iter().flatten() {
            done.unwrap();
        }
        calm_wires(stage).await;
        // Our clock runs ahead or behind for a while; then both jump on.
        let off = [-GOES_BACK, RUNS_AHEAD, 0, 0, 0, 0][town.dice.roll(6)];
        let skew = off + town.dice.roll(91) as i64 - 45;
        stage.hands.advance_ms(skew * 1_000);
        round = Some(stage.app.go_round("day", round).await);
        let _ = dying_after(1 + town.dice.roll(100), stage.app.work_off()).await;
        calm_wires(stage).await;
        stage.hands.advance_ms(-skew * 1_000);
        stage.advance([1, 20, LEASE, 3_600][town.dice.roll(4)]);
    }
    stage.gh.heal();
    // What was lost on its way is in GitHub's list only: the calendar has to find it.
    let mut rounds = 0;
    loop {
        stage.advance(COMPARED);
        round = Some(stage.app.go_round("day", round).await);
        stage.settle().await;
        rounds += 1;
        if rounds > 1
            && stage.jobs(JobState::Queued).await.is_empty()
            && stage.jobs(JobState::Running).await.is_empty()
        {
            break;
        }
        let left = stage.app.store.list_jobs(JobFilter::All, 100).await.unwrap();
        let now = stage.hands.now();
        assert!(rounds < 60, "seed {seed}: at {now:?} it does not rest: {left:#?}");
    }
    // Who met a fault or a death on each of eight tries is kept for the operator, and concluded
    // meanwhile (after eight deaths by a ninth claim, which only says so); once retried, as
    // `waymark jobs retry` does, it must end as well as the others.
    let spent = stage.jobs(JobState::Dead).await;
    assert!(spent.iter().all(|job| job.attempts >= job.max_attempts), "seed {seed}: {spent:#?}");
    assert!(spent.len() <= 3, "seed {seed}: {spent:#?}");
    for job in &spent {
        assert!(stage.app.store.retry_dead(&job.id, stage.app.clock.now()).await.unwrap());
    }
    stage.settle().await;
    let dead = stage.jobs(JobState::Dead).await;
    assert!(dead.is_empty(), "seed {seed}: {dead:#?}");
    stage.gh.forgive_those("App JWT: ");
    let wrong = town.complaints();
    assert!(wrong.is_empty(), "seed {seed}:\n{}", wrong.join("\n"));
    assert!(town.pushes > 60 && town.faults > 10, "{} {}", town.pushes, town.faults);
    assert!(town.lost > 3, "{} deliveries were lost", town.lost);
}

async fn bad_days(seeds: &'static [u64]) {
    for seed in seeds {
        let folder = tempfile::tempdir().unwrap();
        let props = || Props {
            policies: vec![folder.path().to_owned()],
            patience: Duration::from_secs(2),
            ..Props::default()
        };
        for stage in Stage::each_with(|_| FakeGitHub::builder(FakeClock::at(NOW)), props).await {
            Box::pin(bad_day(&stage, folder.path(), *seed)).await;
            stage.end().await;
        }
    }
}

#[test]
fn a_bad_day_ends_well() {
    with_room(bad_days(&[1, 2]));
}

#[test]
fn another_bad_day_ends_well() {
    with_room(bad_days(&[3, 4]));
}
