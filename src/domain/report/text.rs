//! How does a person at a terminal read a judgement?
//!
//! What is wrong with the configuration, a code frame per new finding, short lists of the rest,
//! and a last line of totals. Policies that are to be explained say more.

use annotate_snippets::{Level, Origin, Renderer};

use super::explain::render_explained;
use super::formats::Report;
use super::frame::{Explain, render_frame};
use super::view::{Group, View, observed, total};
use super::visible::line;
use super::words::{clip, count, level, place};
use crate::domain::finding::Mode;
use crate::domain::judge::{ConfigProblem, JudgedFinding, JudgedPolicy, Standing};

/// The report; with ANSI colours when `styled`. Nothing of the repository steers the terminal.
pub fn render_text(report: &Report<'_>) -> String {
    let judgement = report.judgement;
    let renderer = if report.styled { Renderer::styled() } else { Renderer::plain() };
    let view = View::of(judgement);
    let mut out = String::new();
    for problem in &judgement.config_problems {
        out += &complaint(&renderer, problem);
        out.push('\n');
    }
    // Observed policies speak to whoever asks for them by mode.
    let asked = report.selection.modes.contains(&Mode::Observe);
    let observed = if asked { observed(judgement) } else { Vec::new() };
    let is_explained = |group: &&Group<'_>| report.explained.contains(&group.policy.id);
    for group in view.blocking.iter().chain(&view.warnings).chain(&observed) {
        out += &match is_explained(&group) {
            true => render_explained(&renderer, report, group),
            false => frames(&renderer, report, group),
        };
    }
    let (known, brief): (Vec<_>, Vec<_>) = view.existing.iter().partition(is_explained);
    for group in known {
        out += &render_explained(&renderer, report, group);
    }
    let items = |groups: &[&Group<'_>], item: fn(&JudgedFinding) -> String| -> Vec<String> {
        groups.iter().flat_map(|g| g.findings.iter().map(|f| item(f))).collect()
    };
    let reasoned = |status| -> Vec<String> {
        let all = |policy: &JudgedPolicy| report.explained.contains(&policy.id);
        view.standing(status).into_iter().map(|policy| reasoned(policy, all(policy))).collect()
    };
    let notes = judgement.notes.iter().map(|n| line(&clip(n, 600))).collect::<Vec<_>>();
    let deadlines = view.deadlines();
    let deadlines: Vec<_> = deadlines.iter().map(|(p, when)| format!("{} {when}", p.id)).collect();
    out += &list("deadlines", &deadlines);
    out += &list("existing, not blocking", &items(&brief, existing));
    out += &list("waived", &items(&view.waived.iter().collect::<Vec<_>>(), waived));
    out += &list("could not be judged", &reasoned(Standing::Unknown));
    out += &list("broken", &reasoned(Standing::Broken));
    let preview: Vec<_> = judgement.preview.iter().map(|l| line(&clip(l, 600))).collect();
    out += &list("the new configuration would change, once it counts", &preview);
    out += &list("notes", &notes);
    out += &totals(report, &view, total(&observed));
    out
}

/// A frame per finding; the policy's own words once, with the first that needs them.
fn frames(renderer: &Renderer, report: &Report<'_>, group: &Group<'_>) -> String {
    let mut out = String::new();
    let mut explain = Explain { why: true, remediation: true };
    for finding in &group.findings {
        out += &render_frame(renderer, group.policy, finding, report.source, explain);
        out.push('\n');
        explain.why = false;
        explain.remediation &= finding.remediation.is_some();
    }
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

/// A policy and why it is unknown or broken, with `all` reasons below each other.
fn reasoned(policy: &JudgedPolicy, all: bool) -> String {
    if all && !policy.reasons.is_empty() {
        let reason = |reason: &String| format!("\n    {}", line(&clip(reason, 600)));
        return format!("{}:{}", policy.id, policy.reasons.iter().map(reason).collect::<String>());
    }
    let reason = policy.reason.as_deref().unwrap_or("no reason was given");
    format!("{}: {}", policy.id, line(&clip(reason, 600)))
}

/// `2 blocking, 1 warning, 1 existing; 5 of 7 policies pass; level: none (bronze needs a, b)`.
/// Of a selection the level is not told: it takes all policies.
fn totals(report: &Report<'_>, view: &View<'_>, observed: usize) -> String {
    let warnings = count(total(&view.warnings), "warning", "warnings");
    let (blocking, existing) = (total(&view.blocking), total(&view.existing));
    let observed = match observed {
        0 => String::new(),
        n => format!(", {n} observed"),
    };
    // Who asks for observed policies has them counted, too.
    let asked = report.selection.modes.contains(&Mode::Observe);
    let counted = |p: &&JudgedPolicy| asked || view.policies.iter().any(|shown| shown.id == p.id);
    let standing = report.judgement.policies.iter().filter(counted).map(|p| p.status);
    let applicable: Vec<_> = standing.filter(|s| *s != Standing::NotApplicable).collect();
    let fulfilled = |s: &&Standing| matches!(s, Standing::Pass | Standing::Waived);
    let passing = match applicable.len() {
        0 => "nothing applies here".to_owned(),
        n => {
            let passing = applicable.iter().filter(fulfilled).count();
            format!("{passing} of {} pass", count(n, "policy", "policies"))
        }
    };
    let found =
        format!("{blocking} blocking, {warnings}, {existing} existing{observed}; {passing}");
    if !report.selection.is_all() {
        return format!("{found}\n");
    }
    let needs = view.next_level().map(|(next, missing)| {
        let ids: Vec<&str> = missing.iter().map(|p| p.id.as_str()).collect();
        format!(" ({} needs {})", next.as_str(), ids.join(", "))
    });
    let level = level(report.judgement.level);
    format!("{found}; level: {level}{}\n", needs.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::finding::Severity;
    use crate::domain::judge::State;
    use crate::domain::report::sample;
    use crate::domain::report::visible::is_hidden;

    #[test]
    fn a_bad_day_at_the_terminal() {
        let mut judgement = sample::blocked();
        judgement.config_problems = sample::misconfigured().config_problems;
        insta::assert_snapshot!("text", render_text(&sample::report(&judgement)));
    }

    #[test]
    fn a_good_day_is_one_line() {
        assert_eq!(
            render_text(&sample::report(&sample::passed())),
            "0 blocking, 0 warnings, 0 existing; 3 of 3 policies pass; level: gold\n"
        );
    }

    #[test]
    fn general_words_are_said_once_where_they_are_needed() {
        let mut judgement = sample::blocked();
        let mut second = judgement.findings[1].clone();
        second.remediation = None;
        judgement.findings.extend([second.clone(), second]);
        let out = render_text(&sample::report(&judgement));
        assert_eq!(out.matches("Without `runAsNonRoot` the cluster").count(), 1);
        assert_eq!(out.matches("help: Add below `name: web`:").count(), 1);
        assert_eq!(out.matches("help: Set it for the pod:").count(), 1);
    }

    #[test]
    fn all_reasons_are_told_to_who_asks() {
        let mut judgement = sample::blocked();
        let unknown = judgement.policies.iter_mut().find(|p| p.status == Standing::Unknown);
        let unknown = unknown.expect("the sample has one");
        unknown.reason = Some("a; b; c; and 2 more".to_owned());
        unknown.reasons = ["a", "b", "c", "d", "e\nf"].map(str::to_owned).to_vec();
        let id = unknown.id.clone();
        let told = format!("  {id}: a; b; c; and 2 more\n");
        assert!(render_text(&sample::report(&judgement)).contains(&told));
        let explained = BTreeSet::from([id.clone()]);
        let out = render_text(&Report { explained: &explained, ..sample::report(&judgement) });
        let told = format!("  {id}:\n    a\n    b\n    c\n    d\n    e\\nf\n");
        assert!(out.contains(&told), "{out}");
    }

    #[test]
    fn colours_only_on_demand() {
        let judgement = sample::blocked();
        let plain = sample::report(&judgement);
        assert!(render_text(&Report { styled: true, ..plain }).contains("\u{1b}["));
        assert!(!render_text(&sample::report(&judgement)).contains('\u{1b}'));
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
        let source = |_: &str| Some(text.as_str().into());
        let out = render_text(&Report { source: &source, ..sample::report(&judgement) });
        assert!(!out.chars().any(|c| is_hidden(c) && c != '\n'), "{out:?}");
        assert!(out.len() < 10_000, "{}", out.len());
        assert_eq!(out.matches("error[container/non_root_user]").count(), 5);
    }
}
