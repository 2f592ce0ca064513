//! What else is there to see of an open pull request? Its reviews, its coverage, who depends on it,
//! what a deployment would meet.

use crate::domain::facts::codeowners;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::risk::change::{Change, Kind};
use crate::domain::risk::condition::{
    Condition, Review, Verdict, by_others, last_look, of_coverage, of_dependents, of_expertise,
    of_pace, of_reviews,
};
use crate::domain::risk::coverage::{Coverage, CoverageReport, Span, patch_coverage, read};
use crate::domain::risk::observed::{Observed, Reviewing, approvers};
use crate::domain::risk::past::Past;
use crate::edge::github::{Installation, PullFile};
use crate::edge::store::{CoverageRow, RiskPull};

use super::App;
use super::dependents::dependents_of;
use super::fate::Fate;
use super::learn::called;

/// Who knows half of the files or more is an expert in them.
const EXPERT: f64 = 0.5;

/// A pull request with what is known of it already.
pub(super) struct Looked<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) pull: &'a RiskPull,
    pub(super) head: &'a Sha,
    /// The base branch's commit as GitHub noted it.
    pub(super) base: Option<&'a Sha>,
    pub(super) change: &'a Change,
    pub(super) files: &'a [PullFile],
    pub(super) past: &'a Past,
}

impl Looked<'_> {
    fn author(&self) -> Option<&str> {
        self.pull.author.as_deref()
    }

    fn lines(&self) -> u64 {
        self.change.files.iter().map(|file| file.lines()).sum()
    }
}

impl App {
    /// Looks, and says what is so. Costs no call while the reviews are known and the last look was
    /// at the head; else one each for the reviews, their comments, and what came after.
    pub(super) async fn observe(
        &self,
        github: &Installation,
        at: Looked<'_>,
    ) -> Result<(Observed, Vec<Condition>), Fate> {
        let mut conditions = Vec::new();
        let reviews = self.reviews_of(github, &at).await?;
        let look = last_look(&reviews, at.author(), at.head);
        let after = self.after(github, &at, look.and_then(|look| look.commit.as_ref())).await?;
        conditions.extend(of_reviews(
            &reviews,
            at.author(),
            at.head,
            after.map(|after| (after, at.lines())),
        ));
        let after = after.filter(|_| look.is_some_and(|look| look.verdict == Verdict::Approved));
        let reviewing = Reviewing { after, ..self.reviewing(github, &at, &reviews).await? };
        conditions.extend(of_pace(&reviewing, at.lines()));
        let own = at.change.author.filter(|_| at.past.known.is_some());
        let own = own.and_then(|author| at.past.known_share(author, at.change));
        conditions.extend(of_expertise(&reviewing, own));
        let (coverage, uploaded) = self.coverage_of(github, &at).await?;
        conditions.extend(of_coverage(&coverage));
        let needed = dependents_of(&self.store, at.installation, at.repo).await?;
        conditions.extend(needed.and_then(of_dependents));
        conditions.extend(self.ahead(at.installation, at.repo, at.name).await?);
        let [no_patch, no_project] = match uploaded {
            true => [
                "the uploaded report measures none of the changed lines",
                "no report was uploaded for the commit that it starts from",
            ],
            false => {
                ["no coverage service has spoken of this commit, and no report was uploaded"; 2]
            }
        };
        let untold = |failed: &Option<String>, why| match failed {
            Some(_) => "the coverage service failed and told no percentage",
            None => why,
        };
        let no_patch = untold(&coverage.failed_patch, no_patch);
        let no_project = untold(&coverage.failed_project, no_project);
        let observed = Observed {
            lines_before: Err("GitHub does not tell how long files are"),
            patch_coverage: coverage.patch.ok_or(no_patch),
            project_coverage: coverage.project.ok_or(no_project),
            reviewing: Ok(reviewing),
            dependents: needed.ok_or("no catalog file of its default branch is known"),
        };
        Ok((observed, conditions))
    }

    /// Asked of GitHub once; from then on events tell.
    async fn reviews_of(
        &self,
        github: &Installation,
        at: &Looked<'_>,
    ) -> Result<Vec<Review>, Fate> {
        let number = at.pull.number;
        if !at.pull.reviews_known {
            let found = github.pull_reviews(at.name, number).await?;
            self.store.note_risk_reviews(at.repo, number, &found, true).await?;
        }
        Ok(self.store.risk_reviews(at.repo, number).await?)
    }

    async fn reviewing(
        &self,
        github: &Installation,
        at: &Looked<'_>,
        reviews: &[Review],
    ) -> Result<Reviewing, Fate> {
        let comments = match at.pull.remarks {
            Some(known) => known.unsigned_abs(),
            None if by_others(reviews, at.author()).is_empty() => 0,
            None => {
                let number = at.pull.number;
                let found = github.pull_remarks(at.name, number, at.author()).await?;
                let count = i64::try_from(found).unwrap_or(i64::MAX);
                self.store.note_risk_remarks(at.repo, number, count).await?;
                found
            }
        };
        let told = Reviewing::of(reviews, at.author(), at.pull.ready);
        let experts = self.experts(at, &approvers(reviews, at.author())).await?;
        Ok(Reviewing { comments: Some(comments), experts, ..told })
    }

    /// Lines changed behind a commit that somebody has seen; `None` when that cannot be told.
    async fn after(
        &self,
        github: &Installation,
        at: &Looked<'_>,
        seen: Option<&Sha>,
    ) -> Result<Option<u64>, Fate> {
        let Some(seen) = seen else { return Ok(None) };
        if seen == at.head {
            return Ok(Some(0));
        }
        // What the base branch brought meanwhile is not the author's doing.
        let ours = |path: &str| at.change.files.iter().any(|file| file.path == path);
        let found = github.changed_between(at.name, seen, at.head).await?;
        Ok(found.map(|files| {
            let ours = files.iter().filter(|file| ours(&file.path));
            ours.map(|file| file.lines()).sum::<u64>().min(at.lines())
        }))
    }

    /// How many of these people know the files: changed half of them, or own one. `None`: it cannot be
    /// told; nobody asks who is in a team that owns one.
    async fn experts(&self, at: &Looked<'_>, logins: &[&str]) -> Result<Option<u64>, Fate> {
        let shares = at.past.known.is_some() && at.change.files.iter().any(|file| file.existed());
        let mut owners = Vec::new();
        if !logins.is_empty() {
            let text = self.kept_text(at.installation, at.repo, &codeowners::PATHS).await?;
            let paths = at.change.files.iter().map(|file| file.path_before());
            owners = text.map(|text| codeowners::owners(&text, paths)).unwrap_or_default();
        }
        let mut experts = 0;
        for login in logins {
            let person = self.store.risk_person(at.repo, &called(Some(*login), false)).await?;
            let share = person.and_then(|person| at.past.known_share(person, at.change));
            let owns = |owner: &String| owner.trim_start_matches('@').eq_ignore_ascii_case(login);
            let knows = shares && share.is_some_and(|share| share >= EXPERT);
            experts += u64::from(knows || owners.iter().any(owns));
        }
        let is_team = |owner: &String| owner.starts_with('@') && owner.contains('/');
        let by_team = owners.iter().any(is_team);
        Ok(Some(experts).filter(|experts| *experts > 0 || shares && !by_team))
    }

    /// What is known of the coverage, and whether somebody uploaded a report.
    async fn coverage_of(
        &self,
        github: &Installation,
        at: &Looked<'_>,
    ) -> Result<(Coverage, bool), Fate> {
        let said = self.store.risk_coverage(at.repo, at.head).await?;
        let services = read(said.iter().map(CoverageRow::words));
        let uploaded = self.store.coverage_reports(at.repo, at.head).await?;
        if uploaded.is_empty() {
            return Ok((services, false));
        }
        // The base branch goes on: what others cover there meanwhile is not the change's doing.
        let fork = match at.base {
            Some(base) => github.merge_base(at.name, base, at.head).await?.map(|fork| fork.sha),
            None => None,
        };
        let mut before = match &fork {
            Some(fork) => self.store.coverage_reports(at.repo, fork).await?,
            None => Default::default(),
        };
        // Suites that only one of both has say nothing of the difference.
        before.retain(|name, _| uploaded.contains_key(name));
        let after: Vec<_> =
            uploaded.iter().filter(|(name, _)| before.contains_key(*name)).collect();
        let after = together(after.into_iter().map(|(_, report)| report.clone()));
        let project = together(before.into_values()).zip(after);
        let project = project.and_then(|(old, new)| Some(percent(&new)? - percent(&old)?));
        let project = project.zip(fork);
        let added: Vec<(&str, Vec<Span>)> =
            at.files.iter().filter_map(|f| Some((f.change.path.as_str(), added(f)?))).collect();
        let added: Vec<(&str, &[Span])> = added.iter().map(|(p, s)| (*p, s.as_slice())).collect();
        let all = together(uploaded.into_values());
        let patch = all.and_then(|report| patch_coverage(&report, &added));
        Ok((Coverage::of(patch, project, services), true))
    }
}

fn together(reports: impl Iterator<Item = CoverageReport>) -> Option<CoverageReport> {
    reports.reduce(CoverageReport::and)
}

fn percent(report: &CoverageReport) -> Option<f64> {
    let (hit, lines) = report.totals();
    (lines > 0).then(|| hit as f64 / lines as f64 * 100.0)
}

/// The lines that a file gains; `None` when GitHub does not show them. All lines of a new one.
fn added(file: &PullFile) -> Option<Vec<Span>> {
    match (&file.added, file.change.kind) {
        (_, Kind::Removed) => None,
        (Some(added), _) => Some(added.clone()),
        (None, Kind::Added) => {
            let last = u32::try_from(file.change.added).ok().filter(|last| *last > 0)?;
            Some(vec![(1, last)])
        }
        (None, Kind::Modified | Kind::Renamed) => None,
    }
}
