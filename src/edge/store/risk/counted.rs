//! Who changed a file before, how often, and what of it lately? Counted in the database, so that of a
//! file which ten thousand changes touched a row is read for each of its people.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::domain::ids::RepoId;
use crate::domain::risk::DAY_MS;
use crate::domain::risk::lineage::{Moment, Stretch};
use crate::domain::risk::past::{BURST_DAYS, Earlier, FilePast, REPAIR_DAYS, REVERT_DAYS, Times};
use crate::domain::risk::people::Person;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::{Value, values};
use crate::edge::store::error::StoreError;

/// Stretches that are asked for at once. A shorter list is filled up with paths that nothing has:
/// each is a part of the text, and a text is prepared once.
const BATCH: usize = 25;
/// What each takes: path, from when, which change, until when, which change.
const EACH: usize = 5;

/// One question for each stretch: those of one path come from the index grouped already, those of
/// many would be sorted first.
fn for_each(select: impl Fn(usize, [usize; EACH]) -> String) -> String {
    let one = |n| select(n, std::array::from_fn(|k| 2 + n * EACH + k));
    (0..BATCH).map(one).collect::<Vec<_>>().join(" UNION ALL ")
}

/// The sign before `at_ms` keeps SQLite from taking the index by time and sorting.
pub(super) static PEOPLE: LazyLock<String> = LazyLock::new(|| {
    for_each(|n, [path, from, first, until, end]| {
        format!(
            "SELECT {n} AS stretch, author, COUNT(*) AS changes, MAX(at_ms) AS last_ms
             FROM risk_touch WHERE repo = $1 AND path = ${path}
               AND (+at_ms, change) >= (${from}, ${first}) AND (+at_ms, change) < (${until}, ${end})
             GROUP BY author"
        )
    })
});
pub(super) static LATELY: LazyLock<String> = LazyLock::new(|| {
    for_each(|n, [path, from, first, until, end]| {
        format!(
            "SELECT {n} AS stretch, author, change, at_ms
             FROM risk_touch WHERE repo = $1 AND path = ${path}
               AND (at_ms, change) >= (${from}, ${first}) AND (at_ms, change) < (${until}, ${end})"
        )
    })
});
/// How many there are, and of how many of them it is not known.
pub(super) static REPAIRS: LazyLock<String> = LazyLock::new(|| {
    for_each(|n, [path, from, first, until, end]| {
        format!(
            "SELECT {n} AS stretch, CAST(NULL AS BIGINT) AS author, COUNT(repair) AS repairs,
                COUNT(*) - COUNT(repair) AS untold
             FROM risk_touch WHERE repo = $1 AND path = ${path} AND repair IS NOT FALSE
               AND (at_ms, change) >= (${from}, ${first}) AND (at_ms, change) < (${until}, ${end})"
        )
    })
});
/// `was`, which no index by path holds, sends SQLite to the primary key: without statistics it would
/// rather walk an index that holds all that is asked for, once for each change.
pub(super) const REVERTED: &str = "SELECT t.path, t.author, t.change, t.at_ms, c.reverted_ms, t.was
    FROM risk_change c JOIN risk_touch t ON t.repo = c.repo AND t.change = c.id
    WHERE c.repo = $1 AND c.reverted_ms >= $2 AND c.reverted_ms <= $3";

/// Which stretch, its author, and two numbers.
type Row = (i32, Option<i64>, i64, i64);
/// The same by file.
type Found = (usize, Option<Person>, i64, i64);
/// Path, author, change, two times, and what is not read.
type Reverted = (i64, Option<i64>, i64, i64, i64, Option<i64>);
/// A file by its place in the list, and a stretch of it.
type Part<'a> = (usize, &'a Stretch<i64>);

/// What of these stretches lies behind a moment, of each file its own; `None`: nothing of it.
fn since(
    parts: &[Part<'_>],
    moment: impl Fn(usize) -> Option<Timestamp>,
) -> Vec<(usize, Stretch<i64>)> {
    let cut = |(file, whole): &Part<'_>| {
        let from = whole.from.max(Some((moment(*file)?, i64::MIN)));
        let cut = Stretch { from, ..(*whole).clone() };
        (from < Some(cut.until)).then_some((*file, cut))
    };
    parts.iter().filter_map(cut).collect()
}

fn borrowed(parts: &[(usize, Stretch<i64>)]) -> Vec<Part<'_>> {
    parts.iter().map(|(file, part)| (*file, part)).collect()
}

impl Store {
    /// The pasts of files, each told by where it lay, as they were before `now`.
    pub async fn risk_file_pasts(
        &self,
        repo: RepoId,
        files: &[Vec<Stretch<i64>>],
        now: Timestamp,
    ) -> Result<Vec<FilePast>, StoreError> {
        let parts = |(n, file)| std::iter::repeat(n).zip(file);
        let parts: Vec<Part<'_>> = files.iter().enumerate().flat_map(parts).collect();
        let mut pasts = vec![FilePast::default(); files.len()];
        let mut last: Vec<Option<Timestamp>> = vec![None; files.len()];
        let (people, taken_back) = tokio::try_join!(
            self.each(repo, PEOPLE.as_str(), &parts),
            self.taken_back(repo, &parts, now)
        )?;
        for (file, author, changes, at) in people {
            let times = Times { changes: changes.unsigned_abs(), last: Timestamp(at) };
            last[file] = last[file].max(Some(times.last));
            pasts[file].extend(author.map(|author| (author, times)));
        }
        // Since a week ago, or since the last change when that is longer ago.
        let week = now.plus_ms(-BURST_DAYS * DAY_MS);
        let lately = since(&parts, |file| Some(last[file]?.min(week)));
        let half_year = now.plus_ms(-REPAIR_DAYS * DAY_MS);
        let young = since(&parts, |file| last[file].map(|_| half_year));
        let (lately, young) = (borrowed(&lately), borrowed(&young));
        let (lately, repairs) = tokio::try_join!(
            self.each(repo, LATELY.as_str(), &lately),
            self.each(repo, REPAIRS.as_str(), &young)
        )?;
        for (file, _, count, untold) in repairs {
            let known = pasts[file].repairs.filter(|_| untold == 0);
            pasts[file].repairs = known.map(|known| known + count.unsigned_abs());
        }
        let mut single: Vec<BTreeMap<Moment, Earlier>> = vec![BTreeMap::new(); files.len()];
        for (file, author, change, at) in lately {
            let at = Timestamp(at);
            let earlier = Earlier { change, at, author, reverted: None, repair: None };
            single[file].insert((at, change), earlier);
        }
        for (file, earlier) in taken_back {
            single[file].insert((earlier.at, earlier.change), earlier);
        }
        for (past, single) in pasts.iter_mut().zip(single) {
            past.single = single.into_values().collect();
        }
        Ok(pasts)
    }

    /// What was reverted lately: few, so that it is asked for whatever it touched.
    async fn taken_back(
        &self,
        repo: RepoId,
        parts: &[Part<'_>],
        now: Timestamp,
    ) -> Result<Vec<(usize, Earlier)>, StoreError> {
        let mut by_path: BTreeMap<i64, Vec<&Part<'_>>> = BTreeMap::new();
        for part in parts {
            by_path.entry(part.1.path).or_default().push(part);
        }
        let from = now.plus_ms(-REVERT_DAYS * DAY_MS);
        let rows: Vec<Reverted> = self.database.all(REVERTED, values![repo, from, now]).await?;
        let mut found = Vec::new();
        for (path, author, change, at, reverted, _) in rows {
            let (at, reverted) = (Timestamp(at), Some(Timestamp(reverted)));
            let author = author.map(Person);
            let earlier = Earlier { change, at, author, reverted, repair: None };
            let here = by_path.get(&path).into_iter().flatten();
            let here = here.filter(|(_, part)| part.holds(&path, (at, change)));
            found.extend(here.map(|(file, _)| (*file, earlier)));
        }
        Ok(found)
    }

    /// One question about many stretches: what it finds, by file. Asked in two halves side by side:
    /// counting is the database's work, and each connection has a processor of its own there.
    async fn each(
        &self,
        repo: RepoId,
        sql: &'static str,
        parts: &[Part<'_>],
    ) -> Result<Vec<Found>, StoreError> {
        let (some, others) = parts.split_at(parts.len().div_ceil(2));
        let (mut found, more) =
            tokio::try_join!(self.in_turn(repo, sql, some), self.in_turn(repo, sql, others))?;
        found.extend(more);
        Ok(found)
    }

    async fn in_turn(
        &self,
        repo: RepoId,
        sql: &'static str,
        parts: &[Part<'_>],
    ) -> Result<Vec<Found>, StoreError> {
        const EVER: Moment = (Timestamp(i64::MIN), i64::MIN);
        let mut found = Vec::new();
        for batch in parts.chunks(BATCH) {
            let mut values = vec![Value::from(repo)];
            for (_, stretch) in batch {
                let (from, until) = (stretch.from.unwrap_or(EVER), stretch.until);
                let bounds = [from.0.0, from.1, until.0.0, until.1];
                values.push(Value::from(stretch.path));
                values.extend(bounds.map(Value::from));
            }
            values.resize(1 + BATCH * EACH, Value::from(None::<i64>));
            let rows: Vec<Row> = self.database.all(sql, &values).await?;
            found.extend(rows.into_iter().filter_map(|(n, author, one, other)| {
                let (file, _) = batch.get(usize::try_from(n).ok()?)?;
                Some((*file, author.map(Person), one, other))
            }));
        }
        Ok(found)
    }
}
