//! Does the change touch settings?

use super::ci::is_ci;
use super::{Evidence, OURS, Signal, Unknown, touches};

pub(super) const SIGNAL: Signal = Signal {
    name: "b_conf",
    title: "touches configuration",
    definition: "a touched file holds settings, by its ending: YAML, TOML, INI, properties, env, Terraform, HCL",
    unit: "yes or no",
    formula: "1 if a touched path ends like configuration and is no manifest of dependencies, else 0",
    source: OURS,
    read: configuration,
};

/// 1 when settings are touched. Workflows are counted by their own signal, dependencies by theirs.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, configuration};
/// let of = |files| configuration(Evidence::without_past(&Change::of("", files)));
/// assert_eq!(of(&[("deploy/values.yaml", 9, 0)]), Ok(1.0));
/// assert_eq!(of(&[(".github/workflows/ci.yml", 9, 0)]), Ok(0.0));
/// assert_eq!(of(&[("src/config.rs", 9, 0)]), Ok(0.0));
/// ```
pub fn configuration(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    touches(evidence, |path| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let endings = [
            ".yml",
            ".yaml",
            ".toml",
            ".ini",
            ".cfg",
            ".conf",
            ".properties",
            ".env",
            ".tf",
            ".tfvars",
            ".hcl",
        ];
        let ends = endings.iter().any(|ending| name.ends_with(ending)) || name.starts_with(".env");
        let others = [
            "cargo.toml",
            "pyproject.toml",
            "libs.versions.toml",
            "pnpm-lock.yaml",
            "pubspec.yaml",
        ];
        ends && !is_ci(path) && !others.contains(&name.as_str())
    })
}
