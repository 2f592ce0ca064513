//! What does a README lack that says next to nothing? The part that tells where things are.

use super::Outcome;
use crate::domain::facts::characters;

/// Characters of text with which the policy `operations/readme_present` is content by default.
const ENOUGH: usize = 200;

pub(super) fn merge(own: &str, new: &str) -> Outcome {
    let Some((_, table)) = new.split_once("\n| ").filter(|_| characters(own) < ENOUGH) else {
        return Outcome::Own;
    };
    let end = if own.contains("\r\n") { "\r\n" } else { "\n" };
    let added = format!("\n## Where to look\n\n| {}", table.trim_end());
    let mut text = own.trim_end_matches(['\r', '\n']).to_owned();
    text.push_str(end);
    text.push_str(&added.replace('\n', end));
    text.push_str(end);
    Outcome::Merged(text, vec!["a list of where things are".to_owned()])
}
