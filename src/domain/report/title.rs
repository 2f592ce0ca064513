//! What is the verdict, in one line that is read in a list of checks?

use super::view::{View, total};
use super::visible::line;
use super::words::{clip, count};
use crate::domain::judge::{Conclusion, Standing};

/// The check run's title: plain text, at most 255 bytes.
pub fn render_title(view: &View<'_>) -> String {
    let title = match view.judgement.conclusion {
        Conclusion::Failure => blocked(view),
        Conclusion::ActionRequired => needs_attention(view),
        Conclusion::Neutral => warned(view),
        Conclusion::Success => passed(view),
    };
    clip(&title, 255)
}

fn blocked(view: &View<'_>) -> String {
    let findings = count(total(&view.blocking), "new finding", "new findings");
    let policies =
        if view.blocking.len() == 1 { "an enforced policy" } else { "enforced policies" };
    format!("Blocked: {findings} in {policies}")
}

fn needs_attention(view: &View<'_>) -> String {
    if let Some((first, rest)) = view.judgement.config_problems.split_first() {
        let at = first.line.map_or_else(String::new, |n| format!(" line {n}"));
        let more = if rest.is_empty() {
            String::new()
        } else {
            format!(" and {}", count(rest.len(), "more problem", "more problems"))
        };
        // The path first is clipped, so that the count behind it stays.
        let path = clip(&line(&first.path), 180);
        return format!("Configuration needs attention: {path}{at}{more}");
    }
    match view.standing(Standing::Broken).as_slice() {
        [] => "Needs attention".to_owned(),
        [only] => format!("A policy is broken: {}", only.id),
        several => format!("{} policies are broken", several.len()),
    }
}

fn warned(view: &View<'_>) -> String {
    match total(&view.warnings) {
        0 => standing(view).unwrap_or_else(|| "Not blocked".to_owned()),
        1 => "Warnings: 1 new finding, not blocking".to_owned(),
        n => format!("Warnings: {n} new findings, none blocking"),
    }
}

fn passed(view: &View<'_>) -> String {
    standing(view).unwrap_or_else(|| "Nothing applies here".to_owned())
}

/// `Passed: 5 of 7 policies that apply (1 waived); …`, or `None` when none applies.
pub(super) fn standing(view: &View<'_>) -> Option<String> {
    let applicable = view.applicable();
    if applicable == 0 {
        return None;
    }
    let policies = if applicable == 1 { "policy that applies" } else { "policies that apply" };
    let mut said = format!("Passed: {} of {applicable} {policies}", view.fulfilled());
    let waived = view.standing(Standing::Waived).len();
    if waived > 0 {
        said += &format!(" ({waived} waived)");
    }
    let existing = total(&view.existing);
    if existing > 0 {
        said += &format!("; {}", count(existing, "existing finding", "existing findings"));
    }
    let unknown = view.standing(Standing::Unknown).len();
    if unknown > 0 {
        said += &format!("; {unknown} could not be judged");
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::judge::{Judgement, State};
    use crate::domain::report::sample;

    fn title(judgement: &Judgement) -> String {
        render_title(&View::of(judgement))
    }

    #[test]
    fn the_verdict_in_words() {
        let mut one = sample::blocked();
        one.findings.remove(0);
        assert_eq!(title(&sample::blocked()), "Blocked: 2 new findings in enforced policies");
        assert_eq!(title(&one), "Blocked: 1 new finding in an enforced policy");
        assert_eq!(title(&sample::warned()), "Warnings: 1 new finding, not blocking");
        assert_eq!(title(&sample::passed()), "Passed: 3 of 3 policies that apply");
    }

    #[test]
    fn what_is_old_waived_or_unknown_is_said() {
        let mut old = sample::blocked();
        old.conclusion = Conclusion::Success;
        old.findings.retain(|f| f.state != State::New);
        assert_eq!(
            title(&old),
            "Passed: 3 of 8 policies that apply (1 waived); 1 existing finding; 1 could not be judged"
        );
    }

    #[test]
    fn nothing_applies() {
        let mut nothing = sample::passed();
        nothing.policies.iter_mut().for_each(|p| p.status = Standing::NotApplicable);
        assert_eq!(title(&nothing), "Nothing applies here");
    }

    #[test]
    fn who_must_act() {
        let mut judgement = sample::misconfigured();
        assert_eq!(title(&judgement), "Configuration needs attention: .github/waymark.yml line 3");
        let mut second = judgement.config_problems[0].clone();
        second.line = None;
        second.path = "x\n".repeat(200);
        judgement.config_problems.insert(0, second);
        assert!(title(&judgement).ends_with("… and 1 more problem"));
        judgement.config_problems.clear();
        assert_eq!(title(&judgement), "A policy is broken: catalog/info_valid");
    }
}
