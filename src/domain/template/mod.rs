//! Which files does a Backstage Software Template make?
//!
//! A golden path's files are a template as Backstage's scaffolder reads it
//! (`scaffolder.backstage.io/v1beta3`), so that an organisation's existing templates serve
//! unchanged: [`Template::read`] takes `template.yaml` apart, [`Template::render`] runs the steps
//! that make files in memory (`fetch:template`, `fetch:plain`, `fs:rename`, `fs:delete`) and names
//! the others. minijinja stands in for nunjucks; [`nunjucks`] and [`methods`] bridge what the two
//! spell differently.
//!
//! Nothing is executed or fetched, no path leaves the repository ([`place`]), and every step is
//! bounded by the constants here. What the bounds cannot see, such as one huge string built in an
//! expression, the evaluator process' own limits stop.

mod engine;
mod entity;
mod fetch;
mod filters;
mod methods;
mod nunjucks;
mod parameters;
pub mod place;
mod steps;
#[cfg(test)]
mod tests;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};

pub use entity::{Step, Template};
pub use parameters::Parameter;
pub use trial::{Trial, try_out};

/// Files that one template may make.
pub const MAX_FILES: usize = 500;
/// Text that one template may make, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 8 * 1024 * 1024;
/// Text of one made file, in bytes.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Steps of a template.
pub const MAX_STEPS: usize = 100;
/// Instructions of minijinja's machine for one file or expression.
pub const MAX_FUEL: u64 = 500_000;

/// The files that templates read, by path: `service/template.yaml`, `service/skeleton/Dockerfile`.
/// A template reaches those of its own folder and of its neighbours, nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateFiles {
    texts: BTreeMap<String, String>,
    /// Paths of those that may be run; so may what they become.
    pub executable: BTreeSet<String>,
}

impl Deref for TemplateFiles {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &Self::Target {
        &self.texts
    }
}

impl DerefMut for TemplateFiles {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.texts
    }
}

impl FromIterator<(String, String)> for TemplateFiles {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(files: I) -> Self {
        Self { texts: files.into_iter().collect(), executable: BTreeSet::new() }
    }
}

impl<const N: usize> From<[(String, String); N]> for TemplateFiles {
    fn from(files: [(String, String); N]) -> Self {
        files.into_iter().collect()
    }
}

/// A complaint about a template, for its author.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Complaint {
    /// The file, by the path in [`TemplateFiles`].
    pub path: String,
    /// Its line, from 1.
    pub line: Option<u32>,
    /// What is wrong and what to write instead; may quote the template.
    pub message: String,
}

impl Complaint {
    fn new(path: &str, line: Option<u32>, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl std::fmt::Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        write!(f, "{}{line}: {}", self.path, self.message)
    }
}

/// What a template made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Path in the repository → text.
    pub files: BTreeMap<String, String>,
    /// Those of them that may be run.
    pub executable: BTreeSet<String>,
    /// Steps that were not run, each with the reason, in words: `publish:github (Publish)`.
    pub skipped: Vec<String>,
    /// Values that a file asks for and the template does not set; they read as empty text.
    pub unset: Vec<Complaint>,
}
