//! The verdict reaches GitHub: once, whatever happens in between.

use sha2::{Digest, Sha256};

use crate::domain::effect::CheckRunDraft;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::judge::Judgement;
use crate::domain::report::check_run::{CheckRunContext, render_check_run};
use crate::domain::report::conclude::render_unjudged;
use crate::domain::report::json::render_json;
use crate::edge::github::TokenScope;
use crate::edge::store::{CheckRunRow, Subject as JudgedFor};

use super::App;
use super::fate::Fate;
use super::judge_commit::Subject;

/// A judgement with what its check run says beside it.
pub(super) struct Verdict<'a> {
    pub(super) judgement: Judgement,
    pub(super) context: CheckRunContext,
    pub(super) judged_for: JudgedFor,
    /// The wish for a fresh run, if there was one.
    pub(super) fresh: Option<&'a str>,
}

impl App {
    /// Stores the judgement and posts its check run. When the commit already carries a run that
    /// says the same, and nobody asked for a fresh one, nothing is posted.
    pub(super) async fn post(
        &self,
        subject: &Subject,
        verdict: Verdict<'_>,
    ) -> Result<String, Fate> {
        let Verdict { judgement, mut context, judged_for, fresh } = verdict;
        let now = self.clock.now();
        let json = render_json(&judgement);
        let head = context.head_sha.clone();
        let id = self
            .store
            .put_judgement(subject.id, &head, judged_for, &json, &digest(&[&json]), now)
            .await?;
        context.details_url = self.links.as_ref().and_then(|links| links.details(subject.id, &id));
        let said = render_check_run(&judgement, &context);
        let digest = digest(&[
            &said.title,
            &said.summary,
            said.text.as_deref().unwrap_or_default(),
            &serde_json::to_string(&said.annotations).unwrap_or_default(),
        ]);
        context.external_id = external_id(&head, &digest, fresh);
        let draft = CheckRunDraft { external_id: context.external_id, ..said };
        let conclusion = draft.conclusion.as_str();
        let posted =
            self.post_once(&subject.github, subject.id, &subject.name, &draft, digest).await?;
        Ok(format!(
            "{}: {conclusion} on {}",
            if posted { "posted" } else { "unchanged" },
            head.short()
        ))
    }

    /// A check that will not be judged any more is concluded all the same, so that nobody waits
    /// for it.
    pub(super) async fn conclude_unjudged(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        head: &Sha,
        (check, reason): (&str, &str),
    ) -> Result<(), Fate> {
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let digest = digest(&["unjudged", check, reason]);
        let draft = render_unjudged(
            check,
            reason,
            &CheckRunContext {
                head_sha: head.clone(),
                external_id: external_id(head, &digest, None),
                details_url: None,
                changes: Vec::new(),
                base: None,
            },
        );
        self.post_once(&github, repo, name, &draft, digest).await.map(drop)
    }

    /// Posts a check run, unless it stands there already.
    pub(super) async fn post_once(
        &self,
        github: &crate::edge::github::Installation,
        repo: RepoId,
        name: &RepoName,
        draft: &CheckRunDraft,
        digest: String,
    ) -> Result<bool, Fate> {
        let known = self.store.check_run(repo, &draft.head_sha, &draft.name).await?;
        // One that was posted because somebody pressed a button says the same as one without a wish.
        let same = known.as_ref().is_some_and(|k| k.external_id.starts_with(&draft.external_id));
        let open = known.as_ref().is_some_and(|k| !k.concluded);
        if same && !open {
            return Ok(false);
        }
        let mut row = CheckRunRow {
            repo,
            head_sha: draft.head_sha.clone(),
            name: draft.name.clone(),
            external_id: draft.external_id.clone(),
            digest,
            github_id: None,
            concluded: false,
            annotations_sent: 0,
        };
        // Noted before the call: a crash behind it leaves a row that says "it may be there".
        self.store.put_check_run(&row, self.clock.now()).await?;
        // Whatever was noted last and never concluded, the newest run may be this one: another verdict
        // may have come in between, and failed before it was posted.
        let run = github.post_check_run(name, draft, open).await?;
        self.meter.check(draft.conclusion.as_str());
        row.github_id = Some(run.id);
        row.concluded = true;
        row.annotations_sent = draft.annotations.len() as i64;
        self.store.put_check_run(&row, self.clock.now()).await?;
        Ok(true)
    }
}

/// The natural key of a check run: what it stands on, what it says, and who asked afresh.
pub(super) fn external_id(head: &Sha, digest: &str, fresh: Option<&str>) -> String {
    let wish = fresh.map(|guid| format!(":{}", &self::digest(&[guid])[..12])).unwrap_or_default();
    format!("waymark:{}:{}{wish}", &head.as_str()[..12], &digest[..16])
}

pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize())
}
