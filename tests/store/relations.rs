//! Who depends on a repository is the same, asked step by step or read from all that an organisation
//! states: on catalogs that are thrown, with circles, APIs, archived repositories and a neighbour who
//! calls things by the same names.

use std::collections::BTreeSet;

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::risk::dependents::{Dependents, Relation, Verb, dependents};
use waymark::edge::store::{RepoRow, Store};
use waymark::flow::dependents::dependents_of;

use crate::database::fresh_databases;
use crate::given::{Dice, repo};

const REPOS: i64 = 14;
const ARCHIVED: i64 = 3;
const OURS: InstallationId = InstallationId(1);
const NEIGHBOUR: InstallationId = InstallationId(2);

fn component(n: u64) -> String {
    format!("component:default/c{n}")
}

fn api(n: u64) -> String {
    format!("api:default/a{n}")
}

fn of(subject: String, verb: Verb, object: String) -> Relation {
    Relation { subject, verb, object }
}

/// One catalog file: mostly an entity, what it offers, what it needs.
fn catalog(dice: &mut Dice) -> Vec<Relation> {
    let own = component(dice.throw(REPOS as u64));
    let mut stated = BTreeSet::new();
    if dice.throw(5) > 0 {
        stated.insert(of(own.clone(), Verb::Defines, own.clone()));
    }
    for _ in 0..dice.throw(3) {
        stated.insert(match dice.throw(4) {
            0 => of(own.clone(), Verb::Provides, api(dice.throw(6))),
            1 => of(own.clone(), Verb::Needs, api(dice.throw(6))),
            2 => of(component(dice.throw(REPOS as u64)), Verb::Needs, own.clone()),
            _ => of(own.clone(), Verb::Needs, component(dice.throw(REPOS as u64))),
        });
    }
    stated.into_iter().collect()
}

async fn settle(
    store: &Store,
    installation: InstallationId,
    first: i64,
    dice: &mut Dice,
) -> Vec<(i64, Relation)> {
    let rows: Vec<RepoRow> = (first..first + REPOS)
        .map(|id| RepoRow { archived: Some(id == first + ARCHIVED), ..repo(id) })
        .collect();
    store.upsert_repos(installation, &rows).await.unwrap();
    let mut all = Vec::new();
    for row in rows {
        let stated = catalog(dice);
        store.put_relations(row.id, &stated).await.unwrap();
        if row.archived != Some(true) {
            all.extend(stated.into_iter().map(|relation| (row.id.0, relation)));
        }
    }
    all
}

#[tokio::test]
async fn dependents_are_the_same_step_by_step() {
    let mut found: Vec<Dependents> = Vec::new();
    for db in fresh_databases().await {
        for seed in 0..20 {
            let mut dice = Dice(seed);
            let all = settle(&db.store, OURS, 100, &mut dice).await;
            settle(&db.store, NEIGHBOUR, 200, &mut dice).await;
            for id in (100..100 + REPOS).filter(|id| *id != 100 + ARCHIVED) {
                let told = dependents_of(&db.store, OURS, RepoId(id)).await.unwrap();
                assert_eq!(told, dependents(id, &all), "{}, seed {seed}, {id}", db.kind);
                found.extend(told);
            }
        }
    }
    assert!(found.iter().any(|one| one.all > one.direct + 2), "some are far away: {found:?}");
}
