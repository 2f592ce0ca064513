//! Where in a YAML file is the word that serde does not know, and what was meant by it?
//!
//! serde says what it stumbled over and what it knows, but not where: the document is searched for
//! the word.

use serde_json::Value;

use crate::domain::nearest::nearest;
use crate::domain::yaml::{Document, escape_token};

/// A complaint about a file that could not be understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Misread {
    /// The line within the document's file, from 1; `None`: it is about the file as a whole.
    pub(super) line: Option<u32>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

impl Misread {
    /// On one line.
    pub(super) fn told(self) -> String {
        let line = self.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        let hint = self.hint.map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("{line}{}{hint}", self.message)
    }
}

/// What serde says of a document, in words of YAML.
pub(super) fn misread(document: &Document, error: &serde_json::Error) -> Misread {
    let said = error.to_string();
    let mut quoted = said.split('`').skip(1).step_by(2);
    let word = quoted.next().unwrap_or_default().to_owned();
    let known: Vec<&str> = quoted.collect();
    let line = |wanted: &dyn Fn(Option<&str>, &Value) -> bool| {
        let pointer = find(&document.value, None, String::new(), wanted)?;
        document.spans.lines(&pointer).map(|(first, _)| first)
    };
    let hint = || match nearest(&word, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    };
    if said.starts_with("unknown field") {
        let line = line(&|key, _| key == Some(&word));
        return Misread { line, message: format!("unknown key `{word}`"), hint: Some(hint()) };
    }
    if said.starts_with("unknown variant") {
        let line = line(&|_, value| value.as_str() == Some(&word));
        return Misread { line, message: format!("unknown word `{word}`"), hint: Some(hint()) };
    }
    if said.starts_with("missing field") {
        let message = format!("`{word}` is missing");
        return Misread { line: None, message, hint: Some(format!("write `{word}: …`")) };
    }
    // `invalid type: string "x", expected a sequence`
    let text = said.split('"').nth(1);
    let line = text.and_then(|text| line(&|_, value| value.as_str() == Some(text)));
    let words = said.split(" at line ").next().unwrap_or_default();
    let words = words.replace("a sequence", "a list").replace("a map", "a mapping");
    let message = match words.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected a mapping"),
        None => words,
    };
    Misread { line, message, hint: None }
}

/// The pointer of the first value that is wanted, by the key that it stands behind and itself.
fn find(
    value: &Value,
    key: Option<&str>,
    pointer: String,
    wanted: &dyn Fn(Option<&str>, &Value) -> bool,
) -> Option<String> {
    // The loader bounds how deep values nest.
    match value {
        _ if wanted(key, value) => Some(pointer),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            find(value, Some(key), format!("{pointer}/{}", escape_token(key)), wanted)
        }),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| find(item, None, format!("{pointer}/{at}"), wanted)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::Deserialize;

    use super::*;
    use crate::domain::facts::FactKind;
    use crate::domain::finding::Severity;
    use crate::domain::yaml::{Schema, load};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code)]
    struct Custom {
        severity: Severity,
        needs: BTreeSet<FactKind>,
    }

    fn told(text: &str) -> String {
        let mut loaded = load(text, Schema::Core12);
        let document = loaded.documents.pop().expect("a document");
        let error = serde_json::from_value::<Custom>(document.value.clone()).expect_err("wrong");
        misread(&document, &error).told()
    }

    #[test]
    fn the_line_and_the_word_that_was_meant() {
        assert_eq!(
            told("severity: lo\nneeds: []\n"),
            "line 1: unknown word `lo`; did you mean `low`?"
        );
        assert_eq!(
            told("severity: low\nneeds:\n  - files\n  - dockerfile\n"),
            "line 4: unknown word `dockerfile`; did you mean `dockerfiles`?"
        );
        assert_eq!(
            told("severity: low\nneds: []\n"),
            "line 2: unknown key `neds`; did you mean `needs`?"
        );
        assert_eq!(told("severity: low\n"), "`needs` is missing; write `needs: …`");
        assert_eq!(
            told("severity: low\nneeds: files\n"),
            "line 2: invalid type: string \"files\", expected a list"
        );
    }
}
