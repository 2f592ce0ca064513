//! What is counted in the database is what reading every touch would tell: on histories that are
//! thrown, with files that move, swap their names and are made anew, programs, reverts, and changes
//! of one millisecond.

use std::collections::{BTreeMap, BTreeSet};

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::risk::DAY_MS;
use waymark::domain::risk::change::{Change, FileChange, Kind};
use waymark::domain::risk::labels::Target;
use waymark::domain::risk::lineage::{Touch, Touches};
use waymark::domain::risk::model::Model;
use waymark::domain::risk::past::{BURST_DAYS, Earlier, FilePast, Past, REPAIR_DAYS, REVERT_DAYS};
use waymark::domain::risk::people::{Called, Person};
use waymark::domain::risk::signals::{Evidence, find};
use waymark::domain::time::Timestamp;
use waymark::edge::store::{RiskChange, RiskTouch, Store};
use waymark::flow::risk_past::risk_past;

use crate::database::fresh_databases;
use crate::given::{Dice, NOON, at, repo};

const PATHS: u64 = 9;
const CHANGES: i64 = 160;
const DAYS: u64 = 400;

fn path(n: u64) -> String {
    format!("src/{n}.rs")
}

fn called(n: u64) -> Called {
    let login = if n == 0 { "renovate[bot]".to_owned() } else { format!("person{n}") };
    Called { login: Some(login), ..Called::default() }
}

/// Changes that know each other by their numbers; a tenth of them takes an older one back.
fn history(dice: &mut Dice) -> Vec<RiskChange> {
    let moment = |dice: &mut Dice| {
        // Few moments of a day, so that some are shared.
        at((dice.throw(DAYS) as i64 - DAYS as i64) * DAY_MS + dice.throw(3) as i64)
    };
    let mut moments: Vec<Timestamp> = (0..CHANGES).map(|_| moment(dice)).collect();
    moments.sort();
    let mut targets: BTreeSet<i64> = (1..=CHANGES).collect();
    let change = |(n, at): (i64, Timestamp)| {
        let files: BTreeSet<u64> = (0..=dice.throw(4)).map(|_| dice.throw(PATHS)).collect();
        let touch = |file: u64| {
            let was = (dice.throw(5) == 0).then(|| path(dice.throw(PATHS)));
            RiskTouch::of(&path(file), was.as_deref())
        };
        let touches = files.into_iter().map(touch).collect();
        let target = 1 + dice.throw(n as u64) as i64;
        let revert = target < n && dice.throw(10) == 0 && targets.remove(&target);
        RiskChange {
            id: n,
            sha: None,
            title: if dice.throw(4) == 0 { format!("Fix {n}") } else { format!("Change {n}") },
            at,
            author: called(dice.throw(6)),
            revert,
            takes_back: if revert { vec![Target::Pull(target)] } else { vec![] },
            features: None,
            touches,
        }
    };
    (1..).zip(moments).map(change).collect()
}

/// Row by row: every touch before `now` of every path.
async fn row_wise(store: &Store, all: &[RiskChange], now: Timestamp) -> Touches<i64> {
    let mut reverted = BTreeMap::new();
    for change in all {
        for target in &change.takes_back {
            let Target::Pull(target) = target else { unreachable!() };
            reverted.insert(*target, change.at);
        }
    }
    let mut rows: BTreeMap<i64, Vec<Touch<i64>>> = BTreeMap::new();
    for change in all.iter().filter(|change| change.at < now) {
        let author = store.risk_person(REPO, &change.author).await.unwrap();
        let author = author.filter(|_| !change.author.is_bot());
        let reverted = reverted.get(&change.id).copied().filter(|at| *at <= now);
        let repair = Some(change.counts() && change.title.starts_with("Fix"));
        let earlier = Earlier { change: change.id, at: change.at, author, reverted, repair };
        for touch in &change.touches {
            rows.entry(touch.path).or_default().push(Touch { earlier, was: touch.was });
        }
    }
    let mut touches = Touches::complete();
    for (path, rows) in rows {
        touches.load(&path, rows);
    }
    touches
}

const REPO: RepoId = RepoId(10);

/// What nobody asks for one by one: the store leaves it out.
fn trimmed(mut past: FilePast, now: Timestamp) -> FilePast {
    let last = past.last().copied();
    let back = |at: Timestamp, days: i64| at >= now.plus_ms(-days * DAY_MS);
    for one in &mut past.single {
        one.reverted = one.reverted.filter(|at| back(*at, REVERT_DAYS));
        // These are counted.
        one.repair = None;
    }
    past.single.retain(|one| {
        let is_last = last.is_some_and(|last| last.at == one.at);
        is_last || one.reverted.is_some() || back(one.at, BURST_DAYS)
    });
    past
}

/// Of every earlier change of every file, by the definitions: people, share known, own share, days
/// since the last change, last changes, changes in a week, reverts, repairs.
fn by_definition(
    change: &Change,
    rows: &BTreeMap<String, Vec<Earlier>>,
) -> Vec<(&'static str, f64)> {
    let all = || rows.values().flatten();
    let author = change.author.unwrap();
    let people: Vec<Person> = all().filter_map(|one| one.author).collect();
    let own = people.iter().filter(|person| **person == author).count() as f64;
    let mine = |file: &&&FileChange| rows[&file.path].iter().any(|one| one.author == Some(author));
    let existed: Vec<&FileChange> = change.files.iter().filter(|file| file.existed()).collect();
    let known = existed.iter().filter(mine).count() as f64;
    let last: Vec<&Earlier> = rows.values().filter_map(|rows| rows.last()).collect();
    let days = |one: &&Earlier| (change.at.0 - one.at.0) as f64 / DAY_MS as f64;
    let since = |at: Timestamp, days: i64| at >= change.at.plus_ms(-days * DAY_MS);
    let reverts = all().filter_map(|one| one.reverted);
    let reverts = reverts.filter(|at| since(*at, REVERT_DAYS) && *at < change.at);
    let burst = all().filter(|one| since(one.at, BURST_DAYS)).map(|one| one.change);
    let lately = all().filter(|one| since(one.at, REPAIR_DAYS));
    let repairs = lately.filter(|one| one.repair == Some(true)).count();
    let mut told = vec![
        ("ffix180", repairs as f64),
        ("ndev", people.iter().collect::<BTreeSet<_>>().len() as f64),
        ("b_known", if existed.is_empty() { 0.0 } else { known / existed.len() as f64 }),
        ("nuc", last.iter().map(|one| one.change).collect::<BTreeSet<_>>().len() as f64),
        ("burst", burst.collect::<BTreeSet<_>>().len() as f64),
        ("frev180", reverts.count() as f64),
    ];
    if !people.is_empty() {
        told.push(("own_share", own / people.len() as f64));
    }
    if !last.is_empty() {
        told.push(("age", last.iter().map(days).sum::<f64>() / last.len() as f64));
    }
    told
}

async fn agree(store: &Store, all: &[RiskChange], dice: &mut Dice) -> usize {
    // Half of the time at the moment of a change, which does not count itself.
    let now = match dice.throw(2) {
        0 => NOON.plus_ms(-(dice.throw(DAYS) as i64) * DAY_MS),
        _ => all[dice.throw(all.len() as u64) as usize].at,
    };
    let touched: BTreeSet<u64> = (0..=dice.throw(30)).map(|_| dice.throw(PATHS + 1)).collect();
    let mut files: Vec<FileChange> =
        touched.into_iter().map(|n| FileChange::modified(&path(n), 1, 1)).collect();
    if dice.throw(2) == 0 {
        (files[0].kind, files[0].was) = (Kind::Renamed, Some(path(dice.throw(PATHS))));
    }
    let author = store.risk_person(REPO, &called(1 + dice.throw(6))).await.unwrap();
    let change = Change { at: now, author, files, ..Change::of("Add VAT", &[]) };
    let touches = row_wise(store, all, now).await;
    let before = now.plus_ms(-1);
    let rows = change.files.iter().map(|file| {
        let mark = waymark::edge::store::mark(file.path_before());
        (file.path.clone(), touches.lineage(&mark, before).unwrap())
    });
    let rows: BTreeMap<String, Vec<Earlier>> = rows.collect();
    let found = risk_past(store, Model::built_in().unwrap(), REPO, &change).await.unwrap();
    let counted = found.files.iter().map(|(path, past)| (path, trimmed(past.clone(), now)));
    let expected =
        rows.iter().map(|(path, rows)| (path, trimmed(FilePast::of(rows.clone(), now), now)));
    assert_eq!(counted.collect::<BTreeMap<_, _>>(), expected.collect::<BTreeMap<_, _>>());
    for (name, value) in by_definition(&change, &rows) {
        let told = (find(name).unwrap().read)(Evidence::of(&change, &found));
        assert_eq!(told, Ok(value), "{name}");
    }
    let files = rows.into_iter().map(|(path, rows)| (path, FilePast::of(rows, now))).collect();
    let whole = Past { files, ..found.clone() };
    assert_eq!(found.knowers(&change, 9), whole.knowers(&change, 9));
    whole.single(&change).count()
}

#[tokio::test]
async fn counting_in_the_database_is_reading_every_touch() {
    for seed in 0..5 {
        for db in fresh_databases().await {
            let mut dice = Dice(seed);
            let store = &db.store;
            store.upsert_repos(InstallationId(1), &[repo(REPO.0)]).await.unwrap();
            store.begin_risk_history(REPO, NOON).await.unwrap();
            let all = history(&mut dice);
            store.note_risk_changes(REPO, &all).await.unwrap();
            store.fill_risk_history(REPO, all[0].at, true, NOON).await.unwrap();
            let mut seen = 0;
            for _ in 0..30 {
                seen += agree(store, &all, &mut dice).await;
            }
            assert!(seen > 1_000, "{}: {seen} touches were compared", db.kind);
        }
    }
}
