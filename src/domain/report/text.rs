//! How does a person at a terminal read a judgement?
//!
//! What is wrong with the configuration, a code frame per new finding, short lists of the rest,
//! and a last line of totals.

use annotate_snippets::{Level, Origin, Renderer};

use super::frame::{Explain, Source, render_frame};
use super::view::{Group, View, total};
use super::visible::line;
use super::words::{clip, count, level, place};
use crate::domain::judge::{ConfigProblem, JudgedFinding, JudgedPolicy, Judgement, Standing};

/// The report; with ANSI colours when `styled`. Nothing of the repository steers the terminal.
pub fn render_text(judgement: &Judgement, source: Source<'_>, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let view = View::of(judgement);
    let mut out = String::new();
    for problem in &judgement.config_problems {
        out += &complaint(&renderer, problem);
        out.push('\n');
    }
    for Group { policy, findings } in view.blocking.iter().chain(&view.warnings) {
        let mut explain = Explain { why: true, remediation: true };
        for finding in findings {
            out += &render_frame(&renderer, policy, finding, source, explain);
            out.push('\n');
            explain.why = false;
            explain.remediation &= finding.remediation.is_some();
        }
    }
    let known = |groups: &[Group<'_>], item: fn(&JudgedFinding) -> String| -> Vec<String> {
        groups.iter().flat_map(|g| g.findings.iter().map(|f| item(f))).collect()
    };
    let reasoned = |status| view.standing(status).into_iter().map(reasoned).collect::<Vec<_>>();
    let notes = judgement.notes.iter().map(|n| line(&clip(n, 600))).collect::<Vec<_>>();
    let deadlines = view.deadlines();
    let deadlines: Vec<_> = deadlines.iter().map(|(p, when)| format!("{} {when}", p.id)).collect();
    out += &list("deadlines", &deadlines);
    out += &list("existing, not blocking", &known(&view.existing, existing));
    out += &list("waived", &known(&view.waived, waived));
    out += &list("could not be judged", &reasoned(Standing::Unknown));
    out += &list("broken", &reasoned(Standing::Broken));
    out += &list("notes", &notes);
    out += &totals(&view);
    out
}

fn complaint(renderer: &Renderer, problem: &ConfigProblem) -> String {
    let mut place = Origin::path(line(&clip(&problem.path, 300)));
    if let Some(number) = problem.line {
        place = place.line(number as usize);
    }
    let title = Level::ERROR.primary_title(line(&clip(&problem.message, 1_000)));
    renderer.render(&[title.id("configuration").element(place)]) + "\n"
}

fn list(title: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = items.iter().map(|i| format!("  {i}\n")).collect();
    format!("{title}:\n{}\n", lines.concat())
}

fn existing(finding: &JudgedFinding) -> String {
    let place = line(&clip(&place(finding), 300));
    format!("{place}: {} [{}]", line(&clip(&finding.message, 600)), finding.policy)
}

fn waived(finding: &JudgedFinding) -> String {
    let known = existing(finding);
    let Some(waiver) = &finding.waiver else { return known };
    let owner = waiver.owner.as_deref().map(|o| format!(" by {}", line(&clip(o, 100))));
    let expires = line(&clip(&waiver.expires, 40));
    let reason = line(&clip(&waiver.reason, 600));
    format!("{known}\n    until {expires}{}: {reason}", owner.unwrap_or_default())
}

fn reasoned(policy: &JudgedPolicy) -> String {
    let reason = policy.reason.as_deref().unwrap_or("no reason was given");
    format!("{}: {}", policy.id, line(&clip(reason, 600)))
}

/// `2 blocking, 1 warning, 1 existing; 5 of 7 policies pass; level: none (bronze needs a, b)`
fn totals(view: &View<'_>) -> String {
    let warnings = count(total(&view.warnings), "warning", "warnings");
    let (blocking, existing) = (total(&view.blocking), total(&view.existing));
    let passing = match view.applicable() {
        0 => "nothing applies here".to_owned(),
        n => format!("{} of {} pass", view.fulfilled(), count(n, "policy", "policies")),
    };
    let needs = view.next_level().map(|(next, missing)| {
        let ids: Vec<&str> = missing.iter().map(|p| p.id.as_str()).collect();
        format!(" ({} needs {})", next.as_str(), ids.join(", "))
    });
    format!(
        "{blocking} blocking, {warnings}, {existing} existing; {passing}; level: {}{}\n",
        level(view.judgement.level),
        needs.unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Severity;
    use crate::domain::judge::State;
    use crate::domain::report::sample;
    use crate::domain::report::visible::is_hidden;

    #[test]
    fn a_bad_day_at_the_terminal() {
        let mut judgement = sample::blocked();
        judgement.config_problems = sample::misconfigured().config_problems;
        insta::assert_snapshot!("text", render_text(&judgement, &sample::source, false));
    }

    #[test]
    fn a_good_day_is_one_line() {
        assert_eq!(
            render_text(&sample::passed(), &sample::source, false),
            "0 blocking, 0 warnings, 0 existing; 3 of 3 policies pass; level: gold\n"
        );
    }

    #[test]
    fn general_words_are_said_once_where_they_are_needed() {
        let mut judgement = sample::blocked();
        let mut second = judgement.findings[1].clone();
        second.remediation = None;
        judgement.findings.extend([second.clone(), second]);
        let out = render_text(&judgement, &sample::source, false);
        assert_eq!(out.matches("Without `runAsNonRoot` the cluster").count(), 1);
        assert_eq!(out.matches("help: Add below `name: web`:").count(), 1);
        assert_eq!(out.matches("help: Set it for the pod:").count(), 1);
    }

    #[test]
    fn colours_only_on_demand() {
        let judgement = sample::blocked();
        assert!(render_text(&judgement, &sample::source, true).contains("\u{1b}["));
        assert!(!render_text(&judgement, &sample::source, false).contains('\u{1b}'));
    }

    #[test]
    fn hostile_files_steer_nothing() {
        let mut judgement = sample::blocked();
        let path = "a\u{1b}]8;;x\u{7}\nb";
        let text = format!(
            "ok\r\n\t\u{1b}[2J\u{ad}\u{e0041}{}\u{202e}\u{9b}1m\u{1}\n\n",
            "x".repeat(1 << 20)
        );
        let at = |start, end| {
            sample::finding("container/non_root_user", State::New, Severity::High, "\u{1b}[31m\nx")
                .at(path, start, end)
        };
        // Also blank lines, lines behind the end, and lines in the wrong order.
        judgement.findings = vec![at(2, 2), at(1, 3), at(3, 3), at(4_000_000_000, 1), at(0, 0)];
        judgement.findings[0].resource = Some("\u{9b}r".to_owned());
        judgement.findings[0].remediation = Some("\u{1b}[1m\n\u{202e}".to_owned());
        let out = render_text(&judgement, &|_| Some(text.as_str().into()), false);
        assert!(!out.chars().any(|c| is_hidden(c) && c != '\n'), "{out:?}");
        assert!(out.len() < 10_000, "{}", out.len());
        assert_eq!(out.matches("error[container/non_root_user]").count(), 5);
    }
}
