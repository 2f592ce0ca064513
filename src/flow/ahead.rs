//! What will the gate ask about that a pull request can know already? Read from the store: no call.

use crate::domain::config::OrgConfig;
use crate::domain::gate::ahead::{BudgetsSaid, of_budgets, of_freezes};
use crate::domain::gate::decide::Reason;
use crate::domain::gate::freeze::windows;
use crate::domain::gate::scope::At;
use crate::domain::gate::slo;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::risk::condition::Condition;
use crate::edge::store::StoreError;

use super::App;
use super::sighted::last_good;

impl App {
    /// Freezes of now and of the next days, and how error budgets burned when the gate last asked.
    pub(super) async fn ahead(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<Vec<Condition>, StoreError> {
        let config = last_good(&self.store, installation).await?;
        let now = self.clock.now();
        let name = name.to_string();
        // Where it will be deployed and whose it is, is not known here.
        let at = At { environment: None, repository: &name, teams: None };
        let freezes = windows(&config.freeze, &config.file, at, now);
        let mut found: Vec<Condition> = of_freezes(&freezes, now).into_iter().collect();
        if config.slo.prometheus.is_some() {
            let promised = !slo::configured(&config.slo, &config.file, at).is_empty();
            let said = self.store.budgets_said(repo).await?;
            found.extend(of_budgets(said.as_ref(), promised, now));
        }
        Ok(found)
    }

    /// Keeps what the gate found of error budgets, for the pull requests that follow.
    pub(super) async fn note_budgets(
        &self,
        repo: RepoId,
        config: &OrgConfig,
        environment: &str,
        reasons: &[Reason],
    ) -> Result<(), StoreError> {
        if config.slo.prometheus.is_none() {
            return Ok(());
        }
        let said = BudgetsSaid::of(environment, self.clock.now(), reasons);
        self.store.put_budgets_said(repo, &said).await
    }
}
