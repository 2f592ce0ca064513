//! Waivers join and leave a repository's configuration.

use serde_json::Value;

use crate::domain::ids::PolicyId;
use crate::domain::waiver::Waiver;
use crate::domain::yaml::{self, Document, Schema};

/// Why a file is left as it is; a person must edit it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file does not parse.
    #[error("line {line} cannot be read: {message}")]
    Unreadable {
        /// From 1.
        line: u32,
        /// What is wrong.
        message: String,
    },
    /// It is written in a way that no line can be added to safely.
    #[error("{0}")]
    Unusual(String),
}

/// `text` with one waiver more. `remark` becomes a comment above it (one line of plain text). The
/// very same one is not added again: whoever asks once more was interrupted, or did not see it.
pub fn add(text: &str, waiver: &Waiver, remark: &str) -> Result<String, EditError> {
    let document = document(text)?;
    let list = document.as_ref().and_then(|d| d.value.get("waivers"));
    let there = list.and_then(Value::as_array);
    if there.is_some_and(|items| items.contains(&value_of(waiver))) {
        return Ok(text.to_owned());
    }
    let added = match list {
        None | Some(Value::Null) => without_key(text, list.is_some(), waiver, remark)?,
        Some(Value::Array(items)) if items.is_empty() => {
            return Err(EditError::Unusual(
                "`waivers: []` is written on one line; write `waivers:` and the items below it"
                    .to_owned(),
            ));
        }
        Some(Value::Array(items)) => {
            let document = document.as_ref().ok_or_else(|| unusual("waivers"))?;
            below_last(text, document, items.len() - 1, waiver, remark)?
        }
        Some(_) => return Err(EditError::Unusual("`waivers` is not a list".to_owned())),
    };
    // Nothing counts that does not read back as what was there and the new one.
    let mut wanted = there.cloned().unwrap_or_default();
    wanted.push(value_of(waiver));
    proved(&added, document.as_ref(), wanted)
}

/// `text` without the waivers of a policy, and how many those were.
pub fn remove(text: &str, policy: &PolicyId) -> Result<(String, usize), EditError> {
    let Some(document) = document(text)? else { return Ok((text.to_owned(), 0)) };
    let items = document.value.get("waivers").and_then(Value::as_array);
    let items = items.cloned().unwrap_or_default();
    let is_meant =
        |item: &Value| item.get("policy").and_then(Value::as_str) == Some(policy.as_str());
    let meant: Vec<usize> = (0..items.len()).filter(|i| is_meant(&items[*i])).collect();
    if meant.is_empty() {
        return Ok((text.to_owned(), 0));
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut gone = vec![false; lines.len()];
    for index in &meant {
        let (first, last) = place(&document, &format!("/waivers/{index}"))?;
        if !lines.get(first - 1).is_some_and(|line| line.trim_start().starts_with("- ")) {
            return Err(unusual("waivers"));
        }
        gone[first - 1..last.min(lines.len())].fill(true);
        // The comments right above belong to it.
        let mut above = first - 1;
        while above > 0 && lines[above - 1].trim_start().starts_with('#') {
            above -= 1;
            gone[above] = true;
        }
    }
    if meant.len() == items.len() {
        let (first, _) = place(&document, "/waivers")?;
        // The key stands above its list.
        let key = lines[..first].iter().rposition(|line| line.starts_with("waivers:"));
        gone[key.ok_or_else(|| unusual("waivers"))?] = true;
    }
    let kept: String = lines.iter().zip(&gone).filter(|(_, g)| !**g).map(|(l, _)| *l).collect();
    let left = items.iter().filter(|item| !is_meant(item)).cloned().collect();
    Ok((proved(&kept, Some(&document), left)?, meant.len()))
}

fn document(text: &str) -> Result<Option<Document>, EditError> {
    let mut loaded = yaml::load(text, Schema::Core12);
    if let Some(fault) = loaded.error {
        return Err(EditError::Unreadable { line: fault.line, message: fault.message });
    }
    match loaded.documents.len() {
        0 => Ok(None),
        1 => Ok(Some(loaded.documents.remove(0))),
        _ => Err(EditError::Unusual("it holds more than one document".to_owned())),
    }
}

fn unusual(key: &str) -> EditError {
    EditError::Unusual(format!("`{key}` is written in an unusual way"))
}

/// First and last line, from 1, of something that is there.
fn place(document: &Document, pointer: &str) -> Result<(usize, usize), EditError> {
    let (first, last) = document.spans.lines(pointer).ok_or_else(|| unusual("waivers"))?;
    Ok((first.max(1) as usize, last.max(first) as usize))
}

/// The key is not there, or has no value yet.
fn without_key(
    text: &str,
    key_is_there: bool,
    waiver: &Waiver,
    remark: &str,
) -> Result<String, EditError> {
    let item = block(waiver, remark, "  ");
    if !key_is_there {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return Ok(format!("{text}{gap}waivers:\n{item}"));
    }
    let mut out = String::new();
    let mut put = false;
    for line in text.split_inclusive('\n') {
        out.push_str(line);
        if !put && line.trim_end() == "waivers:" {
            if !line.ends_with('\n') {
                out.push('\n');
            }
            out.push_str(&item);
            put = true;
        }
    }
    if put { Ok(out) } else { Err(unusual("waivers")) }
}

/// Behind the last item, indented as that one is.
fn below_last(
    text: &str,
    document: &Document,
    last: usize,
    waiver: &Waiver,
    remark: &str,
) -> Result<String, EditError> {
    let (first, end) = place(document, &format!("/waivers/{last}"))?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let head = lines.get(first - 1).ok_or_else(|| unusual("waivers"))?;
    let indent = &head[..head.len() - head.trim_start().len()];
    if !head.trim_start().starts_with("- ") {
        return Err(EditError::Unusual(
            "`waivers` is not written as lines that begin with `-`".to_owned(),
        ));
    }
    let end = end.min(lines.len());
    let mut out: String = lines[..end].concat();
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&block(waiver, remark, indent));
    out.extend(lines[end..].iter().copied());
    Ok(out)
}

/// One item as people write it.
fn block(waiver: &Waiver, remark: &str, indent: &str) -> String {
    let Value::Object(map) = value_of(waiver) else { return String::new() };
    let mut out = String::new();
    if !remark.is_empty() {
        out += &format!("{indent}# {}\n", remark.replace(['\n', '\r'], " "));
    }
    for (i, key) in ["policy", "paths", "resource", "reason", "owner", "expires"].iter().enumerate()
    {
        let Some(value) = map.get(*key) else { continue };
        let lead = if i == 0 { "- " } else { "  " };
        out += &format!("{indent}{lead}{key}: {}\n", scalar(value));
    }
    out
}

/// Plain where plain is safe, else JSON, which is YAML too.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => {
            let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || " -_./,;()".contains(c))
                && !text.ends_with(' ');
            let reads_back = || {
                let loaded = yaml::load(text, Schema::Core12);
                matches!(loaded.documents.as_slice(), [only] if only.value == *value)
            };
            if plain && reads_back() { text.clone() } else { value.to_string() }
        }
        other => other.to_string(),
    }
}

fn value_of(waiver: &Waiver) -> Value {
    let mut map = serde_json::Map::new();
    map.insert("policy".to_owned(), waiver.policy.as_str().into());
    if !waiver.paths.is_empty() {
        map.insert("paths".to_owned(), waiver.paths.clone().into());
    }
    if let Some(resource) = &waiver.resource {
        map.insert("resource".to_owned(), resource.clone().into());
    }
    map.insert("reason".to_owned(), waiver.reason.clone().into());
    if let Some(owner) = &waiver.owner {
        map.insert("owner".to_owned(), owner.clone().into());
    }
    map.insert("expires".to_owned(), waiver.expires.to_string().into());
    Value::Object(map)
}

/// `text`, when it reads as `before` with this list of waivers and nothing else changed.
fn proved(text: &str, before: Option<&Document>, waivers: Vec<Value>) -> Result<String, EditError> {
    let strip = |value: &Value| {
        let mut value = value.clone();
        if let Some(map) = value.as_object_mut() {
            map.remove("waivers");
        }
        value
    };
    let nothing = Value::Object(serde_json::Map::new());
    let after = document(text)?;
    let rest = |d: Option<&Document>| match d.map(|d| strip(&d.value)) {
        None | Some(Value::Null) => nothing.clone(),
        Some(value) => value,
    };
    let list = after.as_ref().and_then(|d| d.value.get("waivers")).and_then(Value::as_array);
    let same_rest = rest(before) == rest(after.as_ref());
    if same_rest && list.cloned().unwrap_or_default() == waivers {
        Ok(text.to_owned())
    } else {
        Err(unusual("waivers"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn waiver(reason: &str) -> Waiver {
        Waiver {
            file: String::new(),
            line: None,
            policy: PolicyId::parse("container/non_root_user").unwrap(),
            paths: vec!["legacy/**".to_owned()],
            resource: None,
            reason: reason.to_owned(),
            owner: Some("ada".to_owned()),
            expires: "2027-01-31".parse().unwrap(),
            target: None,
        }
    }

    const ITEM: &str = "  # asked for in #7\n  - policy: container/non_root_user\n    paths: [\"legacy/**\"]\n    reason: vendor image\n    owner: ada\n    expires: 2027-01-31\n";

    #[test]
    fn it_joins_what_is_there() {
        for (before, after) in [
            ("", format!("waivers:\n{ITEM}")),
            ("path: service\n# end", format!("path: service\n# end\nwaivers:\n{ITEM}")),
            ("waivers:\npath: x\n", format!("waivers:\n{ITEM}path: x\n")),
            (
                "waivers:\n  # old\n  - policy: a/b\n    reason: 'x' # why\n\npath: x\n",
                format!(
                    "waivers:\n  # old\n  - policy: a/b\n    reason: 'x' # why\n{ITEM}\npath: x\n"
                ),
            ),
        ] {
            assert_eq!(
                add(before, &waiver("vendor image"), "asked for in #7"),
                Ok(after),
                "{before:?}"
            );
        }
    }

    #[test]
    fn the_same_one_joins_once() {
        let once = add("path: x\n", &waiver("vendor image"), "asked for in #7").unwrap();
        assert_eq!(add(&once, &waiver("vendor image"), "asked for in #7"), Ok(once.clone()));
        let other = add(&once, &waiver("another reason"), "asked for in #8").unwrap();
        assert_eq!(other.matches("- policy:").count(), 2);
    }

    #[test]
    fn unusual_files_are_left_alone() {
        for text in [
            "waivers: []\n",
            "waivers: [{policy: a/b}]\n",
            "waivers: 3\n",
            "a: [\n",
            "a: 1\n---\nb: 2\n",
        ] {
            assert!(add(text, &waiver("x"), "").is_err(), "{text:?}");
        }
    }

    #[test]
    fn it_leaves_with_its_comment() {
        let policy = PolicyId::parse("container/non_root_user").unwrap();
        let before = "path: x\nwaivers:\n  - policy: a/b\n    reason: y\n";
        let with = add(before, &waiver("vendor image"), "asked for in #7").unwrap();
        assert_eq!(remove(&with, &policy), Ok((before.to_owned(), 1)));
        let only = add("path: x\n", &waiver("z"), "").unwrap();
        assert_eq!(remove(&only, &policy), Ok(("path: x\n".to_owned(), 1)));
        assert_eq!(remove(before, &policy), Ok((before.to_owned(), 0)));
    }

    proptest! {
        #[test]
        fn any_reason_reads_back(reason in "\\PC{1,40}", paths in prop::collection::vec("[a-z*/ '\"#:]{1,12}", 0..3)) {
            let wanted = Waiver { paths, ..waiver(&reason) };
            let text = add("path: x # keep\n", &wanted, "r").unwrap();
            prop_assert!(text.starts_with("path: x # keep\nwaivers:\n"));
        }
    }
}
