//! What does a policy say of itself? The `# METADATA` block above its `package`.
//!
//! regorus drops comments, so they are read here. The syntax is OPA's annotation syntax
//! (<https://www.openpolicyagent.org/docs/policy-language#metadata>), so OPA, conftest and regal
//! read the same block.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::misread::{Misread, misread};
use crate::domain::facts::FactKind;
use crate::domain::finding::{Level, Mode, Severity};
use crate::domain::ids::PolicyId;
use crate::domain::yaml;

/// A complaint about a policy file, for its author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyProblem {
    /// The file, relative to the policies folder.
    pub path: String,
    /// Its line, from 1.
    pub line: Option<u32>,
    /// The column in it, from 1, in characters.
    #[serde(default)]
    pub column: Option<u32>,
    /// What is wrong and what to write instead.
    pub message: String,
    /// The text of the line.
    #[serde(default)]
    pub source: Option<String>,
    /// What would put it right.
    #[serde(default)]
    pub hint: Option<String>,
}

/// So many characters of a source line are shown.
const SHOWN: usize = 160;

impl PolicyProblem {
    /// A complaint about a file or a line of it.
    pub fn new(path: &str, line: Option<u32>, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into(), ..Self::default() }
    }

    /// `a/b/policy.rego:7: what is wrong`, for a list or a check run.
    pub fn one_line(&self) -> String {
        let line = self.line.map(|l| format!(":{l}")).unwrap_or_default();
        format!("{}{line}: {}", self.path, self.message)
    }

    /// The source line with its number, and a mark below the column.
    pub fn excerpt(&self) -> Vec<String> {
        let (Some(line), Some(source)) = (self.line, &self.source) else { return Vec::new() };
        let number = line.to_string();
        let before = self.column.unwrap_or(1).saturating_sub(1) as usize;
        let wide = |c: char| if c == '\t' { "    ".to_owned() } else { c.to_string() };
        let shown: String = source.chars().take(SHOWN).map(wide).collect();
        let before: String = source.chars().take(before.min(SHOWN)).map(wide).collect();
        let (digits, before) = (number.len(), before.chars().count());
        vec![format!("{number} | {shown}"), format!("{:digits$} | {:before$}^", "", "")]
    }

    /// `a/b/policy.rego:7:3: what is wrong; what would put it right`, for one who sees no more.
    pub fn told(&self) -> String {
        let place = [self.line, self.column].into_iter().flatten().map(|n| format!(":{n}"));
        let hint = self.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{}{}: {}{hint}", self.path, place.collect::<String>(), self.message)
    }
}

/// Everything the host knows of a policy besides its rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyMeta {
    /// Its id: the directory it lies in.
    pub id: PolicyId,
    /// The good state in words.
    pub title: String,
    /// Why it matters.
    pub description: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// The rung it belongs to.
    pub level: Level,
    /// Its mode when no configuration says otherwise.
    pub mode: Mode,
    /// The kinds of fact it reads.
    pub needs: BTreeSet<FactKind>,
    /// What to do, with an example to copy. Markdown.
    pub remediation: String,
    /// What its fix changes, in one sentence; `None` when there is none.
    #[serde(default)]
    pub fix: Option<String>,
    /// The version of Waymark (or of the organisation's pack) that brought it.
    pub since: Option<String>,
    /// Its parameters with their defaults; a golden path or repository overrides them.
    pub parameters: serde_json::Map<String, Value>,
    /// Words to sort by; `security` makes a finding a security alert in code scanning.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Pages to read on.
    #[serde(default)]
    pub related_resources: Vec<String>,
    /// Digest input: the file's path.
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Block<C> {
    pub(super) title: String,
    pub(super) description: String,
    #[serde(default)]
    related_resources: Vec<Related>,
    #[serde(default, rename = "authors")]
    _authors: Value,
    #[serde(default, rename = "scope")]
    _scope: Value,
    pub(super) custom: C,
}

/// OPA allows a URL, or a URL with words about it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Related {
    Url(String),
    Described { r#ref: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    severity: Severity,
    level: Level,
    #[serde(default = "warn")]
    mode: Mode,
    needs: BTreeSet<FactKind>,
    #[serde(default, rename = "scope")]
    _scope: Value,
    remediation: String,
    #[serde(default)]
    fix: Value,
    since: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    parameters: serde_json::Map<String, Value>,
}

fn warn() -> Mode {
    Mode::Warn
}

/// Reads the block of one policy file. `path` is used in complaints only.
pub fn read(id: &PolicyId, path: &str, text: &str) -> Result<PolicyMeta, PolicyProblem> {
    let block: Block<Custom> = read_block(id, path, text)?;
    Ok(PolicyMeta {
        id: id.clone(),
        title: block.title.trim().to_owned(),
        description: block.description.trim().to_owned(),
        severity: block.custom.severity,
        level: block.custom.level,
        mode: block.custom.mode,
        needs: block.custom.needs,
        remediation: block.custom.remediation.trim_end().to_owned(),
        // Others may have written something else there before it meant something.
        fix: block.custom.fix.as_str().map(|fix| fix.trim().to_owned()),
        since: block.custom.since,
        parameters: block.custom.parameters,
        tags: block.custom.tags,
        related_resources: block
            .related_resources
            .into_iter()
            .map(|related| match related {
                Related::Url(url) | Related::Described { r#ref: url } => url,
            })
            .collect(),
        path: path.to_owned(),
    })
}

/// The block as it stands; what is special to a kind of policy is below `custom`.
pub(super) fn read_block<C: DeserializeOwned>(
    id: &PolicyId,
    path: &str,
    text: &str,
) -> Result<Block<C>, PolicyProblem> {
    let lines: Vec<&str> = text.lines().collect();
    let problem = |line: Option<u32>, message: String| {
        let source = line.and_then(|n| lines.get(n as usize - 1)).map(|l| (*l).to_owned());
        PolicyProblem { source, ..PolicyProblem::new(path, line, message) }
    };
    let Some(package) = lines.iter().position(|l| l.starts_with("package ")) else {
        let hint = Some(format!("write `package {}` above the rules", package_of(id)));
        return Err(PolicyProblem { hint, ..problem(None, "no `package` line".to_owned()) });
    };
    let declared = lines[package]["package ".len()..].trim();
    if declared != package_of(id) {
        let place = format!("{}/{}", id.pack(), id.policy());
        let message =
            format!("the package is `{declared}`, but its folder `{place}` wants another name");
        let hint = Some(format!("write `package {}`", package_of(id)));
        let at = problem(Some(line_no(package)), message);
        return Err(PolicyProblem { column: Some(9), hint, ..at });
    }
    let Some(start) = lines[..package].iter().position(|l| l.trim_end() == "# METADATA") else {
        let message = "no `# METADATA` block above the package".to_owned();
        let hint = "it says title, description, severity, level, needs and remediation; `waymark \
            policy new PACK/NAME` writes one";
        let at = problem(Some(line_no(package)), message);
        return Err(PolicyProblem { column: Some(1), hint: Some(hint.to_owned()), ..at });
    };
    let block: String = lines[start + 1..package]
        .iter()
        .take_while(|l| l.starts_with('#'))
        .map(|l| {
            let l = &l[1..];
            format!("{}\n", l.strip_prefix(' ').unwrap_or(l))
        })
        .collect();
    let mut loaded = yaml::load(&block, yaml::Schema::Core12);
    if let Some(fault) = loaded.error {
        return Err(problem(
            Some(line_no(start) + fault.line),
            format!("METADATA: {}", fault.message),
        ));
    }
    let document = loaded.documents.pop().unwrap_or_default();
    serde_json::from_value(document.value.clone()).map_err(|e| {
        let Misread { line, message, hint } = misread(&document, &e);
        // The block begins below its `# METADATA`.
        let at = problem(Some(line_no(start) + line.unwrap_or(0)), format!("METADATA: {message}"));
        PolicyProblem { hint, ..at }
    })
}

/// The Rego package that a policy must declare.
pub fn package_of(id: &PolicyId) -> String {
    format!("waymark.{}.{}", id.pack(), id.policy())
}

fn line_no(index: usize) -> u32 {
    u32::try_from(index + 1).unwrap_or(u32::MAX)
}
