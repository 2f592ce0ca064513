//! What does the store know of the files that a change touches, and what does the model say of it?

use crate::domain::ids::RepoId;
use crate::domain::risk::DAY_MS;
use crate::domain::risk::change::Change;
use crate::domain::risk::lineage::Touches;
use crate::domain::risk::model::{Model, Raw, Scale};
use crate::domain::risk::past::{Known, Past};
use crate::domain::risk::replay::{BaseRate, LABEL_DAYS, Score, scale_of};
use crate::domain::risk::signals::{Evidence, Unknown};
use crate::domain::time::Timestamp;
use crate::edge::store::{Store, StoreError, mark};

/// What the model says, or which signal is not known, and why.
pub type Scored = Result<(Raw, Score), (&'static str, Unknown)>;

/// Why a program's change is not scored.
pub const NOT_OF_PROGRAMS: (&str, Unknown) =
    ("author", "a program wrote it, and programs' changes are not compared");
/// Why a revert is not scored.
pub const NOT_OF_REVERTS: (&str, Unknown) =
    ("revert", "it takes another change back, and reverts are not compared");

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

/// What a repository's changes are measured against: how they usually score, and how many were
/// taken back.
pub struct Ground {
    scale: Scale,
    base: BaseRate,
}

impl Ground {
    /// As it was at `at`.
    pub async fn read(
        store: &Store,
        model: &Model,
        repo: RepoId,
        at: Timestamp,
    ) -> Result<Self, StoreError> {
        let rows = i64::try_from(model.scale.rows).unwrap_or(i64::MAX);
        let (youngest, oldest) = (model.base.youngest_days, model.base.oldest_days);
        let (from, to) = (at.plus_ms(-oldest * DAY_MS), at.plus_ms(-youngest * DAY_MS));
        let (window, ripe) = tokio::try_join!(
            store.risk_window(repo, at, rows),
            store.risk_ripe(repo, from, to, LABEL_DAYS * DAY_MS),
        )?;
        let scale = scale_of(model, window.into_iter().rev());
        Ok(Self { scale, base: BaseRate::of(model, ripe.changes, ripe.reverted) })
    }
}

/// A change's past and its ground, read side by side: neither waits for the other.
pub async fn past_and_ground(
    store: &Store,
    model: &Model,
    repo: RepoId,
    change: &Change,
) -> Result<(Past, Ground), StoreError> {
    let past = risk_past(store, model, repo, change);
    tokio::try_join!(past, Ground::read(store, model, repo, change.at))
}

/// What the model says of a change with this past.
pub fn risk_score(model: &Model, ground: Ground, change: &Change, past: &Past) -> Scored {
    let raw = Raw::read(Evidence::of(change, past))?;
    let score = Score::of(model, ground.scale, ground.base, &raw.x());
    Ok((raw, score))
}
