//! The organisation's templates have a new version: who is offered it now?

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::domain::adopt::LOCK;
use crate::domain::config::Upgrades;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::job::Job;
use crate::domain::upgrade::{Member, Wave, next_wave};
use crate::edge::github::{GitHubError, Health, TokenScope};
use crate::edge::store::{AdoptionRow, OfferRow, RepoAdoption};

use super::App;
use super::fate::Fate;
use super::judge_commit::Subject;

/// Repositories that are looked at.
const MAX_REPOS: i64 = 5_000;
/// Repositories of which the kept snapshot is opened in one go, to see whether they adopted.
const MAX_OPENED: usize = 500;
/// Pull requests and default branches that GitHub is asked about in one go.
const MAX_ASKED: usize = 50;

impl App {
    /// Starts the next wave of an installation; tells what it did.
    pub(super) async fn upgrade_wave(&self, installation: InstallationId) -> Result<String, Fate> {
        let adopted = self.adopted(installation).await?;
        let Some((first, name, _)) = adopted.first() else {
            return Ok("upgrades: nobody has adopted a golden path".to_owned());
        };
        let subject = self.subject(installation, *first, name).await?;
        let (version, rules) = self.version_now(&subject).await?;
        let mut members = Vec::new();
        let mut asked = 0;
        for (repo, name, row) in adopted {
            members.push(self.member(installation, (repo, name, row), &version, &mut asked).await?);
        }
        let behind = members.iter().filter(|m| !m.holds && m.offered.is_none()).count();
        Ok(match next_wave(&rules, &version, &members, self.clock.now()) {
            Wave::Nothing => format!("upgrades: everybody holds or was offered {version}"),
            Wave::Waits(why) => format!("upgrades: {behind} wait for {version}: {why}"),
            Wave::Paused(failing) => {
                let names: Vec<String> = failing.iter().take(10).map(ToString::to_string).collect();
                format!(
                    "upgrades: {behind} wait for {version}, because default branches fail since \
                     they merged it: {}",
                    names.join(", ")
                )
            }
            Wave::Go(next) => {
                let jobs: Vec<Job> = members
                    .iter()
                    .filter(|member| next.contains(&member.repo))
                    .map(|m| Job::Upgrade { installation, repo: m.repo, name: m.name.clone() })
                    .collect();
                self.store.enqueue(&jobs, self.clock.now()).await?;
                self.wake.notify_one();
                format!("upgrades: {} of {behind} are offered {version}", jobs.len())
            }
        })
    }

    /// Who has adopted a golden path. Repositories that were kept before anybody noted that are
    /// looked at in what was kept.
    async fn adopted(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<(RepoId, RepoName, AdoptionRow)>, Fate> {
        let mut adopted = Vec::new();
        let mut opened = 0;
        for RepoAdoption { repo, name, adoption } in
            self.store.adoptions(installation, MAX_REPOS).await?
        {
            let row = match adoption {
                Some(row) => row,
                None if opened < MAX_OPENED => {
                    opened += 1;
                    let Some(kept) = self.kept(installation, repo).await? else { continue };
                    let adopted = kept.tree.entries.contains_key(LOCK);
                    self.store.note_lock(repo, adopted).await?;
                    AdoptionRow { adopted, ..AdoptionRow::default() }
                }
                None => continue,
            };
            if row.adopted {
                adopted.push((repo, name, row));
            }
        }
        Ok(adopted)
    }

    /// What counts now: a name for templates and the organisation's parameters together, and how
    /// they spread.
    pub(super) async fn version_now(&self, subject: &Subject) -> Result<(String, Upgrades), Fate> {
        let rules = self.organisation_rules(subject).await?;
        let parameters: BTreeMap<&String, String> =
            rules.parameters.iter().map(|(name, value)| (name, value.to_string())).collect();
        let mut hash = Sha256::new();
        hash.update(&subject.evaluators(self).catalogue().templates);
        for (name, value) in parameters {
            for part in [name.as_str(), &value] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        Ok((hex::encode(hash.finalize())[..12].to_owned(), rules.upgrades))
    }

    /// How a repository stands to the version; what became of its pull request is noted.
    async fn member(
        &self,
        installation: InstallationId,
        (repo, name, mut row): (RepoId, RepoName, AdoptionRow),
        version: &str,
        asked: &mut usize,
    ) -> Result<Member, Fate> {
        let mut member = Member {
            repo,
            name,
            holds: row.settled.as_deref() == Some(version),
            offered: None,
            fails: false,
        };
        let Some(offer) = row.offer.as_mut().filter(|offer| offer.version == version) else {
            return Ok(member);
        };
        member.offered = Some(offer.at);
        let Some(number) = offer.pull else { return Ok(member) };
        if *asked >= MAX_ASKED || (offer.problem.is_some() && !offer.merged) {
            return Ok(member);
        }
        *asked += 1;
        // Whoever cannot be asked now is asked with the next wave.
        match self.look_after(installation, &mut member, offer, number).await {
            Ok(true) => {
                member.holds |= offer.merged;
                row.settled = member.holds.then(|| version.to_owned()).or(row.settled);
                self.store.put_adoption(repo, &row).await?;
            }
            Ok(false) => {}
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        Ok(member)
    }

    /// Asks what became of an offer; tells whether that is news.
    async fn look_after(
        &self,
        installation: InstallationId,
        member: &mut Member,
        offer: &mut OfferRow,
        number: i64,
    ) -> Result<bool, GitHubError> {
        let scope = TokenScope::checking(member.repo);
        let github = self.github.installation(installation, scope);
        let mut news = false;
        if !offer.merged {
            let pull = github.pull(&member.name, number).await?;
            offer.merged = pull.merged;
            if !pull.open && !pull.merged {
                offer.problem = Some("it was closed without being merged".to_owned());
            }
            news = !pull.open;
        }
        if offer.merged && !offer.was_red {
            member.fails = github.health(&member.name, "HEAD").await? == Health::Red;
        }
        Ok(news)
    }
}
