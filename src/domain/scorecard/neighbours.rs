//! Who walks beside a repository? Those just ahead of it and just behind on the same golden path.

use super::Entry;
use super::history::rung;
use crate::domain::finding::Level;
use crate::domain::ids::RepoId;

/// Told on each side.
const BESIDE: usize = 2;

/// A repository's place among those of its golden path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1: level first, then the share of policies that are fulfilled. Equals share a place.
    pub place: usize,
    /// How many walk the path.
    pub of: usize,
    /// Its neighbours that may be named, best first, with level and fulfilled policies.
    pub beside: Vec<(String, Option<Level>, u32, u32)>,
}

/// The place of `repo`; `None` when it is not judged or walks alone. Only repositories that may be
/// named are neighbours; all count.
pub fn place(entries: &[Entry], repo: RepoId) -> Option<Place> {
    let own = entries.iter().find(|entry| entry.id == repo)?.card.as_ref()?;
    let mut walkers: Vec<_> = entries
        .iter()
        .filter_map(|entry| Some((entry, entry.card.as_ref()?)))
        .filter(|(_, card)| card.path == own.path)
        .collect();
    let rank = |card: &super::Card| {
        // In thousandths, so that it is a whole number.
        let share = u64::from(card.fulfilled) * 1000 / u64::from(card.applicable.max(1));
        (rung(card.level), std::cmp::Reverse(share))
    };
    walkers.sort_by(|(a, x), (b, y)| (rank(x), a.name.name()).cmp(&(rank(y), b.name.name())));
    if walkers.len() < 2 {
        return None;
    }
    let ahead = walkers.iter().filter(|(_, card)| rank(card) < rank(own)).count();
    let (of, place) = (walkers.len(), ahead + 1);
    walkers.retain(|(entry, _)| entry.named || entry.id == repo);
    let at = walkers.iter().position(|(entry, _)| entry.id == repo)?;
    let near = walkers
        .iter()
        .enumerate()
        .skip(at.saturating_sub(BESIDE))
        .take_while(|(n, _)| *n <= at + BESIDE);
    let beside = near.filter(|(n, _)| *n != at).map(|(_, (entry, card))| {
        (entry.name.name().to_owned(), card.level, card.fulfilled, card.applicable)
    });
    Some(Place { place, of, beside: beside.collect() })
}
