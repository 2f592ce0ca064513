//! An issue of ours says what it should: found again, written when a figure has changed, and
//! otherwise left alone.
//!
//! People may close it, delete it, move it away, or switch issues off. None of that is an error of
//! ours: what cannot be kept is noted for the operator and tried again at its next time, not
//! before.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::domain::config::WhenClosed;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::report::scorecard::{issue as whole, mark, says};
use crate::domain::scorecard::history::last_week;
use crate::domain::time::Timestamp;
use crate::edge::github::{
    Access, GitHubError, Installation, IssueEdit, IssueRef, Permission, TokenScope,
};
use crate::edge::store::KeptIssue;

use super::App;
use super::fate::Fate;
use super::post_check::digest;

/// Where issues are kept.
#[derive(Debug, Clone)]
pub(super) struct Home {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: RepoName,
    /// Whether only members may read it.
    pub(super) private: bool,
    pub(super) closed: WhenClosed,
    /// What Apps wrote there: asked for once, however many issues are looked for.
    pub(super) written: Arc<OnceCell<Vec<Written>>>,
}

/// An issue that an App wrote.
#[derive(Debug, Clone)]
pub(super) struct Written {
    issue: IssueRef,
    /// Its last line; the rest of its text is not kept.
    mark: String,
}

/// Text that is told beside an issue's figures, given when those of its last writing were counted.
/// It is asked for when the issue is written and once a week, and only then: it may be dear.
pub(super) type News<'a> = dyn Fn(Option<Timestamp>) -> Telling<'a> + Sync + 'a;
/// It is on its way.
pub(super) type Telling<'a> = Pin<Box<dyn Future<Output = Result<Appendix, Fate>> + Send + 'a>>;

/// What is told beside figures.
#[derive(Debug, Default)]
pub(super) struct Appendix {
    /// Changes every day. Once in a week that alone is a reason to write.
    pub(super) beside: String,
    /// What is new since the last writing: a figure has changed, then.
    pub(super) news: String,
}

/// What an issue shall say.
pub(super) struct Wanted<'a> {
    /// What it is about, within the installation.
    pub(super) key: &'a str,
    pub(super) title: &'a str,
    /// What is compared.
    pub(super) figures: &'a str,
    /// When they were counted.
    pub(super) counted: Timestamp,
    /// What is told beside them.
    pub(super) news: Option<&'a News<'a>>,
    /// Whether it is always looked at, although no figure has changed: somebody may have deleted it.
    /// Others are looked at in turn.
    pub(super) look: bool,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kept {
    /// It says so already.
    Unchanged(String),
    /// It was written; its address.
    Written(String),
    /// It cannot be kept; noted.
    Problem(String),
}

impl Kept {
    /// Its address, if there is one.
    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Self::Unchanged(url) | Self::Written(url) => Some(url),
            Self::Problem(_) => None,
        }
    }
}

impl App {
    /// Brings one issue up to date. Safe to repeat: an issue is found again by its mark.
    pub(super) async fn keep_issue(&self, home: &Home, wanted: Wanted<'_>) -> Result<Kept, Fate> {
        let mut rows = self.store.kept_issues(home.installation).await?;
        let place = rows.iter().position(|row| row.key == wanted.key);
        let look = wanted.look || place.is_some_and(|place| is_its_turn(place, self.clock.now()));
        let wanted = Wanted { look, ..wanted };
        let known = place.map(|place| rows.swap_remove(place));
        let mut digest = digest(&[wanted.title, wanted.figures, &home.repo.to_string()]);
        if wanted.news.is_some() {
            digest = format!("{digest}{WEEK}{}", last_week(self.clock.now().date()).date());
        }
        let github = self.github.installation(home.installation, home.scope());
        let error = match self.bring(&github, home, &wanted, known.as_ref(), &digest).await {
            Ok(kept) => return Ok(kept),
            Err(Failed::Store(fate)) => return Err(fate),
            Err(Failed::GitHub(error)) => error,
        };
        let problem = match &error {
            GitHubError::NotFound { .. } | GitHubError::Rejected { .. } => error.to_string(),
            GitHubError::Forbidden { .. } if !error.is_suspended() => error.to_string(),
            _ => return Err(error.into()),
        };
        tracing::warn!(home = %home.name, key = wanted.key, problem, "an issue cannot be kept");
        let row = KeptIssue {
            key: wanted.key.to_owned(),
            repo: home.repo,
            number: None,
            url: None,
            digest: String::new(),
            edited: known.map_or(self.clock.now(), |known| known.edited),
            problem: Some(problem.clone()),
        };
        self.store.put_kept_issue(home.installation, &row).await?;
        Ok(Kept::Problem(problem))
    }

    async fn bring(
        &self,
        github: &Installation,
        home: &Home,
        wanted: &Wanted<'_>,
        known: Option<&KeptIssue>,
        digest: &str,
    ) -> Result<Kept, Failed> {
        let mark = mark(wanted.key);
        let as_written = known.filter(|row| row.digest == digest && row.repo == home.repo);
        if let (Some(url), false) = (as_written.and_then(|row| row.url.as_ref()), wanted.look) {
            return Ok(Kept::Unchanged(url.clone()));
        }
        let mut found = None;
        if let Some(number) = known.filter(|row| row.repo == home.repo).and_then(|row| row.number) {
            found = match github.issue(&home.name, number).await {
                Ok(issue) if is_here(&issue, home) => Some(issue),
                Ok(_) | Err(GitHubError::NotFound { .. }) => None,
                Err(error) => return Err(error.into()),
            };
        }
        if found.is_none() {
            found = home.lost(github, &mark).await?;
        }
        let same = known.zip(found.as_ref()).filter(|(row, issue)| {
            figures_of(&row.digest) == figures_of(digest) && row.number == Some(issue.number)
        });
        // Closed by somebody: only a figure is news.
        let fresh = |(row, issue): &(&KeptIssue, &IssueRef)| row.digest == digest || !issue.open;
        if let Some((row, issue)) = same.filter(fresh) {
            return self.leave(github, home, wanted, (row, issue), digest).await;
        }
        let since = known.filter(|row| row.number.is_some()).map(|row| row.edited);
        let told = match wanted.news {
            Some(news) => news(since).await?,
            None => Appendix::default(),
        };
        if let Some((row, issue)) = same.filter(|(_, issue)| says(&issue.body, &told.beside)) {
            return self.leave(github, home, wanted, (row, issue), digest).await;
        }
        let body = whole(wanted.figures, &(told.beside + &told.news), &mark);
        let replaced = |issue: &IssueRef| !issue.open && home.closed == WhenClosed::Replace;
        let issue = match found.filter(|issue| !replaced(issue)) {
            Some(issue) => {
                let edit = IssueEdit {
                    title: (issue.title != wanted.title).then_some(wanted.title),
                    body: Some(&body),
                    state: (!issue.open).then_some("open"),
                };
                github.edit_issue(&home.name, issue.number, &edit).await?
            }
            None => github.open_issue(&home.name, wanted.title, &body).await?,
        };
        let row = KeptIssue {
            key: wanted.key.to_owned(),
            repo: home.repo,
            number: Some(issue.number),
            url: Some(issue.url.clone()),
            digest: digest.to_owned(),
            edited: wanted.counted,
            problem: None,
        };
        self.store.put_kept_issue(home.installation, &row).await.map_err(Fate::from)?;
        Ok(Kept::Written(issue.url))
    }

    /// An issue whose text stays as it is. Its title is ours, by which people find it.
    async fn leave(
        &self,
        github: &Installation,
        home: &Home,
        wanted: &Wanted<'_>,
        (row, issue): (&KeptIssue, &IssueRef),
        digest: &str,
    ) -> Result<Kept, Failed> {
        if issue.open && issue.title.trim() != wanted.title.trim() {
            let edit = IssueEdit { title: Some(wanted.title), ..IssueEdit::default() };
            github.edit_issue(&home.name, issue.number, &edit).await?;
        }
        if row.digest != digest {
            let row = KeptIssue { digest: digest.to_owned(), ..row.clone() };
            self.store.put_kept_issue(home.installation, &row).await.map_err(Fate::from)?;
        }
        Ok(Kept::Unchanged(issue.url.clone()))
    }
}

/// In a digest the week follows in which it was last looked at what is told beside the figures.
const WEEK: char = '@';

fn figures_of(digest: &str) -> &str {
    digest.split(WEEK).next().unwrap_or_default()
}

enum Failed {
    GitHub(GitHubError),
    Store(Fate),
}

impl From<GitHubError> for Failed {
    fn from(error: GitHubError) -> Self {
        Self::GitHub(error)
    }
}

impl From<Fate> for Failed {
    fn from(fate: Fate) -> Self {
        Self::Store(fate)
    }
}

/// Issues that say what they should are looked at in turn, each once in a week of sweeps: a look at
/// each of a hundred would cost as much as the sweep of ten thousand repositories.
fn is_its_turn(place: usize, now: Timestamp) -> bool {
    const TURNS: i64 = 28;
    const SWEEP_MS: i64 = 6 * 60 * 60 * 1000;
    (i64::try_from(place).unwrap_or(0) + now.0 / SWEEP_MS) % TURNS == 0
}

/// A transferred issue answers from where it is now.
pub(super) fn is_here(issue: &IssueRef, home: &Home) -> bool {
    let same = |repo: &RepoName| repo.to_string().eq_ignore_ascii_case(&home.name.to_string());
    issue.repo.as_ref().is_none_or(same)
}

impl Home {
    /// What it takes to read and write issues there.
    pub(super) fn scope(&self) -> TokenScope {
        TokenScope::of(self.repo).with(Permission::Issues, Access::Write)
    }

    /// An issue with our mark that we have no note of: we were interrupted, or the database is
    /// new. An open one rather than a closed one.
    async fn lost(
        &self,
        github: &Installation,
        mark: &str,
    ) -> Result<Option<IssueRef>, GitHubError> {
        let written = self.written.get_or_try_init(|| written(github, &self.name)).await?;
        let ours: Vec<&Written> = written.iter().filter(|one| one.mark == mark).collect();
        let found = ours.iter().find(|one| one.issue.open).or(ours.first());
        Ok(found.map(|one| one.issue.clone()))
    }
}

async fn written(github: &Installation, name: &RepoName) -> Result<Vec<Written>, GitHubError> {
    let mut issues: Vec<IssueRef> = github.issues(name).await?;
    issues.retain(|issue| issue.by_bot);
    let short = |mut issue: IssueRef| {
        let body = std::mem::take(&mut issue.body);
        let mark = body.trim_end().lines().next_back().unwrap_or_default().to_owned();
        Written { issue, mark }
    };
    Ok(issues.into_iter().map(short).collect())
}
