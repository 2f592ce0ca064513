//! How does a default branch stand? Judged without a check run, and kept for the scorecard.

use chrono::NaiveTime;
use sha2::{Digest, Sha256};

use crate::domain::config::{Campaign, Labels};
use crate::domain::evaluate::ConfigFile;
use crate::domain::event::RepoSeen;
use crate::domain::facts::RepoFacts;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::{Job, Occasion};
use crate::domain::judge::Judgement;
use crate::domain::report::json::render_json;
use crate::domain::scorecard::card::{Card, due};
use crate::domain::time::Timestamp;
use crate::edge::github::TokenScope;
use crate::edge::store::{CardRow, Subject as JudgedFor};

use super::App;
use super::fate::Fate;
use super::judge_commit::Subject;
use super::post_check::digest;

/// Version of what is kept: cards of another one are made anew.
const SHAPE: &str = "1";

/// More repositories than this at once are swept.
const MANY: usize = 20;

/// What is known beside a judgement.
pub(super) struct Known<'a> {
    /// The owner that the catalog names.
    pub(super) owner: Option<&'a str>,
    /// When the evaluation counts no more, because a policy broke.
    pub(super) until: Option<Timestamp>,
    /// The organisation's.
    pub(super) campaigns: &'a [Campaign],
}

impl App {
    /// Judges the newest commit of a default branch; tells what was done.
    pub(super) async fn judge_branch(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        head: Option<&Sha>,
    ) -> Result<String, Fate> {
        let scope = TokenScope::reading();
        let subject = self.subject_with(installation, repo, name, scope).await?;
        let head = match head {
            Some(head) => head.clone(),
            None => self.default_tip(&subject).await?,
        };
        let (judgement, _) = self.judge_pushed(&subject, &head, None, true).await?;
        // The push itself has told it already, as a rule.
        if self.store.latest_judgement(repo, &head).await?.is_none() {
            let json = render_json(&judgement);
            let judged_for = JudgedFor::Commit(Occasion::DefaultBranch);
            let (digest, now) = (digest(&[&json]), self.clock.now());
            self.store.put_judgement(repo, &head, judged_for, &json, &digest, now).await?;
        }
        let level = judgement.level.map_or("no level", |level| level.as_str());
        Ok(format!("{level} at {}", head.short()))
    }

    /// Keeps what the scorecard needs of a judgement.
    pub(super) async fn keep_card(
        &self,
        subject: &Subject,
        head: &Sha,
        judgement: &Judgement,
        known: Known<'_>,
    ) -> Result<(), Fate> {
        let Known { owner, until, campaigns } = known;
        let card = Card::of(judgement, owner);
        let now = self.clock.now();
        // On the day after a campaign its policies may belong to another rung.
        let promoted = campaigns.iter().filter(|c| c.promote.is_some() && c.due >= now.date());
        let promoted = promoted.filter_map(|campaign| campaign.due.succ_opt());
        let day = due(judgement, now.date()).into_iter().chain(promoted).min();
        let day =
            day.map(|day| Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis()));
        let row = CardRow {
            sha: head.clone(),
            digest: fingerprint(
                &subject.evaluators(self).catalogue().digest,
                subject.organisation.file.as_ref(),
                &subject.organisation.labels,
                &subject.facts,
            ),
            due: [day, until].into_iter().flatten().min(),
            level: card.level,
            on_path: card.on_path(),
            json: serde_json::to_string(&card).map_err(|e| Fate::Hopeless(e.to_string()))?,
        };
        Ok(self.store.put_card(subject.id, &row, now).await?)
    }
}

/// Everything that a default branch's judgement depends on, besides its commit and the day.
pub(super) fn fingerprint(
    library: &str,
    organisation: Option<&ConfigFile>,
    labels: &Labels,
    facts: &RepoFacts,
) -> String {
    let file = organisation.map(|file| format!("{}\n{:?}", file.path, file.text));
    let labels = serde_json::to_string(labels).unwrap_or_default();
    let facts = serde_json::to_string(facts).unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [SHAPE, library, &file.unwrap_or_default(), &labels, &facts] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(&hash.finalize()[..16])
}

/// Repositories that joined are judged; of many, a sweep finds out at a hundredth of the cost
/// which of them are known already.
pub(super) fn jobs_for(installation: InstallationId, added: Vec<RepoSeen>) -> Vec<Job> {
    if added.len() > MANY {
        return vec![Job::Sweep { installation }];
    }
    added.into_iter().map(|repo| job_for(installation, repo)).collect()
}

/// Its name, its default branch or what it is labelled with may have changed, and it may be new.
pub(super) fn job_for(installation: InstallationId, repo: RepoSeen) -> Job {
    Job::JudgeBranch { installation, repo: repo.id, name: repo.name, head: None }
}
