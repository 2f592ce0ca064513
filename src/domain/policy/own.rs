//! Which policies does an organisation add? Files of its configuration repository, bounded, and
//! kept apart from the built-in ones: they may be wrong in any way without touching those.

mod templates;

use std::collections::{BTreeMap, BTreeSet};

use regorus::Engine;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::gate::PACK;
use super::library::{Library, WAYMARK};
use super::metadata::{PolicyProblem, package_of};
use super::{examples, gate_examples, rego_tests};
use crate::domain::ids::PolicyId;

pub use templates::{is_template_of, templates};

/// Where an organisation's policies lie in its configuration repository.
pub const POLICIES_FOLDER: &str = "waymark/policies/";
/// Where its golden paths lie.
pub const PATHS_FOLDER: &str = "waymark/paths/";
/// Most files of policies that are read, and most of golden paths.
pub const MAX_FILES: [usize; 2] = [300, 500];
/// Longest file, in bytes.
pub const MAX_FILE_BYTES: usize = 128 * 1024;
/// All files of policies together, and all of golden paths, in bytes.
pub const MAX_BYTES: [usize; 2] = [1024 * 1024, 2 * 1024 * 1024];

/// Folder names that mean something else below `policies/`.
const RESERVED: [&str; 4] = ["lib", "params", "paths", WAYMARK];

/// An organisation's policies as they lie in its repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPolicies {
    /// Path as in a policies folder (`acme/licensed/policy.rego`, `paths/service/path.yaml`) → text.
    pub files: BTreeMap<String, String>,
    /// Path → why the file is not used.
    pub refused: BTreeMap<String, String>,
    /// Files of templates that are no text, such as pictures: adoption writes text only.
    #[serde(default)]
    pub left_out: BTreeSet<String>,
    /// Those of the files that may be run. Not optional: rows that were kept before anybody noted
    /// it are read anew.
    pub executable: BTreeSet<String>,
}

/// What became of one policy's examples and tests.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tested {
    /// How many came out as they say.
    pub passed: usize,
    /// What went wrong, a few lines each.
    pub complaints: Vec<String>,
}

impl OwnPolicies {
    /// The path as in a policies folder of a file of the configuration repository; `None` for
    /// files that are nobody's policy.
    pub fn path_of(file: &str) -> Option<String> {
        match file.strip_prefix(POLICIES_FOLDER) {
            Some(path) => {
                (path.ends_with(".rego") || path.ends_with(".yaml")).then(|| path.to_owned())
            }
            // What a template writes may be of any kind.
            None => Some(format!("paths/{}", file.strip_prefix(PATHS_FOLDER)?)),
        }
    }

    /// The other way round: where a path lies in the configuration repository.
    pub fn file_of(path: &str) -> String {
        match path.strip_prefix("paths/") {
            Some(rest) => format!("{PATHS_FOLDER}{rest}"),
            None => format!("{POLICIES_FOLDER}{path}"),
        }
    }

    /// Adds a file; refuses it when it, or all of its kind together, are too much: many templates
    /// cost no policy its place.
    pub fn add(&mut self, path: String, text: String) {
        let kind = Kind::of(&path);
        let alike = || self.files.iter().filter(|(path, _)| Kind::of(path) == kind);
        let all: usize = alike().map(|(_, text)| text.len()).sum();
        let most = MAX_BYTES[kind as usize];
        let reason = if text.len() > MAX_FILE_BYTES {
            format!("it is larger than {} KiB", MAX_FILE_BYTES / 1024)
        } else if alike().count() >= MAX_FILES[kind as usize] {
            kind.too_many()
        } else if all + text.len() > most {
            format!("all {} together are larger than {} KiB", kind.words(), most / 1024)
        } else {
            self.files.insert(path, text);
            return;
        };
        self.refuse(path, reason);
    }

    /// Notes that a file is not used. Most of them are enough to know.
    pub fn refuse(&mut self, path: String, reason: String) {
        if self.refused.len() < MAX_FILES[0] {
            self.refused.insert(path, reason);
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.refused.is_empty()
    }

    /// `sha256:…` over all of it.
    pub fn digest(&self) -> String {
        let all = digest(self.files.iter(), &self.refused);
        if self.executable.is_empty() {
            return all;
        }
        let runs: Vec<&str> = self.executable.iter().map(String::as_str).collect();
        let both = format!("{all}\n{}", runs.join("\0"));
        format!("sha256:{}", hex::encode(Sha256::digest(both)))
    }

    /// `sha256:…` over what outcomes depend on: what templates write is not part of it.
    pub fn rules_digest(&self) -> String {
        let nothing = String::new();
        let counts = self.files.iter().filter_map(|(path, text)| match path {
            path if !templates::is_template(path) => Some((path, text)),
            // That it is there makes it a path.
            path => path.ends_with("/template.yaml").then_some((path, &nothing)),
        });
        digest(counts, &self.refused)
    }

    /// The policies among the files.
    pub fn ids(&self) -> BTreeSet<PolicyId> {
        self.files.keys().chain(self.refused.keys()).filter_map(|path| id_of(path)).collect()
    }

    /// Only what is shared, and the files of one policy.
    pub fn alone(&self, id: Option<&PolicyId>) -> Self {
        let own = id.map(|id| format!("{id}/")).unwrap_or_default();
        let keep = |path: &str| {
            path.starts_with("lib/")
                || path.starts_with("paths/")
                || (id.is_some() && path.starts_with(&own))
        };
        let kept = self.files.iter().filter(|(path, _)| keep(path));
        Self {
            files: kept.map(|(path, text)| (path.clone(), text.clone())).collect(),
            ..Self::default()
        }
    }

    /// Takes a policy out, with the reason.
    pub fn take_out(&mut self, id: &PolicyId, reason: &str) {
        let own = format!("{id}/");
        self.files.retain(|path, _| !path.starts_with(&own));
        self.refuse(format!("{id}/policy.rego"), reason.to_owned());
    }
}

/// What a file belongs to; each kind has bounds of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Rules and what is beside them.
    Policy = 0,
    /// Golden paths and what they write.
    Path = 1,
}

impl Kind {
    /// By the path as in a policies folder.
    pub fn of(path: &str) -> Self {
        if path.starts_with("paths/") { Self::Path } else { Self::Policy }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Policy => "policies",
            Self::Path => "golden paths",
        }
    }

    /// Why one more file is not read.
    pub fn too_many(self) -> String {
        format!("there are more than {} files of {}", MAX_FILES[self as usize], self.words())
    }
}

fn digest<'a>(
    files: impl Iterator<Item = (&'a String, &'a String)>,
    refused: &BTreeMap<String, String>,
) -> String {
    let mut hash = Sha256::new();
    let mut count = 0u64;
    let mut add = |path: &str, text: &str| {
        for part in [path, text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    };
    for (path, text) in files {
        add(path, text);
        count += 1;
    }
    refused.iter().for_each(|(path, text)| add(path, text));
    hash.update(count.to_le_bytes());
    format!("sha256:{}", hex::encode(hash.finalize()))
}

/// The policy whose rules a file holds.
fn id_of(path: &str) -> Option<PolicyId> {
    let id = PolicyId::parse(path.strip_suffix("/policy.rego")?).ok()?;
    (!RESERVED.contains(&id.pack())).then_some(id)
}

impl Library {
    /// The built-in files with an organisation's. Its faulty policies are broken, the built-in
    /// ones stay as they are: it can neither replace them nor add rules to their packages.
    pub fn with_own(built_in: &[(&str, &str)], own: &OwnPolicies) -> Self {
        let mut problems = Vec::new();
        let mut broken = Vec::new();
        let mut files: Vec<(&str, &str)> = built_in.to_vec();
        let known: BTreeSet<&str> = built_in.iter().map(|(path, _)| *path).collect();
        templates::make_room(&mut files, own);
        for (path, text) in &own.files {
            match admit(path, text, &known) {
                Ok(()) => files.push((path, text)),
                // What belongs to a shadowing policy is told once, at its rules.
                Err(None) => {}
                Err(Some(problem)) => {
                    match id_of(path).filter(|_| !known.contains(path.as_str())) {
                        Some(id) => broken.push((id, problem)),
                        None => problems.push(problem),
                    }
                }
            }
        }
        for (path, reason) in &own.refused {
            let problem = PolicyProblem::new(path, None, reason.clone());
            match id_of(path).filter(|_| !known.contains(path.as_str())) {
                Some(id) => broken.push((id, problem)),
                None => problems.push(problem),
            }
        }
        let mut library = Self::load(files);
        library.note_executable(own.executable.iter().map(String::as_str));
        templates::name_paths(&mut library, own);
        library.problems.extend(problems);
        if !own.is_empty() {
            // What is refused is told, too: other words, other answers.
            let both = format!("{}\n{}", library.digest, own.rules_digest());
            library.digest = format!("sha256:{}", hex::encode(Sha256::digest(both)));
        }
        for (id, problem) in broken {
            if id.pack() == PACK {
                library.gate.broken.insert(id, problem);
                continue;
            }
            library.policies.remove(&id);
            library.broken.insert(id, problem);
        }
        library
    }

    /// Runs the examples and `test_` rules of one of the organisation's policies.
    pub fn test_own(&self, own: &OwnPolicies, id: &PolicyId) -> Tested {
        let mut tested = Tested::default();
        let written = own.files.get(&format!("{id}/examples.yaml"));
        match written.map(|text| examples::read(text)) {
            _ if id.pack() == PACK => match written {
                None => tested.complaints.push("examples.yaml is missing".to_owned()),
                Some(text) => {
                    let (passed, complaints) = gate_examples::run(&self.gate, id, text);
                    tested.passed += passed;
                    tested.complaints.extend(complaints);
                }
            },
            None => tested.complaints.push("examples.yaml is missing".to_owned()),
            Some(Err(e)) => tested.complaints.push(format!("examples.yaml: {e}")),
            Some(Ok(read)) => {
                let complaints = examples::run(self, id, &read);
                tested.passed += read.all().count().saturating_sub(complaints.len());
                tested.complaints.extend(complaints);
            }
        }
        let folder = format!("{id}/");
        let (tests, problems) = rego_tests::run_some(self, |path| path.starts_with(&folder), None);
        tested.complaints.extend(problems.iter().map(PolicyProblem::one_line));
        for test in tests {
            match test.complaint {
                None => tested.passed += 1,
                Some(complaint) => {
                    let path = &test.path;
                    tested.complaints.push(format!("{path} {}: {complaint}", test.name));
                }
            }
        }
        tested
    }
}

/// Whether a file may stand beside the built-in ones.
fn admit(path: &str, text: &str, known: &BTreeSet<&str>) -> Result<(), Option<PolicyProblem>> {
    let refuse = |message: String| Err(Some(PolicyProblem::new(path, None, message)));
    let parts: Vec<&str> = path.split('/').collect();
    let wanted = match parts.as_slice() {
        ["paths", ..] => return Ok(()),
        ["lib", name] => {
            if known.contains(path) {
                return refuse(format!("`{path}` is built in: choose another name"));
            }
            format!("data.waymark.lib.{}", name.trim_end_matches(".rego"))
        }
        [pack, ..] if RESERVED.contains(pack) => {
            return refuse(format!("`{pack}` is no name for a pack: choose another"));
        }
        [pack, policy, file] => {
            let id = format!("{pack}/{policy}");
            if known.contains(format!("{id}/policy.rego").as_str()) {
                let message = format!("`{id}` is a built-in policy: choose another name");
                return if *file == "policy.rego" { refuse(message) } else { Err(None) };
            }
            match PolicyId::parse(&id) {
                Ok(id) if *file == "policy.rego" => format!("data.{}", package_of(&id)),
                // Tests and examples are read only when the policy is tested.
                Ok(_) => return Ok(()),
                Err(e) => return refuse(e.to_string()),
            }
        }
        _ => return Ok(()),
    };
    // Asked of the parser: what looks like its package may stand in a text or after another one.
    match Engine::new().add_policy(path.to_owned(), text.to_owned()) {
        Ok(package) if package == wanted => Ok(()),
        Ok(package) => {
            let (package, wanted) =
                (package.trim_start_matches("data."), wanted.trim_start_matches("data."));
            refuse(format!("the package is `{package}`; write `package {wanted}`"))
        }
        // The library tells it with its place.
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
