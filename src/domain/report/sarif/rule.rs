//! How is a policy told as a SARIF rule?

use super::format::{Configuration, Help, Level, Rule, RuleProperties, Text};
use crate::domain::finding::{Mode, Severity};
use crate::domain::judge::JudgedPolicy;
use crate::domain::policy::metadata::PolicyMeta;
use crate::domain::report::remedy::{authored, plain};
use crate::domain::report::visible::line;
use crate::domain::report::words::clip;

/// Characters of a description that GitHub takes.
const DESCRIPTION: usize = 1_024;
/// Bytes of help; longer ones are read in the policy itself.
const HELP: usize = 20_000;

/// The rule of a judged policy. Without metadata (the policy is broken) it is of medium severity.
pub(super) fn rule(policy: &JudgedPolicy, meta: Option<&PolicyMeta>) -> Rule {
    let severity = meta.map_or(Severity::Medium, |m| m.severity);
    let tags = meta.map(|m| m.tags.as_slice()).unwrap_or_default();
    let is_security = tags.iter().any(|t| t == "security");
    let own = [policy.id.pack(), policy.level_word()].map(str::to_owned);
    Rule {
        id: policy.id.to_string(),
        name: pascal(policy.id.as_str()),
        short_description: text(&policy.title, policy),
        full_description: text(&policy.description, policy),
        help: help(policy),
        default_configuration: Configuration {
            level: loudness(meta.map_or(policy.mode, |m| m.mode), severity),
        },
        properties: RuleProperties {
            // GitHub shows ten.
            tags: own
                .into_iter()
                .chain(tags.iter().map(|t| line(&clip(t, 100))))
                .take(10)
                .collect(),
            precision: "high",
            problem_severity: match severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "recommendation",
            },
            security_severity: is_security.then_some(score(severity)),
        },
    }
}

/// How loudly a policy speaks: blocking is an error, housekeeping a note.
pub(super) fn loudness(mode: Mode, severity: Severity) -> Level {
    match (mode, severity) {
        (Mode::Enforce, _) => Level::Error,
        (Mode::Warn, Severity::Low) | (Mode::Observe | Mode::Off, _) => Level::Note,
        (Mode::Warn, Severity::Critical | Severity::High | Severity::Medium) => Level::Warning,
    }
}

/// The middle of GitHub's range for the word: over 9.0 is critical, from 7.0 high, from 4.0
/// medium, below low.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// GitHub refuses empty texts.
fn text(words: &str, policy: &JudgedPolicy) -> Text {
    let shown = clip(&plain(words).split_whitespace().collect::<Vec<_>>().join(" "), DESCRIPTION);
    Text { text: if shown.is_empty() { policy.id.to_string() } else { shown } }
}

fn help(policy: &JudgedPolicy) -> Help {
    let (why, what) = (clip(&policy.description, HELP), clip(&policy.remediation, HELP));
    let show = format!("waymark policy show {}", policy.id);
    Help {
        text: format!("{}\n\nWhat to do\n\n{}\n\nMore: `{show}`\n", plain(&why), plain(&what)),
        markdown: format!(
            "{}\n\n### What to do\n\n{}\n\n### More\n\n`{show}`\n",
            authored(&why),
            authored(&what)
        ),
    }
}

/// `container/non_root_user` → `ContainerNonRootUser`, as SARIF's viewers expect names.
fn pascal(id: &str) -> String {
    let word = |word: &str| {
        let mut chars = word.chars();
        let first = chars.next().map(|c| c.to_ascii_uppercase());
        first.into_iter().chain(chars).collect::<String>()
    };
    id.split(['/', '_', '-']).map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_a_name_for_viewers() {
        assert_eq!(pascal("container/non_root_user"), "ContainerNonRootUser");
    }
}
