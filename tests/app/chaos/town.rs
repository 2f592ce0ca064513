//! Who makes the trouble, and what must be true when it is over? A town of repositories in which
//! people push while GitHub, the network and the clock misbehave; seeded, so that a day can be
//! lived again. Used by the tests (`chaos.rs`) and by `examples/chaos.rs` against the real process.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::collections::BTreeMap;

use crate::github::{CheckRun, FakeGitHub, Hook, Logged};

const CATALOG: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: town\n\
                       spec:\n  type: tool\n  lifecycle: production\n  owner: group:team\n";
const CHECK: &str = "waymark / golden path";
const RISK: &str = "waymark / deploy risk";
const REPOS: [&str; 3] = ["acme/one", "acme/two", "globex/three"];

/// Numbers that look random and are the same for one seed (SplitMix64).
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to `sides` - 1.
    pub fn roll(&mut self, sides: usize) -> usize {
        (self.next() % sides as u64) as usize
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }
}

struct Open {
    repo: &'static str,
    branch: String,
    number: u64,
    head: String,
    good: bool,
}

/// A commit that somebody pushed.
struct Pushed {
    repo: &'static str,
    sha: String,
    /// Who reads `complaints` knows it by that: `acme/one#3`, `acme/two main`.
    name: String,
}

/// The people and their pull requests.
pub struct Town {
    pub dice: Dice,
    gh: FakeGitHub,
    open: Vec<Open>,
    /// Every head that a pull request ever had.
    heads: Vec<Pushed>,
    /// Every commit that came to a default branch.
    mains: Vec<Pushed>,
    serial: usize,
    /// Whether deploy risk is looked at, too.
    risk: bool,
    /// Deliveries that nobody received; GitHub shows them as failed.
    pub lost: usize,
    pub pushes: usize,
    pub faults: usize,
}

impl Town {
    pub fn new(gh: FakeGitHub, seed: u64, risk: bool) -> Self {
        for repo in REPOS {
            gh.create_repo(repo, &[("catalog-info.yaml", CATALOG)]);
        }
        let dice = Dice::new(seed);
        let (open, heads, mains) = (Vec::new(), Vec::new(), Vec::new());
        Self { dice, gh, open, heads, mains, serial: 0, risk, lost: 0, pushes: 0, faults: 0 }
    }

    fn image(&mut self) -> (String, bool) {
        self.serial += 1;
        let good = self.dice.once_in(2);
        let user = if good { "USER 10001\n" } else { "" };
        (format!("# {}\nFROM debian:12@sha256:1\n{user}CMD [\"/app\"]\n", self.serial), good)
    }

    /// Somebody pushes: to a new branch with a pull request, to an old one, or to the default one.
    pub fn push(&mut self, most: usize) {
        self.pushes += 1;
        let (image, good) = self.image();
        let files = [("Dockerfile", image.as_str())];
        match self.dice.roll(10) {
            0..5 if self.open.len() < most => {
                let repo = REPOS[self.dice.roll(REPOS.len())];
                let branch = format!("topic-{}", self.serial);
                let head = self.gh.push(repo, &branch, &files, "Add image");
                let number = self.gh.open_pull(repo, &branch, "main");
                self.heads.push(Pushed {
                    repo,
                    sha: head.clone(),
                    name: format!("{repo}#{number}"),
                });
                self.open.push(Open { repo, branch, number, head, good });
            }
            0..8 if !self.open.is_empty() => {
                let at = self.dice.roll(self.open.len());
                let pull = &mut self.open[at];
                pull.head = self.gh.push(pull.repo, &pull.branch, &files, "Change image");
                pull.good = good;
                let name = format!("{}#{}", pull.repo, pull.number);
                self.heads.push(Pushed { repo: pull.repo, sha: pull.head.clone(), name });
            }
            8 if self.open.len() > 2 => {
                let at = self.dice.roll(self.open.len());
                let gone = self.open.swap_remove(at);
                self.gh.close_pull(gone.repo, gone.number);
            }
            _ => {
                let repo = REPOS[self.dice.roll(REPOS.len())];
                let notes = format!("# Notes {}\n", self.serial);
                let files = [("NOTES.md", notes.as_str())];
                let sha = self.gh.push(repo, "main", &files, "Say something");
                self.mains.push(Pushed { repo, sha, name: format!("{repo} main") });
            }
        }
    }

    /// Deliveries come twice, in another order, or not at all: then they stand in GitHub's list as
    /// failed, and nobody sends them again.
    pub fn shake_deliveries(&mut self) {
        let dice = &mut self.dice;
        self.gh.with_queue(|queue| {
            if dice.once_in(3) {
                let twice: Vec<Hook> = queue.iter().cloned().collect();
                queue.extend(twice);
            }
            for at in (1..queue.len()).rev() {
                if dice.once_in(2) {
                    queue.swap(at, dice.roll(at + 1));
                }
            }
        });
        if self.dice.once_in(3) && self.gh.lose_first() {
            self.lost += 1;
        }
    }

    /// GitHub or the road to it fails for a request or two.
    pub fn order_fault(&mut self) {
        const ROUTES: [&str; 8] = [
            "*",
            "GET *",
            "GET /repos/{owner}/{repo}/pulls/{pull_number}",
            "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
            "POST /graphql",
            "POST */check-runs",
            "POST */access_tokens",
            "GET */commits/{ref}/check-runs",
        ];
        self.faults += 1;
        let (gh, dice) = (&self.gh, &mut self.dice);
        let route = ROUTES[dice.roll(ROUTES.len())];
        let times = 1 + dice.roll(2);
        match dice.roll(10) {
            0 => gh.fail(route, 500, times),
            1 => gh.fail(route, 502, times),
            2 => gh.fail(route, 403, times),
            3 => gh.fail_with_retry_after(route, 429, 30, times),
            4 => gh.secondary_limit_on(route, None, times),
            5 => gh.drop_connection(route, times),
            6 => gh.lose_answer(route, times),
            7 => gh.half_body(route),
            8 => gh.keep_silent(route, times),
            _ => gh.half_document(route, times),
        }
    }

    /// What is not as it must be: each open pull request's head and each commit of a default branch
    /// has its verdict; and whatever was said of any commit was ended and said once.
    pub fn complaints(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for pushed in self.heads.iter().chain(&self.mains) {
            self.said_once(pushed, &mut wrong);
        }
        for pull in &self.open {
            let name = format!("{}#{}", pull.repo, pull.number);
            let at = Pushed { repo: pull.repo, sha: pull.head.clone(), name };
            self.judged(&at, if pull.good { "success" } else { "failure" }, &mut wrong);
            let looked = self.gh.check_runs(at.repo, &at.sha).iter().any(|run| run.name == RISK);
            if self.risk && !looked {
                wrong.push(format!("{}: nobody looked at its risk", at.named()));
            }
        }
        for main in &self.mains {
            self.judged(main, "success", &mut wrong);
        }
        wrong
    }

    /// Nothing on that commit is still in progress, and no check says the same twice, whatever its
    /// external id.
    fn said_once(&self, pushed: &Pushed, wrong: &mut Vec<String>) {
        let mut keys: BTreeMap<_, usize> = BTreeMap::new();
        let mut verdicts: BTreeMap<_, usize> = BTreeMap::new();
        for run in self.gh.check_runs(pushed.repo, &pushed.sha) {
            if run.status != "completed" {
                wrong.push(format!("{}: {} is still {}", pushed.named(), run.name, run.status));
            }
            let verdict = (run.name.clone(), run.conclusion.clone(), words(&run));
            *verdicts.entry(verdict).or_default() += 1;
            *keys.entry((run.name, run.external_id)).or_default() += 1;
        }
        for ((check, key), times) in keys.iter().filter(|(_, times)| **times > 1) {
            let how = self.asked_about(pushed);
            wrong.push(format!("{}: {times} runs of {check} bear {key:?}: {how}", pushed.named()));
        }
        for ((check, conclusion, _), times) in verdicts.iter().filter(|(_, times)| **times > 1) {
            wrong.push(format!("{}: {check} says {conclusion:?} {times} times", pushed.named()));
        }
    }

    /// What was asked about check runs on that commit, in turn, for whoever looks into it.
    fn asked_about(&self, pushed: &Pushed) -> String {
        let of_it = |call: &Logged| {
            call.body["head_sha"] == pushed.sha.as_str() || call.path.contains(&pushed.sha)
        };
        let mut calls = self.gh.calls_to("*check-runs");
        calls.retain(of_it);
        let told = |call: &Logged| {
            let fault = if call.faulted { " spoilt" } else { "" };
            format!("{} {}{fault} {}", call.method, call.status, call.body["external_id"])
        };
        calls.iter().map(told).collect::<Vec<_>>().join(", ")
    }

    /// The newest verdict on that commit is this one.
    fn judged(&self, pushed: &Pushed, expected: &str, wrong: &mut Vec<String>) {
        let mut runs = self.gh.check_runs(pushed.repo, &pushed.sha);
        runs.retain(|run| run.name == CHECK);
        match runs.iter().max_by_key(|run| run.id) {
            None => wrong.push(format!("{}: nobody judged it", pushed.named())),
            Some(run) if run.conclusion.as_deref() != Some(expected) => {
                let said = (&run.status, &run.conclusion, &run.title);
                wrong.push(format!("{}: {said:?} instead of {expected}", pushed.named()));
            }
            Some(_) => {}
        }
    }
}

impl Pushed {
    fn named(&self) -> String {
        format!("{} at {}", self.name, &self.sha[..7])
    }
}

/// What a run tells its readers beside the conclusion. The golden path is judged by its conclusion
/// alone: the same one twice with other words is twice, too. Risk may be seen with other eyes when
/// more of the past is known.
fn words(run: &CheckRun) -> Option<String> {
    let said = (&run.title, &run.summary, &run.text, &run.annotations);
    (run.name != CHECK).then(|| format!("{said:?}"))
}
