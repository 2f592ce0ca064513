//! Which rules hold here?

use super::super::escape::{code_span, markdown, prose};
use super::super::words::clip;
use super::{About, Answer};
use crate::domain::judge::Judgement;

/// Golden path, modes and complaints about the configuration.
pub fn rules(judgement: &Judgement, about: &About) -> Answer {
    let mut page =
        format!("Golden path {} at {}.\n\n", code_span(&clip(&judgement.path, 100)), about.words());
    for problem in &judgement.config_problems {
        let line = problem.line.map_or_else(String::new, |n| format!(":{n}"));
        page += &format!(
            "- {}: {}\n",
            code_span(&format!("{}{line}", clip(&problem.path, 200))),
            prose(&clip(&problem.message, 400))
        );
    }
    page += "\n<details>\n<summary>Every policy and its mode</summary>\n\n| Policy | Mode | Level |\n|---|---|---|\n";
    for policy in judgement.policies.iter().take(200) {
        page += &format!(
            "| {} | {} | {} |\n",
            markdown(policy.id.as_str()),
            policy.mode.as_str(),
            policy.level.as_str()
        );
    }
    page += "\n</details>\n";
    Answer::done(page)
}
