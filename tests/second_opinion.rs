//! Do the Rego policies say what plain Rust says of the same facts?
//!
//! Seven policies exist a second time in `benches/handwritten/`, written from their meaning.
//! Repositories with all kinds of faults go through both; a finding more, less or elsewhere
//! fails; its words are the policy's own.
#![allow(clippy::unwrap_used)]

#[path = "../benches/generated.rs"]
#[allow(dead_code, unreachable_pub)]
mod generated;
#[path = "../benches/handwritten/mod.rs"]
#[allow(dead_code, unreachable_pub)]
mod handwritten;

use waymark::domain::evaluate::{Evaluator, Request};
use waymark::domain::facts::{self, FactKind};
use waymark::domain::finding::{Finding, Place};
use waymark::domain::ids::PolicyId;
use waymark::domain::policy::outcome::Status;
use waymark::domain::tree::SourceTree;
use waymark::edge::disk::PolicyFiles;

type Fault = (PolicyId, Place, Option<String>);

fn both(evaluator: &mut Evaluator, tree: SourceTree) -> (Vec<Fault>, Vec<Fault>) {
    let ids = handwritten::IDS.map(|id| PolicyId::parse(id).unwrap());
    let only = Some(ids.to_vec());
    let request = Request { tree, repo: generated::repo(), only, ..Request::default() };
    let outcomes = evaluator.evaluate(&request).evaluation.outcomes;
    assert!(outcomes.iter().all(|o| o.status != Status::Broken), "{outcomes:?}");
    let rego: Vec<Finding> = outcomes.into_iter().flat_map(|o| o.findings).collect();
    let kinds = [FactKind::Repo, FactKind::Catalog, FactKind::Workflows];
    let needs = kinds.into_iter().chain([FactKind::Dockerfiles, FactKind::Kubernetes]).collect();
    let extracted = facts::extract(&request.tree, &request.repo, &needs);
    let params = handwritten::Params::defaults(&request.repo.owner);
    let rust = handwritten::evaluate(&extracted, &params);
    (handwritten::faults(&rego), handwritten::faults(&rust))
}

fn missing<'a>(here: &'a [Fault], there: &[Fault]) -> Vec<&'a Fault> {
    here.iter().filter(|fault| !there.contains(fault)).collect()
}

#[test]
fn rego_and_rust_agree_on_generated_repositories() {
    let mut evaluator = Evaluator::new(PolicyFiles::built_in().library());
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..60 {
        let (rego, rust) = both(&mut evaluator, generated::tree(30, seed));
        assert_eq!(missing(&rego, &rust), Vec::<&Fault>::new(), "only Rego, seed {seed}");
        assert_eq!(missing(&rust, &rego), Vec::<&Fault>::new(), "only Rust, seed {seed}");
        assert_eq!(rego, rust, "how often, seed {seed}");
        seen.extend(rego.into_iter().map(|fault| fault.0.to_string()));
    }
    let (rego, rust) = both(&mut evaluator, SourceTree::default());
    assert_eq!(rego, rust);
    seen.extend(rego.into_iter().map(|fault| fault.0.to_string()));
    // Each of the seven must have had something to say, or nothing was compared.
    assert_eq!(seen.len(), handwritten::RULES.len(), "{seen:?}");
}
