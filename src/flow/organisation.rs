//! What does the organisation ask of this repository? Its file, read once and kept until something
//! happens to it.

use crate::domain::config::{Labels, ORGANISATION_PATHS, Traits};
use crate::domain::evaluate::{Answer, ConfigFile, Request};
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::judge::ConfigProblem;
use crate::domain::tree::Content;
use crate::edge::evaluator::Evaluators;
use crate::edge::github::{Access, GitHubError, Installation, Permission, TokenScope};
use crate::edge::store::OrganisationFile;

use super::App;
use super::fate::Fate;
use super::judge_commit::{Evaluated, Subject, content_of};

/// How long a file is believed when nothing was heard of it: the event that tells may be lost.
pub(super) const BELIEVED_MS: i64 = 60 * 60 * 1000;

/// What counts for one repository, besides its own files.
#[derive(Clone, Default)]
pub(super) struct Organisation {
    /// Who judges by its own policies, too; `None`: there is no such repository.
    pub(super) evaluators: Option<Evaluators>,
    /// The file that counts: the last one without a fault.
    pub(super) file: Option<ConfigFile>,
    /// Where the present one has a fault, so that it does not.
    pub(super) problem: Option<String>,
    /// How GitHub labels the repository.
    pub(super) labels: Labels,
}

impl Organisation {
    /// What decides on rollouts, for a repository whose files name these owners.
    pub(super) fn traits(&self, repo: RepoId, answer: &Answer) -> Traits {
        Traits {
            id: Some(repo.0),
            teams: answer.teams.clone(),
            topics: self.labels.topics.clone(),
            properties: self.labels.properties.clone(),
        }
    }

    /// What every check says while the file is broken. It holds nobody up: who works on a
    /// product cannot mend it. Nor does it quote the file: that may be private where this
    /// repository is public.
    pub(super) fn notes(&self) -> Vec<String> {
        let note = |problem| {
            format!(
                "the organisation's configuration has a fault (`{problem}`), so its last good \
                 version counts"
            )
        };
        self.problem.iter().map(note).collect()
    }
}

impl App {
    /// Whether this is where an organisation's (or user's) configuration lives.
    pub(super) fn is_config_repository(&self, name: &RepoName) -> bool {
        name.name().eq_ignore_ascii_case(&self.config_repository)
    }

    /// What counts for a repository.
    pub(super) async fn organisation_of(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<Organisation, Fate> {
        let labels = self.store.labels(repo).await?;
        let home = RepoName::parse(&format!("{}/{}", name.owner(), self.config_repository));
        let Ok(home) = home else { return Ok(Organisation { labels, ..Organisation::default() }) };
        let known = self.store.organisation_file(installation).await?;
        let mut found = self.store.repo_named(installation, &home).await?;
        if found.is_none() && known.is_none() {
            // The App was installed before this database began, or its event is still on the way.
            match self.sync_installation(installation).await {
                // A server that does not list its repositories owes us no less of a check.
                Ok(_) | Err(Fate::Moot(_)) => {}
                Err(other) => return Err(other),
            }
            found = self.store.repo_named(installation, &home).await?;
        }
        let place = found.clone().map(|(id, branch)| (id, &home, branch));
        let evaluators = self.own_evaluators(installation, place).await?;
        let now = self.clock.now();
        let file = match (found, known) {
            (_, Some(known)) if now < known.read.plus_ms(BELIEVED_MS) => known,
            (Some((id, branch)), known) => {
                let place = (id, &home, branch);
                self.read_organisation(installation, place, known, &evaluators).await?
            }
            // Without access to the repository there is no configuration.
            (None, _) => {
                let none = OrganisationFile { good: None, problem: None, read: now };
                self.store.put_organisation_file(installation, &none).await?;
                none
            }
        };
        Ok(Organisation {
            file: file.good.map(|(path, text)| ConfigFile { path, text: Ok(text) }),
            problem: file.problem,
            labels,
            evaluators: Some(evaluators),
        })
    }

    async fn read_organisation(
        &self,
        installation: InstallationId,
        (id, home, branch): (RepoId, &RepoName, Option<String>),
        known: Option<OrganisationFile>,
        evaluators: &Evaluators,
    ) -> Result<OrganisationFile, Fate> {
        let scope = TokenScope::of(id).with(Permission::Contents, Access::Read);
        let github = self.github.installation(installation, scope);
        let branch = branch.unwrap_or_else(|| "HEAD".to_owned());
        let found = match file_of(&github, home, &branch).await {
            Ok(found) => found,
            // Not to be seen is as good as not there; asking again would not help.
            // A token for a repository that has left the installation is refused (422).
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { .. }) => None,
            Err(error @ GitHubError::Forbidden { .. }) if !error.is_suspended() => None,
            // What is known serves until GitHub is well again.
            Err(error @ GitHubError::Unavailable { .. }) => match known {
                Some(known) => {
                    tracing::warn!(%home, %error, "the organisation's file could not be read");
                    return Ok(known);
                }
                None => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        };
        let mut file = OrganisationFile { good: None, problem: None, read: self.clock.now() };
        if let Some(read) = found {
            let ConfigFile { path, text } = read.clone();
            match (faults(&read, evaluators).await?.first(), text) {
                (None, Ok(text)) => file.good = Some((path, text)),
                (fault, _) => {
                    file.good = known.and_then(|known| known.good);
                    file.problem = fault.map(ConfigProblem::place);
                    let fault = fault.map(ConfigProblem::told).unwrap_or_default();
                    tracing::warn!(%home, "the organisation's file does not count: {fault}");
                }
            }
        }
        self.store.put_organisation_file(installation, &file).await?;
        Ok(file)
    }

    /// In the configuration repository itself: what is wrong with the organisation's file at this
    /// commit. Here, and only here, somebody can mend it.
    pub(super) async fn own_faults(
        &self,
        subject: &Subject,
        commit: &Sha,
        at: &Evaluated,
    ) -> Result<Vec<ConfigProblem>, Fate> {
        match &at.organisation_file {
            Some(file) if self.is_config_repository(&subject.name) => {
                // It may name policies that come with it.
                let own = self.policies_at(&subject.github, &subject.name, commit).await?;
                faults(file, &self.evaluators.with(&own).await?).await
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// The organisation's file at a branch or commit; the first that exists counts.
async fn file_of(
    github: &Installation,
    home: &RepoName,
    reference: &str,
) -> Result<Option<ConfigFile>, GitHubError> {
    for path in ORGANISATION_PATHS {
        if let Some(file) = github.file(home, path, reference).await? {
            let text = match content_of(file.content) {
                Content::Text(text) => Ok(text.to_string()),
                Content::Withheld(why) => Err(why.reason()),
            };
            return Ok(Some(ConfigFile { path: format!("{home}:{path}"), text }));
        }
    }
    Ok(None)
}

/// What is wrong with an organisation's file.
pub(super) async fn faults(
    file: &ConfigFile,
    evaluators: &Evaluators,
) -> Result<Vec<ConfigProblem>, Fate> {
    let organisation = Some(file.clone());
    let request = Request { organisation, only: Some(Vec::new()), ..Request::default() };
    Ok(evaluators.evaluate(&request).await?.organisation_problems)
}
