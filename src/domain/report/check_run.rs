//! How does a judgement become a check run?

use super::annotations::render_annotations;
use super::budget::{PAGE_BYTES, fit};
use super::escape::{code_span, markdown};
use super::summary::render_summary;
use super::title::render_title;
use super::view::View;
use super::words::clip;
use crate::domain::effect::{CheckAction, CheckRunDraft};
use crate::domain::finding::Mode;
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::judge::{Judgement, Standing, State};

/// The check's name; branch protection asks for it by this name, so it never changes.
pub const GOLDEN_PATH_CHECK: &str = "waymark / golden path";
/// The identifier of the button that judges again.
pub const RERUN: &str = "rerun";

/// What a check run needs to know beyond the judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRunContext {
    /// The commit judged.
    pub head_sha: Sha,
    /// Our own key of the evaluation.
    pub external_id: String,
    /// Where "Details" leads.
    pub details_url: Option<String>,
    /// The pull requests judged together, `#12`; none for a push or a merge queue.
    pub changes: Vec<String>,
    /// What the commit was compared with; `None` when there was nothing.
    pub base: Option<ComparedWith>,
}

/// The commit whose faults are *existing*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedWith {
    /// The branch that it was found on, when one is known.
    pub branch: Option<String>,
    /// The commit.
    pub commit: Sha,
}

/// The check run `waymark / golden path` for a judgement, within all of GitHub's limits.
pub fn render_check_run(judgement: &Judgement, context: &CheckRunContext) -> CheckRunDraft {
    let view = View::of(judgement);
    let (annotations, unannotated) = render_annotations(&view);
    CheckRunDraft {
        name: GOLDEN_PATH_CHECK.to_owned(),
        head_sha: context.head_sha.clone(),
        title: render_title(&view),
        summary: render_summary(&view, context, unannotated),
        text: render_policies(&view),
        conclusion: judgement.conclusion,
        annotations,
        details_url: context.details_url.clone(),
        external_id: context.external_id.clone(),
        actions: buttons(judgement, context),
    }
}

/// The identifier of the button that puts right what has one right answer.
pub const FIX: &str = "fix";
/// The identifier of the button that brings the repository onto its golden path.
pub const ADOPT: &str = "adopt";

/// The command that a button stands for.
pub fn command_of(identifier: &str) -> Option<&'static str> {
    match identifier {
        FIX => Some("/platform fix"),
        ADOPT => Some("/platform adopt"),
        _ => None,
    }
}

/// Policies that fail where a repository has not adopted its golden path.
const ADOPTED: [&str; 2] = ["catalog/info_present", "delivery/platform_workflow_used"];

/// The buttons that would do something, at most three. Fixing and adopting answer on a pull
/// request, so there must be one.
fn buttons(judgement: &Judgement, context: &CheckRunContext) -> Vec<CheckAction> {
    let button = |label: &str, description: &str, identifier: &str| CheckAction {
        label: label.to_owned(),
        description: description.to_owned(),
        identifier: identifier.to_owned(),
    };
    let speaks =
        |id: &PolicyId| judgement.policies.iter().any(|p| p.id == *id && p.mode > Mode::Observe);
    let mut findings = judgement.findings.iter().filter(|f| speaks(&f.policy));
    let mut open = findings.clone().filter(|f| f.state != State::Waived);
    let mut buttons = Vec::new();
    if !context.changes.is_empty() {
        if findings.any(|f| f.state == State::New && f.fixable) {
            buttons.push(button("Fix", "Commit what has one right answer", FIX));
        }
        if open.any(|f| ADOPTED.contains(&f.policy.as_str())) {
            buttons.push(button("Adopt", "Open a pull request with what lacks", ADOPT));
        }
    }
    buttons.push(rerun_action());
    buttons
}

/// The button that judges the commit again.
pub fn rerun_action() -> CheckAction {
    CheckAction {
        label: "Re-run".to_owned(),
        description: "Judge this commit again".to_owned(),
        identifier: RERUN.to_owned(),
    }
}

/// Every shown policy and how it stands; `None` when there is none.
fn render_policies(view: &View<'_>) -> Option<String> {
    if view.policies.is_empty() {
        return None;
    }
    let row = |p: &&_| {
        let p: &crate::domain::judge::JudgedPolicy = p;
        format!(
            "| {}<br>{} | {} | {} | {} |\n",
            markdown(&clip(&p.title, 200)),
            code_span(p.id.as_str()),
            standing_word(p.status),
            p.mode.as_str(),
            p.level_word(),
        )
    };
    let rows: Vec<String> = view.policies.iter().map(row).collect();
    let head = "## All policies\n\n| Policy | Status | Mode | Level |\n|---|---|---|---|\n";
    let (body, left) = fit(&rows, PAGE_BYTES - head.len() - 100);
    let more = if left > 0 { format!("\n{left} more\n") } else { String::new() };
    Some(format!("{head}{body}{more}"))
}

fn standing_word(status: Standing) -> &'static str {
    match status {
        Standing::Pass => "passes",
        Standing::Fail => "**fails**",
        Standing::Waived => "waived",
        Standing::NotApplicable => "does not apply",
        Standing::Unknown => "could not be judged",
        Standing::Broken => "broken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::sample;

    /// A draft as a person sees it.
    fn page(draft: &CheckRunDraft) -> String {
        let mut page = format!(
            "{} · {}\n{}\n\n{}",
            draft.name,
            draft.conclusion.as_str(),
            draft.title,
            draft.summary
        );
        if let Some(text) = &draft.text {
            page += &format!("\n~~~ text ~~~\n{text}");
        }
        for a in &draft.annotations {
            page += &format!(
                "\n~~~ {} {}:{}-{} {} ~~~\n{}\n",
                a.level.as_str(),
                a.path,
                a.start_line,
                a.end_line,
                a.title,
                a.message
            );
        }
        page
    }

    #[test]
    fn a_blocked_pull_request() {
        let draft = render_check_run(&sample::blocked(), &sample::context());
        insta::assert_snapshot!("blocked", page(&draft));
    }

    #[test]
    fn a_warned_pull_request() {
        let draft = render_check_run(&sample::warned(), &sample::context());
        insta::assert_snapshot!("warned", page(&draft));
    }

    #[test]
    fn a_clean_push_to_two_pull_requests() {
        let mut context = sample::context();
        context.changes = vec!["#12".to_owned(), "#13".to_owned()];
        let draft = render_check_run(&sample::passed(), &context);
        insta::assert_snapshot!("passed", page(&draft));
    }

    #[test]
    fn nothing_applies() {
        let mut judgement = sample::passed();
        judgement.policies.iter_mut().for_each(|p| p.status = Standing::NotApplicable);
        judgement.level = None;
        let draft =
            render_check_run(&judgement, &CheckRunContext { base: None, ..sample::context() });
        assert_eq!(draft.title, "Nothing applies here");
        insta::assert_snapshot!(draft.summary, @r"
        **Nothing applies here.** This repository holds nothing that a policy of its golden path judges.

        Golden path `service` · level **none**

        4 policies do not apply. All policies are listed below.

        The same on your machine: `waymark check`. Policy library `3f9a1c0b3f9a`.
        ");
    }

    #[test]
    fn a_broken_configuration() {
        let draft = render_check_run(&sample::misconfigured(), &sample::context());
        insta::assert_snapshot!("misconfigured", page(&draft));
    }
}
