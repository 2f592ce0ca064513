//! What did a policy have before it when it answered? For those who explain the answer.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Answer, Evaluator, Request, without};
use crate::domain::config::Layers;
use crate::domain::facts::{self, FactKind, Snapshot};
use crate::domain::glob::Globs;
use crate::domain::ids::PolicyId;

impl Evaluator {
    /// The parameters of one policy on the golden path and by the configuration of an answer.
    pub fn parameters(&self, answer: &Answer, id: &PolicyId) -> Value {
        let layers = layers(answer);
        let golden = self.library.paths.get(&answer.path);
        Value::Object(self.params(std::slice::from_ref(id), golden, layers))
    }

    /// The facts of these kinds that it saw.
    pub fn facts(
        &self,
        request: &Request,
        answer: &Answer,
        needs: &BTreeSet<FactKind>,
    ) -> Snapshot {
        let tree = without(&request.tree, Globs::new(layers(answer).exclude()));
        facts::extract(&tree, &request.repo, needs).snapshot
    }
}

pub(super) fn layers(answer: &Answer) -> Layers<'_> {
    Layers { organisation: &answer.organisation, repository: &answer.config }
}
