//! Which PromQL asks for an objective?
//!
//! One query asks for all windows at once: each part is reduced to its worst series and labelled
//! with its window.

use serde::{Deserialize, Serialize};

use super::WINDOWS;

/// The label that tells the windows of an answer apart.
pub const WINDOW_LABEL: &str = "waymark_window";

/// How an objective is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// A query of errors divided by all, with `$window`.
    Template {
        /// The query.
        ratio: String,
        /// The period of the budget: `30d`.
        period: String,
    },
    /// Recording rules that Sloth generates.
    Sloth {
        /// Label `sloth_service`.
        service: String,
        /// Label `sloth_slo`.
        slo: String,
    },
    /// Recording rules that Pyrra generates. What it calls a burn rate is an error ratio.
    Pyrra {
        /// Label `slo`.
        slo: String,
    },
}

impl Question {
    /// The query whose answer holds an error ratio per window, told by [`WINDOW_LABEL`].
    pub fn burn(&self) -> String {
        let part = |window: &&str| {
            let ratio = match self {
                Self::Template { ratio, .. } => ratio.replace("$window", window),
                Self::Sloth { service, slo } => format!(
                    "slo:sli_error:ratio_rate{window}{{sloth_service={},sloth_slo={}}}",
                    quoted(service),
                    quoted(slo)
                ),
                Self::Pyrra { slo } => {
                    format!("{{__name__=~\".+:burnrate{window}\",slo={}}}", quoted(slo))
                }
            };
            format!("label_replace(max({ratio}),\"{WINDOW_LABEL}\",\"{window}\",\"\",\"\")")
        };
        WINDOWS.iter().map(part).collect::<Vec<_>>().join(" or ")
    }

    /// The query for the whole period; [`Question::remaining`] understands its answer.
    pub fn budget(&self) -> String {
        match self {
            Self::Template { ratio, period } => {
                format!("max({})", ratio.replace("$window", period))
            }
            Self::Sloth { service, slo } => format!(
                "min(slo:period_error_budget_remaining:ratio{{sloth_service={},sloth_slo={}}})",
                quoted(service),
                quoted(slo)
            ),
            Self::Pyrra { slo } => format!("min(pyrra_availability{{slo={}}})", quoted(slo)),
        }
    }

    /// What remains of the budget, from the answer to [`Question::budget`]; `share` is
    /// 1 - objective.
    pub fn remaining(&self, answer: f64, share: f64) -> f64 {
        match self {
            Self::Template { .. } => 1.0 - answer / share,
            Self::Sloth { .. } => answer,
            Self::Pyrra { .. } => 1.0 - (1.0 - answer) / share,
        }
    }
}

/// A string of PromQL: whatever it holds, it ends where it should.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_windows_are_asked_for_at_once() {
        let sloth = Question::Sloth { service: "pay\"} or x{a=\"".into(), slo: "up".into() };
        let query = sloth.burn();
        assert_eq!(query.matches(" or label_replace").count(), 5);
        let first = r#"label_replace(max(slo:sli_error:ratio_rate5m{sloth_service="pay\"} or x{a=\"",sloth_slo="up"}),"waymark_window","5m","","")"#;
        assert!(query.starts_with(first), "{query}");
        let template =
            Question::Template { ratio: "a[$window]/b[$window]".into(), period: "28d".into() };
        assert!(template.burn().contains("max(a[1d]/b[1d])"));
        assert_eq!(template.budget(), "max(a[28d]/b[28d])");
        let pyrra = Question::Pyrra { slo: "up".into() };
        assert!(pyrra.burn().contains(r#"{__name__=~".+:burnrate6h",slo="up"}"#));
    }

    #[test]
    fn each_tells_the_budget_in_its_own_way() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        let template = Question::Template { ratio: String::new(), period: String::new() };
        close(template.remaining(0.0005, 0.001), 0.5);
        let sloth = Question::Sloth { service: String::new(), slo: String::new() };
        close(sloth.remaining(0.25, 0.001), 0.25);
        let pyrra = Question::Pyrra { slo: String::new() };
        close(pyrra.remaining(0.9985, 0.001), -0.5);
    }
}
