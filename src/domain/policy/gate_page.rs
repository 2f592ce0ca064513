//! What does the handbook say of a rule about deployments? One page, made from its METADATA and its
//! examples; what is said in them is what the rule says when it is asked.

use std::fmt::Write;

use super::gate::{GatePack, GateRule};
use super::gate_examples::{Example, read, said};
use super::page::{capital, cell};
use crate::domain::gate::decide::{Reason, Wish};

/// Examples shown of each kind.
const SHOWN: usize = 2;

/// The page of one rule; an error names what is wrong with its examples.
pub fn page(pack: &GatePack, rule: &GateRule, examples: &str) -> Result<String, String> {
    let examples = read(examples)?;
    let id = &rule.id;
    // A rule may pass on what a change is said to be, by its own name.
    let held = examples.bad.first().map(|example| said(pack, id, example)).transpose()?;
    let named = held.and_then(|reasons| reasons.first().map(|reason| reason.condition.clone()));
    let condition = named.as_deref().unwrap_or_else(|| rule.condition());
    let since = rule.since.as_ref().map(|since| format!(" · since {since}")).unwrap_or_default();
    let mut page = format!(
        "# {}\n\n<!-- Made by `waymark policy docs` from policies/{}; do not edit. -->\n\n\
         `{id}` · asked before a deployment · its condition is `{}`{since}\n\n\
         ## Why\n\n{}\n\n",
        rule.title,
        rule.path,
        rule.condition(),
        rule.description.trim_end(),
    );
    page += "## Held\n\n";
    page += &shown(pack, rule, &examples.bad)?;
    page += "## Let through\n\n";
    page += &shown(pack, rule, &examples.good)?;
    let _ = write!(
        page,
        "## What to do\n\n{}\n\n## How to answer for it\n\nOn the pull request, before the merge, for \
         its last push:\n\n```text\n/platform acknowledge {condition} because …\n```\n\nFor a \
         deployment that is held already, whatever holds it: `/platform deploy approve because …` \
         ([who may](../../gate.md#override)).\n",
        rule.remediation.trim_end(),
    );
    if let Some((first, value)) = rule.parameters.iter().next() {
        page += "\n## Parameters\n\n| name | default |\n|---|---|\n";
        for (name, value) in &rule.parameters {
            let _ = writeln!(page, "| `{name}` | {} |", cell(&value.to_string()));
        }
        let _ = write!(
            page,
            "\nThe organisation sets them in its `waymark.yml`:\n\n```yaml\nparameters:\n  {first}: {value}\n```\n"
        );
    }
    Ok(page)
}

fn shown(pack: &GatePack, rule: &GateRule, examples: &[Example]) -> Result<String, String> {
    let mut text = String::new();
    for example in examples.iter().take(SHOWN) {
        let _ = writeln!(text, "{}:\n", capital(&example.name));
        if example.input.is_null() {
            text += "Nothing differs from a deployment that nothing speaks against.\n\n";
        } else {
            let input = serde_json::to_string_pretty(&example.input).map_err(|e| e.to_string())?;
            let _ = writeln!(text, "```json\n{input}\n```\n");
        }
        for (name, value) in &example.params {
            let _ = writeln!(text, "With the parameter `{name}: {value}`.\n");
        }
        let reasons = said(pack, &rule.id, example)?;
        if reasons.is_empty() {
            text += "- Nothing is said.\n";
        }
        for reason in &reasons {
            let _ = writeln!(text, "- {}", line(reason));
        }
        text.push('\n');
    }
    Ok(text)
}

fn line(reason: &Reason) -> String {
    let verdict = match reason.verdict {
        Wish::Note => "Noted",
        Wish::Wait => "It waits",
        Wish::Reject => "It is rejected",
    };
    let remedy = reason.remedy.as_ref().map(|remedy| format!(" {remedy}.")).unwrap_or_default();
    format!("{verdict}: {}.{remedy}", reason.message)
}
