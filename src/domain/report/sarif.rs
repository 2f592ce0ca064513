//! How does a code scanner's dashboard read a judgement? SARIF 2.1.0, within what GitHub takes.
//!
//! Observed policies are left out, as everywhere but in JSON. Limits and supported properties:
//! <https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support>
//! (read 2026-11-21). GitHub does not read suppressions by itself, so a waived finding is a note.

mod format;
mod place;
mod rule;

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use self::format::{
    Driver, Invocation, Level, Log, Notification, Outcome, RuleReference, Run, RunProperties,
    SCHEMA, Suppression, SuppressionProperties, Text, Tool,
};
use super::formats::Report;
use super::json::escape_hidden;
use super::view::View;
use super::visible::line;
use super::words::{clip, count};
use crate::domain::finding::{Mode, thing};
use crate::domain::ids::PolicyId;
use crate::domain::judge::{
    Conclusion, JudgedFinding, JudgedPolicy, Judgement, Standing, State, WaiverNote,
};
use crate::domain::policy::metadata::PolicyMeta;

/// Results in a run; GitHub refuses a file that has more.
const MOST_RESULTS: usize = 25_000;

/// The file, indented, with a newline at the end. Same report, same bytes.
pub fn render_sarif(report: &Report<'_>) -> String {
    render(report, MOST_RESULTS)
}

fn render(report: &Report<'_>, most: usize) -> String {
    let judgement = report.judgement;
    let view = View::of(judgement);
    let rules = Rules::of(&view.policies, report.metas);
    let (results, left_out) = results(report, &rules, most);
    let run = Run {
        invocations: [invocation(report, &view, &rules, left_out)],
        original_uri_base_ids: BTreeMap::from([place::root()]),
        column_kind: "utf16CodeUnits",
        results,
        properties: RunProperties {
            library: judgement.library.clone(),
            golden_path: line(&clip(&judgement.path, 200)),
            level: judgement.level.map(|level| level.as_str()),
            conclusion: judgement.conclusion.as_str(),
        },
        tool: Tool {
            driver: Driver {
                name: "Waymark",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: "https://waymark.dev/",
                rules: rules.list,
            },
        },
    };
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    let text =
        serde_json::to_string_pretty(&log).expect("strings, numbers and lists always serialize");
    escape_hidden(&text) + "\n"
}

/// The shown policies as rules, and where each stands in the list.
struct Rules<'a> {
    list: Vec<format::Rule>,
    policies: HashMap<&'a PolicyId, (usize, &'a JudgedPolicy)>,
}

impl<'a> Rules<'a> {
    fn of(policies: &[&'a JudgedPolicy], metas: &[PolicyMeta]) -> Self {
        let meta = |policy: &JudgedPolicy| metas.iter().find(|m| m.id == policy.id);
        Self {
            list: policies.iter().map(|p| rule::rule(p, meta(p))).collect(),
            policies: policies.iter().enumerate().map(|(i, p)| (&p.id, (i, *p))).collect(),
        }
    }

    fn reference(&self, id: &PolicyId) -> Option<RuleReference> {
        let (index, _) = *self.policies.get(id)?;
        Some(RuleReference { id: id.to_string(), index })
    }
}

/// The results, those that block first, and how many the limit left out.
fn results(report: &Report<'_>, rules: &Rules<'_>, most: usize) -> (Vec<Outcome>, usize) {
    let mut found: Vec<_> = report
        .judgement
        .findings
        .iter()
        .filter_map(|f| rules.policies.get(&f.policy).map(|(index, policy)| (f, *index, *policy)))
        .collect();
    found.sort_by_key(|(f, _, policy)| (f.state, policy.mode != Mode::Enforce));
    let left_out = found.len().saturating_sub(most);
    let mut seen = HashMap::new();
    let results = found
        .into_iter()
        .take(most)
        .map(|(finding, rule_index, policy)| Outcome {
            rule_id: finding.policy.to_string(),
            rule_index,
            level: match finding.state {
                State::New | State::Existing => rule::loudness(policy.mode, finding.severity),
                State::Waived => Level::Note,
            },
            message: Text { text: message(finding) },
            locations: [place::location(report, finding)],
            partial_fingerprints: fingerprints(report, finding, &mut seen),
            baseline_state: report.compared.then_some(match finding.state {
                State::New => "new",
                // A waiver counts once it is on the base branch: its fault was known before.
                State::Existing | State::Waived => "unchanged",
            }),
            suppressions: finding.waiver.as_ref().map(|waiver| [suppression(waiver)]),
        })
        .collect();
    (results, left_out)
}

/// What is wrong, and its fix when the policy knows the exact one. `](` would start a link.
fn message(finding: &JudgedFinding) -> String {
    let fix = finding.remediation.as_deref().map(|fix| super::remedy::plain(&clip(fix, 3_000)));
    let fix = fix.filter(|fix| !fix.is_empty()).map(|fix| format!("\nFix: {fix}"));
    let text = format!("{}.{}", line(&clip(&finding.message, 1_000)), fix.unwrap_or_default());
    text.replace("](", "] (")
}

/// What makes it the same finding in the next file: policy, path, resource and message, not the
/// line, plus its number among equals. GitHub reads the first key only, and without it would
/// take a hash of the line's text.
fn fingerprints(
    report: &Report<'_>,
    finding: &JudgedFinding,
    seen: &mut HashMap<[u8; 32], usize>,
) -> BTreeMap<&'static str, String> {
    let path = finding.path.as_deref().map(|path| report.in_repository(path));
    let mut hash = Sha256::new();
    for part in [
        Some(finding.policy.as_str()),
        path.as_deref(),
        finding.resource.as_deref().map(thing),
        Some(finding.message.as_str()),
    ] {
        let part = part.unwrap_or_default();
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    let number = seen.entry(digest).and_modify(|n| *n += 1).or_insert(1);
    let print = format!("{}:{number}", hex::encode(&digest[..8]));
    BTreeMap::from([("primaryLocationLineHash", print.clone()), ("waymarkFinding/v1", print)])
}

fn suppression(waiver: &WaiverNote) -> Suppression {
    Suppression {
        kind: "external",
        status: "accepted",
        justification: line(&clip(&waiver.reason, 1_000)),
        properties: SuppressionProperties {
            owner: waiver.owner.as_deref().map(|o| line(&clip(o, 100))),
            expires: line(&clip(&waiver.expires, 40)),
        },
    }
}

fn invocation(
    report: &Report<'_>,
    view: &View<'_>,
    rules: &Rules<'_>,
    left_out: usize,
) -> Invocation {
    let Judgement { conclusion, config_problems, notes, .. } = report.judgement;
    let say = |level, text: String, rule: Option<RuleReference>| Notification {
        level,
        message: Text { text: text.replace("](", "] (") },
        associated_rule: rule,
        locations: Vec::new(),
    };
    let mut execution = Vec::new();
    for (status, level, state) in [
        (Standing::Broken, Level::Error, "is broken"),
        (Standing::Unknown, Level::Warning, "could not be judged"),
    ] {
        for policy in view.standing(status) {
            let reason = policy.reason.as_deref().unwrap_or("no reason was given");
            let text = format!("{} {state}: {}", policy.id, line(&clip(reason, 1_000)));
            execution.push(say(level, text, rules.reference(&policy.id)));
        }
    }
    if left_out > 0 {
        let results = count(left_out, "further finding", "further findings");
        let text = format!("{results} left out: GitHub takes no more than {MOST_RESULTS}");
        execution.push(say(Level::Warning, text, None));
    }
    execution.extend(notes.iter().map(|n| say(Level::Note, line(&clip(n, 1_000)), None)));
    let configuration = config_problems.iter().map(|problem| {
        let locations = vec![place::of_line(&report.in_repository(&problem.path), problem.line)];
        Notification { locations, ..say(Level::Error, line(&clip(&problem.message, 1_000)), None) }
    });
    Invocation {
        execution_successful: *conclusion != Conclusion::ActionRequired,
        tool_configuration_notifications: configuration.collect(),
        tool_execution_notifications: execution,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::domain::finding::Severity;
    use crate::domain::report::sample;
    use crate::domain::report::visible::is_hidden;

    fn schema() -> &'static jsonschema::Validator {
        static SCHEMA: std::sync::LazyLock<jsonschema::Validator> =
            std::sync::LazyLock::new(|| {
                let text = include_str!(concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/fixtures/sarif/sarif-schema-2.1.0.json"
                ));
                let schema = serde_json::from_str(text).unwrap();
                jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
            });
        &SCHEMA
    }

    /// Reads the file back and holds it against the standard.
    fn valid(text: &str) -> Value {
        let log: Value = serde_json::from_str(text).unwrap();
        let faults: Vec<String> =
            schema().iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(faults, Vec::<String>::new(), "{text}");
        log
    }

    #[test]
    fn a_bad_day_in_code_scanning() {
        let mut judgement = sample::blocked();
        judgement.config_problems = sample::misconfigured().config_problems;
        let text = render_sarif(&sample::report(&judgement));
        valid(&text);
        insta::assert_snapshot!("sarif", text);
    }

    #[test]
    fn every_day_is_valid() {
        for judgement in [sample::warned(), sample::passed(), sample::misconfigured()] {
            for compared in [true, false] {
                let report = Report { compared, ..sample::report(&judgement) };
                let log = valid(&render_sarif(&report));
                for result in log["runs"][0]["results"].as_array().unwrap() {
                    assert_eq!(result.get("baselineState").is_some(), compared);
                }
            }
        }
    }

    #[test]
    fn lines_may_move_but_a_twin_is_another_finding() {
        let prints = |findings: &[JudgedFinding]| -> Vec<String> {
            let judgement = Judgement { findings: findings.to_vec(), ..sample::blocked() };
            let log = valid(&render_sarif(&sample::report(&judgement)));
            let results = log["runs"][0]["results"].as_array().unwrap();
            let print = |r: &Value| r["partialFingerprints"]["primaryLocationLineHash"].clone();
            results.iter().map(|r| print(r).as_str().unwrap().to_owned()).collect()
        };
        let at = |line| {
            let id = "container/non_root_user";
            sample::finding(id, State::New, Severity::High, "root").at("Dockerfile", line, line)
        };
        let before = prints(&[at(1)]);
        assert_eq!(before, prints(&[at(9)]));
        assert!(before[0].ends_with(":1"), "{before:?}");
        let twins = prints(&[at(9), at(12)]);
        assert_eq!((&twins[0], twins[1].ends_with(":2")), (&before[0], true));
    }

    #[test]
    fn what_is_too_much_for_github_is_counted() {
        let judgement = sample::blocked();
        let report = sample::report(&judgement);
        let log = valid(&render(&report, 2));
        let run = &log["runs"][0];
        let levels: Vec<_> =
            run["results"].as_array().unwrap().iter().map(|r| &r["level"]).collect();
        assert_eq!(levels, ["error", "error"], "what blocks comes first");
        let told = run["invocations"][0]["toolExecutionNotifications"].to_string();
        assert!(told.contains("3 further findings left out"), "{told}");
    }

    #[test]
    fn a_part_of_a_repository_lies_below_its_root() {
        let judgement = sample::blocked();
        let report = Report { prefix: "services/a b", ..sample::report(&judgement) };
        let log = valid(&render_sarif(&report));
        let place = "/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri";
        assert_eq!(log.pointer(place).unwrap(), "services/a%20b/Dockerfile");
    }

    proptest! {
        #[test]
        fn hostile_findings_stay_valid(
            path in any::<String>(), message in any::<String>(), fix in any::<String>(),
            lines in any::<(Option<u32>, Option<u32>)>(), has_path in any::<bool>(),
        ) {
            let mut judgement = sample::blocked();
            let finding = &mut judgement.findings[0];
            finding.path = has_path.then_some(path);
            (finding.start_line, finding.end_line) = lines;
            finding.message = message.clone();
            finding.resource = Some(message);
            finding.remediation = Some(fix);
            let text = render_sarif(&sample::report(&judgement));
            let log = valid(&text);
            prop_assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'));
            prop_assert!(!log["runs"][0]["results"][0]["message"].to_string().contains("]("));
        }
    }
}
