//! What is told of a repository, and of an organisation? The shape of `waymark dora --format json`
//! and of `/api/v1/dora`.

use serde::Serialize;
use utoipa::ToSchema;

use super::cohort::Comparison;
use super::measure::Measures;
use crate::domain::ids::{RepoId, RepoName};

/// One repository's measures.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RepoDora {
    /// Which.
    #[serde(skip)]
    pub id: RepoId,
    /// Its name, `owner/name`.
    #[schema(value_type = String)]
    pub repository: RepoName,
    /// When it came onto its golden path, RFC 3339; `None`: not yet.
    pub on_path_since: Option<String>,
    /// What tells of its deployments: `deployment`, `workflow_run`, `release`.
    pub source: Option<&'static str>,
    /// From its creation to its first production deployment, in milliseconds.
    pub creation_to_first_ms: Option<i64>,
    /// Its measures over 7, 30 and 90 days.
    pub windows: Vec<WindowDora>,
    /// Why its past could not be read.
    pub problem: Option<String>,
}

impl RepoDora {
    /// The measures of one of the periods.
    pub fn window(&self, days: u32) -> Option<&Measures> {
        self.windows.iter().find(|window| window.days == days).map(|window| &window.measures)
    }
}

/// A repository's measures in one period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WindowDora {
    /// So many days back.
    pub days: u32,
    /// The measures.
    #[serde(flatten)]
    pub measures: Measures,
}

/// The cohorts in one period.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CohortDora {
    /// So many days back.
    pub days: u32,
    /// Repositories (or parts of their time) on the path.
    pub on_path: usize,
    /// Those not yet.
    pub not_yet: usize,
    /// The comparisons.
    pub measures: Vec<Comparison>,
}

/// An account's measures.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AccountDora {
    /// The organisation or user.
    pub account: String,
    /// When it was measured, RFC 3339.
    pub measured: String,
    /// Every repository that is not archived, by name.
    pub repositories: Vec<RepoDora>,
    /// On the path and not yet.
    pub cohorts: Vec<CohortDora>,
}
