//! A repository on GitHub is brought onto a golden path: planned like a folder, proposed as a pull
//! request from a branch that later adoptions find again.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::adopt::{Action, LOCK, Plan, PlannedFile};
use crate::domain::command::Adopt;
use crate::domain::effect::{CommitDraft, FileChange, PullDraft};
use crate::domain::facts::{FactKind, RepoFacts};
use crate::domain::ids::Sha;
use crate::domain::report::adoption::render_markdown;
use crate::domain::report::answer::{Answer, adoption_pull, pasted, patched, plan_only};
use crate::domain::report::escape::prose;
use crate::domain::tree::{Content, SourceTree};
use crate::edge::evaluator::EvaluatorError;
use crate::edge::github::{BlobRef, Installation};

use super::App;
use super::adopt_folder::{Judged, Judging};
use super::answer_comment::Question;
use super::fate::Fate;
use super::judge_commit::Subject;
use super::plan_adoption::{Adopting, Planned, Shelf, plan_adoption};
use super::propose::{Ground, Proposed, ground, propose};
use super::read_tree::is_wanted;

/// Where workflows lie: files there need a permission of their own.
const WORKFLOWS: &str = ".github/workflows/";

/// What a pull request of ours is about.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) body: String,
}

impl App {
    /// `adopt`: the plan as an answer, or as a pull request.
    pub(super) async fn adopt(
        &self,
        subject: &Subject,
        question: Question<'_>,
        wish: &Adopt,
    ) -> Result<Answer, Fate> {
        if question.asked.on_pull {
            let pull = subject.github.pull(&subject.name, question.asked.issue).await?;
            if pull.open && pull.from_fork() {
                let why = "This pull request comes from a fork, where the App may not write.";
                return self.adopt_by_patch(subject, &pull.head.sha, wish, why).await;
            }
        }
        let base = subject.facts.default_branch.clone().unwrap_or_default();
        let Some(tip) = subject.github.branch(&subject.name, &base).await? else {
            return Ok(Answer::refused(
                "This repository has no commit yet. Push a first one, a README will do, and ask again.",
            ));
        };
        if let Some(why) = self.may_not_write(question.installation).await? {
            return self.adopt_by_patch(subject, &tip, wish, &why).await;
        }
        let (adopting, planned) = match self.planned_with_owner(subject, &tip, wish).await? {
            Ok(found) => found,
            Err(reasons) => return Ok(Answer::refused(prose(&reasons.join("; ")))),
        };
        let planned = self.judged_plan(subject, planned).await?;
        let questions = planned.plan.open_questions();
        if wish.plan_only || !questions.is_empty() {
            return Ok(plan_only(
                &render_markdown(&planned.report(false)),
                &questions,
                wish.plan_only,
            ));
        }
        let path = &planned.plan.path;
        let may_write_workflows = self.may_write_workflows(question.installation).await?;
        let hands = self.hands(&question, may_write_workflows);
        let branch = branch_of(path);
        let Some(ground) = ground(&hands, &subject.name, &branch, &base).await? else {
            return Err(Fate::Retry(format!("the branch {base} is gone")));
        };
        // The pull request says what it does to the base; what is still to do is worked out on the
        // branch, so that what people changed there is merged.
        let (title, body) = adoption_pull(path, &render_markdown(&planned.report(true)));
        let plan = if ground.from == tip {
            planned.plan
        } else {
            match self.planned(subject, &ground.from, &adopting).await? {
                Ok(Planned { plan, .. }) => plan,
                Err(reasons) => return Ok(Answer::refused(prose(&reasons.join("; ")))),
            }
        };
        let kept_back = kept_back(&plan, may_write_workflows);
        let hands = Hands { github: &hands, may_write_workflows };
        let words = Words { title, body };
        let proposed = self.propose_plan(subject, hands, ground, &plan, words).await?;
        let mut answer =
            proposed.told("Nothing to do: this repository holds all of its golden path already.");
        answer.markdown += &pasted(&kept_back);
        Ok(answer)
    }

    /// Makes the branch and the pull request hold a plan that was made on its ground.
    pub(super) async fn propose_plan(
        &self,
        subject: &Subject,
        hands: Hands<'_>,
        ground: Ground,
        plan: &Plan,
        Words { title, body }: Words,
    ) -> Result<Proposed, Fate> {
        let base = subject.facts.default_branch.clone().unwrap_or_default();
        let commits = commits(plan, hands.may_write_workflows);
        let draft = PullDraft { branch: branch_of(&plan.path), base, title, body, commits };
        propose(hands.github, &subject.name, ground, &draft).await
    }

    /// Plans on a commit, and once more when only GitHub knows an owner.
    async fn planned_with_owner(
        &self,
        subject: &Subject,
        commit: &Sha,
        wish: &Adopt,
    ) -> Result<Result<(Adopting, Planned), Vec<String>>, Fate> {
        let mut adopting = adopting(subject, wish);
        let planned = match self.planned(subject, commit, &adopting).await? {
            Ok(planned) => planned,
            Err(reasons) => return Ok(Err(reasons)),
        };
        if !planned.plan.lacks_owner() {
            return Ok(Ok((adopting, planned)));
        }
        adopting.team = self.only_team(subject).await?;
        if adopting.team.is_none() {
            return Ok(Ok((adopting, planned)));
        }
        let again = self.planned(subject, commit, &adopting).await?;
        Ok(again.map(|planned| (adopting, planned)))
    }

    /// Plans on a commit; the inner error says why there can be no plan.
    pub(super) async fn planned(
        &self,
        subject: &Subject,
        commit: &Sha,
        wish: &Adopting,
    ) -> Result<Result<Planned, Vec<String>>, Fate> {
        let evaluators = subject.evaluators(self);
        let needs = evaluators.catalogue().needs();
        plan_adoption(&OnGitHub { app: self, subject, commit, needs }, evaluators, wish).await
    }

    /// What the policies say before and after a plan.
    pub(super) async fn judged_plan(
        &self,
        subject: &Subject,
        Planned { plan, repo, tree }: Planned,
    ) -> Result<Judged, EvaluatorError> {
        let judging = Judging {
            evaluators: subject.evaluators(self),
            repo,
            organisation: subject.organisation.file.clone(),
            path: &plan.path.clone(),
            today: self.clock.now().date(),
        };
        judging.judged(plan, &tree).await
    }

    /// A patch, where we may not write; `why` is a sentence.
    async fn adopt_by_patch(
        &self,
        subject: &Subject,
        head: &Sha,
        wish: &Adopt,
        why: &str,
    ) -> Result<Answer, Fate> {
        let planned = match self.planned_with_owner(subject, head, wish).await? {
            Ok((_, planned)) => planned,
            Err(reasons) => return Ok(Answer::refused(prose(&reasons.join("; ")))),
        };
        let tree = planned.tree.clone();
        let planned = self.judged_plan(subject, planned).await?;
        let questions = planned.plan.open_questions();
        if wish.plan_only || !questions.is_empty() {
            let page = render_markdown(&planned.report(false));
            return Ok(plan_only(&page, &questions, wish.plan_only));
        }
        let now = |path: &str| tree.text(path).map(|text| &**text);
        let files = planned.plan.files.iter();
        let patch: String = files.filter_map(|file| file.patch(now(&file.path))).collect();
        Ok(patched(&planned.plan.path, &patch, why))
    }
}

/// Who writes.
#[derive(Clone, Copy)]
pub(super) struct Hands<'a> {
    pub(super) github: &'a Installation,
    pub(super) may_write_workflows: bool,
}

fn adopting(subject: &Subject, wish: &Adopt) -> Adopting {
    Adopting {
        organisation: subject.organisation.file.clone(),
        path: wish.path.clone(),
        given: wish.given.clone(),
        upgrade: false,
        team: None,
    }
}

/// The branch that proposes a golden path: whether somebody asked for it or it has a newer
/// version, so that there is one pull request about it.
pub(super) fn branch_of(path: &str) -> String {
    format!("waymark/adopt-{path}")
}

/// Files of the plan that we may not write.
pub(super) fn kept_back(plan: &Plan, may_write_workflows: bool) -> Vec<(&str, &str)> {
    plan.writes().filter(|(path, _)| is_kept_back(path, may_write_workflows)).collect()
}

fn is_kept_back(path: &str, may_write_workflows: bool) -> bool {
    !may_write_workflows && path.starts_with(WORKFLOWS)
}

/// A commit on GitHub.
struct OnGitHub<'a> {
    app: &'a App,
    subject: &'a Subject,
    commit: &'a Sha,
    needs: BTreeSet<FactKind>,
}

impl Shelf for OnGitHub<'_> {
    type Error = Fate;

    async fn read(
        &self,
        reads: &(dyn Fn(&str) -> bool + Send + Sync),
    ) -> Result<(RepoFacts, SourceTree), Fate> {
        let Self { app, subject, commit, needs } = self;
        let reads = |path: &str| is_wanted(needs, path) || reads(path);
        let files = app.read_tree(&subject.github, &subject.name, commit, reads).await?;
        Ok((subject.facts.clone(), files.tree))
    }

    async fn earlier(&self, blobs: &BTreeSet<Sha>) -> Result<BTreeMap<Sha, Option<String>>, Fate> {
        let Self { app, subject, .. } = self;
        let refs = blobs.iter().map(|sha| BlobRef { sha: sha.clone(), size_bytes: None }).collect();
        let found = app.blobs(&subject.github, &subject.name, refs).await?;
        let text = |sha: &Sha| match found.get(sha) {
            Some(Content::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        Ok(blobs.iter().map(|sha| (sha.clone(), text(sha))).collect())
    }
}

/// One commit per concern, in the order in which people read them.
fn commits(plan: &Plan, may_write_workflows: bool) -> Vec<CommitDraft> {
    let mut by_concern: BTreeMap<(usize, &str), Vec<FileChange>> = BTreeMap::new();
    for file in plan.files.iter().filter(|file| !is_kept_back(&file.path, may_write_workflows)) {
        let Some(text) = &file.text else { continue };
        let (path, text) = (file.path.clone(), Some(text.clone()));
        let change = FileChange { path, text, executable: file.executable };
        by_concern.entry(concern(file)).or_default().push(change);
    }
    let draft = |((_, subject), changes): ((usize, &str), Vec<FileChange>)| CommitDraft {
        message: format!("{subject}\n\nPart of the golden path `{}`.", plan.path),
        changes,
    };
    by_concern.into_iter().map(draft).collect()
}

/// What a file is about, by where it lies; what begins is read first.
fn concern(file: &PlannedFile) -> (usize, &'static str) {
    let path = file.path.as_str();
    let name = path.rsplit('/').next().unwrap_or(path);
    let below = |folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    match () {
        () if path == LOCK => (9, "Remember what was generated"),
        () if name.starts_with("catalog-info") => (0, "Describe the component in the catalog"),
        () if name == "CODEOWNERS" => (1, "Say who owns which files"),
        () if path.starts_with(WORKFLOWS) => (2, "Build and release by the platform's workflow"),
        () if path.starts_with(".github/") => (3, "Keep dependencies current"),
        () if name.contains("Dockerfile") || name == ".dockerignore" => (4, "Build a container"),
        () if below(&["deploy/", "k8s/", "chart/", "charts/", "manifests/"]) => {
            (5, "Run it on Kubernetes")
        }
        () if below(&["docs/"]) || name == "mkdocs.yml" || name.starts_with("README") => {
            (6, "Document it")
        }
        () if file.action == Action::Add => (7, "Add the skeleton"),
        () => (8, "Complete what was there"),
    }
}
