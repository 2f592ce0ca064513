//! A repository on GitHub is brought onto a golden path: planned like a folder, proposed as a pull
//! request from a branch that later adoptions find again.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::adopt::{Action, AdoptRequest, LOCK, Plan, PlannedFile};
use crate::domain::command::Adopt;
use crate::domain::effect::{CommitDraft, FileChange, PullDraft};
use crate::domain::ids::Sha;
use crate::domain::report::adoption::render_markdown;
use crate::domain::report::answer::{Answer, adoption_pull, pasted, plan_only};
use crate::domain::report::escape::prose;
use crate::domain::tree::{Content, SourceTree};
use crate::edge::github::BlobRef;

use super::App;
use super::adopt_folder::{Judging, MAX_ROUNDS, is_telling};
use super::answer_comment::Question;
use super::fate::Fate;
use super::judge_commit::{Subject, config_of};
use super::propose::{ground, propose};
use super::read_tree::is_wanted;

/// Where workflows lie: files there need a permission of their own.
const WORKFLOWS: &str = ".github/workflows/";

impl App {
    /// `adopt`: the plan as an answer, or as a pull request.
    pub(super) async fn adopt(
        &self,
        subject: &Subject,
        question: Question<'_>,
        wish: &Adopt,
    ) -> Result<Answer, Fate> {
        let base = subject.facts.default_branch.clone().unwrap_or_default();
        let Some(tip) = subject.github.branch(&subject.name, &base).await? else {
            return Ok(Answer::refused(
                "This repository has no commit yet. Push a first one, a README will do, and ask again.",
            ));
        };
        let (plan, tree) = match self.plan_adoption(subject, &tip, wish).await? {
            Ok(planned) => planned,
            Err(reasons) => return Ok(Answer::refused(prose(&reasons.join("; ")))),
        };
        let judging = Judging {
            evaluators: subject.evaluators(self),
            repo: subject.facts.clone(),
            organisation: subject.organisation.file.clone(),
            path: &plan.path.clone(),
            today: self.clock.now().date(),
        };
        let planned = judging.judged(plan, &tree).await?;
        let questions = planned.plan.open_questions();
        if wish.plan_only || !questions.is_empty() {
            return Ok(plan_only(
                &render_markdown(&planned.report(false)),
                &questions,
                wish.plan_only,
            ));
        }
        let may_write_workflows = self.may_write_workflows(&question).await?;
        let hands = self.hands(&question, may_write_workflows);
        let branch = format!("waymark/adopt-{}", planned.plan.path);
        let Some(ground) = ground(&hands, &subject.name, &branch, &base).await? else {
            return Err(Fate::Retry(format!("the branch {base} is gone")));
        };
        // The pull request says what it does to the base; what is still to do is worked out on the
        // branch, so that what people changed there is merged.
        let told = adoption_pull(&planned.plan.path, &render_markdown(&planned.report(true)));
        let plan = if ground.from == tip {
            planned.plan
        } else {
            match self.plan_adoption(subject, &ground.from, wish).await? {
                Ok((plan, _)) => plan,
                Err(reasons) => return Ok(Answer::refused(prose(&reasons.join("; ")))),
            }
        };
        let kept_back = |path: &str| !may_write_workflows && path.starts_with(WORKFLOWS);
        let (title, body) = told;
        let commits = commits(&plan, &kept_back);
        let draft = PullDraft { branch, base, title, body, commits };
        let proposed = propose(&hands, &subject.name, ground, &draft).await?;
        let mut answer =
            proposed.told("Nothing to do: this repository holds all of its golden path already.");
        let left: Vec<(&str, &str)> = plan.writes().filter(|(path, _)| kept_back(path)).collect();
        answer.markdown += &pasted(&left);
        Ok(answer)
    }

    /// Plans on a commit, whose files come along; the error says why there can be no plan.
    async fn plan_adoption(
        &self,
        subject: &Subject,
        commit: &Sha,
        wish: &Adopt,
    ) -> Result<Result<(Plan, SourceTree), Vec<String>>, Fate> {
        let evaluators = subject.evaluators(self);
        let needs = evaluators.catalogue().needs();
        let organisation = subject.organisation.file.clone();
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        let mut bases: BTreeMap<Sha, Option<String>> = BTreeMap::new();
        let mut rounds = 0;
        loop {
            let reads =
                |path: &str| is_wanted(&needs, path) || is_telling(path) || wanted.contains(path);
            let files = self.read_tree(&subject.github, &subject.name, commit, reads).await?;
            let request = AdoptRequest {
                config: config_of(&files.tree),
                organisation: organisation.clone(),
                tree: files.tree.clone(),
                repo: subject.facts.clone(),
                path: wish.path.clone(),
                given: wish.given.clone(),
                bases: bases.clone(),
            };
            let plan = match evaluators.adopt(&request).await? {
                Ok(plan) => plan,
                Err(reasons) => return Ok(Err(reasons)),
            };
            rounds += 1;
            if !plan.wants_more() || rounds == MAX_ROUNDS {
                return Ok(Ok((plan, files.tree)));
            }
            wanted.extend(plan.wanted.iter().cloned());
            bases.extend(self.earlier(subject, &plan.wanted_blobs).await?);
        }
    }

    /// Versions that were generated before, as far as GitHub has them.
    async fn earlier(
        &self,
        subject: &Subject,
        blobs: &BTreeSet<Sha>,
    ) -> Result<BTreeMap<Sha, Option<String>>, Fate> {
        let refs = blobs.iter().map(|sha| BlobRef { sha: sha.clone(), size_bytes: None }).collect();
        let found = self.blobs(&subject.github, &subject.name, refs).await?;
        let text = |sha: &Sha| match found.get(sha) {
            Some(Content::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        Ok(blobs.iter().map(|sha| (sha.clone(), text(sha))).collect())
    }

    /// Whether the owners granted it: asking for more than that gives no token at all.
    pub(super) async fn may_write_workflows(&self, question: &Question<'_>) -> Result<bool, Fate> {
        let row = self.store.installation(question.installation).await?;
        let granted = row.and_then(|row| {
            serde_json::from_str::<BTreeMap<String, String>>(&row.permissions).ok()
        });
        Ok(granted.is_some_and(|all| all.get("workflows").is_some_and(|word| word == "write")))
    }
}

/// One commit per concern, in the order in which people read them.
fn commits(plan: &Plan, kept_back: &dyn Fn(&str) -> bool) -> Vec<CommitDraft> {
    let mut by_concern: BTreeMap<(usize, &str), Vec<FileChange>> = BTreeMap::new();
    for file in plan.files.iter().filter(|file| !kept_back(&file.path)) {
        let Some(text) = &file.text else { continue };
        let change =
            FileChange { path: file.path.clone(), text: Some(text.clone()), executable: false };
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
