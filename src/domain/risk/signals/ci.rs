//! Does the change touch the delivery itself?

use super::{Evidence, OURS, Signal, Unknown, touches};

pub(super) const SIGNAL: Signal = Signal {
    name: "b_ci",
    title: "touches how the project is built and delivered",
    definition: "a touched file says how the project is built, tested and delivered, by its path",
    unit: "yes or no",
    formula: "1 if a touched path is one of a CI system, else 0",
    source: OURS,
    read: ci,
};

/// 1 when a CI system's file is touched.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, ci};
/// let of = |files| ci(Evidence::without_past(&Change::of("", files)));
/// assert_eq!(of(&[(".github/workflows/ci.yml", 9, 0)]), Ok(1.0));
/// assert_eq!(of(&[("Jenkinsfile", 9, 0)]), Ok(1.0));
/// assert_eq!(of(&[("src/ci.rs", 9, 0)]), Ok(0.0));
/// ```
pub fn ci(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    touches(evidence, is_ci)
}

/// Whether a path belongs to a CI system.
pub(super) fn is_ci(path: &str) -> bool {
    let starts = [
        ".github/workflows/",
        ".github/actions/",
        ".circleci/",
        ".buildkite/",
        ".gitlab/ci/",
        "cloudbuild",
    ];
    let names = [
        ".gitlab-ci.yml",
        ".travis.yml",
        "azure-pipelines.yml",
        "jenkinsfile",
        "bitbucket-pipelines.yml",
        ".drone.yml",
        "appveyor.yml",
    ];
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    starts.iter().any(|start| lower.starts_with(start)) || names.contains(&name)
}
