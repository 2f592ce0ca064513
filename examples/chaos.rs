//! The real process on a bad day: killed at random, its evaluators shot, its database restarted, its
//! disk full, its deliveries mixed up, GitHub ill. At the end: every accepted delivery has had
//! its effect, once. `scripts/chaos` sets the stage and calls this.
//!
//! ```text
//! chaos --program target/debug/waymark --database URL [--replicas N] [--kills N] [--seed N]
//!       [--upset 'shell command'] [--fill FILE] [--every N] [--limits on] [--recovery asked]
//! ```
//! `--upset` is run every N kills, 20 if nothing is said (restart the server); `--fill` is a file on
//! the database's small disk that is blown up until nothing fits any more, and removed, as often.
//! With `--limits on` GitHub enforces its limits and the process plans with them. What did not
//! arrive is nobody's to send again: the process finds it in GitHub's list, within five minutes, or
//! when `--recovery asked` puts that on its list at once.
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
use waymark::domain::job::Job;
use waymark::domain::time::Timestamp;
use waymark::edge::store::{JobFilter, JobState, Store};

/// Longest time that everything may take to come to rest: a comparison with GitHub's list, a lease,
/// a few tries.
const PATIENCE: Duration = Duration::from_secs(900);

struct Options {
    program: PathBuf,
    database: String,
    replicas: usize,
    kills: usize,
    seed: u64,
    upset: Option<String>,
    fill: Option<PathBuf>,
    every: usize,
    limits: bool,
    recovery_asked: bool,
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
        every: number("every", 20),
        limits: given.get("limits").is_some_and(|text| text == "on"),
        recovery_asked: given.get("recovery").is_some_and(|text| text == "asked"),
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
    // One tenant pushes more in ten minutes than GitHub grants, so limits are a day of their own.
    let builder = FakeGitHub::builder(clock.clone());
    let builder = if options.limits { builder } else { builder.without_limits() };
    let gh = builder.start().await;
    // The process has the machine's clock, so GitHub has it, too.
    tokio::spawn(async move {
        loop {
            clock.advance(now() - clock.now());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    });
    let town = Town::new(gh.clone(), options.seed, true);
    let recipe = Recipe::new(&options.program, &gh, &options.database)
        .with("WAYMARK_WORKERS", "4")
        .with("WAYMARK_GITHUB_LIMITS", if options.limits { "github" } else { "off" });
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
        let every = self.options.every;
        if self.tally.kills % every == every / 2 {
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
        if self.tally.kills.is_multiple_of(self.options.every) {
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

    /// Sends the queue, each delivery to some replica. What is not accepted stands in GitHub's list.
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

    /// The trouble is over: what never arrived is found in GitHub's list, and everything comes to
    /// rest. Returns what is wrong then.
    async fn rest(&mut self) -> Vec<String> {
        self.gh.heal();
        let store = Store::open(&self.options.database).await.expect("the database opens");
        let started = Instant::now();
        loop {
            self.deliver().await;
            let missing = self.missing(&store).await;
            let jobs = store.list_jobs(JobFilter::All, 1_000).await.expect("jobs are listed");
            let alive = jobs.iter().filter(|job| job.state != JobState::Dead).count();
            if (alive == 0 && missing.is_empty()) || started.elapsed() > PATIENCE {
                let mut wrong = self.town.complaints();
                for job in jobs {
                    wrong.push(format!("{} {:?}: {:?}", job.key, job.state, job.last_error));
                }
                wrong.extend(missing);
                wrong.extend(self.refused_too_often());
                println!("at rest after {} s", started.elapsed().as_secs());
                return wrong;
            }
            if !missing.is_empty() && self.options.recovery_asked {
                let now = Timestamp::from_secs(now());
                store.enqueue(&[Job::Recover], now).await.expect("a job is stored");
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Deliveries, arrived or not, that have not been read yet.
    async fn missing(&self, store: &Store) -> Vec<String> {
        let mut missing = BTreeMap::new();
        for hook in self.gh.history() {
            if !matches!(store.delivery_outcome(&hook.guid).await, Ok(Some(_))) {
                let name = format!("{} {} ({}) was lost", hook.name(), hook.guid, hook.status);
                missing.insert(hook.guid, name);
            }
        }
        missing.into_values().collect()
    }

    /// Who dies forgets what it has asked of GitHub, and may ask for a whole minute's worth again:
    /// one refusal for each death can happen, and each is heeded by all.
    fn refused_too_often(&self) -> Option<String> {
        let of_limits = |text: &&String| text.contains("ran into a rate limit");
        let refused = self.gh.violations().iter().filter(of_limits).count();
        println!("GitHub refused {refused} requests because of its limits");
        let most = self.tally.kills * self.options.replicas;
        (refused > most).then(|| format!("GitHub's limits were met {refused} times"))
    }

    fn report(&self, started: Instant, wrong: &[String]) {
        let t = &self.tally;
        println!(
            "{} replicas, seed {}, {} s: {} kills, {} evaluators shot, {} upsets, {} times full; {} \
             pushes, {} faults; {} deliveries accepted, {} lost, {} unanswered, {} refused; {} check \
             runs posted; {} complaints",
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
            self.town.lost,
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
