//! Which updates does Dependabot's configuration lack?

use serde_json::Value;

use super::Outcome;
use super::lines::{Insertion, behind, copied, insert};
use crate::domain::yaml::{self, Schema};

pub(super) fn merge(own: &str, new: &str) -> Option<Outcome> {
    let (theirs, ours) = (yaml::load(own, Schema::Core12), yaml::load(new, Schema::Core12));
    if theirs.error.is_some() {
        return None;
    }
    let (theirs, ours) = (theirs.documents.first()?, ours.documents.first()?);
    let there = theirs.value.get("updates")?.as_array()?;
    let ecosystem =
        |update: &Value| update.get("package-ecosystem").and_then(Value::as_str).map(str::to_owned);
    let mut insertions = Vec::new();
    let mut gained = Vec::new();
    for (number, update) in ours.value.get("updates")?.as_array()?.iter().enumerate() {
        let name = ecosystem(update)?;
        // An ecosystem that is watched in any folder is watched as its owner wants it.
        if there.iter().any(|known| ecosystem(known).as_ref() == Some(&name)) {
            continue;
        }
        let last = format!("/updates/{}", there.len().checked_sub(1)?);
        let (after, depth) = behind(own, theirs, &last, None)?;
        let lines = copied(new, ours, &format!("/updates/{number}"), depth);
        insertions.push(Insertion { after, lines });
        gained.push(format!("updates of `{name}`"));
    }
    Some(Outcome::Merged(insert(own, insertions), gained))
}
