//! What would have been said of every change of a repository, and what is said of the next one?

use std::collections::{BTreeSet, HashMap};

use crate::domain::time::Timestamp;

use super::DAY_MS;
use super::change::{Change, Kind};
use super::lengths::Lengths;
use super::lineage::{Touch, Touches};
use super::model::{Model, Raw};
use super::past::{Earlier, FilePast, Known, Past};
use super::people::Person;
use super::replay::{LABEL_DAYS, Merged, Replay, Score};
use super::signals::{Evidence, Unknown, speaks_of_repair, subsystem};
use super::units::Landed;

/// A repository's history, walked to its end.
pub struct History<'m> {
    touches: Touches<String>,
    own: HashMap<Person, Vec<(Timestamp, BTreeSet<String>)>>,
    lengths: Lengths,
    replay: Replay<'m>,
    known: Option<Known>,
}

/// One step of the walk.
pub struct Step<'a> {
    /// What landed.
    pub landed: &'a Landed,
    /// The same as it stood before.
    pub change: &'a Change,
    /// What was known of its files then.
    pub past: &'a Past,
    /// Lines in its files before it.
    pub lines_before: Result<u64, Unknown>,
    /// Its features, when they could be known.
    pub raw: Option<Raw>,
    /// What was to be said of it; `None` for what is not scored.
    pub score: Option<Score>,
}

impl<'m> History<'m> {
    /// Walks through what landed, oldest first, and shows every step. `whole` says that the
    /// repository began with the first.
    pub fn walk(
        model: &'m Model,
        landed: &[Landed],
        whole: bool,
        mut see: impl FnMut(&Step<'_>),
    ) -> Self {
        let mut history = Self {
            touches: Touches::complete(),
            own: HashMap::new(),
            lengths: Lengths::default(),
            replay: Replay::new(model),
            known: None,
        };
        for (number, landed) in landed.iter().enumerate() {
            let change = landed.change();
            // Of the first one it is known that there is nothing before, or not even that.
            let since = history.known.map_or(landed.at, |known| known.since);
            history.known = Some(Known { since, changes: number as u64, whole });
            let past = history.past(&change);
            let raw = Raw::read(Evidence::of(&change, &past)).ok();
            let score = raw
                .filter(|_| landed.counts())
                .map(|raw| history.replay.score(&raw.x(), landed.at));
            let lines_before = match whole {
                true => Ok(history.lengths.before(&landed.files)),
                false => Err("files are as long as what came before the known history made them"),
            };
            see(&Step { landed, change: &change, past: &past, lines_before, raw, score });
            history.add(landed, number as i64, raw, score);
        }
        if let Some(known) = &mut history.known {
            known.changes = landed.len() as u64;
        }
        history
    }

    fn add(&mut self, landed: &Landed, number: i64, raw: Option<Raw>, score: Option<Score>) {
        if landed.counts() {
            self.replay.push(Merged {
                at: landed.at,
                x: raw.map(|raw| raw.x()),
                weight: score.map_or(1.0, |score| score.sum.exp()),
                reverted: was_reverted(landed.at, landed.reverted),
            });
        }
        let author = landed.knower();
        let repair = is_repair(&landed.title, landed.counts());
        for file in &landed.files {
            let (at, reverted) = (landed.at, landed.reverted);
            let earlier = Earlier { change: number, at, author, reverted, repair };
            let was = file.was.clone().filter(|_| file.kind == Kind::Renamed);
            self.touches.push(&file.path, Touch { earlier, was });
        }
        self.lengths.add(&landed.files);
        if let Some(author) = author {
            let parts = landed.files.iter().map(|file| subsystem(&file.path).to_owned());
            self.own.entry(author).or_default().push((landed.at, parts.collect()));
        }
    }

    /// What history says of a change's files.
    pub fn past(&self, change: &Change) -> Past {
        let lineage = |path: String| self.touches.lineage(&path, change.at).unwrap_or_default();
        let of = |path: String| FilePast::of(lineage(path), change.at);
        let files = change.files.iter().map(|f| (f.path.clone(), of(f.path_before().to_owned())));
        let own = change.author.map(|author| self.own.get(&author).cloned().unwrap_or_default());
        Past { files: files.collect(), own, known: self.known }
    }

    /// What is said of the next change.
    pub fn score(
        &mut self,
        change: &Change,
        past: &Past,
    ) -> Result<(Raw, Score), (&'static str, Unknown)> {
        let raw = Raw::read(Evidence::of(change, past))?;
        let score = self.replay.score(&raw.x(), change.at);
        Ok((raw, score))
    }
}

/// Whether a change counts as a repair of its files. One that does not count (a program's, a revert)
/// is none, whatever its title says. `None`: it cannot be told.
pub fn is_repair(title: &str, counts: bool) -> Option<bool> {
    if counts { speaks_of_repair(title) } else { Some(false) }
}

/// Whether a change counts as reverted: that happened soon after its merge.
pub fn was_reverted(merged: Timestamp, reverted: Option<Timestamp>) -> bool {
    reverted.is_some_and(|at| at <= merged.plus_ms(LABEL_DAYS * DAY_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Sha;
    use crate::domain::risk::change::FileChange;

    fn landed(day: i64, author: i64, files: Vec<FileChange>) -> Landed {
        Landed {
            sha: Sha::parse(&format!("{day:040x}")).ok(),
            number: None,
            at: Timestamp(day * DAY_MS),
            author: Some(Person(author)),
            bot: false,
            revert: false,
            title: "Add".to_owned(),
            files,
            reverted: None,
        }
    }

    #[test]
    fn every_change_is_seen_with_what_was_known_then() {
        let model = Model::built_in().expect("readable");
        let file = |path: &str| FileChange::modified(path, 1, 0);
        let mut moved = file("new.rs");
        (moved.was, moved.kind) = (Some("old.rs".to_owned()), Kind::Renamed);
        let mut bot = landed(3, 9, vec![file("old.rs")]);
        bot.bot = true;
        let mut first = landed(1, 1, vec![FileChange { kind: Kind::Added, ..file("old.rs") }]);
        first.reverted = Some(Timestamp(4 * DAY_MS));
        let all = [first, landed(2, 2, vec![file("old.rs")]), bot, landed(5, 1, vec![moved])];
        let mut seen = Vec::new();
        let mut history =
            History::walk(model, &all, true, |step| seen.push(step.raw.map(|raw| raw.0)));
        let of = |k: usize| seen[k].map(|raw| [raw[1], raw[2], raw[3]]);
        // People before, share known, reverts known.
        assert_eq!(of(0), Some([0.0, 0.0, 0.0]));
        assert_eq!(of(1), Some([1.0, 0.0, 0.0]));
        assert_eq!(of(3), Some([2.0, 1.0, 1.0]));
        let mut next = Change::of("Fix it", &[("new.rs", 1, 1)]).by(Person(3));
        next.at = Timestamp(6 * DAY_MS);
        let past = history.past(&next);
        let (raw, score) = history.score(&next, &past).expect("known");
        assert_eq!(raw.0, [1.0, 2.0, 0.0, 1.0, 1.0, 0.0]);
        assert!(score.multiple > 0.0);
        assert_eq!(past.known.map(|known| known.changes), Some(4));
        assert_eq!(past.knowers(&next, 3).len(), 2);
    }
}
