//! What happens to one file? Generated text against what is there.

use super::around::Around;
use super::lock::{Lock, blob_name};
use super::merge::Outcome;
use super::{Action, AdoptRequest, Plan, PlannedFile, equivalent, merge};
use crate::domain::tree::{Content, Withheld};

/// Longest suggestion, in bytes; a longer one is left out.
const MAX_SUGGESTION: usize = 20_000;

/// Decides about the file that the template wants at `wanted`, and puts it into the plan.
/// Returns the path under which it is kept in the lock.
pub(super) fn decide(
    plan: &mut Plan,
    request: &AdoptRequest,
    around: &Around<'_>,
    last: &Lock,
    wanted: &str,
    text: &str,
) -> String {
    let path = equivalent::same_file(around, wanted);
    let file = match &around.tree.entries.get(path).map(|entry| &entry.content) {
        None => absent(around, last, path, text),
        Some(Content::Withheld(Withheld::NotFetched)) => {
            plan.wanted.insert(path.to_owned());
            return path.to_owned();
        }
        Some(Content::Withheld(why)) => {
            planned(path, Action::Conflict, format!("{}, so it is left alone", why.reason()), None)
        }
        Some(Content::Text(own)) => match present(request, last, path, own, text) {
            Ok(file) => file,
            Err(blob) => {
                plan.wanted_blobs.insert(blob);
                return path.to_owned();
            }
        },
    };
    plan.files.push(file);
    path.to_owned()
}

pub(super) fn planned(
    path: &str,
    action: Action,
    reason: impl Into<String>,
    text: Option<String>,
) -> PlannedFile {
    PlannedFile {
        path: path.to_owned(),
        action,
        reason: reason.into(),
        text,
        suggestion: None,
        satisfies: Default::default(),
    }
}

fn absent(around: &Around<'_>, last: &Lock, path: &str, text: &str) -> PlannedFile {
    if let Some(folder) = around.blocked_by(path) {
        let why = around.withheld(folder).unwrap_or_else(|| "is a file".to_owned());
        return planned(
            path,
            Action::Conflict,
            format!("cannot be written: `{folder}` {why}"),
            None,
        );
    }
    if last.files.contains_key(path) {
        return planned(path, Action::Keep, "you removed it, so it is not added again", None);
    }
    if let Some(other) = around.twin(path) {
        let reason = format!("`{other}` is there already, with other capitals");
        return planned(path, Action::Keep, reason, None);
    }
    match equivalent::serves(around, path, text) {
        Some(reason) => planned(path, Action::Keep, reason, None),
        None => planned(path, Action::Add, "is not there yet", Some(text.to_owned())),
    }
}

/// `Err` names the earlier version that is needed first.
fn present(
    request: &AdoptRequest,
    last: &Lock,
    path: &str,
    own: &str,
    new: &str,
) -> Result<PlannedFile, crate::domain::ids::Sha> {
    let keep = |reason: &str| Ok(planned(path, Action::Keep, reason, None));
    if own == new {
        return keep("is as the golden path wants it");
    }
    let Some(generated) = last.files.get(path) else { return Ok(humans(path, own, new)) };
    if *generated == blob_name(own) {
        let reason = "has a newer version, and you have not touched it";
        return Ok(planned(path, Action::Merge, reason, Some(new.to_owned())));
    }
    if *generated == blob_name(new) {
        return keep("you changed it, and the golden path has no newer version");
    }
    match request.bases.get(generated) {
        None => Err(generated.clone()),
        Some(Some(base)) => Ok(three_ways(path, base, own, new)),
        Some(None) => Ok(humans(path, own, new)),
    }
}

fn three_ways(path: &str, base: &str, own: &str, new: &str) -> PlannedFile {
    match diffy::merge(base, own, new) {
        Ok(merged) if merged == own => {
            planned(path, Action::Keep, "holds what is new in the golden path already", None)
        }
        Ok(merged) => {
            let reason = "has a newer version; your edits stay";
            planned(path, Action::Merge, reason, Some(merged))
        }
        Err(_) => PlannedFile {
            suggestion: diff(path, base, new),
            ..planned(
                path,
                Action::Conflict,
                "you and the golden path changed the same lines; it is left as you wrote it",
                None,
            )
        },
    }
}

/// A human's file.
fn humans(path: &str, own: &str, new: &str) -> PlannedFile {
    let suggested = |action, reason: &str| PlannedFile {
        suggestion: diff(path, own, new),
        ..planned(path, action, reason, None)
    };
    match merge::merge(path, own, new) {
        Outcome::Merged(_, gained) if gained.is_empty() => {
            planned(path, Action::Keep, "has all that is needed", None)
        }
        Outcome::Merged(text, gained) => {
            planned(path, Action::Merge, format!("gains {}", gained.join(", ")), Some(text))
        }
        // A diff would drop what ours does not know.
        Outcome::Unfit => PlannedFile {
            suggestion: Some(new.to_owned()).filter(|text| text.len() <= MAX_SUGGESTION),
            ..planned(
                path,
                Action::Conflict,
                "lacks something of this, but no line can be put into it without touching yours",
                None,
            )
        },
        Outcome::Own if equivalent::is_own_matter(path, new) => {
            suggested(Action::Keep, "is yours and stays as it is")
        }
        Outcome::Own => {
            suggested(Action::Conflict, "is there with other content; it is left as it is")
        }
    }
}

fn diff(path: &str, from: &str, to: &str) -> Option<String> {
    let patch = diffy::DiffOptions::new()
        .set_original_filename(format!("a/{path}"))
        .set_modified_filename(format!("b/{path}"))
        .create_patch(from, to)
        .to_string();
    (patch.len() <= MAX_SUGGESTION).then_some(patch)
}
