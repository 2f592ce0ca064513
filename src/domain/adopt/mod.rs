//! What does a golden path need that a repository lacks, and how does it get there unharmed?
//!
//! [`draft`] renders the path's template ([`super::template`]) with parameters that [`infer`] reads
//! from the repository, and decides for each file: *add* it, *merge* it into what is there, *keep*
//! what is there, or report a *conflict*. No line of a human is lost: a file that somebody wrote is
//! left alone or gains lines ([`merge`]); a file that we wrote earlier is merged three ways with
//! the version generated last as the base ([`lock`]). The caller judges the outcome: it lays
//! [`Plan::writes`] over the tree and asks the evaluator.
//!
//! Pure: what is missing for a decision, such as the text of a file, is asked for in
//! [`Plan::wanted`] and [`Plan::wanted_blobs`], and the caller asks again.

mod around;
mod decide;
mod draft;
mod equivalent;
pub mod infer;
mod lock;
mod merge;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::evaluate::ConfigFile;
use super::facts::RepoFacts;
use super::ids::{PolicyId, Sha};
use super::tree::SourceTree;

pub use decide::patch_of;
pub use draft::{BY_DEFAULT, draft, guess_path};
pub use lock::{LOCK, adopted_path, blob_name};

/// What is to be adopted, and where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdoptRequest {
    /// The head's files; text that is not at hand is asked for.
    pub tree: SourceTree,
    /// What is known of the repository besides its files.
    pub repo: RepoFacts,
    /// The repository's configuration.
    pub config: Option<ConfigFile>,
    /// The organisation's configuration.
    #[serde(default)]
    pub organisation: Option<ConfigFile>,
    /// The golden path; `None` takes the one that configuration and catalog choose, or guesses.
    pub path: Option<String>,
    /// Parameters that somebody gave, as text: they win over everything that is inferred.
    pub given: BTreeMap<String, String>,
    /// Versions that were generated last, by blob name; `None`: it is not to be had.
    pub bases: BTreeMap<Sha, Option<String>>,
    /// Only bring what was generated earlier to the template's newest version: the path is the one
    /// that the lock names, and files that a human wrote are not looked at.
    #[serde(default)]
    pub upgrade: bool,
    /// The only team that may push to the repository, when GitHub was asked.
    #[serde(default)]
    pub team: Option<OnlyTeam>,
}

/// The only team that may push to a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlyTeam {
    /// As in `@organisation/slug`.
    pub slug: String,
    /// `push`, `maintain` or `admin`.
    pub permission: String,
}

/// The plan, or why there can be none, each reason a sentence.
pub type AdoptAnswer = Result<Plan, Vec<String>>;

/// What happens to one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is new.
    Add,
    /// It gains what it lacks.
    Merge,
    /// It is left as it is.
    Keep,
    /// It is left as it is, and a human must decide.
    Conflict,
}

impl Action {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Merge => "merge",
            Self::Keep => "keep",
            Self::Conflict => "conflict",
        }
    }
}

/// One file of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// Its path in the repository.
    pub path: String,
    /// What happens to it.
    pub action: Action,
    /// Why, in words that follow the path; may quote the repository.
    pub reason: String,
    /// The whole text to write; only of *add* and *merge*.
    pub text: Option<String>,
    /// What the template would write where a human's file is in the way: a unified diff, or the
    /// whole text.
    pub suggestion: Option<String>,
    /// Policies that pass with it and not without; filled in by who judges the plan.
    #[serde(default)]
    pub satisfies: BTreeSet<PolicyId>,
    /// Whether it may be run: as it was, or as the template's own file when it is new.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
}

impl PlannedFile {
    /// What would be written, as a patch for `git apply`; `from` is what is there now.
    pub fn patch(&self, from: Option<&str>) -> Option<String> {
        let patch = patch_of(&self.path, from, self.text.as_deref()?);
        Some(match self.executable {
            true => patch.replacen("new file mode 100644\n", "new file mode 100755\n", 1),
            false => patch,
        })
    }
}

/// A parameter's value and where it came from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownParameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Where it came from, in words: `the catalog (catalog-info.yaml)`.
    pub from: String,
    /// Whether nobody said it: a stand-in that a human must confirm before anything is written.
    pub guessed: bool,
}

/// What adoption would do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The golden path.
    pub path: String,
    /// Why it is this one, when nobody said so: a human must confirm it before anything is
    /// written.
    pub path_guess: Option<String>,
    /// Parameters in the template's order.
    pub parameters: Vec<KnownParameter>,
    /// Files by path.
    pub files: Vec<PlannedFile>,
    /// Steps of the template that are not run.
    pub skipped: Vec<String>,
    /// What is left to people.
    pub decisions: Vec<String>,
    /// Remarks.
    pub notes: Vec<String>,
    /// Files whose text is needed; read them and ask again.
    #[serde(default)]
    pub wanted: BTreeSet<String>,
    /// Earlier versions that are needed; read them and ask again.
    #[serde(default)]
    pub wanted_blobs: BTreeSet<Sha>,
}

impl Plan {
    /// Path → text of everything that would be written.
    pub fn writes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().filter_map(|file| Some((file.path.as_str(), file.text.as_deref()?)))
    }

    /// The files with which this happens.
    pub fn with(&self, action: Action) -> impl Iterator<Item = &PlannedFile> {
        self.files.iter().filter(move |file| file.action == action)
    }

    /// Parameters that nobody said.
    pub fn guesses(&self) -> impl Iterator<Item = &KnownParameter> {
        self.parameters.iter().filter(|parameter| parameter.guessed)
    }

    /// Whether nothing in the files tells an owner, so that it may be worth asking elsewhere.
    pub fn lacks_owner(&self) -> bool {
        self.guesses().any(|known| known.from == infer::NO_OWNER)
    }

    /// What must be said before anything is written, in words.
    pub fn open_questions(&self) -> Vec<String> {
        let path = self.path_guess.as_ref().map(|why| {
            format!("the golden path `{}` is a guess ({why}): say `--path NAME`", self.path)
        });
        let guess = |known: &KnownParameter| {
            let value = known.value.as_str().map_or_else(|| known.value.to_string(), str::to_owned);
            format!("`{}` is a guess (`{value}`), as {}: say `{0}=…`", known.name, known.from)
        };
        path.into_iter().chain(self.guesses().map(guess)).collect()
    }

    /// Whether something could not be decided for want of a text.
    pub fn wants_more(&self) -> bool {
        !self.wanted.is_empty() || !self.wanted_blobs.is_empty()
    }
}
