//! Who needs whom, as the catalog files of default branches state it?

use std::sync::LazyLock;

use super::{BATCH, filled, places};
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::risk::dependents::{Relation, Verb};
use crate::edge::store::Store;
use crate::edge::store::database::{Value, values};
use crate::edge::store::error::{StoreError, contended};

/// Most relations that one answer holds; beyond that, radii are too small.
const MOST: i64 = 50_000;

const DELETE: &str = "DELETE FROM relation WHERE repo = $1";
const INSERT: &str = "INSERT INTO relation (repo, subject, verb, object) VALUES ($1, $2, $3, $4)
    ON CONFLICT (repo, subject, verb, object) DO NOTHING";
const OF_REPO: &str = "SELECT repo, subject, verb, object FROM relation WHERE repo = $1
    ORDER BY subject, verb, object";
/// A name stands in few files: from those to their repositories, in this order (CROSS JOIN is an
/// order to SQLite), not through every repository of the installation.
pub(super) static TOWARD: LazyLock<String> = LazyLock::new(|| asking("object"));
pub(super) static FROM: LazyLock<String> = LazyLock::new(|| asking("subject"));

fn asking(end: &str) -> String {
    format!(
        "SELECT relation.repo, subject, verb, object FROM relation CROSS JOIN repo
         WHERE repo.id = relation.repo AND repo.installation = $1
           AND (repo.archived IS NULL OR repo.archived = FALSE)
           AND verb = $2 AND {end} IN ({})
         ORDER BY relation.repo, subject, object LIMIT $3",
        places(4)
    )
}

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
        if self.relations_of(repo).await? == relations {
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

    /// What a repository states.
    pub async fn relations_of(&self, repo: RepoId) -> Result<Vec<Relation>, StoreError> {
        let rows: Vec<Row> = self.database.all(OF_REPO, values![repo]).await?;
        Ok(rows.into_iter().filter_map(read).map(|(_, one)| one).collect())
    }

    /// What the repositories of an installation that are not archived state about these objects.
    pub async fn relations_toward(
        &self,
        installation: InstallationId,
        verb: Verb,
        objects: &[String],
    ) -> Result<Vec<(i64, Relation)>, StoreError> {
        self.ask_relations(TOWARD.as_str(), installation, verb, objects).await
    }

    /// The same about these subjects.
    pub async fn relations_from(
        &self,
        installation: InstallationId,
        verb: Verb,
        subjects: &[String],
    ) -> Result<Vec<(i64, Relation)>, StoreError> {
        self.ask_relations(FROM.as_str(), installation, verb, subjects).await
    }

    async fn ask_relations(
        &self,
        sql: &'static str,
        installation: InstallationId,
        verb: Verb,
        names: &[String],
    ) -> Result<Vec<(i64, Relation)>, StoreError> {
        let mut found = Vec::new();
        for batch in names.chunks(BATCH) {
            let mut values =
                vec![Value::from(installation), Value::from(verb.as_str()), Value::from(MOST)];
            values.extend(filled(batch).map(|name| Value::from(name.as_str())));
            let rows: Vec<Row> = self.database.all(sql, &values).await?;
            found.extend(rows.into_iter().filter_map(read));
        }
        Ok(found)
    }
}

/// A verb of a later version says nothing to this one.
fn read((repo, subject, verb, object): Row) -> Option<(i64, Relation)> {
    Some((repo, Relation { subject, verb: Verb::named(&verb)?, object }))
}
