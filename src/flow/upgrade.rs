//! The organisation's templates have a new version: who is offered it now?

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::domain::adopt::LOCK;
use crate::domain::config::Upgrades;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::job::Job;
use crate::domain::upgrade::{Member, Wave, next_wave};
use crate::edge::github::{GitHubError, Health, TokenScope};
use crate::edge::store::{AdoptionRow, OfferRow, RepoAdoption, StoreError, WaveRow};

use super::App;
use super::fate::Fate;
use super::judge_commit::Subject;

/// Repositories that have adopted a path and are looked at.
const MAX_REPOS: i64 = 5_000;
/// Repositories of which the kept snapshot is opened in one go, to see whether they adopted.
const MAX_OPENED: i64 = 500;
/// Pull requests and default branches that GitHub is asked about in one go.
const MAX_ASKED: usize = 50;
/// Repositories that are tried, one after the other, for a look at what the organisation asks.
const MAX_TRIED: usize = 20;

/// Somebody who has adopted a golden path.
type Adopted = (RepoId, RepoName, AdoptionRow);

impl App {
    /// Starts the next wave of an installation; tells what it did.
    pub(super) async fn upgrade_wave(&self, installation: InstallationId) -> Result<String, Fate> {
        let adopted = self.adopted(installation).await?;
        if adopted.is_empty() {
            return Ok("upgrades: nobody has adopted a golden path".to_owned());
        }
        let Some(subject) = self.one_of(installation, &adopted).await? else {
            return Ok("upgrades: no repository that adopted a path can be seen".to_owned());
        };
        let said = self.next_wave(installation, &subject, adopted).await?;
        let row = WaveRow { at: self.clock.now(), said: said.clone() };
        self.store.note_wave(installation, &row).await?;
        Ok(said)
    }

    /// Any of them through which to see what the organisation asks: one that is gone, or archived
    /// since, must not hold up the others.
    async fn one_of(
        &self,
        installation: InstallationId,
        adopted: &[Adopted],
    ) -> Result<Option<Subject>, Fate> {
        for (repo, name, _) in adopted.iter().take(MAX_TRIED) {
            match self.subject(installation, *repo, name).await {
                Ok(subject) => return Ok(Some(subject)),
                Err(Fate::Moot(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(None)
    }

    async fn next_wave(
        &self,
        installation: InstallationId,
        subject: &Subject,
        mut adopted: Vec<Adopted>,
    ) -> Result<String, Fate> {
        let (version, rules) = self.version_now(subject).await?;
        for (repo, name, row) in whose_turn(&mut adopted, &version) {
            self.ask_after(installation, (*repo, name), row, &version).await?;
        }
        let members: Vec<Member> =
            adopted.iter().map(|adopted| member(adopted, &version)).collect();
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
    async fn adopted(&self, installation: InstallationId) -> Result<Vec<Adopted>, Fate> {
        for (repo, _) in self.store.not_looked_at(installation, MAX_OPENED).await? {
            // What cannot be read any more has adopted nothing until it is kept again.
            let kept = self.kept(installation, repo).await?;
            let adopted = kept.is_some_and(|kept| kept.tree.entries.contains_key(LOCK));
            self.store.note_lock(repo, adopted).await?;
        }
        let rows = self.store.adoptions(installation, MAX_REPOS).await?;
        Ok(rows
            .into_iter()
            .map(|RepoAdoption { repo, name, adoption }| (repo, name, adoption))
            .collect())
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

    /// Asks what became of an offer, and notes it: also that it was asked, so that the next one has
    /// its turn.
    async fn ask_after(
        &self,
        installation: InstallationId,
        (repo, name): (RepoId, &RepoName),
        row: &mut AdoptionRow,
        version: &str,
    ) -> Result<(), Fate> {
        let Some(offer) = row.offer.as_mut() else { return Ok(()) };
        match self.look_after(installation, (repo, name), offer).await {
            // Whoever cannot be asked now is asked when it is their turn again.
            Ok(()) | Err(GitHubError::NotFound { .. } | GitHubError::Rejected { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        offer.asked = self.clock.now();
        if offer.merged {
            row.settled = Some(version.to_owned());
        }
        match self.store.put_adoption(repo, row).await {
            // It has left meanwhile.
            Err(StoreError::Unknown(_)) => Ok(()),
            other => Ok(other?),
        }
    }

    async fn look_after(
        &self,
        installation: InstallationId,
        (repo, name): (RepoId, &RepoName),
        offer: &mut OfferRow,
    ) -> Result<(), GitHubError> {
        let Some(number) = offer.pull else { return Ok(()) };
        let github = self.github.installation(installation, TokenScope::checking(repo));
        if !offer.merged {
            let pull = github.pull(name, number).await?;
            offer.merged = pull.merged;
            if !pull.open && !pull.merged {
                offer.problem = Some("it was closed without being merged".to_owned());
            }
        }
        if offer.merged && !offer.was_red {
            offer.fails = github.health(name, "HEAD").await? == Health::Red;
        }
        Ok(())
    }
}

/// Those whose offer of this version is asked after now: what may still change, so neither what was
/// closed or could not be offered, nor what was merged where the default branch tells nothing. Those
/// that hold everybody up come first, then whoever waits longest.
fn whose_turn<'a>(
    adopted: &'a mut [Adopted],
    version: &str,
) -> Vec<(&'a RepoId, &'a RepoName, &'a mut AdoptionRow)> {
    let may_change = |row: &AdoptionRow| {
        row.offer.as_ref().is_some_and(|offer| {
            let is_settled = if offer.merged { offer.was_red } else { offer.problem.is_some() };
            offer.version == version && offer.pull.is_some() && !is_settled
        })
    };
    let mut turn: Vec<_> = adopted
        .iter_mut()
        .filter(|(_, _, row)| may_change(row))
        .map(|(repo, name, row)| (&*repo, &*name, row))
        .collect();
    turn.sort_by_key(|(repo, _, row)| {
        let offer = row.offer.as_ref();
        (offer.map(|offer| (!offer.fails, offer.asked)), **repo)
    });
    turn.truncate(MAX_ASKED);
    turn
}

/// How a repository stands to the version, by what is known of it.
fn member((repo, name, row): &Adopted, version: &str) -> Member {
    let offer = row.offer.as_ref().filter(|offer| offer.version == version);
    Member {
        repo: *repo,
        name: name.clone(),
        holds: row.settled.as_deref() == Some(version) || offer.is_some_and(|offer| offer.merged),
        offered: offer.map(|offer| offer.at),
        fails: offer.is_some_and(|offer| offer.fails),
        declined: offer.is_some_and(|offer| !offer.merged && offer.problem.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::time::Timestamp;

    use super::*;

    /// `count` repositories that were offered `v`, the first longest ago.
    fn offered(count: i64) -> Vec<Adopted> {
        let one = |n: i64| {
            let offer = OfferRow {
                version: "v".to_owned(),
                at: Timestamp(0),
                pull: Some(n),
                merged: false,
                was_red: false,
                problem: None,
                asked: Timestamp(n),
                fails: false,
            };
            let name = RepoName::parse(&format!("acme/r{n}")).expect("a name");
            let row = AdoptionRow { adopted: true, settled: None, offer: Some(offer) };
            (RepoId(n), name, row)
        };
        (0..count).map(one).collect()
    }

    fn offer(adopted: &mut [Adopted], at: usize) -> &mut OfferRow {
        adopted[at].2.offer.as_mut().expect("offered")
    }

    fn turn(adopted: &mut [Adopted]) -> Vec<i64> {
        whose_turn(adopted, "v").into_iter().map(|(repo, _, _)| repo.0).collect()
    }

    #[test]
    fn everybody_has_a_turn() {
        let mut all = offered(120);
        let mut seen = Vec::new();
        for now in 1_000..1_003 {
            let turn = turn(&mut all);
            assert!(turn.len() <= MAX_ASKED);
            for (_, _, row) in whose_turn(&mut all, "v") {
                row.offer.as_mut().expect("offered").asked = Timestamp(now);
            }
            seen.extend(turn);
        }
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 120, "three times fifty reach all");
    }

    #[test]
    fn what_is_known_for_good_is_not_asked_and_what_fails_is_asked_first() {
        let mut all = offered(6);
        offer(&mut all, 0).problem = Some("it was closed without being merged".to_owned());
        (offer(&mut all, 1).merged, offer(&mut all, 1).was_red) = (true, true);
        offer(&mut all, 2).pull = None;
        offer(&mut all, 3).version = "older".to_owned();
        (offer(&mut all, 5).merged, offer(&mut all, 5).fails) = (true, true);
        assert_eq!(turn(&mut all), [5, 4]);
        let stands: Vec<Member> = all.iter().map(|adopted| member(adopted, "v")).collect();
        assert!(stands[0].declined && !stands[0].holds);
        assert!(stands[1].holds && !stands[1].declined);
        assert!(stands[5].holds && stands[5].fails);
        assert_eq!((stands[3].offered, stands[4].offered), (None, Some(Timestamp(0))));
    }
}
