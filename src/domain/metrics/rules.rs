//! What counts as production, as a deployment, as an incident? The organisation's `metrics:`.

use serde::{Deserialize, Serialize};

use super::sighting::IssueSeen;
use crate::domain::glob;

/// The section `metrics:` of the organisation's `waymark.yml`. Names are compared without regard to
/// case, as globs (`*` crosses no slash).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetricsRules {
    /// Environments that are production.
    pub environments: Vec<String>,
    /// Workflows (by file name, path or name) whose success on the default branch is a deployment,
    /// where a repository makes no GitHub deployments.
    pub workflows: Vec<String>,
    /// Labels that make an issue an incident.
    pub incident_labels: Vec<String>,
    /// So many days after a deployment an incident or a revert is still laid to it.
    pub attribution_days: u32,
}

impl Default for MetricsRules {
    fn default() -> Self {
        let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            environments: all(&[
                "production",
                "production-*",
                "production/*",
                "*-production",
                "*/production",
                "prod",
                "prod-*",
                "prod/*",
                "*-prod",
                "*/prod",
                "live",
            ]),
            workflows: all(&["deploy.{yml,yaml}", "deploy-*.{yml,yaml}", "deploy", "deploy *"]),
            incident_labels: all(&["incident"]),
            attribution_days: 7,
        }
    }
}

impl MetricsRules {
    /// Whether an environment is production.
    ///
    /// ```
    /// use waymark::domain::metrics::MetricsRules;
    /// let rules = MetricsRules::default();
    /// assert!(rules.is_production("Production") && rules.is_production("prod-eu"));
    /// assert!(!rules.is_production("staging") && !rules.is_production("reproduction"));
    /// ```
    pub fn is_production(&self, environment: &str) -> bool {
        means(&self.environments, environment)
    }

    /// Whether a workflow deploys, by its name and its path (`.github/workflows/deploy.yml`).
    ///
    /// ```
    /// use waymark::domain::metrics::MetricsRules;
    /// let rules = MetricsRules::default();
    /// assert!(rules.deploys("Ship it", ".github/workflows/deploy.yml"));
    /// assert!(!rules.deploys("CI", ".github/workflows/ci.yml"));
    /// ```
    pub fn deploys(&self, name: &str, path: &str) -> bool {
        // `ci.yml@refs/heads/main`: workflows of other repositories come with their ref.
        let path = path.split('@').next().unwrap_or(path);
        let file = path.rsplit('/').next().unwrap_or(path);
        [name, path, file].iter().any(|text| means(&self.workflows, text))
    }

    /// Whether any of an issue's labels makes it an incident.
    pub fn is_incident<'a>(&self, labels: impl IntoIterator<Item = &'a str>) -> bool {
        labels.into_iter().any(|label| means(&self.incident_labels, label))
    }

    /// Whether an issue is an incident; `None`: it has nothing to do with incidents.
    pub fn incident(&self, issue: &IssueSeen) -> Option<bool> {
        let labels = || issue.labels.iter().map(String::as_str);
        if self.is_incident(labels()) {
            return Some(!issue.withdrawn);
        }
        self.is_incident(issue.unlabelled.as_deref()).then_some(false)
    }

    /// The attribution window in milliseconds.
    pub fn attribution_ms(&self) -> i64 {
        i64::from(self.attribution_days) * super::measure::DAY_MS
    }
}

fn means(globs: &[String], name: &str) -> bool {
    let name = name.to_lowercase();
    !name.is_empty() && globs.iter().any(|glob| glob::matches(&glob.to_lowercase(), &name))
}
