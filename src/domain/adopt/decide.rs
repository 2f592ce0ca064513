//! What happens to one file? Generated text against what is there.

use super::around::Around;
use super::lock::{Lock, Memory, blob_name};
use super::merge::Outcome;
use super::{Action, AdoptRequest, Plan, PlannedFile, equivalent, merge};
use crate::domain::ids::Sha;
use crate::domain::tree::{Content, Withheld};

/// Longest suggestion, in bytes; a longer one is left out.
const MAX_SUGGESTION: usize = 20_000;

/// Decides about the file that the template wants at `wanted`, puts it into the plan, and says
/// under which path it is kept in the lock, and how.
pub(super) fn decide(
    plan: &mut Plan,
    request: &AdoptRequest,
    around: &Around<'_>,
    last: &Lock,
    wanted: &str,
    text: &str,
) -> (String, Memory) {
    let path = equivalent::same_file(around, wanted);
    let (file, memory) = match &around.tree.entries.get(path).map(|entry| &entry.content) {
        None => absent(around, last, path, text),
        Some(Content::Withheld(Withheld::NotFetched)) => {
            plan.wanted.insert(path.to_owned());
            return (path.to_owned(), Memory::AsBefore);
        }
        Some(Content::Withheld(why)) => {
            let reason = format!("{}, so it is left alone", why.reason());
            (planned(path, Action::Conflict, reason, None), Memory::AsBefore)
        }
        Some(Content::Text(own)) => match present(request, last, path, own, text) {
            Ok(decided) => decided,
            Err(blob) => {
                plan.wanted_blobs.insert(blob);
                return (path.to_owned(), Memory::AsBefore);
            }
        },
    };
    plan.files.push(file);
    (path.to_owned(), memory)
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
        executable: false,
    }
}

fn absent(around: &Around<'_>, last: &Lock, path: &str, text: &str) -> (PlannedFile, Memory) {
    let left = |action, reason: String| (planned(path, action, reason, None), Memory::AsBefore);
    if let Some(folder) = around.blocked_by(path) {
        let why = around.withheld(folder).unwrap_or_else(|| "is a file".to_owned());
        return left(Action::Conflict, format!("cannot be written: `{folder}` {why}"));
    }
    if last.files.contains_key(path) {
        return left(Action::Keep, "you removed it, so it is not added again".to_owned());
    }
    if let Some(other) = around.twin(path) {
        return left(Action::Keep, format!("`{other}` is there already, with other capitals"));
    }
    match equivalent::serves(around, path, text) {
        Some(reason) => left(Action::Keep, reason),
        None => {
            let text = Some(text.to_owned());
            (planned(path, Action::Add, "is not there yet", text), Memory::Now)
        }
    }
}

/// `Err` names the earlier version that is needed first.
fn present(
    request: &AdoptRequest,
    last: &Lock,
    path: &str,
    own: &str,
    new: &str,
) -> Result<(PlannedFile, Memory), Sha> {
    let keep = |reason: &str, memory| Ok((planned(path, Action::Keep, reason, None), memory));
    let generated = last.files.get(path);
    if own == new {
        let memory = if generated.is_some() { Memory::Now } else { Memory::AsBefore };
        return keep("is as the golden path wants it", memory);
    }
    let Some(generated) = generated else {
        if request.upgrade {
            return keep("is yours and stays as it is", Memory::AsBefore);
        }
        return Ok(humans(path, own, new));
    };
    if *generated == blob_name(own) {
        let reason = "has a newer version, and you have not touched it";
        let file = planned(path, Action::Merge, reason, Some(new.to_owned()));
        return Ok((file, Memory::Now));
    }
    if *generated == blob_name(new) {
        let reason = "you changed it, and the golden path has no newer version";
        return keep(reason, Memory::AsBefore);
    }
    let noted = last.texts.get(path).filter(|text| blob_name(text) == *generated);
    match (noted, request.bases.get(generated)) {
        (Some(base), _) | (None, Some(Some(base))) => Ok(three_ways(path, base, own, new)),
        (None, Some(None)) => Ok(humans(path, own, new)),
        (None, None) => Err(generated.clone()),
    }
}

fn three_ways(path: &str, base: &str, own: &str, new: &str) -> (PlannedFile, Memory) {
    match diffy::merge(base, own, new) {
        Ok(merged) if merged == own => {
            let reason = "holds what is new in the golden path already";
            (planned(path, Action::Keep, reason, None), Memory::NowWhole)
        }
        Ok(merged) => {
            let reason = "has a newer version; your edits stay";
            (planned(path, Action::Merge, reason, Some(merged)), Memory::NowWhole)
        }
        Err(_) => {
            let reason =
                "you and the golden path changed the same lines; it is left as you wrote it";
            let suggestion = diff(path, base, new);
            let file = PlannedFile { suggestion, ..planned(path, Action::Conflict, reason, None) };
            // The earlier version stays the base until a human has settled it.
            (file, Memory::AsBefore)
        }
    }
}

/// A human's file.
fn humans(path: &str, own: &str, new: &str) -> (PlannedFile, Memory) {
    let suggested = |action, reason: &str| PlannedFile {
        suggestion: diff(path, own, new),
        ..planned(path, action, reason, None)
    };
    let file = match merge::merge(path, own, new) {
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
    };
    let memory = if file.text.is_some() { Memory::Now } else { Memory::AsBefore };
    (file, memory)
}

fn diff(path: &str, from: &str, to: &str) -> Option<String> {
    let patch = patch_of(path, Some(from), to);
    (patch.len() <= MAX_SUGGESTION).then_some(patch)
}

/// A unified diff that `git apply` takes; `from` is absent for a new file.
pub fn patch_of(path: &str, from: Option<&str>, to: &str) -> String {
    let old = from.map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{path}"));
    let patch = diffy::DiffOptions::new()
        .set_original_filename(old)
        .set_modified_filename(format!("b/{path}"))
        .create_patch(from.unwrap_or_default(), to)
        .to_string();
    match from {
        Some(_) => patch,
        None => format!("diff --git a/{path} b/{path}\nnew file mode 100644\n{patch}"),
    }
}
