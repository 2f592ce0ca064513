//! What does a repository ask of us? `.github/waymark.yml`, read from the base branch.
//!
//! Every complaint is collected, each with its line; what can be understood counts all the same.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::finding::Mode;
use super::glob;
use super::ids::PolicyId;
use super::judge::ConfigProblem;
use super::nearest::unknown_word;
use super::policy::metadata::PolicyMeta;
use super::waiver::Waiver;
use super::yaml::{self, Document};

/// Where the file may lie; the first that exists counts.
pub const CONFIG_PATHS: [&str; 2] = [".github/waymark.yml", ".github/waymark.yaml"];

/// The file's keys.
const KEYS: [&str; 4] = ["path", "parameters", "policies", "waivers"];
const WAIVER_KEYS: [&str; 6] = ["policy", "paths", "resource", "reason", "owner", "expires"];

/// The file, as far as it could be understood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RepoConfig {
    /// The golden path asked for.
    pub path: Option<String>,
    /// Parameters for policies.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Modes that differ from the policies' own.
    #[serde(default)]
    pub policies: BTreeMap<PolicyId, Mode>,
    /// Ways out.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
}

impl RepoConfig {
    /// A policy's mode here: the configured one, else its own, else `warn`.
    pub fn mode_of(&self, id: &PolicyId, meta: Option<&PolicyMeta>) -> Mode {
        self.policies.get(id).copied().unwrap_or_else(|| meta.map_or(Mode::Warn, |m| m.mode))
    }

    /// Reads the file. `known` are the policies that exist, so that a misspelt id is found.
    pub fn read(path: &str, text: &str, known: &[PolicyId]) -> (Self, Vec<ConfigProblem>) {
        let mut reader = Reader { path, known, problems: Vec::new(), config: Self::default() };
        let loaded = yaml::load(text, yaml::Schema::Core12);
        let duplicates = loaded.documents.iter().flat_map(|d| &d.duplicates);
        for fault in duplicates.chain(&loaded.error) {
            reader.complain(Some(fault.line), fault.message.clone());
        }
        // A file that does not parse to its end says nothing: half a list of waivers may be
        // the wrong half.
        match loaded.documents.as_slice() {
            _ if loaded.error.is_some() => {}
            [] => {}
            [only] => reader.file(only),
            [_, second, ..] => {
                let line = second.spans.lines("").map(|l| l.0);
                reader.complain(line, "the file must hold one document".to_owned());
            }
        }
        reader.problems.sort_by_key(|p| p.line);
        (reader.config, reader.problems)
    }
}

/// What is wrong with the file's `path` when none of that name is `known`.
pub fn unknown_path(
    config: &RepoConfig,
    file: &str,
    text: &str,
    known: &[&str],
) -> Option<ConfigProblem> {
    let name = config.path.as_deref().filter(|name| !known.contains(name))?;
    let loaded = yaml::load(text, yaml::Schema::Core12);
    let line = loaded.documents.first().and_then(|d| d.spans.lines("/path")).map(|l| l.0);
    let message = unknown_word("golden path", name, known);
    Some(ConfigProblem { path: file.to_owned(), line, message })
}

struct Reader<'a> {
    path: &'a str,
    known: &'a [PolicyId],
    problems: Vec<ConfigProblem>,
    config: RepoConfig,
}

impl Reader<'_> {
    fn complain(&mut self, line: Option<u32>, message: String) {
        self.problems.push(ConfigProblem { path: self.path.to_owned(), line, message });
    }

    fn at(&mut self, document: &Document, pointer: &str, message: String) {
        self.complain(document.spans.lines(pointer).map(|l| l.0), message);
    }

    fn file(&mut self, document: &Document) {
        let Value::Object(map) = &document.value else {
            if !document.value.is_null() {
                let message = format!("expected a mapping with {}", KEYS.join(", "));
                self.at(document, "", message);
            }
            return;
        };
        for (key, value) in map {
            let pointer = format!("/{}", yaml::escape_token(key));
            match (key.as_str(), value) {
                (_, Value::Null) if KEYS.contains(&key.as_str()) => {}
                ("path", Value::String(path)) => self.config.path = Some(path.clone()),
                ("parameters", Value::Object(map)) => self.config.parameters = map.clone(),
                ("policies", Value::Object(map)) => self.modes(document, map),
                ("waivers", Value::Array(list)) => {
                    for (i, item) in list.iter().enumerate() {
                        self.waiver(document, &format!("/waivers/{i}"), item);
                    }
                }
                ("path", _) => self.at(document, &pointer, "`path` must be a name".into()),
                ("parameters" | "policies", _) => {
                    self.at(document, &pointer, format!("`{key}` must be a mapping"));
                }
                ("waivers", _) => self.at(document, &pointer, "`waivers` must be a list".into()),
                _ => self.at(document, &pointer, unknown_word("key", key, &KEYS)),
            }
        }
    }

    fn modes(&mut self, document: &Document, map: &Map<String, Value>) {
        for (key, value) in map {
            let pointer = format!("/policies/{}", yaml::escape_token(key));
            let mode = serde_json::from_value::<Mode>(match value {
                // YAML 1.1 habits: `off` may have been read as false.
                Value::Bool(false) => Value::from("off"),
                other => other.clone(),
            });
            match (self.policy(document, &pointer, key), mode) {
                (Some(id), Ok(mode)) => {
                    self.config.policies.insert(id, mode);
                }
                (Some(_), Err(_)) => {
                    let message = format!(
                        "`{key}`: the mode must be one of off, observe, warn, enforce, not `{}`",
                        short(value)
                    );
                    self.at(document, &pointer, message);
                }
                (None, _) => {}
            }
        }
    }

    fn policy(&mut self, document: &Document, pointer: &str, text: &str) -> Option<PolicyId> {
        match PolicyId::parse(text) {
            Ok(id) if self.known.contains(&id) => Some(id),
            _ => {
                let known: Vec<&str> = self.known.iter().map(PolicyId::as_str).collect();
                self.at(document, pointer, unknown_word("policy", text, &known));
                None
            }
        }
    }

    fn waiver(&mut self, document: &Document, pointer: &str, item: &Value) {
        let Value::Object(map) = item else {
            let message = format!("a waiver is a mapping with {}", WAIVER_KEYS.join(", "));
            return self.at(document, pointer, message);
        };
        for key in map.keys().filter(|k| !WAIVER_KEYS.contains(&k.as_str())) {
            let message = unknown_word("waiver key", key, &WAIVER_KEYS);
            self.at(document, &format!("{pointer}/{}", yaml::escape_token(key)), message);
        }
        let text =
            |key: &str| map.get(key).and_then(Value::as_str).filter(|t| !t.trim().is_empty());
        let policy = match text("policy") {
            Some(id) => self.policy(document, &format!("{pointer}/policy"), id),
            None => {
                self.at(document, pointer, "a waiver needs `policy: pack/name`".into());
                None
            }
        };
        let reason = text("reason");
        if reason.is_none() {
            let message = "a waiver needs a `reason`, so that others can understand it later";
            self.at(document, pointer, message.into());
        }
        let expires = text("expires").and_then(|t| t.parse::<NaiveDate>().ok());
        if expires.is_none() {
            let message = "a waiver needs an end: `expires: YYYY-MM-DD`";
            self.at(document, pointer, message.into());
        }
        let paths = self.paths(document, &format!("{pointer}/paths"), map.get("paths"));
        if let (Some(policy), Some(reason), Some(expires), Some(paths)) =
            (policy, reason, expires, paths)
        {
            self.config.waivers.push(Waiver {
                policy,
                paths,
                resource: text("resource").map(str::to_owned),
                reason: reason.to_owned(),
                owner: text("owner").map(str::to_owned),
                expires,
            });
        }
    }

    /// `None` when the list cannot be understood: then the waiver must not cover everything.
    fn paths(
        &mut self,
        document: &Document,
        pointer: &str,
        value: Option<&Value>,
    ) -> Option<Vec<String>> {
        let list = match value {
            None | Some(Value::Null) => return Some(Vec::new()),
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(list)) if list.iter().all(Value::is_string) && !list.is_empty() => {
                list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(_) => {
                self.at(document, pointer, "`paths` must be a list of globs".into());
                return None;
            }
        };
        for glob in &list {
            if let Err(e) = glob::check(glob) {
                self.at(document, pointer, format!("`{glob}` is not a glob: {e}"));
                return None;
            }
        }
        Some(list)
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (RepoConfig, Vec<String>) {
        let known = [
            PolicyId::parse("container/non_root_user").expect("valid"),
            PolicyId::parse("catalog/info_present").expect("valid"),
        ];
        let (config, problems) = RepoConfig::read(".github/waymark.yml", text, &known);
        let lines = problems.iter().map(|p| {
            format!("{}: {}", p.line.map_or("?".to_owned(), |l| l.to_string()), p.message)
        });
        (config, lines.collect())
    }

    #[test]
    fn a_whole_file_is_understood() {
        let (config, problems) = read(
            "path: service\nparameters: {require_sha: true}\npolicies:\n  catalog/info_present: off\n\
             waivers:\n  - policy: container/non_root_user\n    paths: [legacy/**]\n    \
             reason: vendor image\n    owner: team-a\n    expires: 2027-01-31\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(config.path.as_deref(), Some("service"));
        assert_eq!(config.policies.values().copied().collect::<Vec<_>>(), [Mode::Off]);
        assert_eq!(config.waivers[0].paths, ["legacy/**"]);
    }

    #[test]
    fn every_complaint_has_its_line_and_a_remedy() {
        let (config, problems) = read(
            "pth: x\npolicies:\n  container/non_root_usr: warn\n  catalog/info_present: loud\n\
             waivers:\n  - policy: catalog/info_present\n    paths: 3\n",
        );
        assert_eq!(
            problems,
            [
                "1: unknown key `pth`; did you mean `path`?",
                "3: unknown policy `container/non_root_usr`; did you mean `container/non_root_user`?",
                "4: `catalog/info_present`: the mode must be one of off, observe, warn, enforce, not `\"loud\"`",
                "6: a waiver needs a `reason`, so that others can understand it later",
                "6: a waiver needs an end: `expires: YYYY-MM-DD`",
                "7: `paths` must be a list of globs",
            ]
        );
        assert!(config.waivers.is_empty());
    }

    #[test]
    fn what_is_no_mapping_is_one_complaint() {
        for text in ["- a\n", "hello", "a: [", "\tx: 1"] {
            assert_eq!(read(text).1.len(), 1, "{text:?}");
        }
        assert!(read("").1.is_empty());
    }
}
