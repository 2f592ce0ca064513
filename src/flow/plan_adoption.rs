//! How does a plan get all the texts that it asks for? The planner is pure: it names what it lacks,
//! and is asked again.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::adopt::{AdoptRequest, LOCK, OnlyTeam, Plan};
use crate::domain::evaluate::ConfigFile;
use crate::domain::facts::RepoFacts;
use crate::domain::ids::Sha;
use crate::domain::tree::SourceTree;
use crate::edge::evaluator::{EvaluatorError, Evaluators};

use super::judge_commit::config_of;

/// How often the plan may ask for more files.
const MAX_ROUNDS: usize = 4;

/// Where the files lie: a folder, or a repository on GitHub.
pub(super) trait Shelf {
    /// Why they cannot be read.
    type Error: From<EvaluatorError>;

    /// Every file, with the text of those for which `reads` holds.
    async fn read(
        &self,
        reads: &(dyn Fn(&str) -> bool + Send + Sync),
    ) -> Result<(RepoFacts, SourceTree), Self::Error>;

    /// Versions that were generated before, as far as they are to be had.
    async fn earlier(
        &self,
        blobs: &BTreeSet<Sha>,
    ) -> Result<BTreeMap<Sha, Option<String>>, Self::Error>;
}

/// What is wished for.
#[derive(Debug, Clone, Default)]
pub(super) struct Adopting {
    /// The organisation's configuration.
    pub(super) organisation: Option<ConfigFile>,
    /// The golden path, when somebody said it.
    pub(super) path: Option<String>,
    /// Parameters that somebody said.
    pub(super) given: BTreeMap<String, String>,
    /// Only bring what was adopted to its newest version.
    pub(super) upgrade: bool,
    /// The only team that may push, when GitHub was asked.
    pub(super) team: Option<OnlyTeam>,
}

/// A plan, and what it was made from.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) repo: RepoFacts,
    pub(super) tree: SourceTree,
}

/// Makes the plan; the inner error says why there can be none, each reason a sentence.
pub(super) async fn plan_adoption<S: Shelf>(
    shelf: &S,
    evaluators: &Evaluators,
    wish: &Adopting,
) -> Result<Result<Planned, Vec<String>>, S::Error> {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    let mut bases: BTreeMap<Sha, Option<String>> = BTreeMap::new();
    let mut rounds = 0;
    loop {
        let reads = |path: &str| is_telling(path) || wanted.contains(path);
        let (repo, tree) = shelf.read(&reads).await?;
        let request = AdoptRequest {
            config: config_of(&tree),
            organisation: wish.organisation.clone(),
            tree,
            repo,
            path: wish.path.clone(),
            given: wish.given.clone(),
            bases: bases.clone(),
            upgrade: wish.upgrade,
            team: wish.team.clone(),
        };
        let plan = match evaluators.adopt(&request).await? {
            Ok(plan) => plan,
            Err(reasons) => return Ok(Err(reasons)),
        };
        rounds += 1;
        if !plan.wants_more() || rounds == MAX_ROUNDS {
            let AdoptRequest { repo, tree, .. } = request;
            return Ok(Ok(Planned { plan, repo, tree }));
        }
        wanted.extend(plan.wanted.iter().cloned());
        bases.extend(shelf.earlier(&plan.wanted_blobs).await?);
    }
}

/// Files that tell parameters, besides those that policies read: at the root, and small.
fn is_telling(path: &str) -> bool {
    const TELLING: [&str; 9] = [
        "package.json",
        "go.mod",
        "Cargo.toml",
        "pom.xml",
        "build.gradle",
        "build.gradle.kts",
        "pyproject.toml",
        "requirements.txt",
        LOCK,
    ];
    TELLING.contains(&path)
}
