//! What does a YAML or JSON file say, and on which line?
//!
//! An event loader of our own: every library that builds values either lacks line numbers or can
//! be hung or crashed by a hostile file (measured; `docs/development.md`). Text becomes events
//! (granit-parser), events become a tree with lines ([`tree`]), the tree becomes a
//! [`serde_json::Value`] and a [`SpanTable`] ([`build`]); nothing recurses, and every step is
//! bounded by the constants here.

mod build;
mod lines;
mod marks;
mod scalar;
mod spans;
mod template;
mod tree;

use serde_json::Value;

pub(in crate::domain) use lines::Lines;
pub use marks::{Mark, Shape, marks};
pub use scalar::Schema;
pub(in crate::domain) use scalar::resolve;
pub use spans::{SpanTable, escape_token};
pub use template::{has_template_marks, holds_mark, marks_explain};

/// How many values a file may hold; an alias counts as everything it stands for.
pub const MAX_NODES: usize = 200_000;
/// How many documents a file may hold.
pub const MAX_DOCUMENTS: usize = 500;
/// How deep collections may nest; an alias counts as deep as what it stands for.
pub const MAX_DEPTH: usize = 64;

/// Reads all documents of `text`. Never fails as a whole: what was read before the first error
/// is kept, and [`Loaded::error`] says where reading stopped.
pub fn load(text: &str, schema: Schema) -> Loaded {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    tree::read(text, schema)
}

/// Reads a JSON file through the same loader, as YAML is a superset but for one thing: JSON may
/// be indented with tabs. A tab is as long as a space, so lines stay right.
pub fn load_json(text: &str) -> Loaded {
    if text.contains('\t') {
        load(&text.replace('\t', " "), Schema::Core12)
    } else {
        load(text, Schema::Core12)
    }
}

/// The documents of one file.
#[derive(Debug, Default)]
pub struct Loaded {
    /// In the order of the file; an empty document is `Value::Null`.
    pub documents: Vec<Document>,
    /// Why reading stopped early, if it did.
    pub error: Option<Fault>,
}

/// One document.
#[derive(Debug, Default)]
pub struct Document {
    /// What it says. Keys are strings; aliases and `<<` are resolved; of a key that is set twice
    /// the last value counts.
    pub value: Value,
    /// Where it says it.
    pub spans: SpanTable,
    /// Keys that are set twice, at the second place.
    pub duplicates: Vec<Fault>,
}

/// Something wrong with the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1, within the file.
    pub line: u32,
    /// Plain words without a full stop and without the line.
    pub message: String,
}

#[cfg(test)]
mod tests;
