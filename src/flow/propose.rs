//! A pull request of ours reaches GitHub: once, whatever happens in between.
//!
//! The branch is its key. Nothing is forced: what people pushed to the branch stays, and a branch
//! that an earlier, closed pull request left behind is taken up again by a merge commit. A branch
//! that no pull request came of yet is gone on with: whoever made it was interrupted, or is about
//! to open one this moment.

use crate::domain::effect::PullDraft;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::report::answer::{Answer, proposal};
use crate::domain::report::escape::prose;
use crate::edge::github::{Access, GitHubError, Installation, Permission, Pull, TokenScope};

use super::App;
use super::answer_comment::Question;
use super::fate::Fate;

/// Where a proposal starts from.
pub(super) struct Ground {
    /// The commit whose files it builds on: the branch where it is alive, else the base.
    pub(super) from: Sha,
    branch: Branch,
}

/// The branch of a proposal, as it was found.
enum Branch {
    Missing,
    /// People see it in this pull request.
    Open(Box<Pull>),
    /// It has commits that no pull request ended with; the base it is to go to.
    Begun {
        base: Sha,
    },
    /// A closed pull request left it behind, at this commit.
    Leftover(Sha),
}

impl Ground {
    /// There is something on the branch that people are to see, whether we add to it or not.
    pub(super) fn is_begun(&self) -> bool {
        matches!(self.branch, Branch::Open(_) | Branch::Begun { .. })
    }
}

/// What came of a proposal.
#[derive(Debug)]
pub(super) enum Proposed {
    /// A pull request is new.
    Opened(Pull),
    /// The open one was changed.
    Updated(Pull),
    /// The open one says all of it already.
    Unchanged(Pull),
    /// The base holds all of it already.
    Nothing,
    /// GitHub does not let us, for this reason.
    Refused(String),
}

impl Proposed {
    /// In words for who asked; `nothing` when the base holds all of it already.
    pub(super) fn told(self, nothing: &str) -> Answer {
        match self {
            Self::Opened(pull) => proposal("Opened", pull.number),
            Self::Updated(pull) => proposal("Updated", pull.number),
            Self::Unchanged(pull) => proposal("Nothing new for", pull.number),
            Self::Nothing => Answer::done(nothing),
            Self::Refused(reason) => Answer::refused(format!("GitHub refused: {}", prose(&reason))),
        }
    }
}

impl App {
    /// A token that may write a branch and a pull request, and workflows where that is granted.
    pub(super) fn hands(&self, question: &Question<'_>, workflows: bool) -> Installation {
        self.hands_in(question.installation, question.repo, workflows)
    }

    /// The same where nobody asked.
    pub(super) fn hands_in(
        &self,
        installation: InstallationId,
        repo: RepoId,
        workflows: bool,
    ) -> Installation {
        let mut scope = TokenScope::of(repo)
            .with(Permission::Contents, Access::Write)
            .with(Permission::PullRequests, Access::Write);
        if workflows {
            scope = scope.with(Permission::Workflows, Access::Write);
        }
        self.github.installation(installation, scope)
    }
}

/// Looks at the branch and its pull request; `None` when the base branch does not exist.
pub(super) async fn ground(
    github: &Installation,
    repo: &RepoName,
    branch: &str,
    base: &str,
) -> Result<Option<Ground>, Fate> {
    let open = open_pull(github, repo, branch, base).await?;
    let tip = github.branch(repo, branch).await?;
    let tip = match (open, tip) {
        (Some(pull), Some(from)) => {
            return Ok(Some(Ground { from, branch: Branch::Open(Box::new(pull)) }));
        }
        (_, tip) => tip,
    };
    let Some(base) = github.branch(repo, base).await? else { return Ok(None) };
    let (from, branch) = match tip {
        None => (base, Branch::Missing),
        Some(tip) if was_closed_at(github, repo, branch, &tip).await? => {
            (base, Branch::Leftover(tip))
        }
        Some(tip) => (tip, Branch::Begun { base }),
    };
    Ok(Some(Ground { from, branch }))
}

/// Makes the branch and the pull request be as the draft says, on that ground.
pub(super) async fn propose(
    github: &Installation,
    repo: &RepoName,
    ground: Ground,
    draft: &PullDraft,
) -> Result<Proposed, Fate> {
    match try_to(github, repo, ground, draft).await {
        Ok(proposed) => Ok(proposed),
        Err(GitHubError::Forbidden { message }) => Ok(Proposed::Refused(message)),
        // Somebody was faster: the next try starts from what they made.
        Err(GitHubError::Rejected { status: 409 | 422, message, .. })
            if ["fast forward", "already exists", "does not exist"]
                .iter()
                .any(|words| message.contains(words)) =>
        {
            Err(Fate::Retry(message))
        }
        Err(GitHubError::Rejected { message, errors, .. }) => {
            Ok(Proposed::Refused([vec![message], errors].concat().join("; ")))
        }
        Err(other) => Err(other.into()),
    }
}

async fn try_to(
    github: &Installation,
    repo: &RepoName,
    ground: Ground,
    draft: &PullDraft,
) -> Result<Proposed, GitHubError> {
    let Ground { from, branch: found } = ground;
    let leftover = match &found {
        Branch::Leftover(left) => Some(left),
        _ => None,
    };
    let before = github.commit(repo, from.as_str()).await?.tree;
    let mut tip = from.clone();
    let mut tree = before.clone();
    for commit in &draft.commits {
        let next = github.create_tree(repo, &tree, &commit.changes).await?;
        if next == tree {
            continue;
        }
        let mut parents = vec![tip.clone()];
        // The first commit also takes up what was left behind, so that nothing need be forced.
        parents.extend(leftover.filter(|left| tip == from && **left != from).cloned());
        tip = github.create_commit(repo, &commit.message, &next, &parents).await?;
        tree = next;
    }
    if let Branch::Open(pull) = found {
        if tip != from {
            github.advance_branch(repo, &draft.branch, &tip).await?;
        }
        return settle_words(github, repo, *pull, draft, tip != from).await;
    }
    let held = match &found {
        Branch::Begun { base } => github.commit(repo, base.as_str()).await?.tree,
        _ => before,
    };
    if tree == held {
        return Ok(Proposed::Nothing);
    }
    let is_new = matches!(found, Branch::Missing);
    if is_new {
        github.create_branch(repo, &draft.branch, &tip).await?;
    } else if tip != from {
        github.advance_branch(repo, &draft.branch, &tip).await?;
    }
    let PullDraft { branch, base, title, body, .. } = draft;
    match github.create_pull(repo, branch, base, title, body).await {
        Ok(pull) => Ok(Proposed::Opened(pull)),
        Err(error @ (GitHubError::Rejected { .. } | GitHubError::Forbidden { .. })) => {
            // A lost answer, or somebody else's hand: it is there.
            if let Some(found) = open_pull(github, repo, branch, base).await? {
                return settle_words(github, repo, found, draft, tip != from).await;
            }
            // A branch that nobody will ever see a pull request from; who pushed to it keeps it.
            if is_new && github.branch(repo, branch).await? == Some(tip) {
                github.delete_branch(repo, branch).await?;
            }
            Err(error)
        }
        Err(error) => Err(error),
    }
}

async fn settle_words(
    github: &Installation,
    repo: &RepoName,
    pull: Pull,
    draft: &PullDraft,
    moved: bool,
) -> Result<Proposed, GitHubError> {
    // GitHub gives line ends back as browsers send them.
    let same = pull.body.replace("\r\n", "\n") == draft.body && pull.title == draft.title;
    if same {
        return Ok(if moved { Proposed::Updated(pull) } else { Proposed::Unchanged(pull) });
    }
    let pull = github.edit_pull(repo, pull.number, &draft.title, &draft.body).await?;
    Ok(Proposed::Updated(pull))
}

/// A pull request from the branch was closed, or merged, when the branch stood there.
async fn was_closed_at(
    github: &Installation,
    repo: &RepoName,
    branch: &str,
    tip: &Sha,
) -> Result<bool, GitHubError> {
    let closed = github.closed_pulls(repo, &format!("{}:{branch}", repo.owner())).await?;
    Ok(closed.iter().any(|pull| pull.head.sha == *tip && !pull.from_fork()))
}

async fn open_pull(
    github: &Installation,
    repo: &RepoName,
    branch: &str,
    base: &str,
) -> Result<Option<Pull>, GitHubError> {
    let head = format!("{}:{branch}", repo.owner());
    let found = github.open_pulls(repo, Some(&head)).await?;
    Ok(found
        .into_iter()
        .find(|pull| pull.head.branch == branch && pull.base.branch == base && !pull.from_fork()))
}
