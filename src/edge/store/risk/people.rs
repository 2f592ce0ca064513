//! Who is who in one repository?

use std::collections::BTreeMap;

use super::mark;
use crate::domain::ids::RepoId;
use crate::domain::risk::people::{Called, Person};
use crate::edge::store::Store;
use crate::edge::store::database::{Tx, values};
use crate::edge::store::error::StoreError;

const KNOWN: &str = "SELECT person FROM risk_person WHERE repo = $1 AND key = $2";
const INSERT: &str = "INSERT INTO risk_person (repo, key, person, shown) VALUES ($1, $2, $3, $4)
    ON CONFLICT (repo, key) DO UPDATE SET person = excluded.person,
        shown = COALESCE(excluded.shown, risk_person.shown)";
const SAME: &str = "UPDATE risk_person SET person = $3 WHERE repo = $1 AND person = $2";
const TOUCHES: &str = "UPDATE risk_touch SET author = $3 WHERE repo = $1 AND author = $2";
const NAMES: &str = "SELECT person, shown FROM risk_person WHERE repo = $1 AND person = $2
    AND shown IS NOT NULL ORDER BY key LIMIT 1";

/// Keys as they are stored: addresses by their digest.
fn keys(called: &Called) -> Vec<String> {
    let stored = |key: String| match key.strip_prefix("mail:") {
        Some(mail) => format!("mail:{:016x}", mark(mail)),
        None => key,
    };
    called.keys().into_iter().map(stored).collect()
}

impl Store {
    /// Somebody's number in a repository; a face that was never seen has one, too, but nothing is
    /// noted. `None`: nothing tells who it is.
    pub async fn risk_person(
        &self,
        repo: RepoId,
        called: &Called,
    ) -> Result<Option<Person>, StoreError> {
        let keys = keys(called);
        for key in &keys {
            let row: Option<(i64,)> = self.database.one(KNOWN, values![repo, key.as_str()]).await?;
            if let Some((person,)) = row {
                return Ok(Some(Person(person)));
            }
        }
        Ok(keys.first().map(|key| Person(mark(key))))
    }

    /// How to call people, as far as that is known.
    pub async fn risk_names(
        &self,
        repo: RepoId,
        people: &[Person],
    ) -> Result<BTreeMap<Person, String>, StoreError> {
        let mut names = BTreeMap::new();
        for person in people {
            let row: Option<(i64, String)> =
                self.database.one(NAMES, values![repo, person.0]).await?;
            names.extend(row.map(|(person, shown)| (Person(person), shown)));
        }
        Ok(names)
    }
}

/// Notes somebody; two that turn out to be one become one.
pub(super) async fn note(
    tx: &mut Tx,
    repo: RepoId,
    called: &Called,
) -> Result<Option<i64>, StoreError> {
    let keys = keys(called);
    let Some(first) = keys.first() else { return Ok(None) };
    let mut found: Vec<i64> = Vec::new();
    for key in &keys {
        let row: Option<(i64,)> = tx.one(KNOWN, values![repo, key.as_str()]).await?;
        found.extend(row.map(|(person,)| person));
    }
    found.dedup();
    let person = found.first().copied().unwrap_or_else(|| mark(first));
    for other in found.into_iter().filter(|other| *other != person) {
        tx.execute(SAME, values![repo, other, person]).await?;
        tx.execute(TOUCHES, values![repo, other, person]).await?;
    }
    // A login is shown; an address or a bare name is nobody's business.
    let shown = called.login.as_deref().filter(|login| !login.is_empty());
    for key in &keys {
        tx.execute(INSERT, values![repo, key.as_str(), person, shown]).await?;
    }
    Ok(Some(person))
}
