//! One field of a YAML file gets a value; not a byte besides is touched.

use std::collections::BTreeMap;

use serde_json::Value;

use super::place::{Page, split};
use super::waivers::EditError;
use crate::domain::yaml::{self, Mark, Schema, Shape};

/// `text` with the value at `pointer` of document `number` (from 0) being `literal`: a plain word
/// or a `[…]` as YAML writes it. Mappings that lead there are made where they are missing.
pub fn set(text: &str, number: usize, pointer: &str, literal: &str) -> Result<String, EditError> {
    let marks = marks(text, number)?;
    let edited = edited(&Page { text, marks: &marks }, pointer, literal)?;
    proved(text, &edited, number, |document| {
        *slot(document, pointer)? = value_of(literal)?;
        Some(())
    })
}

/// Whether [`set`] finds a place for the value, by the [`marks`] of the document. It may still
/// refuse what does not read back as it should.
pub fn could_set(
    text: &str,
    marks: &BTreeMap<String, Mark>,
    pointer: &str,
    literal: &str,
) -> Result<(), EditError> {
    edited(&Page { text, marks }, pointer, literal).map(drop)
}

/// Where everything stands in document `number` (from 0) of a text that can be edited.
pub fn marks(text: &str, number: usize) -> Result<BTreeMap<String, Mark>, EditError> {
    let strange = || EditError::Unusual("it is not plain YAML".to_owned());
    // A byte order mark would shift every place.
    if text.starts_with('\u{feff}') {
        return Err(strange());
    }
    let mut documents = yaml::marks(text).ok_or_else(strange)?;
    if number >= documents.len() {
        return Err(strange());
    }
    Ok(documents.swap_remove(number))
}

/// `text` with one item more at the end of the list at `pointer`.
pub fn append(
    text: &str,
    number: usize,
    pointer: &str,
    literal: &str,
) -> Result<String, EditError> {
    let marks = marks(text, number)?;
    let page = Page { text, marks: &marks };
    let list = page.marks.get(pointer).ok_or_else(|| unusual(pointer))?;
    let last = list.children.last().and_then(|last| page.marks.get(last));
    let edited = match (list.shape, last) {
        (Shape::FlowSequence, Some(last)) => page.with(last.value.end, &format!(", {literal}")),
        (Shape::FlowSequence, None) => page.with(list.value.end - 1, literal),
        (Shape::Sequence, Some(last)) => {
            let line = page.line_start(last.value.start);
            let dash = page.text[line..last.value.start].rfind('-');
            let column = dash.and_then(|dash| page.column(line + dash));
            let indent = " ".repeat(column.ok_or_else(|| unusual(pointer))?);
            page.with_lines_behind(last.value.end, &[format!("{indent}- {literal}")])
        }
        _ => return Err(unusual(pointer)),
    };
    proved(text, &edited, number, |document| {
        let item = value_of(literal)?;
        document.pointer_mut(pointer)?.as_array_mut()?.push(item);
        Some(())
    })
}

/// `text` of one document with a new key above another one, at the pointer `neighbour`, and the
/// remarks that belong to that. `lines` say the key and its value, `value` what they come to.
pub fn above(
    text: &str,
    neighbour: &str,
    key: &str,
    lines: &[String],
    value: Value,
) -> Result<String, EditError> {
    let marks = marks(text, 0)?;
    let page = Page { text, marks: &marks };
    let mark = page.marks.get(neighbour);
    let start = mark.and_then(|mark| Some(mark.key.as_ref()?.start));
    let column = start.and_then(|start| page.column(start));
    let (Some(start), Some(column), Some((parent, _))) = (start, column, split(neighbour)) else {
        return Err(unusual(neighbour));
    };
    let mut at = page.line_start(start);
    // Behind a dash, or on a line with others.
    if !page.text[at..start].bytes().all(|b| b == b' ') {
        return Err(unusual(neighbour));
    }
    // A remark right above belongs to what it stands above.
    while at > 0 {
        let before = page.line_start(at - 1);
        if !page.text[before..at].trim_start().starts_with('#') {
            break;
        }
        at = before;
    }
    let end = page.line_end();
    let indent = " ".repeat(column);
    let mut new: String = lines.iter().map(|line| format!("{indent}{line}{end}")).collect();
    // Where the parts of a file stand apart, so does this one.
    if page.text[..at].ends_with(&format!("{end}{end}")) {
        new.push_str(end);
    }
    proved(text, &page.with(at, &new), 0, |document| {
        document.pointer_mut(parent)?.as_object_mut()?.insert(key.to_owned(), value);
        Some(())
    })
}

fn edited(page: &Page<'_>, pointer: &str, literal: &str) -> Result<String, EditError> {
    match page.marks.get(pointer) {
        Some(mark) => replaced(page, pointer, mark, literal),
        None => added(page, pointer, literal),
    }
}

fn unusual(pointer: &str) -> EditError {
    let words = pointer.trim_start_matches('/').replace('/', ".");
    EditError::Unusual(format!("`{words}` is written in an unusual way"))
}

/// Something stands there already.
fn replaced(
    page: &Page<'_>,
    pointer: &str,
    mark: &Mark,
    literal: &str,
) -> Result<String, EditError> {
    match mark.shape {
        Shape::Plain | Shape::Quoted => {
            let (before, after) = (&page.text[..mark.value.start], &page.text[mark.value.end..]);
            Ok(format!("{before}{literal}{after}"))
        }
        Shape::Empty => {
            let at = mark.value.start;
            if !page.text[..at].ends_with(':') {
                return Err(unusual(pointer));
            }
            Ok(page.with(at, &format!(" {literal}")))
        }
        _ => Err(unusual(pointer)),
    }
}

/// The nearest mapping above gains what is missing.
fn added(page: &Page<'_>, pointer: &str, literal: &str) -> Result<String, EditError> {
    let mut missing = Vec::new();
    let mut at = pointer;
    let owner = loop {
        let (parent, token) = split(at).ok_or_else(|| unusual(pointer))?;
        missing.push(token);
        at = parent;
        if let Some(mark) = page.marks.get(parent) {
            break mark;
        }
    };
    missing.reverse();
    let last = owner.children.last().and_then(|last| page.marks.get(last));
    match (owner.shape, last) {
        (Shape::Mapping, Some(last)) => {
            let column = page.column(owner.value.start).ok_or_else(|| unusual(at))?;
            let lines = nested(&missing, literal, column, page.step());
            Ok(page.with_lines_behind(last.value.end, &lines))
        }
        (Shape::Empty, _) => {
            let key = owner.key.as_ref().ok_or_else(|| unusual(at))?;
            let column = page.column(key.start).ok_or_else(|| unusual(at))? + page.step();
            let lines = nested(&missing, literal, column, page.step());
            Ok(page.with_lines_behind(owner.value.end, &lines))
        }
        (Shape::FlowMapping, last) => {
            let mut inner = literal.to_owned();
            for token in missing.iter().skip(1).rev() {
                inner = format!("{{{token}: {inner}}}");
            }
            let inner = format!("{}: {inner}", missing[0]);
            Ok(match last {
                Some(last) => page.with(last.value.end, &format!(", {inner}")),
                None => {
                    let (start, end) = (owner.value.start + 1, owner.value.end - 1);
                    format!("{}{inner}{}", &page.text[..start], &page.text[end..])
                }
            })
        }
        _ => Err(unusual(at)),
    }
}

fn nested(keys: &[String], literal: &str, column: usize, step: usize) -> Vec<String> {
    let line = |(depth, key): (usize, &String)| {
        let indent = " ".repeat(column + depth * step);
        let is_last = depth + 1 == keys.len();
        if is_last { format!("{indent}{key}: {literal}") } else { format!("{indent}{key}:") }
    };
    keys.iter().enumerate().map(line).collect()
}

/// Nothing counts that does not read back as what was there with this one change.
fn proved(
    before: &str,
    after: &str,
    number: usize,
    change: impl FnOnce(&mut Value) -> Option<()>,
) -> Result<String, EditError> {
    let failed = || EditError::Unusual("no line can be put into it safely".to_owned());
    let mut wanted = values(before).ok_or_else(failed)?;
    wanted.get_mut(number).and_then(change).ok_or_else(failed)?;
    if values(after).as_ref() == Some(&wanted) { Ok(after.to_owned()) } else { Err(failed()) }
}

fn values(text: &str) -> Option<Vec<Value>> {
    let loaded = yaml::load(text, Schema::Core12);
    let whole = loaded.error.is_none();
    whole.then(|| loaded.documents.into_iter().map(|document| document.value).collect())
}

fn value_of(literal: &str) -> Option<Value> {
    values(literal)?.into_iter().next()
}

/// The place of a value, made where it is missing.
fn slot<'v>(document: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    let mut at = document;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if at.is_null() {
            *at = Value::Object(serde_json::Map::new());
        }
        at = match at {
            Value::Object(map) => map.entry(token).or_insert(Value::Null),
            Value::Array(items) => items.get_mut(token.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POD: &str = "\
# ours
spec:
  containers:
    - name: web   # the one
      image: \"a:1\"
      # later:
      # args: []
    - {name: side, image: b}
  securityContext:
  list: [a,
    b]
";

    fn edit(pointer: &str, literal: &str) -> String {
        set(POD, 0, pointer, literal).expect("it can be set")
    }

    #[test]
    fn a_missing_field_is_put_where_it_belongs() {
        let text = edit("/spec/containers/0/securityContext/runAsNonRoot", "true");
        let wanted = "\
      image: \"a:1\"
      securityContext:
        runAsNonRoot: true
      # later:
";
        assert!(text.contains(wanted), "{text}");
        let text = edit("/spec/containers/1/securityContext/capabilities/drop", "[ALL]");
        let wanted = "- {name: side, image: b, securityContext: {capabilities: {drop: [ALL]}}}\n";
        assert!(text.contains(wanted), "{text}");
        let text = edit("/spec/securityContext/runAsNonRoot", "true");
        assert!(text.contains("  securityContext:\n    runAsNonRoot: true\n  list"), "{text}");
        let text = edit("/metadata/name", "x");
        assert!(text.ends_with("    b]\nmetadata:\n  name: x\n"), "{text}");
    }

    #[test]
    fn a_value_is_replaced_and_its_remark_stays() {
        let text = edit("/spec/containers/0/name", "api");
        assert_eq!(text, POD.replace("name: web   #", "name: api   #"));
        assert_eq!(edit("/spec/containers/0/image", "c"), POD.replace("\"a:1\"", "c"));
    }

    #[test]
    fn lists_grow() {
        let text = append(POD, 0, "/spec/list", "c").expect("it grows");
        assert!(text.contains("b, c]"), "{text}");
        let text = append("a:\r\n- x # y\r\nb: []", 0, "/a", "z").expect("it grows");
        assert_eq!(text, "a:\r\n- x # y\r\n- z\r\nb: []");
        let text = append("a:\n- x\nb: []", 0, "/b", "z").expect("it grows");
        assert_eq!(text, "a:\n- x\nb: [z]");
    }

    #[test]
    fn what_others_refer_to_is_left_alone() {
        let text = "a: &x\n  b: 1\nc: *x\n";
        assert!(set(text, 0, "/a/d", "2").is_err());
        assert!(set(text, 0, "/c/d", "2").is_err());
        assert!(set("a: [1\n", 0, "/a", "2").is_err());
        assert!(set("a: {{ x }}\n", 0, "/a", "2").is_err());
    }

    #[test]
    fn a_key_goes_above_its_neighbour_and_its_remarks() {
        let text = "name: x\non: push\n\n# all of them\njobs:\n  a: {}\n";
        let value = serde_json::json!({"contents": "read"});
        let lines = ["permissions:", "  contents: read"].map(str::to_owned);
        let text = above(text, "/jobs", "permissions", &lines, value.clone()).expect("it fits");
        let wanted = "on: push\n\npermissions:\n  contents: read\n\n# all of them\njobs:\n";
        assert!(text.contains(wanted), "{text}");
        let text = "jobs:\n  a:\n    name: b\n    # steps\n    steps: []\n";
        let text = above(text, "/jobs/a/steps", "permissions", &lines, value).expect("it fits");
        let wanted = "name: b\n    permissions:\n      contents: read\n    # steps\n";
        assert!(text.contains(wanted), "{text}");
    }
}
