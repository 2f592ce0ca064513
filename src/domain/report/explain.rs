//! What is there to know about a finding at the terminal? `--explain`: why it matters, what is
//! wrong, what to change, how to waive it, where to read on.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use annotate_snippets::Renderer;
use chrono::{Days, NaiveDate};

use super::footer::literal_glob;
use super::formats::Report;
use super::frame::{Explain, render_frame};
use super::remedy::plain;
use super::view::Group;
use super::visible::{is_hidden, line};
use super::words::clip;
use crate::domain::config::WaiverRules;
use crate::domain::finding::Mode;
use crate::domain::ids::PolicyId;
use crate::domain::judge::{JudgedFinding, JudgedPolicy, State};

/// Days that a proposed waiver counts: long enough to mend it in the next quarter's plan.
const WAIVED_DAYS: u64 = 90;
/// Waivers that are proposed for one policy.
const MOST_WAIVERS: usize = 10;
/// Paths in each of them.
const MOST_PATHS: usize = 20;
/// What is said where no waiver of the repository's own counts. Plain text and Markdown alike.
pub(super) const NOT_HERE: &str = "The organisation lets no repository waive this policy; only its \
                                   own configuration may.";
/// Longest path that is proposed for a waiver, in bytes.
const LONGEST_PATH: usize = 500;

/// A policy and its findings of one kind, at length. Ends with an empty line.
pub fn render_explained(renderer: &Renderer, report: &Report<'_>, group: &Group<'_>) -> String {
    let policy = group.policy;
    let heading = |text: &str| match report.styled {
        true => format!("\u{1b}[1m{text}\u{1b}[0m\n"),
        false => format!("{text}\n"),
    };
    let title = format!("{}: {}", policy.id, line(&clip(&policy.title, 300)));
    let rule = "─".repeat(title.chars().count().min(98));
    let mut out = heading(&title);
    let _ = writeln!(
        out,
        "{rule}\n{} severity, {} level, {}\n",
        group.severity().as_str(),
        policy.level_word(),
        weight(policy, group.findings[0].state),
    );
    for finding in &group.findings {
        let words = Explain { why: false, remediation: false };
        out += &render_frame(renderer, policy, finding, report.source, words);
        out.push('\n');
    }
    out += &section(&heading("Why it matters"), &policy.description);
    out += &section(&heading("What to do"), &policy.remediation);
    if report.waiver_rules.forbid(&policy.id) {
        out += &section(&heading("If it has to stay for now"), NOT_HERE);
    } else if let Some(waivers) = waivers(&group.findings, report.today, report.waiver_rules) {
        let title = "If it has to stay for now, merge this into .github/waymark.yml";
        out += &section(&heading(title), &waivers);
    }
    out += &section(&heading("More"), &more(report, policy));
    out
}

fn weight(policy: &JudgedPolicy, state: State) -> &'static str {
    match (state, policy.mode) {
        (State::Existing, _) => "was there before: does not block",
        (_, Mode::Enforce) => "enforced: blocks",
        (_, Mode::Warn) => "warns: does not block",
        (_, Mode::Observe | Mode::Off) => "observed: recorded, never shown on a pull request",
    }
}

/// A heading and indented text; nothing when there is no text.
fn section(heading: &str, text: &str) -> String {
    let text = plain(&clip(text, 6_000));
    if text.is_empty() {
        return String::new();
    }
    let indented = |l: &str| if l.is_empty() { "\n".to_owned() } else { format!("  {l}\n") };
    let lines: String = text.lines().map(indented).collect();
    format!("{heading}{lines}\n")
}

fn more(report: &Report<'_>, policy: &JudgedPolicy) -> String {
    let meta = report.metas.iter().find(|m| m.id == policy.id);
    let pages = meta.map(|m| m.related_resources.as_slice()).unwrap_or_default();
    let pages = pages.iter().take(10).map(|url| line(&clip(url, 500)));
    let show = format!("waymark policy show {}", policy.id);
    std::iter::once(show).chain(pages).collect::<Vec<_>>().join("\n")
}

/// The part of `.github/waymark.yml` that waives these findings and no others: one entry for each
/// thing, with the files that it is in. It lasts no longer than the organisation allows.
pub(super) fn waivers(
    findings: &[&JudgedFinding],
    today: NaiveDate,
    rules: &WaiverRules,
) -> Option<String> {
    // A path too long to show is not left out of its entry: that would cover every file.
    let fits = |text: &str| text.len() <= LONGEST_PATH && !text.trim().is_empty();
    let short = |f: &&&JudgedFinding| {
        f.path.as_deref().is_none_or(fits)
            && f.resource.as_deref().is_none_or(|r| !r.trim().is_empty())
    };
    let mut places: BTreeMap<Option<&str>, BTreeSet<Option<&str>>> = BTreeMap::new();
    for finding in findings.iter().filter(short) {
        places.entry(finding.resource.as_deref()).or_default().insert(finding.path.as_deref());
    }
    let policy = &findings.first()?.policy;
    let days = rules.max_days.map_or(WAIVED_DAYS, |most| WAIVED_DAYS.min(most.into()));
    let expires = today.checked_add_days(Days::new(days)).unwrap_or(today);
    let entry = |(resource, paths)| entry(policy, resource, paths, expires);
    let mut entries: Vec<String> = places.iter().take(MOST_WAIVERS).map(entry).collect();
    if let Some(left_out @ 1..) = places.len().checked_sub(MOST_WAIVERS) {
        entries.push(format!("  # and {left_out} more"));
    }
    (!entries.is_empty()).then(|| format!("waivers:\n{}", entries.join("\n")))
}

fn entry(
    policy: &PolicyId,
    resource: &Option<&str>,
    paths: &BTreeSet<Option<&str>>,
    expires: NaiveDate,
) -> String {
    let mut entry = format!("  - policy: {policy}\n");
    let globs: Vec<String> =
        paths.iter().flatten().take(MOST_PATHS).map(|path| quoted(&literal_glob(path))).collect();
    match globs.as_slice() {
        // The repository as a whole has no path.
        _ if paths.contains(&None) => {}
        [one] => entry += &format!("    paths: [{one}]\n"),
        many => {
            entry += "    paths:\n";
            entry.extend(many.iter().map(|glob| format!("      - {glob}\n")));
            if let Some(left_out @ 1..) = paths.len().checked_sub(MOST_PATHS) {
                entry += &format!("      # and {left_out} more\n");
            }
        }
    }
    if let Some(resource) = resource {
        entry += &format!("    resource: {}\n", quoted(resource));
    }
    entry += "    reason: \"why this is acceptable for now\"\n    owner: \"who answers for it\"\n";
    entry + &format!("    expires: {expires}")
}

/// A YAML string in double quotes that says exactly this and hides nothing.
fn quoted(text: &str) -> String {
    let mut out = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            c if is_hidden(c) => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::config::{Known, RepoConfig};
    use crate::domain::finding::{Finding, Place, Severity};
    use crate::domain::report::sample;
    use crate::domain::report::text::render_text;

    #[test]
    fn a_bad_day_explained() {
        let judgement = sample::blocked();
        let explained = judgement.policies.iter().map(|p| p.id.clone()).collect();
        let report = Report { explained: &explained, ..sample::report(&judgement) };
        insta::assert_snapshot!("explained", render_text(&report));
    }

    fn finding(path: &str, resource: Option<&str>) -> JudgedFinding {
        let mut finding = sample::finding("a/b", State::New, Severity::Low, "x").at(path, 1, 1);
        finding.resource = resource.map(str::to_owned);
        finding
    }

    const FREE: WaiverRules =
        WaiverRules { max_days: None, require_owner: false, not_for: Vec::new() };
    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day");

    #[test]
    fn equal_things_share_a_waiver_and_many_are_cut() {
        let same = [finding("y", None), finding("x", None), finding("y", None)];
        let text = waivers(&same.each_ref(), TODAY, &FREE).expect("one");
        assert_eq!(
            text,
            "waivers:\n  - policy: a/b\n    paths:\n      - \"x\"\n      - \"y\"\n    \
             reason: \"why this is acceptable for now\"\n    owner: \"who answers for it\"\n    \
             expires: 2027-02-19"
        );
        let things: Vec<_> = (10..24).map(|n| finding("x", Some(&format!("r{n}")))).collect();
        let text = waivers(&things.iter().collect::<Vec<_>>(), TODAY, &FREE).expect("some");
        assert!(text.ends_with("\n  # and 4 more"), "{text}");
        let files: Vec<_> = (10..34).map(|n| finding(&format!("f{n}"), None)).collect();
        let text = waivers(&files.iter().collect::<Vec<_>>(), TODAY, &FREE).expect("some");
        assert!(text.contains("- \"f29\"\n      # and 4 more\n    reason"), "{text}");
        assert_eq!(waivers(&[&finding(&"x".repeat(501), None)], TODAY, &FREE), None);
    }

    #[test]
    fn what_the_organisation_does_not_allow_is_not_proposed() {
        let judgement = sample::blocked();
        let explained = judgement.policies.iter().map(|p| p.id.clone()).collect();
        let told = |waiver_rules: &WaiverRules| {
            let report = sample::report(&judgement);
            render_text(&Report { explained: &explained, waiver_rules, ..report })
        };
        assert!(told(&FREE).contains("expires: 2027-02-19"));
        let short = told(&WaiverRules { max_days: Some(14), ..FREE });
        assert!(short.contains("expires: 2026-12-05") && !short.contains("2027"), "{short}");
        let long = told(&WaiverRules { max_days: Some(400), ..FREE });
        assert!(long.contains("expires: 2027-02-19"), "{long}");
        let none = told(&WaiverRules { not_for: vec!["*".to_owned()], ..FREE });
        assert!(none.contains(NOT_HERE) && !none.contains("expires:"), "{none}");
    }

    proptest! {
        #[test]
        fn a_proposed_waiver_covers_its_finding(
            path in "[a-z*?\\[\\]{}!\\\\\"':#/ \n\u{1b}\u{202e}\u{e0041}é]{1,30}",
            resource in any::<String>(),
        ) {
            // The configuration takes no blank scope for one.
            prop_assume!(!path.trim().is_empty() && !resource.trim().is_empty());
            let judged = finding(&path, Some(&resource));
            let text = waivers(&[&judged], TODAY, &FREE).expect("a short path");
            let known = Known { policies: vec![judged.policy.clone()], ..Known::default() };
            let (config, problems) = RepoConfig::read(".github/waymark.yml", &text, &known);
            prop_assert_eq!(problems, [], "{}", text);
            let place = Place { path: Some(path), ..Place::default() };
            let policy = judged.policy.clone();
            let found = Finding {
                policy, place, message: String::new(), resource: Some(resource), remediation: None, fixable: false,
            };
            prop_assert!(config.waivers[0].covers(&found), "{}", text);
        }
    }
}
