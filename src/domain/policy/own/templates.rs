//! How do an organisation's templates stand beside the shipped ones?

use std::collections::BTreeSet;

use super::{Library, OwnPolicies};
use crate::domain::path::DEFAULT;
use crate::domain::template::{Trial, try_out};

/// Whether a file is part of a template: changes no outcome.
pub(super) fn is_template(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("paths") && !(path.ends_with("/path.yaml") && parts.count() == 2)
}

/// Golden paths that have a template, by name.
pub fn templates<'a>(paths: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
    let name = |path: &'a str| path.strip_prefix("paths/")?.strip_suffix("/template.yaml");
    paths.filter_map(name).filter(|name| !name.contains('/')).collect()
}

/// Whether a file is part of the template of one of these golden paths.
pub fn is_template_of(path: &str, names: &BTreeSet<&str>) -> bool {
    is_template(path) && path.split('/').nth(1).is_some_and(|name| names.contains(name))
}

impl OwnPolicies {
    /// Golden paths for which the organisation has a template of its own, by name.
    pub fn templates(&self) -> BTreeSet<&str> {
        templates(self.files.keys().map(String::as_str))
    }
}

/// A template replaces the shipped one of its name as a whole: what lies in the shipped skeleton
/// is none of its files.
pub(super) fn make_room(files: &mut Vec<(&str, &str)>, own: &OwnPolicies) {
    let names = own.templates();
    files.retain(|(path, _)| !is_template_of(path, &names));
}

/// A template without a `path.yaml`, as Backstage knows them, makes a golden path all the same:
/// one that holds what the default one holds.
pub(super) fn name_paths(library: &mut Library, own: &OwnPolicies) {
    let Some(default) = library.paths.get(DEFAULT).cloned() else { return };
    for name in own.templates() {
        library.paths.entry(name.to_owned()).or_insert_with(|| default.clone());
    }
}

impl Library {
    /// Renders the template of a golden path once, with stand-ins for what it asks.
    pub fn try_template(&self, path: &str) -> Trial {
        try_out(&format!("{path}/template.yaml"), &self.templates)
    }
}
