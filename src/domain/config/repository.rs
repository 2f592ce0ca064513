//! What does a repository ask of us? `.github/waymark.yml`, read from the base branch.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::known::Known;
use super::reader::{self, LinesOf, Understood};
use super::tables;
use crate::domain::finding::Mode;
use crate::domain::judge::ConfigProblem;
use crate::domain::waiver::Waiver;

/// The file, as far as it could be understood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RepoConfig {
    /// Which file; empty when there is none.
    #[serde(default)]
    pub file: String,
    /// Pointer → line, of what stands at the top and directly below.
    #[serde(default)]
    pub lines: LinesOf,
    /// The golden path asked for.
    pub path: Option<String>,
    /// Parameters for policies.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// Modes that differ, by policy id, `pack/*` or `*`.
    #[serde(default)]
    pub policies: BTreeMap<String, Mode>,
    /// Globs over paths that are not judged.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Ways out.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
}

impl RepoConfig {
    /// Reads the file. `known` says what exists, so that a misspelt name is found.
    pub fn read(file: &str, text: &str, known: &Known) -> (Self, Vec<ConfigProblem>) {
        let Understood { value, lines, mut problems } =
            reader::read(file, text, &tables::REPOSITORY, known);
        let read: Self = reader::typed(file, value, &mut problems);
        let mut config = Self { file: file.to_owned(), lines, ..read };
        config.waivers.iter_mut().for_each(|waiver| waiver.file = file.to_owned());
        (config, problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::PolicyId;

    fn read(text: &str) -> (RepoConfig, Vec<String>) {
        let ids = ["container/non_root_user", "catalog/info_present"];
        let known = Known {
            policies: ids.iter().map(|id| PolicyId::parse(id).expect("valid")).collect(),
            paths: Some(vec!["default".to_owned(), "service".to_owned()]),
            parameters: Some(
                [("require_sha".to_owned(), Value::from(false))].into_iter().collect(),
            ),
        };
        let (config, problems) = RepoConfig::read(".github/waymark.yml", text, &known);
        let lines = problems.iter().map(|p| {
            format!("{}: {}", p.line.map_or("?".to_owned(), |l| l.to_string()), p.message)
        });
        (config, lines.collect())
    }

    #[test]
    fn a_whole_file_is_understood() {
        let (config, problems) = read(
            "path: service\nparameters: {require_sha: true}\nexclude: [legacy/**]\npolicies:\n  \
             catalog/info_present: off\n  container/*: observe\n\
             waivers:\n  - policy: container/non_root_user\n    paths: [legacy/**]\n    \
             reason: vendor image\n    owner: team-a\n    expires: 2027-01-31\n",
        );
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(config.path.as_deref(), Some("service"));
        assert_eq!(config.exclude, ["legacy/**"]);
        assert_eq!(config.policies["catalog/info_present"], Mode::Off);
        assert_eq!(config.lines["/policies/container~1*"], 6);
        assert_eq!(config.waivers[0].paths, ["legacy/**"]);
        assert_eq!(config.waivers[0].line, Some(8));
    }

    #[test]
    fn every_complaint_has_its_line_and_a_remedy() {
        let (config, problems) = read(
            "pth: x\npolicies:\n  container/non_root_usr: warn\n  catalog/info_present: loud\n  \
             catlog/*: off\nwaivers:\n  - policy: catalog/info_present\n    paths: 3\n\
             path: servic\nparameters: {requir_sha: true, require_sha: 1}\n",
        );
        assert_eq!(
            problems,
            [
                "1: unknown key `pth`; did you mean `path`?",
                "3: unknown policy `container/non_root_usr`; did you mean `container/non_root_user`?",
                "4: `catalog/info_present` must be one of off, observe, warn, enforce, not `\"loud\"`",
                "5: unknown pack `catlog/*`; did you mean `catalog/*`?",
                "7: a waiver needs a `reason`, so that others can understand it later",
                "7: a waiver needs an end: `expires: YYYY-MM-DD`",
                "8: `paths` must be a glob over paths, not `3`",
                "9: unknown golden path `servic`; did you mean `service`?",
                "10: unknown parameter `requir_sha`; did you mean `require_sha`?",
                "10: `require_sha` must be true or false, not `1`",
            ]
        );
        assert!(config.waivers.is_empty() && config.path.is_none() && config.parameters.is_empty());
    }

    #[test]
    fn a_misspelt_scope_does_not_widen_a_waiver() {
        let waiver =
            "waivers:\n  - policy: catalog/info_present\n    reason: x\n    expires: 2027-01-31\n";
        for scope in ["pahts: [a]", "paths: []", "paths: [a, 3]", "paths: ['[']", "resource: 3"] {
            let (config, problems) = read(&format!("{waiver}    {scope}\n"));
            assert_eq!((config.waivers.len(), problems.len()), (0, 1), "{scope}: {problems:?}");
        }
    }

    #[test]
    fn what_is_no_mapping_is_one_complaint() {
        for text in ["- a\n", "hello", "a: [", "\tx: 1"] {
            assert_eq!(read(text).1.len(), 1, "{text:?}");
        }
        assert!(read("").1.is_empty());
    }

    #[test]
    fn a_thousand_faults_are_a_hundred_complaints() {
        let faults: String = (0..1000).map(|n| format!("k{n}: 1\n")).collect();
        assert_eq!(read(&faults).1.len(), 100);
    }
}
