//! How is a long list told? In pages, each with the address of the next; as JSON or CSV.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::scope::{Scope, ill};
use crate::domain::ids::{InstallationId, RepoId};
use crate::edge::store::KnownRepo;
use crate::web::Web;

/// Repositories of a page, unless asked otherwise.
const USUAL: u32 = 100;
/// At most so many.
const MOST: u32 = 500;

/// What may be asked of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Ask {
    /// One organisation or user only.
    pub(super) account: Option<String>,
    /// Repositories on a page, 1 to 500; 100 unless said otherwise.
    pub(super) limit: Option<u32>,
    /// The `next` of the page before.
    pub(super) after: Option<i64>,
    /// `json` (the default) or `csv`.
    #[serde(default)]
    pub(super) format: Format,
}

/// How a list is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    /// For programs.
    #[default]
    Json,
    /// For spreadsheets.
    Csv,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// Pass it as `after` for the next page; null on the last one.
    pub(super) next: Option<i64>,
}

/// The repositories of a page, and where the next one begins.
pub(super) struct Repositories {
    pub(super) rows: Vec<KnownRepo>,
    pub(super) next: Option<i64>,
}

impl Ask {
    /// The repositories that this page is about, by id.
    pub(super) async fn repositories(
        &self,
        web: &Web,
        scope: &Scope,
    ) -> Result<Repositories, Response> {
        let limit = self.limit.unwrap_or(USUAL).clamp(1, MOST) as usize;
        let mut rows = Vec::new();
        // One account has one installation, as a rule; more are merged by id.
        let of: Vec<Option<InstallationId>> = match scope.everything {
            true => vec![None],
            false => scope.installations.iter().map(|row| Some(row.id)).collect(),
        };
        let after = RepoId(self.after.unwrap_or(0));
        for installation in of {
            let found = web.app.store.repos_after(installation, after, limit as i64 + 1).await;
            rows.extend(found.map_err(|e| ill(&e))?);
        }
        rows.sort_by_key(|row| row.repo.id);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.repo.id.0);
        Ok(Repositories { rows, next })
    }
}

/// Answers with a page; its next one also stands in the `Link` header, as GitHub does it.
pub(super) fn answer<T: Serialize>(
    ask: &Ask,
    path: &str,
    page: Page<T>,
    sheet: impl FnOnce(&[T]) -> String,
) -> Response {
    let mut headers = HeaderMap::new();
    // What a token sees is for its holder.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if let Some(next) = page.next {
        let account = ask.account.as_ref().map(|a| format!("&account={a}")).unwrap_or_default();
        let limit = ask.limit.map(|n| format!("&limit={n}")).unwrap_or_default();
        let csv = if ask.format == Format::Csv { "&format=csv" } else { "" };
        let link = format!("<{path}?after={next}{account}{limit}{csv}>; rel=\"next\"");
        if let Ok(link) = HeaderValue::from_str(&link) {
            headers.insert(header::LINK, link);
        }
    }
    match ask.format {
        Format::Json => (headers, Json(page)).into_response(),
        Format::Csv => {
            let csv = HeaderValue::from_static("text/csv; charset=utf-8");
            headers.insert(header::CONTENT_TYPE, csv);
            (headers, sheet(&page.items)).into_response()
        }
    }
}
