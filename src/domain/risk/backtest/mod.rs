//! What is the model worth? Replayed over the history of public repositories, where it is known
//! what became of every change.
//!
//! Each change is scored with what was known when it was merged. `fixtures/risk/` holds the data;
//! a test holds the figures.

pub mod measures;
pub mod plot;
pub mod rows;
pub mod tell;

use serde::Serialize;

use self::measures::{Bin, auc, bins, expected_error, pairs, wilson};
use self::rows::Row;
use super::assess::band;
use super::model::Model;
use super::replay::{Merged, Replay};

/// Shares of the changes whose reverts are counted, riskiest first.
const CAPTURES: [f64; 3] = [0.1, 0.2, 0.5];
/// Bins of the calibration.
const BINS: usize = 10;
/// Edges of the rows of the table of multiples.
pub(crate) const EDGES: [f64; 3] = [0.5, 1.0, 2.0];

/// The row of the table that a multiple belongs to.
pub(super) fn row_of(multiple: f64) -> usize {
    EDGES.iter().take_while(|edge| multiple >= **edge).count()
}

/// One repository's history.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is called: the file's name.
    pub name: String,
    /// Its changes in order of merging, humans' only.
    pub rows: Vec<Row>,
}

/// One change as it was scored.
#[derive(Debug, Clone, Copy)]
struct Scored {
    sum: f64,
    multiple: f64,
    rate: f64,
    reverted: bool,
}

/// What a replay gave.
#[derive(Debug, Clone, Serialize)]
pub struct Backtest {
    /// Changes scored.
    pub changes: u64,
    /// Of them reverted within 30 days.
    pub reverted: u64,
    /// Probability that a reverted change of a repository was scored above one of the same
    /// repository that was not; pairs of all repositories together.
    pub auc_within: f64,
    /// The same over all changes, by their rate.
    pub auc_across: f64,
    /// Share of the reverts among the riskiest 10, 20 and 50 % of each repository.
    pub captures: Vec<Capture>,
    /// Mean predicted rate.
    pub predicted: f64,
    /// Share that was reverted.
    pub observed: f64,
    /// Expected calibration error over ten bins of equal size.
    pub calibration_error: f64,
    /// Mean log loss.
    pub log_loss: f64,
    /// By predicted multiple.
    pub bands: Vec<BandRow>,
    /// The ten bins, riskiest last.
    pub bins: Vec<Bin>,
    /// Each repository alone.
    pub repositories: Vec<Repository>,
}

/// How many reverts the riskiest changes hold.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Capture {
    /// Share of the changes.
    pub of_changes: f64,
    /// Share of the reverts.
    pub of_reverts: f64,
}

/// Changes of one range of multiples.
#[derive(Debug, Clone, Serialize)]
pub struct BandRow {
    /// Predicted multiple: from here on.
    pub from: f64,
    /// To here, exclusive; `None`: no end.
    pub to: Option<f64>,
    /// Its word: `lower`, `usual`, `raised`.
    pub band: &'static str,
    /// Changes.
    pub changes: u64,
    /// Reverted.
    pub reverted: u64,
    /// Mean predicted rate.
    pub predicted: f64,
    /// Share that was reverted.
    pub observed: f64,
    /// Its 95 % interval (Wilson).
    pub interval: [f64; 2],
}

/// One repository alone.
#[derive(Debug, Clone, Serialize)]
pub struct Repository {
    /// Its name.
    pub name: String,
    /// Changes.
    pub changes: u64,
    /// Reverted.
    pub reverted: u64,
    /// AUC inside it; `None` without a revert. Below about 50 reverts it says nothing.
    pub auc: Option<f64>,
    /// Mean predicted rate.
    pub predicted: f64,
}

/// Replays every repository; `None` when nothing was reverted, so that nothing can be told.
pub fn backtest(model: &Model, series: &[Series]) -> Option<Backtest> {
    let scored: Vec<Vec<Scored>> = series.iter().map(|s| score(model, &s.rows)).collect();
    let all: Vec<Scored> = scored.iter().flatten().copied().collect();
    let reverted = all.iter().filter(|s| s.reverted).count();
    if reverted == 0 || reverted == all.len() {
        return None;
    }
    let n = all.len() as f64;
    let by_rate: Vec<(f64, bool)> = all.iter().map(|s| (s.rate, s.reverted)).collect();
    let bins = bins(&by_rate, BINS);
    let loss = |s: &Scored| if s.reverted { -s.rate.ln() } else { -(-s.rate).ln_1p() };
    Some(Backtest {
        changes: all.len() as u64,
        reverted: reverted as u64,
        auc_within: within(&scored)?,
        auc_across: auc(&by_rate)?,
        captures: CAPTURES.iter().map(|share| capture(&scored, *share, reverted)).collect(),
        predicted: all.iter().map(|s| s.rate).sum::<f64>() / n,
        observed: reverted as f64 / n,
        calibration_error: expected_error(&bins),
        log_loss: all.iter().map(loss).sum::<f64>() / n,
        bands: bands(model, &all),
        bins,
        repositories: series.iter().zip(&scored).map(|(s, rows)| alone(s, rows)).collect(),
    })
}

fn score(model: &Model, rows: &[Row]) -> Vec<Scored> {
    let mut replay = Replay::new(model);
    let one = |row: &Row| {
        let x = row.raw.x();
        let score = replay.score(&x, row.at);
        let (at, reverted, weight) = (row.at, row.reverted, score.sum.exp());
        replay.push(Merged { at, x: Some(x), weight, reverted });
        Scored { sum: score.sum, multiple: score.multiple, rate: score.rate, reverted }
    };
    rows.iter().map(one).collect()
}

fn sums(rows: &[Scored]) -> Vec<(f64, bool)> {
    rows.iter().map(|s| (s.sum, s.reverted)).collect()
}

/// Pairs of one repository, pooled by their number.
fn within(scored: &[Vec<Scored>]) -> Option<f64> {
    let (right, all) = scored
        .iter()
        .map(|rows| pairs(&sums(rows)))
        .fold((0.0, 0.0), |(right, all), (r, a)| (right + r, all + a));
    (all > 0.0).then(|| right / all)
}

/// The riskiest share of each repository, by S.
fn capture(scored: &[Vec<Scored>], share: f64, reverted: usize) -> Capture {
    let held = scored.iter().map(|rows| {
        let mut sums = sums(rows);
        sums.sort_by(|a, b| b.0.total_cmp(&a.0));
        let most = (rows.len() as f64 * share).floor() as usize;
        sums.iter().take(most).filter(|(_, reverted)| *reverted).count()
    });
    Capture { of_changes: share, of_reverts: held.sum::<usize>() as f64 / reverted as f64 }
}

fn bands(model: &Model, all: &[Scored]) -> Vec<BandRow> {
    let starts = [0.0].into_iter().chain(EDGES);
    let ends = EDGES.into_iter().map(Some).chain([None]);
    let row = |(from, to): (f64, Option<f64>)| {
        let inside =
            all.iter().filter(|s| s.multiple >= from && to.is_none_or(|to| s.multiple < to));
        let (mut changes, mut reverted, mut rates) = (0_u64, 0_u64, 0.0);
        for scored in inside {
            changes += 1;
            reverted += u64::from(scored.reverted);
            rates += scored.rate;
        }
        let n = (changes as f64).max(1.0);
        BandRow {
            from,
            to,
            band: band(model, from).as_str(),
            changes,
            reverted,
            predicted: rates / n,
            observed: reverted as f64 / n,
            interval: wilson(reverted, changes),
        }
    };
    starts.zip(ends).map(row).collect()
}

fn alone(series: &Series, rows: &[Scored]) -> Repository {
    Repository {
        name: series.name.clone(),
        changes: rows.len() as u64,
        reverted: rows.iter().filter(|s| s.reverted).count() as u64,
        auc: auc(&sums(rows)),
        predicted: rows.iter().map(|s| s.rate).sum::<f64>() / (rows.len() as f64).max(1.0),
    }
}
