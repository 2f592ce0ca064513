//! What does a check say whose job died? A check that we started is always concluded.

use super::check_run::{CheckRunContext, rerun_action};
use super::escape::prose;
use super::words::clip;
use crate::domain::effect::CheckRunDraft;
use crate::domain::judge::Conclusion;

/// A run of `check` that says honestly that nothing was judged. `reason` is plain text, one sentence
/// without a full stop, for a stranger to our service: `GitHub did not answer for 40 minutes`.
pub fn render_unjudged(check: &str, reason: &str, context: &CheckRunContext) -> CheckRunDraft {
    let reason = match prose(&clip(reason, 2_000)) {
        reason if reason.is_empty() => "The reason is in our log".to_owned(),
        reason => reason,
    };
    CheckRunDraft {
        name: check.to_owned(),
        head_sha: context.head_sha.clone(),
        title: "Waymark could not judge this commit".to_owned(),
        summary: format!(
            "**Not judged.** Waymark gave up on this commit, so it is neither passed nor \
             blocked by a policy. That says nothing about your change.\n\n\
             **Reason.** {reason}.\n\n\
             **What to do.** Press **Re-run** above, or push another commit. If it happens \
             again, please tell your platform team and name commit `{}`.\n",
            context.head_sha.short(),
        ),
        text: None,
        conclusion: Conclusion::ActionRequired,
        annotations: Vec::new(),
        details_url: context.details_url.clone(),
        external_id: context.external_id.clone(),
        actions: vec![rerun_action()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::check_run::GOLDEN_PATH_CHECK;
    use crate::domain::report::sample;

    #[test]
    fn an_honest_end() {
        let draft = render_unjudged(
            GOLDEN_PATH_CHECK,
            "GitHub did not answer for 40 minutes",
            &sample::context(),
        );
        insta::assert_snapshot!(draft.summary, @r"
        **Not judged.** Waymark gave up on this commit, so it is neither passed nor blocked by a policy. That says nothing about your change.

        **Reason.** GitHub did not answer for 40 minutes.

        **What to do.** Press **Re-run** above, or push another commit. If it happens again, please tell your platform team and name commit `5c1e5c1`.
        ");
        assert_eq!(draft.title, "Waymark could not judge this commit");
        assert_eq!(draft.conclusion, Conclusion::ActionRequired);
    }
}
