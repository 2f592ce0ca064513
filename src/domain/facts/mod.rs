//! Which facts may a policy ask about one repository at one commit?
//!
//! A [`SourceTree`] becomes a [`Snapshot`], which is exactly the Rego `input`: raw documents and
//! rows that are normalised once here, so that policies need not know how a field is inherited or
//! a reference is spelled. What could not be read is said in [`Snapshot::gaps`]: a fact is either
//! there, absent, or a gap; it is never guessed. Policies name places by path and JSON pointer;
//! [`Spans`] turns those into lines.

mod catalog;
pub mod codeowners;
mod dependencies;
mod dockerfile;
mod gather;
mod glob;
mod image;
mod kubernetes;
mod literal;
mod migrations;
mod overlays;
mod pin;
mod readme;
mod select;
mod spans;
mod stage;
mod substitute;
#[cfg(test)]
mod testing;
mod trigger;
mod workflow;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::tree::SourceTree;
use gather::Gather;

pub use catalog::{Catalog, Entity, Problem};
pub use codeowners::{Codeowners, OwnerProblem, OwnerRule};
pub use dependencies::{Dependency, Manifest};
pub use dockerfile::{
    Added, Base, DockerSetting, Dockerfile, ExternalImage, Instruction, Stage, User,
};
pub use image::Image;
pub use kubernetes::{
    Container, Literal, Object, Patch, Role, Secret, SecretRead, Selection, Setting, Workload,
};
pub use literal::ValueKind;
pub use migrations::{Migration, MigrationStatement};
pub use pin::Pin;
pub use readme::Readme;
pub(in crate::domain) use readme::characters;
pub use select::{is_excluded, wanted, wanted_of_change};
pub use spans::Spans;
pub use trigger::Answer;
pub use workflow::{Run, Use, UseKind, Workflow};

/// Version of the shape of [`Snapshot`]; grows only by fields.
pub const SCHEMA: &str = "waymark.dev/snapshot/v1";

/// A kind of fact; a policy's METADATA lists those it `needs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// What GitHub says of the repository.
    Repo,
    /// The list of paths.
    Files,
    /// The Backstage entities at the root.
    Catalog,
    /// The file `CODEOWNERS`.
    Codeowners,
    /// READMEs.
    Readme,
    /// GitHub workflows and composite actions.
    Workflows,
    /// Dockerfiles.
    Dockerfiles,
    /// Kubernetes workloads.
    Kubernetes,
    /// What manifests of package managers name.
    Dependencies,
    /// Which files a change adds, modifies and removes.
    Change,
    /// The migrations that a change adds.
    Migrations,
}

impl FactKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Repo,
        Self::Files,
        Self::Catalog,
        Self::Codeowners,
        Self::Readme,
        Self::Workflows,
        Self::Dockerfiles,
        Self::Kubernetes,
        Self::Dependencies,
        Self::Change,
        Self::Migrations,
    ];

    /// Whether a fact of this kind belongs to a change rather than to a tree: the same tree has
    /// another one when it is reached from elsewhere, so nothing that is remembered by tree alone
    /// may depend on it.
    pub fn is_of_change(self) -> bool {
        matches!(self, Self::Change | Self::Migrations)
    }
}

/// What is known of the repository beside its files.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepoFacts {
    /// GitHub's number; `None` for a folder on disk.
    pub id: Option<i64>,
    /// The account's name.
    pub owner: String,
    /// The name without owner.
    pub name: String,
    /// `owner/name`.
    pub full_name: String,
    /// The default branch, when known.
    pub default_branch: Option<String>,
    /// Read-only on GitHub.
    pub archived: bool,
    /// Not public; `None` when not known.
    pub private: Option<bool>,
}

/// Every fact that policies may ask for: the Rego `input`. Lists of a kind that nobody needs are
/// empty. All lists are in a fixed order (path, then place).
#[derive(Debug, Clone, Serialize)]
pub struct Snapshot {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The repository itself.
    pub repo: RepoFacts,
    /// All paths, sorted, excluded folders too.
    pub files: Vec<String>,
    /// Backstage.
    pub catalog: Catalog,
    /// Who must look at which files.
    pub codeowners: Codeowners,
    /// READMEs where GitHub shows them.
    pub readmes: Vec<Readme>,
    /// Files under `.github/workflows` that are workflows.
    pub workflows: Vec<Workflow>,
    /// Every `uses:` in workflows and composite actions.
    pub uses: Vec<Use>,
    /// Every `run:` in workflows and composite actions.
    pub runs: Vec<Run>,
    /// Dockerfiles that parse.
    pub dockerfiles: Vec<Dockerfile>,
    /// Kubernetes objects that run pods.
    pub workloads: Vec<Workload>,
    /// Their containers, one row each.
    pub containers: Vec<Container>,
    /// Kubernetes `Secret` objects, without their values.
    pub secrets: Vec<Secret>,
    /// Where workloads read Secrets.
    pub secret_reads: Vec<SecretRead>,
    /// Kubernetes objects of other tools: deployment, monitoring, objectives, secret stores.
    pub objects: Vec<Object>,
    /// Manifests of package managers.
    pub manifests: Vec<Manifest>,
    /// The direct dependencies that they name.
    pub dependencies: Vec<Dependency>,
    /// What the change does to the files; `None` where there is no change to look at.
    pub change: Option<Change>,
    /// The migrations that it adds.
    pub migrations: Vec<Migration>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
}

/// A fact that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Gap {
    /// Which kind of fact is incomplete.
    pub kind: FactKind,
    /// The file, unless the listing itself is incomplete.
    pub path: Option<String>,
    /// One sentence that reads alone: it names the file and, where there is one, the line.
    pub reason: String,
}

/// What [`extract`] gives.
#[derive(Debug)]
pub struct Extracted {
    /// The facts.
    pub snapshot: Snapshot,
    /// Where they stand.
    pub spans: Spans,
    /// How many files would have been read but for [`is_excluded`].
    pub excluded_files: u32,
}

/// Reads the facts of the kinds in `needs`. Never fails: see [`Snapshot::gaps`].
pub fn extract(tree: &SourceTree, repo: &RepoFacts, needs: &BTreeSet<FactKind>) -> Extracted {
    extract_change(tree, repo, needs, None)
}

/// [`extract`] with the change that leads to `tree`, where there is one.
pub fn extract_change(
    tree: &SourceTree,
    repo: &RepoFacts,
    needs: &BTreeSet<FactKind>,
    change: Option<&Change>,
) -> Extracted {
    let mut gather = Gather::new(tree, repo);
    for kind in needs {
        let cut = match kind {
            FactKind::Repo => &None,
            // Without a change there is nothing that could be missing from it.
            kind if kind.is_of_change() => change.map_or(&None, |change| &change.truncated),
            _ => &tree.truncated,
        };
        if let Some(why) = cut {
            gather.gap(*kind, None, why.clone());
        }
        match kind {
            FactKind::Repo => {}
            FactKind::Files => gather.snapshot.files = tree.entries.keys().cloned().collect(),
            FactKind::Catalog => catalog::extract(&mut gather),
            FactKind::Codeowners => codeowners::extract(&mut gather),
            FactKind::Readme => readme::extract(&mut gather),
            FactKind::Workflows => workflow::extract(&mut gather),
            FactKind::Dockerfiles => dockerfile::extract(&mut gather),
            FactKind::Kubernetes => kubernetes::extract(&mut gather),
            FactKind::Dependencies => dependencies::extract(&mut gather),
            FactKind::Change => gather.snapshot.change = change.cloned(),
            FactKind::Migrations => {
                change.into_iter().for_each(|change| migrations::extract(&mut gather, change));
            }
        }
    }
    let by_folder = tree.entries.keys().filter(|path| select::left_out(needs, path)).count();
    let excluded = by_folder + tree.excluded.iter().filter(|path| wanted(needs, path)).count();
    gather.finish(u32::try_from(excluded).unwrap_or(u32::MAX))
}
