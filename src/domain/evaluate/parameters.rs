//! With which parameters would a policy be asked about this repository? For those who explain.

use serde_json::Value;

use super::{ConfigFile, Evaluator, Request};
use crate::domain::ids::PolicyId;
use crate::domain::repo_config::RepoConfig;

impl Evaluator {
    /// The parameters of one policy on the golden path and with the configuration of a request.
    pub fn parameters(&self, request: &Request, id: &PolicyId) -> Value {
        let config = match &request.config {
            Some(ConfigFile { path, text: Ok(text) }) => {
                RepoConfig::read(path, text, &self.known()).0
            }
            _ => RepoConfig::default(),
        };
        let (own, _) = self.catalogued(request, &config);
        let golden = self.library.paths.get(request.path.as_ref().unwrap_or(&own));
        Value::Object(self.params(std::slice::from_ref(id), golden, &config))
    }
}
