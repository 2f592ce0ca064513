//! How does a human's file gain what it lacks? By lines that are put between theirs.
//!
//! A merge adds and never removes: each result is checked for that before it is used, so a fault
//! here costs a merge, not a line.

mod catalog;
mod codeowners;
mod dependabot;
mod lines;
mod readme;

use serde_json::Value;

use super::around::is_named;
use crate::domain::yaml;

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The whole text, and what is new in it, in words; nothing when nothing was lacking.
    Merged(String, Vec<String>),
    /// It lacks something, but is written in a way that no line can be put into.
    Unfit,
    /// Files of this kind are not merged.
    Own,
}

/// Merges what the template wants into a human's file.
pub(super) fn merge(path: &str, own: &str, new: &str) -> Outcome {
    let outcome = if is_named(path, "CODEOWNERS") {
        codeowners::merge(own, new)
    } else if matches!(path, "catalog-info.yaml" | "catalog-info.yml") {
        catalog::merge(own, new).unwrap_or(Outcome::Unfit)
    } else if matches!(path, ".github/dependabot.yml" | ".github/dependabot.yaml") {
        dependabot::merge(own, new).unwrap_or(Outcome::Unfit)
    } else if is_named(path, "README.md") {
        readme::merge(own, new)
    } else {
        Outcome::Own
    };
    let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
    match outcome {
        Outcome::Merged(text, _)
            if !keeps_lines(own, &text) || (is_yaml && !keeps_values(own, &text)) =>
        {
            Outcome::Unfit
        }
        other => other,
    }
}

/// Whether every line of `own` is in `text`, in the same order.
fn keeps_lines(own: &str, text: &str) -> bool {
    let mut lines = text.lines();
    own.lines().all(|line| lines.any(|other| other == line))
}

/// Whether the file still reads, and says all that it said.
fn keeps_values(own: &str, text: &str) -> bool {
    let (before, after) = (values(own), values(text));
    match (before, after) {
        (Some(before), Some(after)) => {
            before.len() == after.len() && before.iter().zip(&after).all(|(a, b)| holds(b, a))
        }
        _ => false,
    }
}

fn values(text: &str) -> Option<Vec<Value>> {
    let loaded = yaml::load(text, yaml::Schema::Core12);
    let sound = loaded.error.is_none() && loaded.documents.iter().all(|d| d.duplicates.is_empty());
    sound.then(|| loaded.documents.into_iter().map(|document| document.value).collect())
}

/// Whether `large` says all that `small` says. The loader bounds the depth of both.
fn holds(large: &Value, small: &Value) -> bool {
    match (large, small) {
        (Value::Object(large), Value::Object(small)) => {
            small.iter().all(|(key, value)| large.get(key).is_some_and(|other| holds(other, value)))
        }
        (Value::Array(large), Value::Array(small)) => {
            small.len() <= large.len() && small.iter().zip(large).all(|(a, b)| holds(b, a))
        }
        _ => large == small,
    }
}
