//! `/livez`: does the process answer? `/readyz`: can it do its work?

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::Web;
use crate::domain::time::Timestamp;

/// How long GitHub's consent to our credentials is believed. Probes come every few seconds, and each
/// question costs a call.
const BELIEVED_MS: i64 = 60_000;
/// How long a refusal or a silence is.
const DOUBTED_MS: i64 = 10_000;
/// A probe does not wait longer for GitHub: it would be given up itself.
const PATIENCE: Duration = Duration::from_secs(1);

/// What GitHub last said of our credentials.
#[derive(Clone, Default)]
pub(super) struct Credentials(Arc<Mutex<Option<Said>>>);

struct Said {
    at: Timestamp,
    result: Result<(), String>,
}

/// Always 200 while the process can answer at all.
pub(super) async fn livez() -> &'static str {
    "ok\n"
}

/// 200 when the database answers, else 503. That is all that intake needs: who takes replicas out of
/// service because GitHub is away, or refuses our key, has its deliveries refused as well. What
/// GitHub says of the key stands beside it. Remarks name nobody, since anybody may ask: the log does.
pub(super) async fn readyz(State(web): State<Web>) -> (StatusCode, Json<Value>) {
    let database = web.app.store.ping().await.map_err(|e| e.to_string());
    let credentials = credentials(&web).await;
    let status = match &database {
        Ok(()) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let word = |result: Result<(), String>| result.err().unwrap_or_else(|| "ok".to_owned());
    let remarks = if database.is_ok() { remarks(&web).await } else { Vec::new() };
    let (database, credentials) = (word(database), word(credentials));
    let said = json!({ "database": database, "credentials": credentials, "remarks": remarks });
    (status, Json(said))
}

/// What an operator should look at although the service is well.
async fn remarks(web: &Web) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Ok(faulty @ 1..) = web.app.store.faulty_organisation_files().await {
        remarks.push(format!(
            "configuration files of organisations with a fault, so that their last good version \
             counts: {faulty}"
        ));
    }
    let problems = web.app.store.issue_problems().await.unwrap_or_default();
    // Everybody may read this: repositories are not named.
    remarks.extend(problems.into_iter().map(|(installation, key, problem)| {
        let key = key.split(':').next().unwrap_or_default();
        let why = problem.split_once(" answered ").map_or("refused", |(_, why)| why);
        format!("installation {installation}: the issue `{key}` cannot be kept: {why}")
    }));
    remarks
}

async fn credentials(web: &Web) -> Result<(), String> {
    let mut known = web.credentials.0.lock().await;
    let now = web.app.clock.now();
    if let Some(Said { at, result }) = known.as_ref() {
        let valid = if result.is_ok() { BELIEVED_MS } else { DOUBTED_MS };
        if now < at.plus_ms(valid) {
            return result.clone();
        }
    }
    let result = match timeout(PATIENCE, web.app.github.app()).await {
        Ok(answer) => answer.map(drop).map_err(|e| e.to_string()),
        Err(_) => Err(format!("GitHub did not answer within {} s", PATIENCE.as_secs())),
    };
    *known = Some(Said { at: now, result: result.clone() });
    result
}
