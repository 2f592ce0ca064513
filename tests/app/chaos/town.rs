//! Who makes the trouble, and what must be true when it is over? A town of repositories in which
//! people push while GitHub, the network and the clock misbehave; seeded, so that a day can be
//! lived again. Used by the tests (`chaos.rs`) and by `examples/chaos.rs` against the real process.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use crate::github::{FakeGitHub, Hook};

const CATALOG: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: town\n\
                       spec:\n  type: tool\n  lifecycle: production\n  owner: group:team\n";
const CHECK: &str = "waymark / golden path";
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

/// The people and their pull requests.
pub struct Town {
    pub dice: Dice,
    gh: FakeGitHub,
    open: Vec<Open>,
    serial: usize,
    /// Deliveries that nobody received; GitHub shows them as failed.
    lost: Vec<Hook>,
    pub pushes: usize,
    pub faults: usize,
}

impl Town {
    pub fn new(gh: FakeGitHub, seed: u64) -> Self {
        for repo in REPOS {
            gh.create_repo(repo, &[("catalog-info.yaml", CATALOG)]);
        }
        let dice = Dice::new(seed);
        Self { dice, gh, open: Vec::new(), serial: 0, lost: Vec::new(), pushes: 0, faults: 0 }
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
                self.open.push(Open { repo, branch, number, head, good });
            }
            0..8 if !self.open.is_empty() => {
                let at = self.dice.roll(self.open.len());
                let pull = &mut self.open[at];
                pull.head = self.gh.push(pull.repo, &pull.branch, &files, "Change image");
                pull.good = good;
            }
            8 if self.open.len() > 2 => {
                let at = self.dice.roll(self.open.len());
                let gone = self.open.swap_remove(at);
                self.gh.close_pull(gone.repo, gone.number);
            }
            _ => {
                let repo = REPOS[self.dice.roll(REPOS.len())];
                let notes = format!("# Notes {}\n", self.serial);
                self.gh.push(repo, "main", &[("NOTES.md", notes.as_str())], "Say something");
            }
        }
    }

    /// Deliveries come twice, in another order, or not at all.
    pub fn shake_deliveries(&mut self) {
        let (dice, lost) = (&mut self.dice, &mut self.lost);
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
            if dice.once_in(3)
                && let Some(hook) = queue.pop_front()
            {
                lost.push(hook);
            }
        });
    }

    /// Somebody presses *Redeliver*, or recovery does.
    pub fn find_the_lost(&mut self) {
        let lost = std::mem::take(&mut self.lost);
        self.gh.with_queue(|queue| queue.extend(lost));
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
        match dice.roll(9) {
            0 => gh.fail(route, 500, times),
            1 => gh.fail(route, 502, times),
            2 => gh.fail(route, 403, times),
            3 => gh.fail_with_retry_after(route, 429, 30, times),
            4 => gh.secondary_limit_on(route, None, times),
            5 => gh.drop_connection(route, times),
            6 => gh.lose_answer(route, times),
            7 => gh.half_body(route),
            _ => gh.half_document(route, times),
        }
    }

    /// What is not as it must be: each open pull request's head has its verdict, said once.
    pub fn complaints(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for pull in &self.open {
            let mut runs = self.gh.check_runs(pull.repo, &pull.head);
            runs.retain(|run| run.name == CHECK);
            runs.sort_by_key(|run| run.id);
            let name = format!("{}#{} at {}", pull.repo, pull.number, &pull.head[..7]);
            let mut keys: Vec<_> = runs.iter().map(|run| run.external_id.clone()).collect();
            keys.sort();
            keys.dedup();
            if keys.len() != runs.len() {
                wrong.push(format!("{name}: {} runs say {} things", runs.len(), keys.len()));
            }
            let expected = if pull.good { "success" } else { "failure" };
            match runs.last() {
                None => wrong.push(format!("{name}: nobody judged it")),
                Some(run) if run.conclusion.as_deref() != Some(expected) => {
                    let said = (&run.status, &run.conclusion, &run.title);
                    wrong.push(format!("{name}: {said:?} instead of {expected}"));
                }
                Some(_) => {}
            }
        }
        wrong
    }
}
