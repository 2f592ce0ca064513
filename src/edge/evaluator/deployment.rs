//! May this be deployed? Repository documents and rules of organisations, read in the child.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::frame::Ask;
use super::{EvaluatorError, Evaluators};
use crate::domain::gate::GateRequest;
use crate::domain::gate::decide::Reason;
use crate::domain::gate::slo::Definition;

impl Evaluators {
    /// The objectives that files (path → text) define.
    pub async fn objectives(
        &self,
        files: &BTreeMap<String, String>,
    ) -> Result<Vec<Definition>, EvaluatorError> {
        self.ask(&Ask::Objectives(Cow::Borrowed(files))).await
    }

    /// What the rules about deployments say. `params` differ from the rules' own defaults.
    pub async fn reasons(
        &self,
        request: &GateRequest,
        params: &Map<String, Value>,
    ) -> Result<Vec<Reason>, EvaluatorError> {
        self.ask(&Ask::Gate(Cow::Borrowed(request), Cow::Borrowed(params))).await
    }
}
