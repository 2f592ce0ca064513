//! What does the store know of the files that a change touches, and what does the model say of it?

use std::collections::BTreeMap;

use crate::domain::ids::RepoId;
use crate::domain::risk::DAY_MS;
use crate::domain::risk::change::Change;
use crate::domain::risk::lineage::Touches;
use crate::domain::risk::model::{Model, Raw};
use crate::domain::risk::past::{Earlier, Known, Past, REVERT_DAYS};
use crate::domain::risk::replay::{BaseRate, LABEL_DAYS, Score, scale_of};
use crate::domain::risk::signals::{Evidence, Unknown};
use crate::domain::time::Timestamp;
use crate::edge::store::{Store, StoreError, mark};

/// How often names before names are asked for; a file that moved more often has a shorter past.
const ROUNDS: usize = 5;

/// What the model says, or which signal is not known, and why.
pub type Scored = Result<(Raw, Score), (&'static str, Unknown)>;

/// The files' past, renames followed. A bounded number of questions, whatever the history
/// holds: one per hundred paths and round of renames, and a few more.
pub async fn risk_past(
    store: &Store,
    model: &Model,
    repo: RepoId,
    change: &Change,
) -> Result<Past, StoreError> {
    let least = model.scale.least as i64;
    let known = store.risk_history(repo).await?;
    // Of a little piece of a long history nothing can be said: everybody would be a stranger.
    let known = known.filter(|h| h.filled && (h.whole || h.changes >= least));
    let Some(known) = known else { return Ok(Past::default()) };
    let marks: Vec<(String, i64)> =
        change.files.iter().map(|f| (f.path.clone(), mark(f.path_before()))).collect();
    let mut touches: Touches<i64> = Touches::default();
    let wanted: Vec<i64> = marks.iter().map(|(_, mark)| *mark).collect();
    for _ in 0..ROUNDS {
        let missing: Vec<i64> = touches.missing(&wanted, change.at).into_iter().collect();
        if missing.is_empty() {
            break;
        }
        store.load_risk_touches(repo, &missing, change.at, &mut touches).await?;
    }
    let from = change.at.plus_ms(-REVERT_DAYS * DAY_MS);
    let reverted = store.risk_reverted(repo, from, change.at).await?;
    let reverted: BTreeMap<i64, Timestamp> = reverted.into_iter().collect();
    let mark_reverts =
        |earlier: Earlier| Earlier { reverted: reverted.get(&earlier.change).copied(), ..earlier };
    let files = marks.into_iter().map(|(path, mark)| {
        let lineage = touches.lineage(&mark, change.at).unwrap_or_default();
        (path, lineage.into_iter().map(mark_reverts).collect())
    });
    let changes = known.changes.unsigned_abs();
    Ok(Past {
        files: files.collect(),
        own: None,
        known: Some(Known { since: known.since, changes, whole: known.whole }),
    })
}

/// What the model says of a change with this past.
pub async fn risk_score(
    store: &Store,
    model: &Model,
    repo: RepoId,
    change: &Change,
    past: &Past,
) -> Result<Scored, StoreError> {
    let raw = match Raw::read(Evidence::of(change, past)) {
        Ok(raw) => raw,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let rows = i64::try_from(model.scale.rows).unwrap_or(i64::MAX);
    let window = store.risk_window(repo, change.at, rows).await?;
    let scale = scale_of(model, window.into_iter().rev());
    let (youngest, oldest) = (model.base.youngest_days, model.base.oldest_days);
    let from = change.at.plus_ms(-oldest * DAY_MS);
    let to = change.at.plus_ms(-youngest * DAY_MS);
    let ripe = store.risk_ripe(repo, from, to, LABEL_DAYS * DAY_MS).await?;
    let base = BaseRate::of(model, ripe.changes, ripe.reverted);
    Ok(Ok((raw, Score::of(model, scale, base, &raw.x()))))
}
