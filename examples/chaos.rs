//! The real process on a bad day: killed at random, its evaluators shot, its database restarted, its
//! disk full, its deliveries mixed up, GitHub ill. At the end: every accepted delivery has had
//! its effect, once. `scripts/chaos` sets the stage and calls this.
//!
//! ```text
//! chaos --program target/debug/waymark --database URL [--replicas N] [--kills N] [--seed N]
//!       [--upset 'shell command'] [--fill FILE]
//! ```
//! `--upset` is run every 20 kills (restart the server); `--fill` is a file on the database's small
//! disk that is blown up until nothing fits any more, and removed.
#![allow(unreachable_pub, dead_code, clippy::unwrap_used, clippy::print_stdout)]

#[path = "../tests/app/github/mod.rs"]
mod github;
#[path = "../tests/app/serving.rs"]
mod serving;
#[path = "../tests/app/chaos/town.rs"]
mod town;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use github::{FakeClock, FakeGitHub};
use serving::{Recipe, Serving, now};
use town::Town;
use waymark::edge::store::{JobFilter, JobState, Store};

/// Longest time that everything may take to come to rest: a lease, a few tries.
const PATIENCE: Duration = Duration::from_secs(600);

struct Options {
    program: PathBuf,
    database: String,
    replicas: usize,
    kills: usize,
    seed: u64,
    upset: Option<String>,
    fill: Option<PathBuf>,
}

fn options() -> Options {
    let mut words = std::env::args().skip(1);
    let mut given = BTreeMap::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        given.insert(name.trim_start_matches('-').to_owned(), value);
    }
    let number = |name: &str, default: usize| {
        given.get(name).map_or(default, |text| text.parse().expect("a number"))
    };
    Options {
        program: given.get("program").expect("--program").into(),
        database: given.get("database").expect("--database").clone(),
        replicas: number("replicas", 1),
        kills: number("kills", 200),
        seed: number("seed", 1) as u64,
        upset: given.get("upset").cloned(),
        fill: given.get("fill").map(PathBuf::from),
    }
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    runtime.block_on(run(options()))
}

/// What happened.
#[derive(Default)]
struct Tally {
    kills: usize,
    evaluators: usize,
    upsets: usize,
    full: usize,
    accepted: usize,
    unanswered: usize,
    refused: usize,
}

struct Day {
    options: Options,
    gh: FakeGitHub,
    town: Town,
    recipe: Recipe,
    replicas: Vec<Serving>,
    tally: Tally,
}

async fn run(options: Options) -> ExitCode {
    let started = Instant::now();
    let clock = FakeClock::at(now());
    // One tenant pushes more in ten minutes than GitHub grants: its limits have their own tests.
    let gh = FakeGitHub::builder(clock.clone()).without_limits().start().await;
    // The process has the machine's clock, so GitHub has it, too.
    tokio::spawn(async move {
        loop {
            clock.advance(now() - clock.now());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let town = Town::new(gh.clone(), options.seed);
    let recipe = Recipe::new(&options.program, &gh, &options.database)
        .with("WAYMARK_WORKERS", "4")
        .with("WAYMARK_GITHUB_LIMITS", "off");
    let mut day = Day { options, gh, town, recipe, replicas: Vec::new(), tally: Tally::default() };
    for _ in 0..day.options.replicas {
        let replica = day.recipe.start().await.expect("it starts");
        day.replicas.push(replica);
    }
    while day.tally.kills < day.options.kills {
        day.hour().await;
        if day.tally.kills.is_multiple_of(20) {
            println!("{:>5} s  {} kills", started.elapsed().as_secs(), day.tally.kills);
        }
    }
    let wrong = day.rest().await;
    day.report(started, &wrong);
    for replica in day.replicas {
        replica.stop().await;
    }
    if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Day {
    async fn hour(&mut self) {
        for _ in 0..=self.town.dice.roll(2) {
            self.town.push(60);
        }
        self.town.shake_deliveries();
        if self.town.dice.once_in(3) {
            self.town.order_fault();
        }
        let at = self.town.dice.roll(self.replicas.len());
        // Every other one dies while deliveries arrive: what it has not acknowledged is not its.
        if self.town.dice.once_in(2) {
            let (pid, after) = (self.replicas[at].pid(), self.town.dice.roll(60) as u64);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(after)).await;
                kill(pid);
            });
        }
        self.deliver().await;
        if self.tally.kills % 20 == 10 {
            self.fill_disk().await;
        }
        let pause = self.town.dice.roll(1_200) as u64;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if self.town.dice.once_in(6) {
            let evaluators = children_of(self.replicas[at].pid());
            self.tally.evaluators += evaluators.len();
            evaluators.iter().for_each(|child| kill(*child));
        }
        self.replicas.swap_remove(at).shoot().await;
        self.tally.kills += 1;
        if self.tally.kills.is_multiple_of(20) {
            self.upset();
        }
        self.restart().await;
    }

    /// A database that is away makes the process end with a complaint; a supervisor would start it
    /// again, and so do we.
    async fn restart(&mut self) {
        for _ in 0..60 {
            if let Ok(replica) = self.recipe.start().await {
                self.replicas.push(replica);
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("it does not start any more");
    }

    /// Sends the queue, each delivery to some replica; what is not accepted waits for another day.
    async fn deliver(&mut self) {
        while !self.gh.queued().is_empty() {
            let at = self.town.dice.roll(self.replicas.len());
            self.gh.deliver_to(&format!("{}/webhook", self.replicas[at].url));
            match self.gh.deliver_one().await {
                Some((_, 202)) => self.tally.accepted += 1,
                Some((_, 502)) => self.tally.unanswered += 1,
                Some(_) => self.tally.refused += 1,
                None => {}
            }
        }
    }

    fn upset(&mut self) {
        if let Some(command) = &self.options.upset {
            let done = Command::new("sh").args(["-c", command]).status().expect("sh runs");
            assert!(done.success(), "{command}");
            self.tally.upsets += 1;
        }
    }

    /// Nothing fits on the disk any more while deliveries come; then there is room again.
    async fn fill_disk(&mut self) {
        let Some(path) = self.options.fill.clone() else { return };
        let mut file = std::fs::File::create(&path).expect("a file on the small disk");
        for size in [1 << 20, 1 << 12, 1] {
            let block = vec![7; size];
            while file.write_all(&block).is_ok() {}
        }
        self.tally.full += 1;
        for _ in 0..3 {
            self.town.push(60);
        }
        self.deliver().await;
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        drop(file);
        std::fs::remove_file(path).expect("the filler goes");
    }

    /// The trouble is over: what was not accepted is sent again, and everything comes to rest.
    /// Returns what is wrong then.
    async fn rest(&mut self) -> Vec<String> {
        self.gh.heal();
        self.town.find_the_lost();
        let mut newest = BTreeMap::new();
        for hook in self.gh.history() {
            let known = newest.entry(hook.guid.clone()).or_insert((hook.clone(), false));
            known.1 |= hook.status == 202;
        }
        let failed: Vec<_> = newest.into_values().filter(|(_, took)| !took).collect();
        self.gh.with_queue(|queue| queue.extend(failed.into_iter().map(|(hook, _)| hook)));
        let store = Store::open(&self.options.database).await.expect("the database opens");
        let started = Instant::now();
        loop {
            self.deliver().await;
            let jobs = store.list_jobs(JobFilter::All, 1_000).await.expect("jobs are listed");
            let alive = jobs.iter().filter(|job| job.state != JobState::Dead).count();
            if alive == 0 || started.elapsed() > PATIENCE {
                let mut wrong = self.town.complaints();
                for job in jobs {
                    wrong.push(format!("{} {:?}: {:?}", job.key, job.state, job.last_error));
                }
                for hook in self.gh.history().iter().filter(|hook| hook.status == 202) {
                    if !matches!(store.delivery_outcome(&hook.guid).await, Ok(Some(_))) {
                        wrong.push(format!("{} {} was lost", hook.name(), hook.guid));
                    }
                }
                println!("at rest after {} s", started.elapsed().as_secs());
                return wrong;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    fn report(&self, started: Instant, wrong: &[String]) {
        let t = &self.tally;
        println!(
            "{} replicas, seed {}, {} s: {} kills, {} evaluators shot, {} upsets, {} times full; {} \
             pushes, {} faults; {} deliveries accepted, {} unanswered, {} refused; {} check runs \
             posted; {} complaints",
            self.options.replicas,
            self.options.seed,
            started.elapsed().as_secs(),
            t.kills,
            t.evaluators,
            t.upsets,
            t.full,
            self.town.pushes,
            self.town.faults,
            t.accepted,
            t.unanswered,
            t.refused,
            self.gh.calls_to("POST */check-runs").iter().filter(|c| c.status == 201).count(),
            wrong.len(),
        );
        for line in wrong.iter().take(40) {
            println!("  {line}");
        }
    }
}

fn children_of(pid: u32) -> Vec<u32> {
    let output = Command::new("pgrep").args(["-P", &pid.to_string()]).output().expect("pgrep");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().filter_map(|line| line.trim().parse().ok()).collect()
}

fn kill(pid: u32) {
    // It may be gone already.
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).status();
}
