//! When does a workflow run?

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::glob::passes;

/// Yes, no, or not known; `true`, `false`, `"unknown"` in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It does not.
    No,
    /// It cannot be told from the repository.
    Unknown,
    /// It does.
    Yes,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Unknown => serializer.serialize_str("unknown"),
            Self::Yes => serializer.serialize_bool(true),
        }
    }
}

/// The three spellings of `on` (a word, a list of words, a mapping) as one: event →
/// configuration. An event without configuration gets an empty one.
pub(super) fn events(on: Option<&Value>) -> Map<String, Value> {
    let bare = |name: &str| (name.to_owned(), Value::Object(Map::new()));
    match on {
        Some(Value::String(name)) => Map::from_iter([bare(name)]),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(bare).collect(),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(name, config)| match config {
                Value::Null => bare(name),
                config => (name.clone(), config.clone()),
            })
            .collect(),
        _ => Map::new(),
    }
}

/// Whether a push to the default branch starts the workflow, `paths` filters aside.
pub(super) fn on_default_branch_push(
    events: &Map<String, Value>,
    default_branch: Option<&str>,
) -> Answer {
    let Some(push) = events.get("push") else { return Answer::No };
    let Some(config) = push.as_object() else { return Answer::Unknown };
    match (config.get("branches"), config.get("branches-ignore")) {
        // With tag filters alone, pushes to branches start nothing.
        (None, None) if config.contains_key("tags") || config.contains_key("tags-ignore") => {
            Answer::No
        }
        (None, None) => Answer::Yes,
        (Some(only), None) => filtered(only, default_branch),
        (None, Some(ignored)) => match filtered(ignored, default_branch) {
            Answer::Yes => Answer::No,
            Answer::Unknown => Answer::Unknown,
            Answer::No => Answer::Yes,
        },
        // GitHub refuses both together.
        (Some(_), Some(_)) => Answer::Unknown,
    }
}

fn filtered(filter: &Value, branch: Option<&str>) -> Answer {
    let one;
    let patterns = match filter {
        Value::Array(patterns) => patterns.as_slice(),
        Value::String(_) => {
            one = [filter.clone()];
            one.as_slice()
        }
        _ => return Answer::Unknown,
    };
    let (Some(branch), false) = (branch, patterns.is_empty()) else { return Answer::Unknown };
    let texts: Option<Vec<&str>> = patterns.iter().map(Value::as_str).collect();
    match texts.and_then(|texts| passes(texts.into_iter(), branch)) {
        Some(true) => Answer::Yes,
        Some(false) => Answer::No,
        None => Answer::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(on: &Value) -> Answer {
        on_default_branch_push(&events(Some(on)), Some("main"))
    }

    #[test]
    fn a_push_to_the_default_branch_is_found_in_every_spelling() {
        use Answer::{No, Unknown, Yes};
        for (on, expected) in [
            (json!("push"), Yes),
            (json!("pull_request"), No),
            (json!(["pull_request", "push"]), Yes),
            (json!({"push": null}), Yes),
            (json!({"push": {"paths": ["src/**"]}}), Yes),
            (json!({"push": {"branches": ["main"]}}), Yes),
            (json!({"push": {"branches": "main"}}), Yes),
            (json!({"push": {"branches": ["release/**"]}}), No),
            (json!({"push": {"branches": ["**", "!main"]}}), No),
            (json!({"push": {"branches-ignore": ["main"]}}), No),
            (json!({"push": {"branches-ignore": ["dependabot/**"]}}), Yes),
            (json!({"push": {"tags": ["v*"]}}), No),
            (json!({"push": {"tags": ["v*"], "branches": ["main"]}}), Yes),
            (json!({"push": {"branches": ["main"], "branches-ignore": ["x"]}}), Unknown),
            (json!({"push": {"branches": []}}), Unknown),
            (json!({"push": {"branches": ["["]}}), Unknown),
            (json!({"workflow_call": {}}), No),
            (json!(7), No),
        ] {
            assert_eq!(answer(&on), expected, "{on}");
        }
    }

    #[test]
    fn without_a_known_default_branch_only_filters_are_uncertain() {
        let answer = |on| on_default_branch_push(&events(Some(&on)), None);
        assert_eq!(answer(json!("push")), Answer::Yes);
        assert_eq!(answer(json!({"push": {"branches": ["main"]}})), Answer::Unknown);
    }
}
