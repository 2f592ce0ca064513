//! What stands beside the figures of a scorecard? Satisfaction, tickets, and how new repositories fare.

use crate::domain::config::ScorecardRules;
use crate::domain::ids::InstallationId;
use crate::domain::metrics::measure::{DAY_MS, Measured};
use crate::domain::scorecard::history::last_week;
use crate::domain::scorecard::signals::satisfaction;
use crate::domain::scorecard::watch::{Newcomers, Onboarding, TICKET_WEEKS, Watched, remarks};
use crate::edge::github::GitHubError;

use super::App;
use super::dora::history_of;
use super::fate::Fate;
use super::keep_issue::Home;
use super::sighted::metrics_rules;

impl App {
    /// Everything that is watched together with the cards.
    pub(super) async fn watched(
        &self,
        home: &Home,
        rules: &ScorecardRules,
    ) -> Result<Watched, Fate> {
        let id = home.installation;
        let answers = self.store.satisfaction(id).await?;
        let satisfied = satisfaction(answers.iter().map(|a| (a.quarter.as_str(), a.score)));
        let said = answers.iter().map(|a| (a.quarter.as_str(), a.score, a.words.as_deref()));
        let mut remarks = remarks(said, &satisfied);
        let mut hidden_remarks = 0;
        if !home.private {
            // They may come from a private repository.
            hidden_remarks = std::mem::take(&mut remarks).len();
        }
        let tickets = match &rules.tickets {
            Some(label) => self.tickets(home, label).await?,
            None => None,
        };
        let onboarding = self.onboarding(id).await?;
        Ok(Watched { satisfied, remarks, hidden_remarks, tickets, onboarding })
    }

    /// Issues with a label that were opened in the last whole weeks; `None`: it cannot be known.
    async fn tickets(&self, home: &Home, label: &str) -> Result<Option<usize>, Fate> {
        let until = last_week(self.clock.now().date());
        let from = until.plus_ms(-7 * TICKET_WEEKS * DAY_MS);
        let github = self.github.installation(home.installation, home.scope());
        match github.issues_opened(&home.name, label, from, until).await {
            Ok(count) => Ok(count),
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { .. }) => Ok(None),
            Err(error @ GitHubError::Forbidden { .. }) if !error.is_suspended() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn onboarding(&self, id: InstallationId) -> Result<Onboarding, Fate> {
        let until = last_week(self.clock.now().date());
        let mut newcomers = Newcomers::until(until);
        let since = newcomers.period().from;
        let created = self.store.repos_created(id, since, until).await?;
        if created.is_empty() {
            return Ok(newcomers.onboarding());
        }
        let rules = metrics_rules(&self.store, id).await?;
        for repo in created {
            let history = history_of(self.store.past(repo, since).await?, &rules);
            newcomers.add(&Measured::of(&history, &rules));
        }
        Ok(newcomers.onboarding())
    }
}
