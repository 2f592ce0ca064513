//! What does every line of a log say of the job that wrote it?

use tracing::Span;

use crate::domain::ids::{InstallationId, RepoId};
use crate::edge::store::Claimed;

/// What every line that a job writes carries, whatever the filter: an error's level, because a span
/// that is filtered out takes its fields along.
pub(super) fn span_of(claimed: &Claimed) -> Span {
    let job = &claimed.job;
    tracing::error_span!(
        "job",
        job = claimed.id.as_str(),
        kind = job.kind(),
        key = job.key(),
        attempt = claimed.attempts,
        delivery = claimed.cause.as_ref().map(|cause| cause.delivery.as_str()),
        installation = job.installation().map(|id| id.0),
        repository = job.repo().map(|id| id.0),
    )
}

/// A plan knows its delivery only, until it has read whose that is.
pub(super) fn tell_whose((installation, repo): (Option<InstallationId>, Option<RepoId>)) {
    let span = Span::current();
    span.record("installation", installation.map(|id| id.0));
    span.record("repository", repo.map(|id| id.0));
}
