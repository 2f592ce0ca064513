//! What else does an organisation read of itself? An issue per campaign, and one per way out that
//! too many take.

use chrono::{Datelike, NaiveDate};

use crate::domain::config::Campaign;
use crate::domain::ids::InstallationId;
use crate::domain::report::scorecard::{
    Farewell, Titles, campaign_page, campaign_title, demand_page, demand_title,
};
use crate::domain::scorecard::Entry;
use crate::domain::scorecard::campaign::{Day, Progress, progress};
use crate::domain::scorecard::signals::demands;
use crate::edge::store::KeptIssue;

use super::App;
use super::fate::Fate;
use super::keep_issue::{Home, Kept, Wanted};
use super::post_check::digest;
use super::scorecard::Asked;

impl App {
    /// Policies whose way out is in demand; those that are so no more are closed.
    pub(super) async fn keep_demands(
        &self,
        home: &Home,
        entries: &[Entry],
        titles: &Titles,
        threshold: Option<usize>,
    ) -> Result<(), Fate> {
        let found = threshold.map(|n| demands(entries, n)).unwrap_or_default();
        let mut keys = Vec::new();
        for demand in &found {
            let key = format!("demand:{}", demand.policy.as_str().replace('/', "."));
            let (title, page) = (demand_title(demand), demand_page(demand, titles));
            let kept = self.keep(home, &key, &title, &page).await?;
            keys.push(key);
            // What one cannot have, none can.
            if matches!(kept, Kept::Problem(_)) {
                return Ok(());
            }
        }
        for row in self.store.kept_issues(home.installation).await? {
            let needless = row.key.starts_with("demand:") && !keys.contains(&row.key);
            if needless && row.repo == home.repo && !row.digest.is_empty() {
                self.close_issue(home, &row, None).await?;
            }
        }
        Ok(())
    }

    /// Where no scorecard is asked for, campaigns have their issues all the same.
    pub(super) async fn campaigns_alone(
        &self,
        id: InstallationId,
        asked: &Asked,
    ) -> Result<String, Fate> {
        let stands = |row: &KeptIssue| is_campaign(&row.key) && !row.digest.is_empty();
        let none = asked.config.campaigns.is_empty();
        if none && !self.store.kept_issues(id).await?.iter().any(stands) {
            return Ok("no scorecard is asked for".to_owned());
        }
        let Some(home) = self.home_of(id, asked).await? else {
            return Ok("the campaigns' repository is not ours to see".to_owned());
        };
        self.set_aside(&home, is_campaign).await?;
        let counted = self.counted(id, Some(asked), home.private).await?;
        self.keep_campaigns(&home, asked, &counted.entries).await?;
        self.close_moved(&home).await?;
        Ok("no scorecard is asked for, but campaigns".to_owned())
    }

    /// Every campaign that has begun. One that is over is written once more, then closed; one that
    /// is configured no more is closed with a word.
    pub(super) async fn keep_campaigns(
        &self,
        home: &Home,
        asked: &Asked,
        entries: &[Entry],
    ) -> Result<(), Fate> {
        let campaigns = &asked.config.campaigns;
        let today = self.clock.now().date();
        let known = self.store.kept_issues(home.installation).await?;
        // Without a file nothing is asked, nor is anything taken back: it may be unreadable just now.
        if asked.organisation.file.is_some() {
            let keys: Vec<String> = campaigns.iter().map(key_of).collect();
            let dropped = |row: &&KeptIssue| is_campaign(&row.key) && !keys.contains(&row.key);
            for row in known.iter().filter(dropped) {
                if row.problem.is_some() {
                    self.store.forget_kept_issue(home.installation, &row.key).await?;
                } else if !row.digest.is_empty() && row.repo == home.repo {
                    self.close_issue(home, row, Some(Farewell::Dropped)).await?;
                }
            }
        }
        for campaign in campaigns.iter().filter(|c| c.from.is_none_or(|from| from <= today)) {
            let key = key_of(campaign);
            let row = known.iter().find(|row| row.key == key);
            let over = today > campaign.due;
            // It was closed when it ended, or ended before anybody looked.
            if over && row.is_none_or(|row| row.digest.is_empty()) {
                continue;
            }
            let found = progress(campaign, entries);
            let days = self.days_of(home, campaign, &found, today).await?;
            let page = campaign_page(campaign, &found, &days, over);
            let kept = self.keep(home, &key, &campaign_title(campaign), &page).await?;
            if matches!(kept, Kept::Problem(_)) {
                return Ok(());
            }
            if over {
                let rows = self.store.kept_issues(home.installation).await?;
                if let Some(row) = rows.iter().find(|row| row.key == key) {
                    self.close_issue(home, row, None).await?;
                }
            }
        }
        Ok(())
    }

    /// The days on which something changed, with today where it did. Other days are not noted:
    /// they would change the issue although nothing happened.
    async fn days_of(
        &self,
        home: &Home,
        campaign: &Campaign,
        found: &Progress,
        today: NaiveDate,
    ) -> Result<Vec<(NaiveDate, Day)>, Fate> {
        let rows = self.store.campaign_days(home.installation, &campaign.name).await?;
        let mut days: Vec<(NaiveDate, Day)> = rows
            .iter()
            .filter_map(|(day, json)| Some((day.parse().ok()?, serde_json::from_str(json).ok()?)))
            .collect();
        // Who has most to do is not known before the first day is over.
        let before = days.iter().position(|(day, _)| *day == today).unwrap_or(days.len());
        let now = Day::today(found, &days[..before]);
        if days.last().is_none_or(|(_, last)| *last != now) {
            let json = serde_json::to_string(&now).map_err(|e| Fate::Hopeless(e.to_string()))?;
            let day = today.to_string();
            self.store.put_campaign_day(home.installation, &campaign.name, &day, &json).await?;
            days.retain(|(day, _)| *day != today);
            days.push((today, now));
        }
        Ok(days)
    }

    pub(super) async fn keep(
        &self,
        home: &Home,
        key: &str,
        title: &str,
        page: &str,
    ) -> Result<Kept, Fate> {
        let counted = self.clock.now();
        self.keep_issue(
            home,
            Wanted { key, title, figures: page, counted, news: None, look: false },
        )
        .await
    }
}

/// A campaign is known by its name, whatever letters that holds.
fn key_of(campaign: &Campaign) -> String {
    format!("{CAMPAIGN}{}", &digest(&[&campaign.name])[..16])
}

const CAMPAIGN: &str = "campaign:";

fn is_campaign(key: &str) -> bool {
    key.starts_with(CAMPAIGN)
}

/// `2026-Q4`.
pub(super) fn quarter(day: NaiveDate) -> String {
    format!("{}-Q{}", day.year(), day.month0() / 3 + 1)
}
