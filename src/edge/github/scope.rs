//! What may a job touch? The repositories and permissions that its token is narrowed to.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::RepoId;

/// Something an installation may grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// Who may do what in a repository. The App does not ask for it; who grants it all the same has
    /// owners inferred from team access.
    Administration,
    /// Workflow runs.
    Actions,
    /// Check runs and suites.
    Checks,
    /// Files, commits, branches.
    Contents,
    /// Deployments and their statuses.
    Deployments,
    /// Issues and their comments.
    Issues,
    /// An organisation's people and teams.
    Members,
    /// What a repository is; always granted.
    Metadata,
    /// Pull requests.
    PullRequests,
    /// Files under `.github/workflows`.
    Workflows,
}

impl Permission {
    /// GitHub's name: `pull_requests`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administration => "administration",
            Self::Actions => "actions",
            Self::Checks => "checks",
            Self::Contents => "contents",
            Self::Deployments => "deployments",
            Self::Issues => "issues",
            Self::Members => "members",
            Self::Metadata => "metadata",
            Self::PullRequests => "pull_requests",
            Self::Workflows => "workflows",
        }
    }
}

/// How much of a permission; writing includes reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Access {
    /// Look.
    Read,
    /// Change.
    Write,
}

impl Access {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What a token is good for; equal scopes share one token.
///
/// No repositories means all of the installation's, no permissions all that it was granted: only
/// listing repositories should ask for that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TokenScope {
    /// By id, at most 500.
    pub repositories: BTreeSet<RepoId>,
    /// What for.
    pub permissions: BTreeMap<Permission, Access>,
}

impl TokenScope {
    /// One repository's metadata; add to it with [`TokenScope::with`].
    pub fn of(repo: RepoId) -> Self {
        Self { repositories: [repo].into(), ..Self::default() }
            .with(Permission::Metadata, Access::Read)
    }

    /// Metadata of every repository of the installation: for listing them.
    pub fn listing() -> Self {
        Self::default().with(Permission::Metadata, Access::Read)
    }

    /// Files of every repository of the installation, to read only: for sweeping through them
    /// without a token each.
    pub fn reading() -> Self {
        Self::listing().with(Permission::Contents, Access::Read)
    }

    /// Who is in which team, and nothing of any repository.
    pub fn members() -> Self {
        Self::listing().with(Permission::Members, Access::Read)
    }

    /// What judging needs: read files and pull requests of one repository, write its checks.
    pub fn checking(repo: RepoId) -> Self {
        Self::of(repo)
            .with(Permission::Contents, Access::Read)
            .with(Permission::PullRequests, Access::Read)
            .with(Permission::Checks, Access::Write)
    }

    /// The same and one permission more; never takes one away.
    #[must_use]
    pub fn with(mut self, permission: Permission, access: Access) -> Self {
        let held = self.permissions.entry(permission).or_insert(access);
        *held = access.max(*held);
        self
    }

    /// What an installation that granted `granted` lacks for this scope: `checks:write`.
    pub(super) fn missing(&self, granted: &BTreeMap<String, String>) -> Vec<String> {
        let rank = |word: &str| match word {
            "read" => 1,
            "write" => 2,
            "admin" => 3,
            _ => 0,
        };
        self.permissions
            .iter()
            .filter(|(permission, access)| {
                let held = granted.get(permission.as_str()).map_or(0, |word| rank(word));
                held < rank(access.as_str())
            })
            .map(|(permission, access)| format!("{}:{}", permission.as_str(), access.as_str()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lacks_is_named() {
        let scope = TokenScope::checking(RepoId(1)).with(Permission::Checks, Access::Read);
        let granted = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let all = [("metadata", "read"), ("contents", "write"), ("pull_requests", "read")];
        assert_eq!(scope.missing(&granted(&all)), ["checks:write"]);
        let weak = [("metadata", "read"), ("checks", "read"), ("contents", "read")];
        assert_eq!(scope.missing(&granted(&weak)), ["checks:write", "pull_requests:read"]);
    }
}
