//! What does the store know of the files that a change touches, and what does the model say of it?

use crate::domain::ids::RepoId;
use crate::domain::risk::DAY_MS;
use crate::domain::risk::change::Change;
use crate::domain::risk::lineage::Touches;
use crate::domain::risk::model::{Model, Raw};
use crate::domain::risk::past::{Known, Past};
use crate::domain::risk::replay::{BaseRate, LABEL_DAYS, Score, scale_of};
use crate::domain::risk::signals::{Evidence, Unknown};
use crate::edge::store::{Store, StoreError, mark};

/// What the model says, or which signal is not known, and why.
pub type Scored = Result<(Raw, Score), (&'static str, Unknown)>;

/// The files' past, renames followed. A bounded number of questions, whatever the history
/// holds: one for each hundred paths and step back through their names, two for each twenty-five
/// of those names, and a few more.
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
    let marks: Vec<i64> = change.files.iter().map(|file| mark(file.path_before())).collect();
    // What was noted at this very moment is the change itself.
    let before = change.at.plus_ms(-1);
    let mut renames: Touches<i64> = Touches::default();
    loop {
        let missing: Vec<i64> = renames.missing(&marks, before).into_iter().collect();
        if missing.is_empty() {
            break;
        }
        store.load_risk_renames(repo, &missing, change.at, &mut renames).await?;
    }
    let stretches = marks.iter().map(|mark| renames.stretches(mark, before).unwrap_or_default());
    let stretches: Vec<_> = stretches.collect();
    let pasts = store.risk_file_pasts(repo, &stretches, change.at).await?;
    let files = change.files.iter().map(|file| file.path.clone()).zip(pasts);
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
