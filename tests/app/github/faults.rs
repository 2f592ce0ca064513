//! What goes wrong on purpose? Failures that a test orders, by route and count.
//!
//! A route is written `METHOD template`, with `*` for any text: `POST */check-runs`, `*`,
//! `GET /repos/{owner}/{repo}/git/trees/{tree_sha}`, `POST /graphql`; or with the names of one
//! repository, as it is asked for: `GET /repos/acme/orders/*`.

use tokio::sync::watch;

use super::FakeGitHub;
use super::call::Reply;

pub struct Fault {
    pattern: String,
    /// Requests it still spoils.
    left: usize,
    kind: Kind,
}

#[derive(Clone)]
pub enum Kind {
    /// Answered like this, nothing is done.
    Answer(u16, Option<u64>),
    SecondaryLimit(Option<u64>),
    /// Nothing goes wrong.
    Pass,
    /// Waits until the guard lets go, then goes on as usual.
    Stall(watch::Sender<usize>, watch::Receiver<bool>),
    /// The connection is cut, nothing is done.
    Drop,
    /// The request is carried out, then the connection is cut.
    LoseAnswer,
    /// The request is carried out, then nothing comes until the caller hangs up.
    Silence,
    /// Headers and half of the answer arrive, then the connection is cut.
    HalfBody,
    /// As `HalfBody`, but the length fits: what arrives is whole by HTTP and half a document.
    HalfDocument,
    /// Answered like this, with the credentials of the request in the message.
    Echo(u16),
}

/// Takes the next fault for a request, by "METHOD template" or "METHOD path", out of `faults`.
pub fn take(faults: &mut Vec<Fault>, names: &[String]) -> Option<Kind> {
    let is_meant = |fault: &Fault| names.iter().any(|name| matches(&fault.pattern, name));
    let at = faults.iter().position(is_meant)?;
    let kind = faults[at].kind.clone();
    faults[at].left = faults[at].left.saturating_sub(1);
    if faults[at].left == 0 {
        faults.remove(at);
    }
    Some(kind)
}

/// `*` in `pattern` stands for any text.
pub fn matches(pattern: &str, route: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = route.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// Holds requests back; dropping it lets them go.
pub struct Stall {
    hits: watch::Receiver<usize>,
    gate: watch::Sender<bool>,
}

impl Stall {
    /// Returns once a request waits.
    pub async fn hit(&self) {
        self.hit_by(1).await;
    }

    /// Returns once so many requests wait.
    pub async fn hit_by(&self, requests: usize) {
        let mut hits = self.hits.clone();
        hits.wait_for(|count| *count >= requests).await.expect("the fake outlives its stalls");
    }

    /// Lets the waiting requests, and all later ones, go.
    pub fn release(self) {}
}

impl Drop for Stall {
    fn drop(&mut self) {
        self.gate.send_replace(true);
    }
}

impl FakeGitHub {
    /// The next `times` requests to `route` get `status` and change nothing.
    pub fn fail(&self, route: &str, status: u16, times: usize) {
        self.order(route, times, Kind::Answer(status, None));
    }

    /// As `fail`, with a `retry-after` of so many seconds.
    pub fn fail_with_retry_after(&self, route: &str, status: u16, seconds: u64, times: usize) {
        self.order(route, times, Kind::Answer(status, Some(seconds)));
    }

    /// The next `times` requests, whatever they are, meet the secondary limit.
    pub fn secondary_limit(&self, retry_after: Option<u64>, times: usize) {
        self.secondary_limit_on("*", retry_after, times);
    }

    pub fn secondary_limit_on(&self, route: &str, retry_after: Option<u64>, times: usize) {
        self.order(route, times, Kind::SecondaryLimit(retry_after));
    }

    /// The next `pass` requests to `route` are answered, the one behind them meets the limit.
    pub fn pass_then_limit(&self, route: &str, pass: usize, retry_after: u64) {
        self.order(route, pass, Kind::Pass);
        self.order(route, 1, Kind::SecondaryLimit(Some(retry_after)));
    }

    /// Every installation's hourly budget is spent until `reset` (unix seconds).
    pub fn primary_exhausted(&self, reset: i64) {
        let mut world = self.world();
        let installations: Vec<u64> = world.installations.keys().copied().collect();
        for id in installations {
            world.meters.entry(id).or_default().exhaust(reset);
        }
    }

    /// Requests to `route` wait until the guard is released or dropped.
    pub fn stall(&self, route: &str) -> Stall {
        let (hit, hits) = watch::channel(0);
        let (gate, open) = watch::channel(false);
        self.order(route, usize::MAX, Kind::Stall(hit, open));
        Stall { hits, gate }
    }

    /// The next `times` requests find the connection cut before anything was done.
    pub fn drop_connection(&self, route: &str, times: usize) {
        self.order(route, times, Kind::Drop);
    }

    /// The next `times` requests are carried out, but the answer never arrives.
    pub fn lose_answer(&self, route: &str, times: usize) {
        self.order(route, times, Kind::LoseAnswer);
    }

    /// The next `times` requests are carried out, but the connection stays silent for longer than
    /// anybody waits.
    pub fn keep_silent(&self, route: &str, times: usize) {
        self.order(route, times, Kind::Silence);
    }

    /// The next `pass` requests to `route` are answered, all behind them wait as with `stall`.
    pub fn pass_then_stall(&self, route: &str, pass: usize) -> Stall {
        self.order(route, pass, Kind::Pass);
        self.stall(route)
    }

    /// The next request's answer breaks off in the middle.
    pub fn half_body(&self, route: &str) {
        self.order(route, 1, Kind::HalfBody);
    }

    /// The next `times` answers are whole by HTTP and half a document.
    pub fn half_document(&self, route: &str, times: usize) {
        self.order(route, times, Kind::HalfDocument);
    }

    /// The next `times` requests are refused with a message that quotes their credentials, as a
    /// talkative proxy would.
    pub fn echo_credentials(&self, route: &str, status: u16, times: usize) {
        self.order(route, times, Kind::Echo(status));
    }

    /// Every token minted so far is expired from now on.
    pub fn expire_tokens(&self) {
        let mut world = self.world();
        let now = world.clock.now();
        world.tokens.values_mut().for_each(|token| token.expires = now);
        world.allowed.push(("*".into(), 401));
    }

    /// Recursive trees are cut after `entries`.
    pub fn truncate_trees(&self, entries: usize) {
        self.world().options.tree_entries = entries;
    }

    /// GraphQL answers 404 from now on, as on servers that do not have it.
    pub fn graphql(&self, available: bool) {
        let mut world = self.world();
        world.options.graphql = available;
        world.allowed.push(("POST /graphql".into(), 404));
    }

    /// No fault is left.
    pub fn heal(&self) {
        self.world().faults.clear();
    }

    fn order(&self, route: &str, times: usize, kind: Kind) {
        self.world().faults.push(Fault { pattern: route.into(), left: times, kind });
    }
}

/// The answer of an ordered failure.
pub fn answer(status: u16, retry_after: Option<u64>) -> Reply {
    let text = match status {
        429 => "You have exceeded a secondary rate limit.",
        401 => "Bad credentials",
        403 => "Resource not accessible by integration",
        404 => "Not Found",
        _ => "Server Error",
    };
    let reply = Reply::error(status, text);
    match retry_after {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}
