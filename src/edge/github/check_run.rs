//! How does a verdict get onto a commit? Check runs, posted complete and only once.

use http::Method;
use serde::{Deserialize, Serialize, Serializer};

use crate::domain::effect::{Annotation, CheckAction, CheckRunDraft};
use crate::domain::ids::{RepoName, Sha};
use crate::domain::judge::Conclusion;
use crate::domain::time::Timestamp;

use super::call::{Answer, Call};
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// GitHub takes at most so many annotations in one request and appends those of later ones.
const BATCH: usize = 50;

/// A check run to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewCheckRun {
    /// Its name.
    pub name: String,
    /// Its commit.
    pub head_sha: Sha,
    /// Everything that may also change later.
    #[serde(flatten)]
    pub state: CheckRunUpdate,
}

/// What to change; what is empty stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CheckRunUpdate {
    /// Where "Details" leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details_url: Option<String>,
    /// Our own key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// How far it is. A completed run cannot go back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CheckStatus>,
    /// When work began.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "rfc3339")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "rfc3339")]
    pub completed_at: Option<Timestamp>,
    /// How it ended; completes the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<Conclusion>,
    /// Texts and further annotations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<CheckOutput>,
    /// Buttons, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<CheckAction>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Owed.
    Queued,
    /// Under way.
    InProgress,
    /// Done.
    Completed,
}

/// A run's texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckOutput {
    /// The verdict in words.
    pub title: String,
    /// Markdown, at most 65,535 characters.
    pub summary: String,
    /// More Markdown, at most 65,535 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// At most 50 a request; each request adds to those before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// A run that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRunRef {
    /// GitHub's id.
    pub id: i64,
    /// Its commit.
    pub head_sha: Sha,
    /// Our own key, when it has one.
    pub external_id: Option<String>,
    /// Concluded.
    pub completed: bool,
    /// GitHub's word, as it came (`stale` is one that only GitHub sets).
    pub conclusion: Option<String>,
    /// How many annotations it holds.
    pub annotations_count: usize,
    /// Its page.
    pub html_url: Option<String>,
}

impl Installation {
    /// Puts a finished check run on its commit: made complete with the first 50 annotations in
    /// one request, the others appended in further ones. It is never seen in progress.
    ///
    /// When an earlier try may have got through (`maybe_repeated`), the newest run is looked at
    /// first: when it is ours by its `external_id`, only what it lacks is added. So a crash between
    /// batches is safe: GitHub takes a batch whole or not at all and keeps their order, hence
    /// the number of annotations that the run holds says how many of the draft's have arrived.
    /// An error from a later batch leaves a concluded run with fewer annotations.
    pub async fn post_check_run(
        &self,
        repo: &RepoName,
        draft: &CheckRunDraft,
        maybe_repeated: bool,
    ) -> Result<CheckRunRef, GitHubError> {
        let found = if maybe_repeated { self.earlier(repo, draft).await? } else { None };
        let (mut run, mut sent) = match found {
            Some(run) => {
                let sent = run.annotations_count.min(draft.annotations.len());
                (run, sent)
            }
            None => {
                let sent = draft.annotations.len().min(BATCH);
                let new = NewCheckRun {
                    name: draft.name.clone(),
                    head_sha: draft.head_sha.clone(),
                    state: concluded(draft, 0..sent, self.github.now()),
                };
                (self.create_check_run(repo, &new).await?, sent)
            }
        };
        while sent < draft.annotations.len() || !run.completed {
            let end = draft.annotations.len().min(sent + BATCH);
            let update = if run.completed {
                CheckRunUpdate { output: Some(output(draft, sent..end)), ..Default::default() }
            } else {
                concluded(draft, sent..end, self.github.now())
            };
            run = self.update_check_run(repo, run.id, &update).await?;
            // What was sent counts, not what the answer says: it may lag behind. It also ends
            // the loop for a server that never says "completed".
            run.completed = true;
            sent = end;
        }
        Ok(run)
    }

    async fn earlier(
        &self,
        repo: &RepoName,
        draft: &CheckRunDraft,
    ) -> Result<Option<CheckRunRef>, GitHubError> {
        let runs = self.check_runs_for(repo, &draft.head_sha, &draft.name).await?;
        let ours = |run: &CheckRunRef| run.external_id.as_ref() == Some(&draft.external_id);
        // Only the newest run counts for GitHub. An older one that said the same, before another
        // verdict came in between, says nothing any more.
        Ok(runs.into_iter().max_by_key(|run| run.id).filter(ours))
    }

    /// Makes a check run, as it is told.
    pub async fn create_check_run(
        &self,
        repo: &RepoName,
        new: &NewCheckRun,
    ) -> Result<CheckRunRef, GitHubError> {
        let path = in_repo(repo, "/check-runs");
        let wire: Wire =
            self.write(Method::POST, "/repos/{owner}/{repo}/check-runs", path, new).await?;
        Ok(wire.into())
    }

    /// Changes a check run.
    pub async fn update_check_run(
        &self,
        repo: &RepoName,
        id: i64,
        update: &CheckRunUpdate,
    ) -> Result<CheckRunRef, GitHubError> {
        let route = "/repos/{owner}/{repo}/check-runs/{check_run_id}";
        let path = in_repo(repo, &format!("/check-runs/{id}"));
        let wire: Wire = self.write(Method::PATCH, route, path, update).await?;
        Ok(wire.into())
    }

    /// Every run that this App has made on a commit under a name, older ones too.
    pub async fn check_runs_for(
        &self,
        repo: &RepoName,
        head_sha: &Sha,
        name: &str,
    ) -> Result<Vec<CheckRunRef>, GitHubError> {
        #[derive(Deserialize)]
        struct Page {
            check_runs: Vec<Wire>,
        }
        fn items(answer: &Answer, call: &Call) -> Result<Vec<Wire>, GitHubError> {
            Ok(answer.json::<Page>(call)?.check_runs)
        }
        let app_id = self.github.app_id();
        let path = format!(
            "/commits/{head_sha}/check-runs?check_name={}&app_id={app_id}&filter=all&per_page=100",
            escape(name)
        );
        let route = "/repos/{owner}/{repo}/commits/{ref}/check-runs";
        let runs = self.list(Call::get(route, in_repo(repo, &path)), items).await?;
        let ours = |run: &Wire| {
            // Anybody's App may use our name; only GitHub's word about the maker counts.
            run.name == name && run.app.as_ref().is_none_or(|app| app.id == app_id)
        };
        Ok(runs.into_iter().filter(ours).map(CheckRunRef::from).collect())
    }
}

fn concluded(
    draft: &CheckRunDraft,
    annotations: std::ops::Range<usize>,
    now: Timestamp,
) -> CheckRunUpdate {
    CheckRunUpdate {
        details_url: draft.details_url.clone(),
        external_id: Some(draft.external_id.clone()),
        status: Some(CheckStatus::Completed),
        started_at: None,
        completed_at: Some(now),
        conclusion: Some(draft.conclusion),
        output: Some(output(draft, annotations)),
        actions: draft.actions.clone(),
    }
}

/// Title, summary and text go along with every batch: GitHub replaces the texts and appends
/// the annotations.
fn output(draft: &CheckRunDraft, annotations: std::ops::Range<usize>) -> CheckOutput {
    CheckOutput {
        title: draft.title.clone(),
        summary: draft.summary.clone(),
        text: draft.text.clone(),
        annotations: draft.annotations[annotations].to_vec(),
    }
}

#[derive(Deserialize)]
struct Wire {
    id: i64,
    name: String,
    head_sha: Sha,
    #[serde(default)]
    external_id: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    html_url: Option<String>,
    #[serde(default)]
    output: Option<WireOutput>,
    #[serde(default)]
    app: Option<WireApp>,
}

#[derive(Deserialize)]
struct WireOutput {
    #[serde(default)]
    annotations_count: usize,
}

#[derive(Deserialize)]
struct WireApp {
    id: u64,
}

impl From<Wire> for CheckRunRef {
    fn from(wire: Wire) -> Self {
        Self {
            id: wire.id,
            head_sha: wire.head_sha,
            external_id: wire.external_id.filter(|id| !id.is_empty()),
            completed: wire.status.as_deref() == Some("completed"),
            conclusion: wire.conclusion,
            annotations_count: wire.output.map_or(0, |output| output.annotations_count),
            html_url: wire.html_url,
        }
    }
}

fn rfc3339<S: Serializer>(at: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => to.serialize_str(&at.to_rfc3339()),
        None => to.serialize_none(),
    }
}
