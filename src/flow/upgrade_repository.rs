//! One repository is offered the newest version of the golden path that it adopted: the same
//! three-way merge as an adoption, in a pull request that nobody had to ask for.

use crate::domain::adopt::LOCK;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::job::Job;
use crate::domain::report::adoption::render_markdown;
use crate::domain::report::answer::{pasted, upgrade_pull};
use crate::domain::time::Timestamp;
use crate::edge::github::Health;
use crate::edge::store::{AdoptionRow, OfferRow};

use super::App;
use super::adopt_repository::{Hands, Words, branch_of, kept_back};
use super::fate::Fate;
use super::judge_commit::Subject;
use super::plan_adoption::{Adopting, Planned};
use super::propose::{Proposed, ground};
use super::worker::apart;

/// What came of it.
enum Offered {
    /// There is a pull request.
    Pull(i64),
    /// It holds the version already.
    Nothing,
    /// It has adopted nothing, after all.
    NotAdopted,
    /// There can be no pull request, for this reason.
    Not(String),
}

impl App {
    /// Offers the newest version; tells what came of it.
    pub(super) async fn upgrade(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<String, Fate> {
        let known = self.store.adoption(installation, repo).await?.unwrap_or_default();
        let subject = self.subject(installation, repo, name).await?;
        let (version, _) = self.version_now(&subject).await?;
        let is_known = known.settled.as_ref() == Some(&version)
            || known.offer.as_ref().is_some_and(|offer| offer.version == version);
        if is_known {
            return Ok(format!("{name} holds {version} or was offered it"));
        }
        let branch = subject.facts.default_branch.clone().unwrap_or_default();
        let was_red = subject.github.health(&subject.name, &branch).await? == Health::Red;
        let offered = match apart(|| self.offer(&subject, installation, &branch)).await {
            Ok(offered) => offered,
            // Whoever cannot be written to must not hold up the others.
            Err(Fate::Moot(reason) | Fate::Hopeless(reason)) => Offered::Not(reason),
            Err(other) => return Err(other),
        };
        let offer = |pull, problem| {
            let at = self.clock.now();
            let version = version.clone();
            let (merged, asked, fails) = (false, Timestamp(0), false);
            Some(OfferRow { version, at, pull, merged, was_red, problem, asked, fails })
        };
        let adopted = known.adopted;
        let (row, words) = match offered {
            Offered::Pull(number) => (
                AdoptionRow { adopted, settled: known.settled, offer: offer(Some(number), None) },
                format!("{name} is offered {version} in #{number}"),
            ),
            Offered::Nothing => (
                AdoptionRow { adopted, settled: Some(version.clone()), offer: known.offer },
                format!("{name} holds {version}"),
            ),
            Offered::NotAdopted => (
                AdoptionRow { adopted: false, settled: None, offer: None },
                format!("{name} has adopted nothing"),
            ),
            Offered::Not(reason) => (
                AdoptionRow {
                    adopted,
                    settled: known.settled,
                    offer: offer(None, Some(reason.clone())),
                },
                format!("{name} cannot be offered {version}: {reason}"),
            ),
        };
        self.store.put_adoption(repo, &row).await?;
        // Whoever needed no pull request leaves their place in the wave to another.
        if row.offer.as_ref().is_none_or(|offer| offer.version != version) {
            self.store.enqueue(&[Job::UpgradeWave { installation }], self.clock.now()).await?;
            self.wake.notify_one();
        }
        Ok(words)
    }

    async fn offer(
        &self,
        subject: &Subject,
        installation: InstallationId,
        base: &str,
    ) -> Result<Offered, Fate> {
        let Some(tip) = subject.github.branch(&subject.name, base).await? else {
            return Ok(Offered::NotAdopted);
        };
        let organisation = subject.organisation.file.clone();
        let wish = Adopting { organisation, upgrade: true, ..Adopting::default() };
        let planned = match self.planned(subject, &tip, &wish).await? {
            Ok(planned) => planned,
            Err(reasons) => return Ok(Offered::Not(reasons.join("; "))),
        };
        if !planned.tree.entries.contains_key(LOCK) {
            return Ok(Offered::NotAdopted);
        }
        if planned.plan.writes().next().is_none() {
            return Ok(Offered::Nothing);
        }
        let questions = planned.plan.open_questions();
        if !questions.is_empty() {
            let questions = questions.join("; ");
            return Ok(Offered::Not(format!("the new version asks what nobody said: {questions}")));
        }
        if let Some(why) = self.may_not_write(installation).await? {
            return Ok(Offered::Not(why));
        }
        let judged = self.judged_plan(subject, planned).await?;
        let may_write_workflows = self.may_write_workflows(installation).await?;
        let github = self.hands_in(installation, subject.id, may_write_workflows);
        let branch = branch_of(&judged.plan.path);
        let Some(ground) = ground(&github, &subject.name, &branch, base).await? else {
            return Ok(Offered::NotAdopted);
        };
        let told = render_markdown(&judged.report(true));
        let plan = if ground.from == tip {
            judged.plan
        } else {
            match self.planned(subject, &ground.from, &wish).await? {
                Ok(Planned { plan, .. }) => plan,
                Err(reasons) => return Ok(Offered::Not(reasons.join("; "))),
            }
        };
        let pasted = pasted(&kept_back(&plan, may_write_workflows));
        let (title, body) = upgrade_pull(&plan.path, &told, &pasted);
        let hands = Hands { github: &github, may_write_workflows };
        let words = Words { title, body };
        Ok(match self.propose_plan(subject, hands, ground, &plan, words).await? {
            Proposed::Opened(pull) | Proposed::Updated(pull) | Proposed::Unchanged(pull) => {
                Offered::Pull(pull.number)
            }
            Proposed::Nothing => Offered::Nothing,
            Proposed::Refused(reason) => Offered::Not(format!("GitHub refused: {reason}")),
        })
    }
}
