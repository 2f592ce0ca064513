//! A folder's findings are put right, as far as there is one way to do it. No network.

use std::collections::BTreeSet;

use crate::domain::evaluate::Request;
use crate::domain::fix::{FixPlan, FixRequest, Scope, known_refs, targets};
use crate::domain::ids::PolicyId;
use crate::domain::judge::Judgement;
use crate::domain::tree::SourceTree;
use crate::edge::evaluator::Evaluators;

use super::check_folder::{CheckError, CheckedFolder, FolderToCheck, check_folder};

/// What came of it.
#[derive(Debug)]
pub struct FixedFolder {
    /// What would be changed.
    pub plan: FixPlan,
    /// How the folder stands before it.
    pub judgement: Judgement,
    /// The files as they are.
    pub tree: SourceTree,
    /// Where the folder lies in its repository: `services/api`, empty at the root.
    pub prefix: String,
}

/// Makes the fixes of these policies, or of all; of what the change brings when there is a base,
/// else of everything.
pub async fn fix_folder(
    evaluators: &Evaluators,
    job: FolderToCheck,
    policies: Option<BTreeSet<PolicyId>>,
) -> Result<FixedFolder, CheckError> {
    let organisation = job.organisation.clone();
    let CheckedFolder { judgement, tree, prefix, repo, rules, .. } =
        check_folder(evaluators, job).await?;
    let scope = Scope { policies, existing: false };
    let request = FixRequest {
        targets: targets(&judgement, &scope),
        refs: known_refs(&tree),
        offline: true,
        named: scope.policies.is_some(),
        request: Request {
            tree: tree.clone(),
            repo,
            config: rules,
            organisation,
            path: Some(judgement.path.clone()),
            ..Request::default()
        },
    };
    let plan = match request.targets.is_empty() {
        true => FixPlan::default(),
        false => evaluators.fix(&request).await?,
    };
    Ok(FixedFolder { plan, judgement, tree, prefix })
}
