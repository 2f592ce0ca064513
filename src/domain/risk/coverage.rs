//! Do tests run through what changes? From reports that were uploaded (lcov, Cobertura, JaCoCo), joined
//! with the changed lines; else from what coverage services say.
//!
//! What neither tells is unknown, never zero.

use crate::domain::ids::Sha;

mod configured;
mod lcov;
mod markup;
mod patch;
mod place;
mod report;
mod services;

pub use configured::{CoverageRule, is_expression, told};
pub use patch::{PatchCoverage, added_lines, patch_coverage};
pub use report::{CoverageReport, FileLines, Format, Span, spans};
pub use services::{clipped, is_coverage, read};

/// What was understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Coverage {
    /// Percent of the changed lines that tests run through.
    pub patch: Option<f64>,
    /// Of how many changed lines that could be run, when that is known.
    pub lines: Option<u64>,
    /// By how many percentage points the whole project's coverage changes; the worst flag.
    pub project: Option<f64>,
    /// What the project is compared with, when it was uploaded: where the change began.
    pub since: Option<Sha>,
    /// The status that failed over the changed lines without a number; text of a service.
    pub failed_patch: Option<String>,
    /// The one that failed over the whole project without a number.
    pub failed_project: Option<String>,
}

impl Coverage {
    /// Of what was uploaded for a commit and what services say of it: a report that we read
    /// ourselves goes before anybody's words.
    pub fn of(patch: Option<PatchCoverage>, project: Option<(f64, Sha)>, services: Self) -> Self {
        let uploaded = patch.and_then(|patch| Some((patch.percent()?, patch.coverable)));
        let (points, since) = project.unzip();
        Self {
            patch: uploaded.map(|(percent, _)| percent).or(services.patch),
            lines: uploaded.map(|(_, lines)| lines),
            project: points.or(services.project),
            failed_patch: services.failed_patch.filter(|_| uploaded.is_none()),
            failed_project: services.failed_project.filter(|_| since.is_none()),
            since,
        }
    }
}
