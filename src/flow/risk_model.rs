//! Whose slopes hold? The model's, or an organisation's own once it has reverts enough.

use std::borrow::Cow;

use crate::domain::ids::InstallationId;
use crate::domain::risk::DAY_MS;
use crate::domain::risk::calibrate::{ENOUGH, Fitting};
use crate::domain::risk::model::Model;
use crate::domain::risk::quarter::{LOOK_BACK_DAYS, Quarter};
use crate::edge::store::{Store, StoreError};

use super::fate::Fate;

/// Repositories that slopes are fitted to: those with the most reverts.
const MOST_REPOS: i64 = 200;
/// Changes of one repository that are looked at.
pub(super) const MOST_CHANGES: i64 = 20_000;
/// No further repository is read once there are so many changes: about 20 MiB while they are
/// fitted.
const MOST_ALTOGETHER: usize = 100_000;

/// The compiled model; that it can be read is tested.
pub(super) fn model() -> Result<&'static Model, Fate> {
    Model::built_in().map_err(|why| Fate::Hopeless(format!("the risk model: {why}")))
}

/// The model as it holds for an installation's changes of a quarter: with the slopes that were
/// known before.
pub(super) async fn model_in(
    store: &Store,
    installation: InstallationId,
    quarter: Quarter,
) -> Result<Cow<'static, Model>, Fate> {
    let compiled = model()?;
    let own = store.risk_slopes_before(installation, &quarter.name()).await?;
    Ok(own.map_or(Cow::Borrowed(compiled), |own| Cow::Owned(own.model(compiled))))
}

/// Once a quarter: are there reverts enough for slopes of their own, and are those any better?
pub(super) async fn fit_slopes(
    store: &Store,
    compiled: &Model,
    installation: InstallationId,
    last: Quarter,
) -> Result<(), StoreError> {
    let name = last.name();
    if store.risk_slopes_known(installation, &name).await? {
        return Ok(());
    }
    let until = last.span().1;
    let since = until.plus_ms(-LOOK_BACK_DAYS * DAY_MS);
    let found = store.risk_reverting(installation, since, until, MOST_REPOS).await?;
    let mut fitting = Fitting::default();
    if found.iter().map(|(_, reverts)| reverts).sum::<u64>() >= ENOUGH {
        for (repo, _) in found {
            if fitting.changes() >= MOST_ALTOGETHER {
                break;
            }
            let merged = store.risk_merged(repo, since, until, MOST_CHANGES).await?;
            fitting.add(compiled, &merged);
        }
    }
    let own = fitting.finish(compiled, &name);
    store.put_risk_slopes(installation, &name, own.as_ref()).await
}
