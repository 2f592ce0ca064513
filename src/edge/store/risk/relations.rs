//! Who needs whom, as the catalog files of default branches state it?

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::risk::dependents::{Relation, Verb};
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::{StoreError, contended};

/// Of one installation; beyond that, radii are too small.
const MOST: i64 = 50_000;

const DELETE: &str = "DELETE FROM relation WHERE repo = $1";
const INSERT: &str = "INSERT INTO relation (repo, subject, verb, object) VALUES ($1, $2, $3, $4)
    ON CONFLICT (repo, subject, verb, object) DO NOTHING";
const OF_REPO: &str = "SELECT repo, subject, verb, object FROM relation WHERE repo = $1
    ORDER BY subject, verb, object";
const ALL: &str = "SELECT relation.repo, subject, verb, object FROM relation
    JOIN repo ON repo.id = relation.repo
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
    ORDER BY relation.repo, subject, verb, object LIMIT $2";

/// Repository, subject, verb, object.
type Row = (i64, String, String, String);

impl Store {
    /// Notes what a default branch states now; what it stated before is forgotten.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_relations(
        &self,
        repo: RepoId,
        relations: &[Relation],
    ) -> Result<(), StoreError> {
        let known: Vec<Row> = self.database.all(OF_REPO, values![repo]).await?;
        if known.into_iter().filter_map(read).map(|(_, one)| one).eq(relations.iter().cloned()) {
            return Ok(());
        }
        contended!(async {
            let mut tx = self.database.begin().await?;
            tx.execute(DELETE, values![repo]).await?;
            for one in relations {
                let (subject, object) = (one.subject.as_str(), one.object.as_str());
                let values = values![repo, subject, one.verb.as_str(), object];
                tx.execute(INSERT, values).await?;
            }
            tx.commit().await
        })
    }

    /// What all repositories of an installation state that are not archived.
    pub async fn relations(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<(i64, Relation)>, StoreError> {
        let rows: Vec<Row> = self.database.all(ALL, values![installation, MOST]).await?;
        Ok(rows.into_iter().filter_map(read).collect())
    }
}

/// A verb of a later version says nothing to this one.
fn read((repo, subject, verb, object): Row) -> Option<(i64, Relation)> {
    Some((repo, Relation { subject, verb: Verb::named(&verb)?, object }))
}
