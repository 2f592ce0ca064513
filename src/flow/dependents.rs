//! Who depends on what a repository holds? Asked step by step, from its own entities outwards.

use std::collections::BTreeSet;

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::risk::dependents::{Dependents, Relation, Verb, dependents};
use crate::edge::store::{Store, StoreError};

/// Steps from the repository outwards; whoever is further away is not counted.
const MAX_STEPS: usize = 50;
/// Relations that are walked along; the rest is not counted.
const MAX_RELATIONS: usize = 50_000;

/// Who needs what a repository defines; `None` when it defines nothing. Two questions for each step
/// and hundred names, whatever the rest of the organisation states.
pub async fn dependents_of(
    store: &Store,
    installation: InstallationId,
    repo: RepoId,
) -> Result<Option<Dependents>, StoreError> {
    let own = store.relations_of(repo).await?.into_iter();
    let own = own.filter(|relation| relation.verb == Verb::Defines);
    let mut known: Vec<(i64, Relation)> = own.map(|relation| (repo.0, relation)).collect();
    let mut next: BTreeSet<String> = known.iter().map(|(_, own)| own.subject.clone()).collect();
    let mut asked = BTreeSet::new();
    for _ in 0..MAX_STEPS {
        if next.is_empty() || known.len() >= MAX_RELATIONS {
            break;
        }
        let entities: Vec<String> = next.iter().cloned().collect();
        let offered = store.relations_from(installation, Verb::Provides, &entities).await?;
        asked.append(&mut next);
        let names: BTreeSet<String> =
            offered.iter().map(|(_, one)| one.object.clone()).chain(entities).collect();
        let names: Vec<String> = names.into_iter().collect();
        let needy = store.relations_toward(installation, Verb::Needs, &names).await?;
        next = needy.iter().map(|(_, one)| one.subject.clone()).collect();
        next.retain(|entity| !asked.contains(entity));
        known.extend(offered.into_iter().chain(needy));
    }
    Ok(dependents(repo.0, &known))
}
