//! How much does a service take, and how fast does it answer? Signed deliveries against the built
//! binary (or a peer) and a stub GitHub with a settable latency; prints one row of a table.
//! `scripts/load` runs the whole table.
//!
//! ```text
//! load --program target/release/waymark --database URL [--replicas 1] [--latency-ms 0]
//!      [--seconds 10] [--senders 64] [--outstanding 16] [--workers 32] [--warm 400]
//! load --peer 'node server.js' …
//! ```
#![allow(unreachable_pub, clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

mod hooks;
mod service;
mod stub;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hooks::Sender;
use service::Service;
use stub::Stub;

struct Options {
    given: BTreeMap<String, String>,
}

impl Options {
    fn read() -> Self {
        let mut words = std::env::args().skip(1);
        let mut given = BTreeMap::new();
        while let (Some(name), Some(value)) = (words.next(), words.next()) {
            given.insert(name.trim_start_matches('-').to_owned(), value);
        }
        Self { given }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    fn number(&self, name: &str, default: u64) -> u64 {
        self.text(name).map_or(default, |text| text.parse().expect("a number"))
    }
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be started");
    runtime.block_on(run(&Options::read()));
}

/// Times in milliseconds, sorted when asked.
struct Times(Vec<f64>);

impl Times {
    fn quantile(&mut self, q: f64) -> f64 {
        self.0.sort_by(f64::total_cmp);
        let at = (self.0.len().saturating_sub(1) as f64 * q).round() as usize;
        self.0.get(at).copied().unwrap_or(f64::NAN)
    }
}

async fn run(options: &Options) {
    let latency = Duration::from_millis(options.number("latency-ms", 0));
    let seconds = Duration::from_secs(options.number("seconds", 10));
    let stub = Stub::start(latency).await;
    let service = Service::start(options.given.clone(), &stub.url).await;
    let urls = service.urls.clone();
    let serial = Arc::new(AtomicU64::new(1));

    // Each tenant is met once: tokens, the organisation's file, the state of the base branch.
    let warm = options.number("warm", stub::TENANTS);
    pushes(&stub, &urls, &serial, 8, None, Some(warm)).await;

    let cpu = service.cpu_seconds();
    let calls = stub.counts();
    let work =
        pushes(&stub, &urls, &serial, options.number("outstanding", 16), Some(seconds), None).await;
    let cpu = service.cpu_seconds() - cpu;
    let calls = stub.counts() - calls;
    let (done, mut whole, elapsed) = work;
    let done_n = done.max(1) as f64;

    let senders = options.number("senders", 64);
    let mut idle = accepts(&urls, &serial, senders, seconds, hooks::push).await;
    let mut busy = accepts(&urls, &serial, senders, seconds, hooks::pull_request).await;
    let rss = service.rss_mib();
    let refused = idle.refused + busy.refused;
    println!(
        "| {} | {} | {} | {:.0} | {:.1} | {:.0} | {:.1} | {:.1} | {:.1} | {:.0} | {:.0} | {:.1} | {:.1} | {:.0} % | {:.0} |{}",
        options.text("name").unwrap_or("waymark"),
        options.number("replicas", 1),
        latency.as_millis(),
        idle.per_second(),
        idle.times.quantile(0.99),
        busy.per_second(),
        busy.times.quantile(0.5),
        busy.times.quantile(0.99),
        done as f64 / elapsed,
        whole.quantile(0.5),
        whole.quantile(0.99),
        calls.calls as f64 / done_n,
        calls.points as f64 / done_n,
        100.0 * cpu / elapsed,
        rss,
        if refused == 0 { String::new() } else { format!(" {refused} not accepted") },
    );
    service.stop().await;
}

/// Closed loop: so many pushes under way at once, for a time or a number. Tells how many were
/// completed, their times from sending to the posted check, and how long it took in seconds.
async fn pushes(
    stub: &Stub,
    urls: &[String],
    serial: &Arc<AtomicU64>,
    outstanding: u64,
    time: Option<Duration>,
    number: Option<u64>,
) -> (u64, Times, f64) {
    let started = Instant::now();
    let last = serial.load(Ordering::SeqCst) + number.unwrap_or(u64::MAX / 2);
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..outstanding {
        let (stub, serial) = (stub.clone(), serial.clone());
        let url = urls[n as usize % urls.len()].clone();
        tasks.spawn(async move {
            let mut sender = Sender::new(&url);
            let mut times = Vec::new();
            while time.is_none_or(|time| started.elapsed() < time) {
                let k = serial.fetch_add(1, Ordering::SeqCst);
                if k >= last {
                    break;
                }
                let posted = stub.wait_for(k);
                let sent = Instant::now();
                let status = sender.post(&hooks::pull_request(k)).await;
                assert!((200..300).contains(&status), "a push was answered {status}");
                let done = tokio::time::timeout(Duration::from_secs(120), posted).await;
                match done {
                    Ok(Ok(at)) => times.push((at - sent).as_secs_f64() * 1_000.0),
                    _ => eprintln!("push {k} was not checked within two minutes"),
                }
            }
            times
        });
    }
    let times: Vec<f64> = tasks.join_all().await.concat();
    let elapsed = started.elapsed().as_secs_f64();
    (times.len() as u64, Times(times), elapsed)
}

/// What became of many deliveries.
struct Accepts {
    /// Of the answers that say *accepted*.
    times: Times,
    refused: usize,
    seconds: f64,
}

impl Accepts {
    fn per_second(&self) -> f64 {
        self.times.0.len() as f64 / self.seconds
    }
}

/// As many deliveries as the service takes, from many senders at once, each of which waits for its
/// answer.
async fn accepts(
    urls: &[String],
    serial: &Arc<AtomicU64>,
    senders: u64,
    time: Duration,
    delivery: fn(u64) -> hooks::Request,
) -> Accepts {
    let started = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..senders {
        let serial = serial.clone();
        let url = urls[n as usize % urls.len()].clone();
        tasks.spawn(async move {
            let mut sender = Sender::new(&url);
            let (mut times, mut refused) = (Vec::new(), 0);
            while started.elapsed() < time {
                let request = delivery(serial.fetch_add(1, Ordering::SeqCst));
                let sent = Instant::now();
                match sender.post(&request).await {
                    200..300 => times.push(sent.elapsed().as_secs_f64() * 1_000.0),
                    _ => refused += 1,
                }
            }
            (times, refused)
        });
    }
    let (mut times, mut refused) = (Vec::new(), 0);
    for (more, bad) in tasks.join_all().await {
        times.extend(more);
        refused += bad;
    }
    Accepts { times: Times(times), refused, seconds: started.elapsed().as_secs_f64() }
}
