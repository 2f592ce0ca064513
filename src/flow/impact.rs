//! What would other policies say of many folders?

use std::collections::BTreeSet;
use std::path::Path;

use chrono::NaiveDate;

use crate::domain::config::{Standing, Traits};
use crate::domain::evaluate::{Answer, Request};
use crate::domain::ids::PolicyId;
use crate::domain::impact::RepoImpact;
use crate::edge::evaluator::{EvaluatorError, Evaluators};

use super::blast_radius::side;
use super::gather_folder::{Folder, gather_folder};
use super::judge_commit::config_of;

/// What became of one folder.
#[derive(Debug)]
pub struct FolderImpact {
    /// What changes.
    pub impact: RepoImpact,
    /// The golden path, and which of the new policies were asked; `None`: it could not be judged.
    pub asked: Option<(String, BTreeSet<PolicyId>)>,
}

/// Judges one folder under old and new policies, each with the folder's own configuration. A
/// folder that cannot be read is told, not an error; an error is about the evaluators.
pub async fn impact_on_folder(
    old: &Evaluators,
    new: &Evaluators,
    path: &Path,
    today: NaiveDate,
) -> Result<FolderImpact, EvaluatorError> {
    let name = path.display().to_string();
    let mut needs = old.catalogue().needs();
    needs.extend(new.catalogue().needs());
    let folder = Folder { path: path.to_owned(), head: None, base: None };
    let gathered = match gather_folder(&folder, &needs).await {
        Ok(gathered) => gathered,
        Err(error) => {
            let impact = RepoImpact::unknown(name, error.to_string());
            return Ok(FolderImpact { impact, asked: None });
        }
    };
    let request = Request {
        config: config_of(&gathered.head.tree),
        tree: gathered.head.tree,
        repo: gathered.repo,
        ..Request::default()
    };
    let before: Answer = old.evaluate(&request).await?;
    let after: Answer = new.evaluate(&request).await?;
    let traits = Traits { teams: after.teams.clone(), ..Traits::default() };
    let at = Standing { traits: &traits, today };
    let impact = RepoImpact::between(name, side(old, &before, at), side(new, &after, at));
    let asked = after.evaluation.outcomes.into_iter().map(|outcome| outcome.policy).collect();
    Ok(FolderImpact { impact, asked: Some((after.path, asked)) })
}
