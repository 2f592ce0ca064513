//! Which golden path is adopted, and with which parameters of the configuration?

use super::{ABOUT, Evaluator, known, read};
use crate::domain::adopt::{self, AdoptAnswer, AdoptRequest, Plan};
use crate::domain::config::{Layers, OrgConfig, RepoConfig};
use crate::domain::facts;
use crate::domain::path;

impl Evaluator {
    /// Plans the adoption of a golden path.
    pub fn adopt(&self, request: &AdoptRequest) -> AdoptAnswer {
        let known = known(&self.library);
        let (config, _) =
            read(request.config.as_ref(), |path, text| RepoConfig::read(path, text, &known));
        let (organisation, _) =
            read(request.organisation.as_ref(), |path, text| OrgConfig::read(path, text, &known));
        let layers = Layers { organisation: &organisation, repository: &config };
        let about = facts::extract(&request.tree, &request.repo, &ABOUT.into()).snapshot;
        let (asked, otherwise) = layers.path();
        let own = path::choose(&self.library.paths, asked, otherwise, &about.catalog);
        let adopted = match request.upgrade {
            true => Some(adopted(request)?),
            false => None,
        };
        let (path, guess) = match adopted.as_ref().or(request.path.as_ref()) {
            Some(path) => (path.as_str(), None),
            None if own != path::DEFAULT => (own.as_str(), None),
            None => {
                let (path, why) = adopt::guess_path(request);
                (path, Some(why.to_owned()))
            }
        };
        let parameters = layers.parameters();
        let plan = adopt::draft(&self.library.templates, request, path, &own, &parameters)?;
        Ok(Plan { path_guess: guess, ..plan })
    }
}

/// The path that the lock names.
fn adopted(request: &AdoptRequest) -> Result<String, Vec<String>> {
    let text = request.tree.text(adopt::LOCK);
    let path = text.and_then(|text| adopt::adopted_path(text));
    path.ok_or_else(|| vec![format!("`{}` names no golden path", adopt::LOCK)])
}
