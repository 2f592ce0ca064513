//! Does the change touch what the program is built on?

use super::{Evidence, OURS, Signal, Unknown, touches};

pub(super) const SIGNAL: Signal = Signal {
    name: "b_deps",
    title: "touches dependencies",
    definition: "a touched file is a manifest or lock file of a package manager, by its name",
    unit: "yes or no",
    formula: "1 if a touched file is a manifest or lock file of a package manager, else 0",
    source: OURS,
    read: dependencies,
};

const NAMES: &[&str] = &[
    "cargo.toml",
    "cargo.lock",
    "package.json",
    "package-lock.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "go.mod",
    "go.sum",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "gradle.lockfile",
    "libs.versions.toml",
    "gemfile",
    "gemfile.lock",
    "pipfile",
    "pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "pyproject.toml",
    "setup.py",
    "composer.json",
    "composer.lock",
    "mix.exs",
    "mix.lock",
    "pubspec.yaml",
    "pubspec.lock",
    "packages.lock.json",
    "directory.packages.props",
];

/// 1 when a manifest or lock file is touched.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, dependencies};
/// let of = |files| dependencies(Evidence::without_past(&Change::of("", files)));
/// assert_eq!(of(&[("web/package-lock.json", 9, 0)]), Ok(1.0));
/// assert_eq!(of(&[("requirements-dev.txt", 1, 0)]), Ok(1.0));
/// assert_eq!(of(&[("src/package.rs", 9, 0)]), Ok(0.0));
/// ```
pub fn dependencies(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    touches(evidence, |path| {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let requirements = name.starts_with("requirements") && name.ends_with(".txt");
        requirements || name.ends_with(".csproj") || NAMES.contains(&name.as_str())
    })
}
