//! What was generated last? `.github/waymark.lock`, which the adoption itself writes and commits.
//!
//! It names each generated file's text by its Git blob, so it stays small and readable: when a
//! human has not touched the file, the file itself is that text; otherwise Git has it, because the
//! adoption was committed. Where edits were merged, Git never saw the generated text, so the lock
//! holds it. Parameters are kept, so that asking again gives the same answer
//! although the repository has changed (it is no longer empty, for one thing).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

use crate::domain::ids::Sha;
use crate::domain::yaml;

/// Where it lies.
pub const LOCK: &str = ".github/waymark.lock";

/// Names and blobs that it may hold.
const MAX_FILES: usize = super::super::template::MAX_FILES;

/// What it says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Lock {
    /// The golden path that was adopted.
    pub(super) path: String,
    /// Its parameters.
    pub(super) parameters: Map<String, Value>,
    /// Path → blob of the text that was generated.
    pub(super) files: BTreeMap<String, Sha>,
    /// Path → that text, where Git does not have it.
    pub(super) texts: BTreeMap<String, String>,
}

/// What the lock says of a file from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// The text that is generated now.
    Now,
    /// The same, and the text itself: the repository will not have it.
    NowWhole,
    /// What it said before, if anything.
    AsBefore,
}

impl Lock {
    /// Reads it. What is not understood is left out: then a file counts as a human's.
    pub(super) fn read(text: &str) -> Self {
        let mut loaded = yaml::load(text, yaml::Schema::Core12);
        let value = loaded.documents.pop().map(|d| d.value).unwrap_or_default();
        let files = value["files"].as_object().into_iter().flatten().take(MAX_FILES);
        let texts = value["texts"].as_object().into_iter().flatten().take(MAX_FILES);
        Self {
            path: value["path"].as_str().unwrap_or_default().to_owned(),
            parameters: value["parameters"].as_object().cloned().unwrap_or_default(),
            files: files
                .filter_map(|(path, blob)| Some((path.clone(), Sha::parse(blob.as_str()?).ok()?)))
                .collect(),
            texts: texts
                .filter_map(|(path, text)| Some((path.clone(), text.as_str()?.to_owned())))
                .collect(),
        }
    }

    /// Notes what is remembered of a file. `last` is the lock so far.
    pub(super) fn note(&mut self, last: &Self, path: &str, text: &str, memory: Memory) {
        let (blob, whole) = match memory {
            Memory::Now => (Some(blob_name(text)), None),
            Memory::NowWhole => (Some(blob_name(text)), Some(text.to_owned())),
            Memory::AsBefore => (last.files.get(path).cloned(), last.texts.get(path).cloned()),
        };
        self.files.extend(blob.map(|blob| (path.to_owned(), blob)));
        self.texts.extend(whole.map(|whole| (path.to_owned(), whole)));
    }

    /// Writes it: YAML whose scalars are JSON, so no value needs thought about quoting.
    pub(super) fn write(&self) -> String {
        let mut out = String::from(
            "# Written by `waymark adopt`: what it generated last, so that your edits survive the\n\
             # next time. Commit it, and leave it alone.\n\
             schema: waymark.dev/lock/v1\n",
        );
        let json = |value: &Value| serde_json::to_string(value).unwrap_or_default();
        let text = |text: &str| json(&Value::from(text));
        let _ = writeln!(out, "path: {}", text(&self.path));
        out.push_str("parameters:\n");
        for (name, value) in &self.parameters {
            let _ = writeln!(out, "  {}: {}", text(name), json(value));
        }
        out.push_str("files:\n");
        for (path, blob) in &self.files {
            let _ = writeln!(out, "  {}: {}", text(path), text(blob.as_str()));
        }
        if !self.texts.is_empty() {
            out.push_str("texts:\n");
        }
        for (path, whole) in &self.texts {
            let _ = writeln!(out, "  {}: {}", text(path), text(whole));
        }
        out
    }
}

/// The golden path that was adopted, by the lock's text.
pub fn adopted_path(text: &str) -> Option<String> {
    Some(Lock::read(text).path).filter(|path| !path.is_empty())
}

/// The name that Git (with SHA-1) gives to a text.
pub fn blob_name(text: &str) -> Sha {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", text.len()));
    hash.update(text);
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Sha::parse(&digits).expect("SHA-1 gives 40 hexadecimal digits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let lock = Lock {
            path: "service".to_owned(),
            parameters: [("name".to_owned(), "a: \"b\" # c".into()), ("port".to_owned(), 1.into())]
                .into_iter()
                .collect(),
            files: [("a b#.md".to_owned(), blob_name("x\n"))].into(),
            texts: [("a b#.md".to_owned(), "x: 1\n\t\"y\" \u{1b}\n".to_owned())].into(),
        };
        assert_eq!(Lock::read(&lock.write()), lock);
        assert_eq!(Lock::read("a: ["), Lock::default());
        // `printf 'x\n' | git hash-object --stdin`
        assert_eq!(blob_name("x\n").as_str(), "587be6b4c3f93f93c489c0111bba5596147a26cb");
    }
}
