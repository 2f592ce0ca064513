//! What do a pull request's signals cost when the repository has a long history? The store holds
//! 100,000 changes over 20,000 files by 400 people; what is timed is everything between knowing which
//! files a pull request touches and having its features and score: `flow::risk_past`.
//!
//! Files are popular as they are in real repositories (the n-th most often by 1/n), one change in a
//! hundred renames one, one in a hundred is taken back. The pull requests touch files in the middle of
//! that order, and, as the worst case, the most popular ones of all. Those never moved, as no `go.mod`
//! ever does: their whole past counts, the 12 most popular ones were touched 85,000 times.
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub)]

#[path = "../tests/support/database.rs"]
mod database;

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use waymark::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use waymark::domain::risk::DAY_MS;
use waymark::domain::risk::change::Change;
use waymark::domain::risk::labels::Target;
use waymark::domain::risk::model::Model;
use waymark::domain::risk::people::Called;
use waymark::domain::time::Timestamp;
use waymark::edge::store::{RepoRow, RiskChange, RiskTouch, Store};
use waymark::flow::risk_past::{past_and_ground, risk_score};

const CHANGES: i64 = 100_000;
const FILES: u64 = 20_000;
const PEOPLE: u64 = 400;
/// The most popular files stay where they are.
const NEVER_MOVED: u64 = 200;
/// Five years.
const SPAN_MS: i64 = 5 * 365 * DAY_MS;
const NOW: Timestamp = Timestamp(1_790_000_000_000);
const REPO: RepoId = RepoId(1);
const ROUNDS: usize = 100;
/// What the features of one pull request may cost.
const GOAL: Duration = Duration::from_millis(50);

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for db in database::fresh_databases().await {
            let start = Instant::now();
            fill(&db.store).await;
            println!("{}: {CHANGES} changes noted in {:.0?}", db.kind, start.elapsed());
            tidied(&db).await;
            println!("  PULL REQUEST                    MEDIAN      95 %       MAX");
            let mut kept = true;
            for (name, first, files) in [
                ("1 file", 500, 1),
                ("12 files", 500, 12),
                ("100 files", 500, 100),
                ("12 most popular files", 0, 12),
                ("100 most popular files", 0, 100),
            ] {
                kept &= measure(&db.store, name, first, files).await;
            }
            println!("  every median within {GOAL:?}: {}", if kept { "yes" } else { "NO" });
        }
    });
}

/// A series of numbers without a library: splitmix64.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 to `below`, the n-th about as often as 1/n.
    fn popular(&mut self, below: u64) -> u64 {
        let share = (self.throw() >> 11) as f64 / (1_u64 << 53) as f64;
        ((below as f64).powf(share) as u64 - 1).min(below - 1)
    }
}

fn path(n: u64) -> String {
    format!("src/part{}/file{n}.rs", n % 40)
}

async fn fill(store: &Store) {
    let repo = RepoRow {
        id: REPO,
        name: RepoName::parse("acme/long").unwrap(),
        private: true,
        archived: None,
        default_branch: Some("main".to_owned()),
    };
    store.upsert_repos(InstallationId(1), &[repo]).await.unwrap();
    store.begin_risk_history(REPO, NOW).await.unwrap();
    let mut dice = Dice(42);
    let (mut chunk, model) = (Vec::new(), Model::built_in().unwrap());
    let x = model.start().mean;
    for n in 1..=CHANGES {
        let person = dice.popular(PEOPLE);
        let revert = n > 10 && dice.throw().is_multiple_of(100);
        let mut touches: Vec<RiskTouch> = (0..=dice.throw() % 6)
            .map(|_| {
                let file = dice.popular(FILES);
                let moved = dice.throw().is_multiple_of(400) && file >= NEVER_MOVED;
                let was = moved.then(|| path(dice.throw() % FILES));
                RiskTouch::of(&path(file), was.as_deref())
            })
            .collect();
        touches.sort_by_key(|touch| touch.path);
        touches.dedup_by_key(|touch| touch.path);
        let takes_back =
            if revert { vec![Target::Pull(n - 1 - (dice.throw() % 9) as i64)] } else { vec![] };
        chunk.push(RiskChange {
            id: n,
            sha: Sha::parse(&format!("{n:040x}")).ok(),
            title: format!("Change {n}"),
            at: NOW.plus_ms(-SPAN_MS + SPAN_MS / CHANGES * n - 1),
            author: Called { login: Some(format!("person{person}")), ..Called::default() },
            revert,
            takes_back,
            features: Some((x, 1.0)),
            touches,
        });
        if chunk.len() == 1_000 {
            store.note_risk_changes(REPO, &chunk).await.unwrap();
            chunk.clear();
        }
    }
    let since = NOW.plus_ms(-SPAN_MS);
    store.fill_risk_history(REPO, since, true, NOW).await.unwrap();
}

/// What PostgreSQL's autovacuum does within minutes of so many rows, done before anything is timed:
/// without statistics, and with rows that no scan of an index may take for visible, it is another
/// measurement from minute to minute.
async fn tidied(db: &database::TestDatabase) {
    if db.url.starts_with("postgres") {
        let mut connection = PgConnection::connect(&db.url).await.unwrap();
        sqlx::query("VACUUM ANALYZE").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }
}

/// Whether the median keeps the goal.
async fn measure(store: &Store, name: &str, first: u64, files: u64) -> bool {
    let model = Model::built_in().unwrap();
    let paths: Vec<String> = (first..first + files).map(path).collect();
    let touched: Vec<(&str, u64, u64)> = paths.iter().map(|p| (p.as_str(), 5, 2)).collect();
    let called = Called { login: Some("person7".to_owned()), ..Called::default() };
    let mut times = Vec::new();
    let mut authors = 0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let author = store.risk_person(REPO, &called).await.unwrap();
        let change = Change { at: NOW, author, ..Change::of("Round halves to even", &touched) };
        let (past, ground) = past_and_ground(store, model, REPO, &change).await.unwrap();
        let (raw, score) = risk_score(model, ground, &change, &past).unwrap();
        times.push(start.elapsed());
        assert!(score.rate > 0.0 && raw.0[0] == files as f64);
        authors = past.authors(&change).len();
    }
    times.sort_unstable();
    let (median, late, most) = (times[ROUNDS / 2], times[ROUNDS * 95 / 100], times[ROUNDS - 1]);
    println!("  {name:<26} {median:>9.2?} {late:>9.2?} {most:>9.2?}   {authors} people before");
    median <= GOAL
}
