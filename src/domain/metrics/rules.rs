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
    /// where a repository makes no GitHub deployments. A workflow of another repository is meant by
    /// its whole path (`acme/platform/.github/workflows/deploy.yml`): then every workflow that calls it deploys.
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

    /// Whether a workflow deploys, by its name, its path (`.github/workflows/deploy.yml`), and the paths
    /// of those that it calls, with their repositories. What is called counts by its whole path only:
    /// a pipeline calls what deploys on some branches, too, and then mere CI must not count because
    /// of the called file's name. No default matches a whole path.
    ///
    /// ```
    /// use waymark::domain::metrics::MetricsRules;
    /// let rules = MetricsRules::default();
    /// assert!(rules.deploys("Ship it", ".github/workflows/deploy.yml", &[]));
    /// assert!(!rules.deploys("CI", ".github/workflows/ci.yml", &[]));
    /// let calls = ["acme/platform/.github/workflows/deploy.yml@refs/tags/v3".to_owned()];
    /// assert!(!rules.deploys("CI", ".github/workflows/ci.yml", &calls));
    /// let workflows = vec!["acme/*/.github/workflows/deploy.yml".to_owned()];
    /// let rules = MetricsRules { workflows, ..rules };
    /// assert!(rules.deploys("CI", ".github/workflows/ci.yml", &calls));
    /// ```
    pub fn deploys(&self, name: &str, path: &str, calls: &[String]) -> bool {
        let path = without_ref(path);
        let file = path.rsplit('/').next().unwrap_or(path);
        let own = [name, path, file].into_iter();
        own.chain(calls.iter().map(|call| without_ref(call))).any(|t| means(&self.workflows, t))
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

/// `ci.yml@refs/heads/main`: workflows of other repositories come with their ref.
fn without_ref(path: &str) -> &str {
    path.split('@').next().unwrap_or(path)
}

fn means(globs: &[String], name: &str) -> bool {
    let name = name.to_lowercase();
    !name.is_empty() && globs.iter().any(|glob| glob::matches(&glob.to_lowercase(), &name))
}
