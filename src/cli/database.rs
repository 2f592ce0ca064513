//! Commands that need the database and nothing else.

use std::path::Path;
use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::runtime::open_runtime;
use crate::config::{self, Source};
use crate::edge::store::Store;

/// Runs a command on the store that `WAYMARK_DATABASE_URL` names, which must exist.
pub(super) fn with_store(
    command: impl AsyncFnOnce(&Store) -> anyhow::Result<ExitCode>,
) -> anyhow::Result<ExitCode> {
    let url = config::database_url(Source::of_environment())?;
    let url = url.expose_secret();
    existing(url)?;
    open_runtime()?.block_on(async {
        let store = Store::open(url).await?;
        let result = command(&store).await;
        store.close().await;
        result
    })
}

/// Refuses a file that is not there.
pub(super) fn existing(url: &str) -> anyhow::Result<()> {
    if let Some(file) = missing_file(url) {
        anyhow::bail!("there is no database `{file}`; set WAYMARK_DATABASE_URL as for the service");
    }
    Ok(())
}

/// Opening would make the file, and an empty listing would look like good news.
pub(super) fn missing_file(url: &str) -> Option<&str> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
    let path = path.split('?').next()?;
    let is_plain = !path.is_empty() && !path.contains(['%', ':']);
    (is_plain && !Path::new(path).exists()).then_some(path)
}
