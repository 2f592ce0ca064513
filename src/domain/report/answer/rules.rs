//! Which rules hold here, and who says so?

use super::super::budget::fit;
use super::super::escape::{code_span, markdown, prose};
use super::super::words::clip;
use super::{About, Answer};
use crate::domain::config::Effective;
use crate::domain::judge::{JudgedPolicy, Judgement};

/// The table's room, in bytes.
const ROOM: usize = 40_000;
/// Complaints that are listed.
const MOST_PROBLEMS: usize = 20;

/// Golden path, complaints about the configuration, and every policy with its mode and the place
/// that decided on it.
pub fn rules(judgement: &Judgement, about: &About) -> Answer {
    let path = code_span(&clip(&judgement.path, 100));
    let mut page = format!("Golden path {path} at {}.\n\n", about.words());
    for problem in judgement.config_problems.iter().take(MOST_PROBLEMS) {
        page += &format!("- {}\n", prose(&clip(&problem.note(), 600)));
    }
    let set = judgement.settings.len();
    page += &match set {
        0 => "\nNo configuration changes what the policies themselves say.\n".to_owned(),
        n => format!("\nConfiguration sets {n} of {} policies.\n", judgement.policies.len()),
    };
    let rows: Vec<String> =
        judgement.policies.iter().map(|p| row(p, judgement.setting(&p.id))).collect();
    let (shown, left) = fit(&rows, ROOM);
    page += &format!(
        "\n<details>\n<summary>Every policy</summary>\n\n| Policy | Mode | Level | Decided by | |\n|---|---|---|---|---|\n{shown}\n</details>\n"
    );
    if left > 0 {
        page += &format!("\n{left} more are not listed for want of room.\n");
    }
    Answer::done(page)
}

fn row(policy: &JudgedPolicy, setting: Option<&Effective>) -> String {
    let (by, remarks) = match setting {
        None => ("built-in".to_owned(), String::new()),
        Some(it) => {
            let by = it.place.as_deref().unwrap_or(it.origin.as_str());
            (markdown(&clip(by, 200)), markdown(&it.remarks().join("; ")))
        }
    };
    format!(
        "| {} | {} | {} | {by} | {remarks} |\n",
        markdown(policy.id.as_str()),
        policy.mode.as_str(),
        policy.level_word(),
    )
}
