//! Once in a quarter: did the predictions of the last one come true? Counted from the store, one
//! repository after the other, each once; nothing is asked of GitHub.

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::metrics::failure::Sign;
use crate::domain::metrics::measure::{Measured, Period};
use crate::domain::metrics::{History, MetricsRules};
use crate::domain::risk::DAY_MS;
use crate::domain::risk::model::Model;
use crate::domain::risk::quarter::{LOOK_BACK_DAYS, Quarter, Tally, tally, withheld};
use crate::domain::risk::report::quarter::{Told, render_quarter};
use crate::domain::risk::signals::Unknown;
use crate::domain::time::Timestamp;
use crate::edge::store::{QuarterCount, Store, StoreError};

use super::dora::history_of;
use super::fate::Fate;
use super::risk_model::{MOST_CHANGES, fit_slopes, model, model_in};
use super::sighted::metrics_rules;

/// Repositories that are counted at once; the next run goes on.
const MOST_REPOS: i64 = 200;
/// Deployments that were running before the quarter began.
const BEFORE_MS: i64 = 60 * DAY_MS;

/// The block of the scorecard: what was predicted in the last quarter that is old enough, and what
/// came true. `None` when no change was merged in it.
pub(super) async fn quarter_block(
    store: &Store,
    installation: InstallationId,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let last = Quarter::ripe(now);
    let (name, before) = (last.name(), last.before().name());
    let counted = store.risk_quarter(installation, &name).await?;
    let earlier = store.risk_quarter(installation, &before).await?;
    let [failed, rolled_back, incidents] = counted.others;
    let told = Told {
        quarter: &name,
        repositories: counted.repositories,
        bands: &counted.reverted,
        withheld: withheld(&counted.reverted, &earlier.reverted),
        failed,
        rolled_back,
        incidents,
    };
    Ok(render_quarter(&told))
}

/// Why an installation's pull requests are shown no multiple now, if that is so.
pub(super) async fn not_believed(
    store: &Store,
    installation: InstallationId,
    now: Timestamp,
) -> Result<Option<Unknown>, StoreError> {
    let last = Quarter::ripe(now);
    let counted = store.risk_quarter(installation, &last.name()).await?;
    let earlier = store.risk_quarter(installation, &last.before().name()).await?;
    Ok(withheld(&counted.reverted, &earlier.reverted))
}

/// Counts what was not counted yet of the last two quarters that are old enough, by the slopes that
/// held in each; then looks whether there are better ones.
pub(super) async fn count_quarters(
    store: &Store,
    installation: InstallationId,
    now: Timestamp,
) -> Result<(), Fate> {
    let last = Quarter::ripe(now);
    for quarter in [last, last.before()] {
        let name = quarter.name();
        let uncounted = store.risk_uncounted(installation, &name, MOST_REPOS).await?;
        if uncounted.is_empty() {
            continue;
        }
        let rules = metrics_rules(store, installation).await?;
        let model = model_in(store, installation, quarter).await?;
        for repo in uncounted {
            let count = count_repo(store, &model, repo, quarter, &rules).await?;
            store.put_risk_quarter(repo, &name, &count).await?;
        }
    }
    Ok(fit_slopes(store, model()?, installation, last).await?)
}

async fn count_repo(
    store: &Store,
    model: &Model,
    repo: RepoId,
    quarter: Quarter,
    rules: &MetricsRules,
) -> Result<QuarterCount, StoreError> {
    let (from, until) = quarter.span();
    let since = from.plus_ms(-LOOK_BACK_DAYS * DAY_MS);
    let merged = store.risk_merged(repo, since, until, MOST_CHANGES).await?;
    let past = store.past(repo, from.plus_ms(-BEFORE_MS)).await?;
    let period = Period { from: from.plus_ms(-1), to: until.plus_ms(-1) };
    let others = of_deployments(&history_of(past, rules), rules, period);
    Ok(QuarterCount { reverted: tally(model, &merged, quarter), others, repositories: 0 })
}

/// What deployments of a period met, each kind of harm for itself: attempts that failed, those that
/// were rolled back, those that an incident followed.
fn of_deployments(history: &History, rules: &MetricsRules, period: Period) -> [Tally; 3] {
    let measured = Measured::of(history, rules);
    let inside = |at: &Timestamp| period.holds(*at);
    let failed = measured.failed_attempts().iter().filter(|at| inside(at)).count() as u64;
    let steps = measured.steps().iter().enumerate();
    let steps: Vec<usize> =
        steps.filter(|(_, s)| s.kind.counts() && inside(&s.at)).map(|(at, _)| at).collect();
    let met = |is: fn(&Sign) -> bool| {
        let signs =
            |at: &&usize| measured.failures().failed.get(at).is_some_and(|s| s.iter().any(is));
        steps.iter().filter(signs).count() as u64
    };
    let reached = steps.len() as u64;
    let of = |total, harmed| Tally { total, harmed, expected: 0.0 };
    [
        of(reached + failed, failed),
        of(reached, met(|sign| matches!(sign, Sign::Rollback(_)))),
        of(reached, met(|sign| matches!(sign, Sign::Incident(_)))),
    ]
}
