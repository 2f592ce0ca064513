//! Does the check run stay whole and within GitHub's limits, whatever a repository holds?
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::budget::PAGE_BYTES;
use super::check_run::render_check_run;
use super::sample::{self, context, finding, policy};
use crate::domain::effect::{AnnotationLevel, CheckRunDraft};
use crate::domain::finding::{Level, Mode, Severity};
use crate::domain::judge::{
    Conclusion, ConfigProblem, JudgedFinding, Judgement, Standing, State, WaiverNote,
};

/// What is left of Markdown once its code is taken out; fails when a fence stays open.
fn without_code(page: &str) -> String {
    let mut prose = String::new();
    let mut fence: Option<&str> = None;
    for line in page.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
            Some(open) if ticks.len() >= open.len() && line == ticks => fence = None,
            Some(_) => {}
            None => {
                let mut rest = line;
                while let Some(at) = rest.find('`') {
                    prose.push_str(&rest[..at]);
                    let span = &rest[at..];
                    let run = span.len() - span.trim_start_matches('`').len();
                    let end = span[run..]
                        .match_indices(&"`".repeat(run))
                        .map(|(i, _)| i)
                        .find(|i| {
                            !span[run..run + i].ends_with('`')
                                && !span[run + i + run..].starts_with('`')
                        })
                        .unwrap_or_else(|| panic!("open code span: {line}"));
                    rest = &span[run + end + run..];
                }
                prose.push_str(rest);
                prose.push('\n');
            }
        }
    }
    assert_eq!(fence, None, "open fence");
    prose
}

fn assert_page(page: &str) {
    assert!(page.len() <= PAGE_BYTES, "{} bytes", page.len());
    let mut prose = without_code(page);
    assert_eq!(prose.matches("<details>").count(), prose.matches("</details>").count());
    for ours in ["<details>", "</details>", "<summary>", "</summary>", "<br>"] {
        prose = prose.replace(ours, "");
    }
    for entity in ["&#8203;", "&#96;", "&#124;", "&#36;", "&lt;"] {
        prose = prose.replace(entity, "\u{200b}");
    }
    let bytes = prose.as_bytes();
    for (i, b) in bytes.iter().enumerate() {
        let before = i.checked_sub(1).map_or(b' ', |i| bytes[i]);
        let next = bytes.get(i + 1).copied().unwrap_or(b' ');
        let name = next.is_ascii_alphanumeric();
        assert!(!(matches!(b, b'@') && name), "a mention: {prose}");
        assert!(!(matches!(b, b'#') && next.is_ascii_digit()), "a reference: {prose}");
        assert!(!(b"<[".contains(b) && before != b'\\'), "HTML or a link: {prose}");
    }
}

fn assert_limits(draft: &CheckRunDraft) {
    assert!(!draft.title.is_empty() && draft.title.len() <= 255);
    assert_page(&draft.summary);
    assert_page(draft.text.as_deref().unwrap_or(""));
    assert!(draft.annotations.len() <= 200);
    for a in &draft.annotations {
        assert!(a.start_line >= 1 && a.end_line >= a.start_line);
        assert!(!a.title.is_empty() && a.title.len() <= 255);
        assert!(!a.message.is_empty() && a.message.len() <= 64 * 1024);
    }
    assert!(draft.annotations.is_sorted_by_key(|a| a.level));
    for action in &draft.actions {
        assert!(action.label.len() <= 20 && action.identifier.len() <= 20);
        assert!(action.description.len() <= 40);
    }
}

#[test]
fn three_hundred_findings_stay_readable() {
    let mut judgement = sample::blocked();
    let one = judgement.findings[1].clone();
    judgement.findings.extend((0..300).map(|i| {
        let mut f =
            one.clone().at(&format!("deploy/team-{:02}/service-{i:03}.yaml", i % 40), 9, 12);
        f.resource = Some(format!("Deployment service-{i:03} container web"));
        f
    }));
    let draft = render_check_run(&judgement, &context());
    assert_limits(&draft);
    assert_eq!(draft.title, "Blocked: 302 new findings in enforced policies");
    assert_eq!(draft.annotations.len(), 200);
    assert!(draft.annotations.iter().all(|a| a.level == AnnotationLevel::Failure));
    for said in [
        "**Where.** 301 places:",
        "<summary>291 more places</summary>",
        "### Containers do not run as root",
        "### The catalog entry is valid",
        "service-150.yaml",
        "103 more on changed files without an annotation",
    ] {
        assert!(draft.summary.contains(said), "{said}\n{}", draft.summary);
    }
    assert!(draft.summary.len() < 35_000);
}

#[test]
fn what_finds_no_room_is_counted() {
    let mut judgement = sample::blocked();
    let long = "d/".repeat(140);
    for id in ["container/non_root_user", "kubernetes/non_root", "catalog/info_valid"] {
        judgement.findings.extend((0..1_000).map(|i| {
            let message = format!("fault {i} {}", "x".repeat(400));
            finding(id, State::New, Severity::High, &message).at(&format!("{long}{i}"), 1, 1)
        }));
    }
    let draft = render_check_run(&judgement, &context());
    assert_limits(&draft);
    let listed =
        draft.summary.matches("] fault").count() + draft.summary.matches("— fault").count();
    assert!(listed > 30, "{listed}");
    let more: usize = draft
        .summary
        .split(" new findings are not told here")
        .next()
        .and_then(|s| s.rsplit('\n').next())
        .and_then(|n| n.parse().ok())
        .unwrap();
    // Three of the sample's own are told or counted as well.
    let others = draft.summary.matches("sets no `USER`").count()
        + draft.summary.matches("may run as root").count()
        + draft.summary.matches("has no `spec.owner`").count();
    assert_eq!(listed + more + others, 3_003);
}

#[test]
fn a_full_page_stays_whole_and_counts_the_rest() {
    let mut judgement = sample::blocked();
    for i in 0..300 {
        let id = format!("pack/policy_{i:03}");
        let mut p = policy(&id, Standing::Fail, Mode::Enforce, Level::Bronze);
        p.description = "It matters a lot. ".repeat(20 + i);
        judgement.policies.push(p);
        let mut f = finding(&id, State::New, Severity::Low, &format!("told-{i:03}")).at("a", 1, 1);
        judgement.findings.push(f.clone());
        f.state = State::Existing;
        judgement.findings.push(f);
    }
    let draft = render_check_run(&judgement, &context());
    assert_limits(&draft);
    let summary = &draft.summary;
    assert!(summary.len() > PAGE_BYTES - 5_000, "{}", summary.len());
    let told = summary.matches("**What.** told-").count();
    assert!(told > 20, "{told}");
    assert!(summary.contains(&format!("{} new findings are not told here", 301 - told)));
    assert!(summary.contains("103 more on changed files without an annotation"));
    for section in ["301 existing findings, not blocking", "1 finding is waived", "1 note"] {
        assert!(summary.contains(&format!("<summary>{section}</summary>")), "{section}");
    }
    assert!(summary.contains("Waive it") && summary.ends_with("`3f9a1c0b3f9a`.\n"));
}

#[test]
fn observed_policies_are_not_seen() {
    let mut judgement = sample::blocked();
    let observed = judgement.findings.iter().find(|f| f.message.contains("OBSERVED")).cloned();
    for state in [State::Existing, State::Waived] {
        judgement.findings.extend(observed.clone().map(|f| JudgedFinding { state, ..f }));
    }
    assert_eq!(judgement.findings.len(), 8);
    let draft = render_check_run(&judgement, &context());
    for page in [&draft.summary, draft.text.as_ref().unwrap()] {
        assert!(!page.contains("OBSERVED") && !page.contains("techdocs"));
    }
}

#[test]
fn off_the_diff_is_listed_not_annotated() {
    let mut judgement = sample::blocked();
    judgement.findings[0].touched = false;
    judgement.findings[1].start_line = None;
    let draft = render_check_run(&judgement, &context());
    let annotated: Vec<_> = draft.annotations.iter().map(|a| a.path.as_str()).collect();
    assert_eq!(annotated, ["catalog-info.yaml"]);
    assert!(draft.summary.contains("`Dockerfile:1`"));
    assert!(draft.summary.contains("`deploy/deployment.yaml`"));
}

fn hostile() -> impl Strategy<Value = String> {
    let text = r"[`@#:/\\<>\[\]()!*_~|&$=+. \-a-c1\n\r\x1b\u{202e}é]{0,40}";
    prop_oneof![
        4 => text.prop_map(String::from),
        1 => Just("\u{1b}@`".repeat(3_000)),
        1 => any::<String>(),
    ]
}

fn hostile_finding() -> impl Strategy<Value = JudgedFinding> {
    let ids = ["catalog/info_valid", "container/non_root_user", "kubernetes/non_root"];
    let texts = proptest::collection::vec(hostile(), 5);
    let states = [State::New, State::New, State::Existing, State::Waived];
    (0..3_usize, 0..4_usize, texts, any::<(u32, u32, bool, bool)>()).prop_map(
        move |(id, state, texts, (start, end, own, touched))| {
            let mut f = finding(ids[id], states[state], Severity::High, &texts[0])
                .at(&texts[1], start, end);
            f.touched = touched;
            f.resource = Some(texts[2].clone());
            f.remediation = own.then(|| texts[3].clone());
            f.waiver = (states[state] == State::Waived).then(|| WaiverNote {
                reason: texts[4].clone(),
                owner: Some(texts[2].clone()),
                expires: texts[3].clone(),
            });
            f
        },
    )
}

fn hostile_judgement() -> impl Strategy<Value = Judgement> {
    let findings = proptest::collection::vec(hostile_finding(), 0..40);
    let texts = proptest::collection::vec(hostile(), 4);
    let ends =
        [Conclusion::Success, Conclusion::Neutral, Conclusion::Failure, Conclusion::ActionRequired];
    (findings, texts, 0..4_usize, 0..30_usize, 1..8_usize).prop_map(
        move |(findings, texts, end, problems, copies)| {
            let mut it = sample::blocked();
            it.conclusion = ends[end];
            it.findings = findings.iter().cycle().take(findings.len() * copies).cloned().collect();
            it.path = texts[0].clone();
            it.library = texts[1].clone();
            it.notes = texts.clone();
            it.policies[0] =
                policy("catalog/info_present", Standing::Broken, Mode::Observe, Level::Gold);
            it.policies[0].reason = Some(texts[2].clone());
            it.config_problems = vec![
                ConfigProblem {
                    path: texts[3].clone(),
                    line: Some(0),
                    message: texts[2].clone()
                };
                problems
            ];
            it
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_hostile_repository_breaks_no_page(judgement in hostile_judgement()) {
        assert_limits(&render_check_run(&judgement, &context()));
    }

    #[test]
    fn a_hostile_reason_breaks_no_conclusion(reason in hostile()) {
        assert_limits(&super::conclude::render_unjudged("waymark / policies", &reason, &context()));
    }
}
