//! Which policies does the organisation add? Read from its configuration repository by commit,
//! kept until something happens to it, and let in by the evaluators alone.

use crate::domain::config::ORGANISATION_PATHS;
use crate::domain::evaluate::ConfigFile;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::policy::own::{Kind, MAX_FILE_BYTES, MAX_FILES, OwnPolicies};
use crate::domain::tree::{Content, Withheld};
use crate::edge::evaluator::Evaluators;
use crate::edge::github::{
    Access, BlobRef, EntryKind, GitHubError, Installation, Permission, TokenScope,
};
use crate::edge::store::PoliciesRow;

use super::App;
use super::fate::Fate;
use super::organisation::BELIEVED_MS;

impl App {
    /// The evaluators with the policies that the organisation has in force: those of the default
    /// branch of its configuration repository. Without access to it there are none.
    pub(super) async fn own_evaluators(
        &self,
        installation: InstallationId,
        home: Option<(RepoId, &RepoName, Option<String>)>,
    ) -> Result<Evaluators, Fate> {
        let Some(home) = home else { return Ok(self.evaluators.clone()) };
        let own = self.policies_in_force(installation, home).await?;
        Ok(self.evaluators.with(&own).await?)
    }

    async fn policies_in_force(
        &self,
        installation: InstallationId,
        (id, home, branch): (RepoId, &RepoName, Option<String>),
    ) -> Result<OwnPolicies, Fate> {
        let known = self.store.organisation_policies(installation).await?;
        let now = self.clock.now();
        // A row of another version's shape is simply not known.
        let held = known.as_ref().and_then(|row| serde_json::from_str(&row.json).ok());
        if let (Some(row), Some(held)) = (&known, &held)
            && now < row.read.plus_ms(BELIEVED_MS)
        {
            return Ok(OwnPolicies::clone(held));
        }
        let scope = TokenScope::of(id).with(Permission::Contents, Access::Read);
        let github = self.github.installation(installation, scope);
        let branch = branch.map_or_else(|| "HEAD".to_owned(), |b| format!("heads/{b}"));
        let commit = match github.commit(home, &branch).await {
            Ok(commit) => commit,
            Err(error) => return self.without_reading(error, held),
        };
        let own = match (known, held) {
            (Some(row), Some(held)) if row.tree == commit.tree => held,
            _ => self.policies_at(&github, home, &commit.tree).await?,
        };
        let json = serde_json::to_string(&own).map_err(|e| Fate::Hopeless(e.to_string()))?;
        let row = PoliciesRow { tree: commit.tree, json, read: now };
        self.store.put_organisation_policies(installation, &row).await?;
        Ok(own)
    }

    /// Not to be seen is as good as not there; what is known serves until GitHub is well again.
    fn without_reading(
        &self,
        error: GitHubError,
        held: Option<OwnPolicies>,
    ) -> Result<OwnPolicies, Fate> {
        match (error, held) {
            // A token for a repository that has left the installation is refused (422).
            (GitHubError::NotFound { .. } | GitHubError::Rejected { .. }, _) => {
                Ok(OwnPolicies::default())
            }
            (error @ GitHubError::Forbidden { .. }, _) if !error.is_suspended() => {
                Ok(OwnPolicies::default())
            }
            (error @ GitHubError::Unavailable { .. }, Some(held)) => {
                tracing::warn!(%error, "the organisation's policies could not be read");
                Ok(held)
            }
            (error, _) => Err(error.into()),
        }
    }

    /// The policies of a tree (or commit) of a configuration repository.
    pub(super) async fn policies_at(
        &self,
        github: &Installation,
        home: &RepoName,
        tree: &Sha,
    ) -> Result<OwnPolicies, Fate> {
        Ok(self.asked_at(github, home, tree).await?.0)
    }

    /// All that an organisation asks for at a tree (or commit) of its configuration repository:
    /// its policies, and its file as far as it can be read.
    pub(super) async fn asked_at(
        &self,
        github: &Installation,
        home: &RepoName,
        tree: &Sha,
    ) -> Result<(OwnPolicies, Option<ConfigFile>), Fate> {
        let mut own = OwnPolicies::default();
        let listing = match github.tree(home, tree).await {
            Ok(listing) => listing,
            // An empty repository.
            Err(GitHubError::NotFound { .. }) => return Ok((own, None)),
            Err(error) => return Err(error.into()),
        };
        let file = ORGANISATION_PATHS.into_iter().find_map(|path| {
            let entry = listing.entries.iter().find(|entry| entry.path == path)?;
            Some((path, BlobRef { sha: entry.sha.clone(), size_bytes: entry.size_bytes }))
        });
        let mut wanted = Vec::new();
        let mut counts = [0; MAX_FILES.len()];
        for entry in &listing.entries {
            let file = matches!(entry.kind, EntryKind::File | EntryKind::Executable);
            let Some(path) = OwnPolicies::path_of(&entry.path).filter(|_| file) else { continue };
            let kind = Kind::of(&path);
            if counts[kind as usize] >= MAX_FILES[kind as usize] {
                own.refuse(path, kind.too_many());
            } else if entry.size_bytes.is_some_and(|size| size > MAX_FILE_BYTES as u64) {
                own.refuse(path, format!("it is larger than {} KiB", MAX_FILE_BYTES / 1024));
            } else {
                counts[kind as usize] += 1;
                if entry.kind == EntryKind::Executable && kind == Kind::Path {
                    own.executable.insert(path.clone());
                }
                wanted
                    .push((path, BlobRef { sha: entry.sha.clone(), size_bytes: entry.size_bytes }));
            }
        }
        if listing.truncated {
            let reason = "the repository has more files than GitHub lists".to_owned();
            own.refuse("waymark/policies".to_owned(), reason);
        }
        let mut refs: Vec<BlobRef> = wanted.iter().map(|(_, blob)| blob.clone()).collect();
        refs.extend(file.iter().map(|(_, blob)| blob.clone()));
        let contents = self.blobs(github, home, refs).await?;
        for (path, blob) in wanted {
            match contents.get(&blob.sha) {
                Some(Content::Text(text)) => own.add(path, text.to_string()),
                Some(Content::Withheld(Withheld::Binary)) if Kind::of(&path) == Kind::Path => {
                    own.left_out.insert(path);
                }
                Some(Content::Withheld(why)) => own.refuse(path, format!("it {}", why.reason())),
                None => own.refuse(path, "GitHub did not send it".to_owned()),
            }
        }
        let file = file.and_then(|(path, blob)| match contents.get(&blob.sha)? {
            Content::Text(text) => {
                Some(ConfigFile { path: format!("{home}:{path}"), text: Ok(text.to_string()) })
            }
            Content::Withheld(_) => None,
        });
        Ok((own, file))
    }
}
