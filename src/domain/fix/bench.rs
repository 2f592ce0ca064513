//! What does a fix work on? The files as changed so far, and the facts of how they were.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::trial::Trial;
use crate::domain::edit::fields;
use crate::domain::facts::{Extracted, Snapshot};
use crate::domain::finding::Finding;
use crate::domain::ids::Sha;
use crate::domain::tree::SourceTree;
use crate::domain::yaml::{self, Mark, Schema};

/// A repository on the workbench.
pub(super) struct Bench<'r> {
    pub(super) tree: &'r SourceTree,
    /// Of the files as they were.
    pub(super) extracted: &'r Extracted,
    /// Of the policy at hand.
    pub(super) parameters: Map<String, Value>,
    /// `None` when nobody looks anything up: every tag is taken to have a commit.
    pub(super) refs: Option<&'r BTreeMap<String, Option<Sha>>>,
    pub(super) wanted: BTreeSet<String>,
    /// Whether nothing can be looked up.
    pub(super) offline: bool,
    /// Whether somebody named the policy.
    pub(super) named: bool,
    /// For who only wants to know whether there is a way: a field that could be set is not.
    pub(super) trial: Option<&'r Trial>,
    /// Path → text of what was changed or added.
    pub(super) changed: BTreeMap<String, String>,
}

/// A value of a YAML file.
pub(super) struct Spot {
    pub(super) path: String,
    /// Number of the document, from 0.
    pub(super) document: usize,
    /// JSON pointer into it.
    pub(super) pointer: String,
    /// How its plain words are read.
    pub(super) schema: Schema,
}

impl Bench<'_> {
    pub(super) fn facts(&self) -> &Snapshot {
        &self.extracted.snapshot
    }

    /// A file's text as it is by now.
    pub(super) fn text(&self, path: &str) -> Result<&str, String> {
        let changed = self.changed.get(path).map(String::as_str);
        let text = changed.or_else(|| self.tree.text(path).map(|text| &**text));
        text.ok_or_else(|| format!("`{path}` is not at hand as text"))
    }

    /// Whether there is such a file, or will be.
    pub(super) fn has(&self, path: &str) -> bool {
        self.tree.entries.contains_key(path) || self.changed.contains_key(path)
    }

    /// A file gets a new text.
    pub(super) fn put(&mut self, path: &str, text: String) {
        self.changed.insert(path.to_owned(), text);
    }

    /// The place that a finding names in a YAML file of people.
    pub(super) fn spot(&self, finding: &Finding) -> Result<Spot, String> {
        let path = finding.place.path.clone().ok_or("it names no file")?;
        let pointer = finding.place.pointer.clone().ok_or("it names no place in its file")?;
        if !(path.ends_with(".yaml") || path.ends_with(".yml")) {
            return Err("the file is not YAML".to_owned());
        }
        let text = self.text(&path)?;
        if self.extracted.spans.is_rendered(&path) || yaml::has_template_marks(text) {
            return Err("the file is a template, in which no line is added by a machine".to_owned());
        }
        if pointer.starts_with("#problem") {
            return Err("it cannot be read, and what was meant is yours to say".to_owned());
        }
        let (document, pointer) = match pointer.strip_prefix('#') {
            None => (0, pointer),
            Some(tail) => {
                let (number, rest) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
                let number = number.parse::<usize>().map_err(|_| "its place is not known")?;
                (number, rest.to_owned())
            }
        };
        let of_kubernetes = finding.policy.pack() == "kubernetes";
        let schema = if of_kubernetes { Schema::Kubernetes } else { Schema::Core12 };
        Ok(Spot { path, document, pointer, schema })
    }

    /// The value at a place of a file as it is by now; null when there is none.
    pub(super) fn value(&self, spot: &Spot, pointer: &str) -> Value {
        if let Some(trial) = self.trial_of(&spot.path) {
            return trial.value(self.tree, spot, pointer);
        }
        let document = self.text(&spot.path).ok().and_then(|text| {
            let mut loaded = yaml::load(text, spot.schema);
            let there = loaded.error.is_none() && spot.document < loaded.documents.len();
            there.then(|| loaded.documents.swap_remove(spot.document).value)
        });
        document.and_then(|value| value.pointer(pointer).cloned()).unwrap_or_default()
    }

    /// The quotation mark in which a value stands, if any.
    pub(super) fn quote(&self, spot: &Spot) -> Option<char> {
        let range = self.mark(spot, &spot.pointer)?.value;
        let first = self.text(&spot.path).ok()?.get(range)?.chars().next();
        first.filter(|first| matches!(first, '"' | '\''))
    }

    /// Where a value stands in a file as it is by now.
    pub(super) fn mark(&self, spot: &Spot, pointer: &str) -> Option<Mark> {
        if let Some(trial) = self.trial_of(&spot.path) {
            return trial.marks(self.tree, spot).as_ref().as_ref().ok()?.get(pointer).cloned();
        }
        fields::marks(self.text(&spot.path).ok()?, spot.document).ok()?.remove(pointer)
    }

    /// Sets a field of the file.
    pub(super) fn set(&mut self, spot: &Spot, pointer: &str, literal: &str) -> Result<(), String> {
        if let Some(trial) = self.trial_of(&spot.path) {
            return trial.could_set(self.tree, spot, pointer, literal);
        }
        let text = self.text(&spot.path)?;
        let text = fields::set(text, spot.document, pointer, literal).map_err(|e| e.to_string())?;
        self.put(&spot.path, text);
        Ok(())
    }

    /// Nobody has changed the file, and nobody will.
    fn trial_of(&self, path: &str) -> Option<&Trial> {
        self.trial.filter(|_| !self.changed.contains_key(path))
    }

    /// What is written on purpose is changed only for who names the policy.
    pub(super) fn on_purpose(&self, what: &str) -> Result<(), String> {
        if self.named {
            return Ok(());
        }
        Err(format!("{what} is written there on purpose; name the policy to have it changed"))
    }

    /// A text parameter of the policy.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)?.as_str()
    }
}
