//! How does a build server read a judgement? JUnit XML: a suite per pack, a test per policy.
//!
//! Only what blocks fails a test. Whatever was not judged, or was answered for, is skipped with
//! its reason; warnings and older findings are the output of a test that passes.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use super::formats::Report;
use super::remedy::plain;
use super::view::View;
use super::visible::{block, line};
use super::words::{clip, count, level, place};
use crate::domain::finding::Mode;
use crate::domain::judge::{JudgedFinding, JudgedPolicy, Judgement, Standing, State};

/// The document, with a newline at the end. It holds no times: same report, same bytes.
pub fn render_junit(report: &Report<'_>) -> String {
    let judgement = report.judgement;
    let mut document = quick_junit::Report::new("waymark");
    document.add_test_suites(configuration(judgement));
    let mut packs: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for policy in View::of(judgement).policies {
        let pack = policy.id.pack();
        packs
            .entry(pack)
            .or_insert_with(|| suite(pack, judgement))
            .add_test_case(test(report, policy));
    }
    document.add_test_suites(packs.into_values());
    document.to_string().expect("a String takes all text")
}

fn suite(name: &str, judgement: &Judgement) -> TestSuite {
    let mut suite = TestSuite::new(line(name));
    suite.add_property(("library", judgement.library.as_str()));
    suite.add_property(("golden_path", line(&clip(&judgement.path, 200)).as_str()));
    suite.add_property(("level", level(judgement.level)));
    suite
}

/// What is wrong with the configuration: without it there is no verdict.
fn configuration(judgement: &Judgement) -> Option<TestSuite> {
    let mut suite = suite("configuration", judgement);
    for problem in &judgement.config_problems {
        let number = problem.line.map(|l| format!(":{l}")).unwrap_or_default();
        let place = line(&clip(&problem.path, 300)) + &number;
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(line(&clip(&problem.message, 1_000))).set_type("configuration");
        let mut test = TestCase::new(place, status);
        test.set_classname("waymark.configuration");
        suite.add_test_case(test);
    }
    (!judgement.config_problems.is_empty()).then_some(suite)
}

fn test(report: &Report<'_>, policy: &JudgedPolicy) -> TestCase {
    let findings: Vec<&JudgedFinding> =
        report.judgement.findings.iter().filter(|f| f.policy == policy.id).collect();
    let fresh = findings.iter().filter(|f| f.state == State::New).count();
    let mut test = TestCase::new(policy.id.as_str(), status(report, policy, &findings));
    test.set_classname(format!("waymark.{}", policy.id.pack()));
    test.add_property(("title", line(&clip(&policy.title, 300)).as_str()));
    test.add_property(("level", policy.level_word()));
    test.add_property(("mode", policy.mode.as_str()));
    if let Some(finding) = findings.first() {
        test.add_property(("severity", finding.severity.as_str()));
    }
    // What fails or skips the test stands there already.
    let is_told = fresh > 0 && policy.mode == Mode::Enforce;
    let rest: Vec<_> = findings.iter().filter(|f| !(is_told && f.state == State::New)).collect();
    if policy.status == Standing::Fail && !rest.is_empty() {
        let told: Vec<String> = rest.iter().map(|f| of_finding(report, policy, f)).collect();
        test.set_system_out(told.join("\n"));
    }
    test
}

fn status(
    report: &Report<'_>,
    policy: &JudgedPolicy,
    findings: &[&JudgedFinding],
) -> TestCaseStatus {
    let reason = policy.reason.as_deref().map(|r| line(&clip(r, 1_000)));
    match policy.status {
        Standing::Pass => TestCaseStatus::success(),
        Standing::Fail => failed(report, policy, findings),
        Standing::NotApplicable => skipped("not applicable", "there is nothing to judge here"),
        Standing::Unknown => skipped("unknown", reason.as_deref().unwrap_or("no reason was given")),
        Standing::Waived => {
            let mut status = skipped("waived", &count(findings.len(), "finding", "findings"));
            let told: Vec<String> =
                findings.iter().map(|f| of_finding(report, policy, f)).collect();
            status.set_description(told.join("\n"));
            status
        }
        Standing::Broken => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            let reason = reason.unwrap_or_else(|| "no reason was given".to_owned());
            status.set_message(reason).set_type("broken policy");
            status
        }
    }
}

fn failed(
    report: &Report<'_>,
    policy: &JudgedPolicy,
    findings: &[&JudgedFinding],
) -> TestCaseStatus {
    let fresh: Vec<_> = findings.iter().filter(|f| f.state == State::New).collect();
    let Some(first) = fresh.first().filter(|_| policy.mode == Mode::Enforce) else {
        return TestCaseStatus::success();
    };
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    let more = match fresh.len() - 1 {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    status.set_message(format!("{}{more}", line(&clip(&first.message, 1_000))));
    status.set_type(first.severity.as_str());
    let told: Vec<String> = fresh.iter().map(|f| of_finding(report, policy, f)).collect();
    status.set_description(told.join("\n"));
    status
}

fn skipped(kind: &str, reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(kind).set_message(format!("{kind}: {reason}"));
    status
}

/// Some lines about a finding: place, what is wrong, then why it does not count or its fix.
fn of_finding(report: &Report<'_>, policy: &JudgedPolicy, finding: &JudgedFinding) -> String {
    let mut there = finding.clone();
    there.path = finding.path.as_deref().map(|path| report.in_repository(path));
    let place = line(&clip(&place(&there), 300));
    let resource = finding.resource.as_deref().map(|r| format!(" ({})", line(&clip(r, 300))));
    let mut out = format!(
        "{place}: {}{}\n",
        line(&clip(&finding.message, 1_000)),
        resource.unwrap_or_default()
    );
    match (&finding.waiver, finding.state) {
        (Some(waiver), _) => {
            let owner = waiver.owner.as_deref().map(|o| format!(" by {}", line(&clip(o, 100))));
            out += &format!(
                "    waived until {}{}: {}\n",
                line(&clip(&waiver.expires, 40)),
                owner.unwrap_or_default(),
                line(&clip(&waiver.reason, 600)),
            );
        }
        (None, State::Existing) => out += "    the base has it too\n",
        (None, State::New | State::Waived) => {
            let fix = finding.remediation.as_ref().unwrap_or(&policy.remediation);
            let fix = block(&plain(&clip(fix, 3_000)));
            for fix in fix.lines().filter(|l| !l.is_empty()) {
                out += &format!("    {fix}\n");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::domain::report::sample;

    #[test]
    fn a_bad_day_on_the_build_server() {
        let mut judgement = sample::blocked();
        judgement.config_problems = sample::misconfigured().config_problems;
        insta::assert_snapshot!("junit", render_junit(&sample::report(&judgement)));
    }

    #[test]
    fn only_what_blocks_fails() {
        let failures = |judgement: &Judgement| {
            let text = render_junit(&sample::report(judgement));
            let read = quick_junit::Report::deserialize_from_str(&text).unwrap();
            (read.failures, read.errors, read.skipped, read.tests)
        };
        assert_eq!(failures(&sample::blocked()), (2, 0, 3, 9));
        assert_eq!(failures(&sample::warned()), (0, 0, 3, 9));
        assert_eq!(failures(&sample::passed()), (0, 0, 1, 4));
        assert_eq!(failures(&sample::misconfigured()), (0, 2, 1, 5));
    }

    /// What XML 1.0 lets stand in a document (<https://www.w3.org/TR/xml/#charsets>).
    fn is_xml(c: char) -> bool {
        matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    }

    proptest! {
        #[test]
        fn hostile_text_stays_text(
            text in "[<>&'\"\\]\\[!\\-\u{1b}\u{0}\u{b}\u{fffe}\u{ffff}\u{9b}\n\ré]{0,40}",
            other in any::<String>(),
        ) {
            for text in [text, other] {
                let mut judgement = sample::blocked();
                judgement.path = text.clone();
                for policy in &mut judgement.policies {
                    (policy.title, policy.reason) = (text.clone(), Some(text.clone()));
                    policy.remediation = text.clone();
                }
                for finding in &mut judgement.findings {
                    (finding.message, finding.path) = (text.clone(), Some(text.clone()));
                    finding.resource = Some(text.clone());
                    if let Some(waiver) = &mut finding.waiver {
                        waiver.reason = text.clone();
                    }
                }
                let out = render_junit(&sample::report(&judgement));
                prop_assert!(out.chars().all(is_xml), "{out:?}");
                let read = quick_junit::Report::deserialize_from_str(&out);
                let read = read.map_err(|e| TestCaseError::fail(format!("{e}: {out}")))?;
                prop_assert_eq!((read.failures, read.tests), (2, 9));
            }
        }
    }
}
