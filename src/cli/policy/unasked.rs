//! Which policies of a folder are asked nowhere? A new policy that no golden path holds passes
//! everything, and looks as if all were well.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::domain::evaluate::Catalogue;
use crate::domain::ids::PolicyId;
use crate::domain::report::visible::line;
use crate::domain::report::words::{clip, list};
use crate::edge::disk::PolicyFiles;

/// So many policies are named.
const NAMED: usize = 5;

/// Policies of folders that were not asked, by golden path.
pub(in crate::cli) struct Unasked<'a> {
    folders: Vec<String>,
    own: BTreeSet<PolicyId>,
    catalogue: &'a Catalogue,
    /// Golden path → policies that were not asked, and of how many repositories.
    paths: BTreeMap<String, BTreeMap<PolicyId, usize>>,
}

impl<'a> Unasked<'a> {
    /// Of the sound policies in these folders.
    pub(in crate::cli) fn new(
        folders: &[PathBuf],
        files: &PolicyFiles,
        catalogue: &'a Catalogue,
    ) -> Self {
        let own = files.ids_of_folders();
        let sound = |id: &PolicyId| catalogue.policies.iter().any(|meta| meta.id == *id);
        let own = own.into_iter().filter(|id| sound(id) && !catalogue.is_broken(id)).collect();
        let folders = folders.iter().map(|folder| folder.display().to_string()).collect();
        Self { folders, own, catalogue, paths: BTreeMap::new() }
    }

    /// One repository was judged on this path, by these policies.
    pub(in crate::cli) fn note(&mut self, path: &str, asked: &BTreeSet<PolicyId>) {
        for id in self.own.difference(asked) {
            let of_path = self.paths.entry(path.to_owned()).or_default();
            *of_path.entry(id.clone()).or_default() += 1;
        }
    }

    /// A sentence per golden path.
    pub(in crate::cli) fn words(&self) -> Vec<String> {
        let sentence = |(path, policies): (&String, &BTreeMap<PolicyId, usize>)| {
            let level = |id: &PolicyId| {
                let meta = self.catalogue.policies.iter().find(|meta| meta.id == *id);
                meta.map_or("", |meta| meta.level.as_str())
            };
            let named: Vec<String> =
                policies.keys().map(|id| format!("{id} ({})", level(id))).collect();
            let (subject, it) = match policies.len() {
                1 => ("1 policy".to_owned(), "it"),
                n => (format!("{n} policies"), "them"),
            };
            let verb = if policies.len() == 1 { "is" } else { "are" };
            let repos = match policies.values().max() {
                None | Some(1) => String::new(),
                Some(n) => format!(" ({n} repositories)"),
            };
            format!(
                "{subject} of `{}` {verb} not asked on the golden path `{}`{repos}: {}. The path's \
                 levels or globs leave {it} out, or the configuration turns {it} off",
                line(&clip(&self.folders.join("`, `"), 200)),
                line(&clip(path, 100)),
                list(&named, NAMED),
            )
        };
        self.paths.iter().map(sentence).collect()
    }

    /// The same for programs.
    pub(in crate::cli) fn as_json(&self) -> Value {
        let row = |(path, policies): (&String, &BTreeMap<PolicyId, usize>)| {
            let policies = policies.iter();
            policies
                .map(|(id, repos)| json!({"path": path, "policy": id, "repositories": repos}))
                .collect::<Vec<_>>()
        };
        self.paths.iter().flat_map(row).collect()
    }
}
