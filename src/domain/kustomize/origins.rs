//! Where was a value written? Every value of every document that was read has a number.

use std::sync::Arc;

use serde_json::Value;

use crate::domain::yaml::{SpanTable, escape_token};

use super::node::{Body, Map, Node};

/// The number of a value as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::domain) struct Origin(u32);

/// Everything that was read.
#[derive(Debug, Default)]
pub(in crate::domain) struct Origins {
    values: Vec<Written>,
    documents: Vec<Document>,
}

#[derive(Debug)]
struct Written {
    /// `None` for a document's first value.
    parent: Option<Origin>,
    document: u32,
    step: Step,
}

#[derive(Debug)]
enum Step {
    Root,
    Key(Arc<str>),
    Index(usize),
}

#[derive(Debug)]
struct Document {
    path: String,
    /// Before each pointer: `#1` in a second document, `/patches/0/patch` for a document that
    /// stands in a text.
    prefix: String,
    /// For a document that stands in a text: the line before its first, and its own lines.
    inside: Option<(u32, SpanTable)>,
}

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Spot {
    /// The file.
    pub(in crate::domain) path: String,
    /// As the facts spell pointers: `#1/spec/replicas`.
    pub(in crate::domain) pointer: String,
    /// Known already for a document that stands in a text of another one; else the file's own
    /// table has them.
    pub(in crate::domain) lines: Option<(u32, u32)>,
}

impl Origins {
    /// Takes a document in. `value` nests no deeper than the loader allows.
    pub(super) fn adopt(&mut self, path: &str, prefix: &str, value: &Value) -> Node {
        self.adopt_document(path, prefix, None, value)
    }

    /// Takes in a document that stands in a text; `line` is the one before its first.
    pub(super) fn adopt_inside(
        &mut self,
        path: &str,
        prefix: &str,
        line: u32,
        spans: SpanTable,
        value: &Value,
    ) -> Node {
        self.adopt_document(path, prefix, Some((line, spans)), value)
    }

    fn adopt_document(
        &mut self,
        path: &str,
        prefix: &str,
        inside: Option<(u32, SpanTable)>,
        value: &Value,
    ) -> Node {
        let number = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        self.documents.push(Document { path: path.to_owned(), prefix: prefix.to_owned(), inside });
        self.add(None, number, Step::Root, value)
    }

    fn add(&mut self, parent: Option<Origin>, document: u32, step: Step, value: &Value) -> Node {
        let origin = Origin(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        self.values.push(Written { parent, document, step });
        let body = match value {
            Value::Array(items) => {
                let item = |(i, item)| self.add(Some(origin), document, Step::Index(i), item);
                Body::List(Arc::new(items.iter().enumerate().map(item).collect()))
            }
            Value::Object(map) => {
                let pair = |(key, value): (&String, &Value)| {
                    let key: Arc<str> = key.as_str().into();
                    let step = Step::Key(Arc::clone(&key));
                    (key, self.add(Some(origin), document, step, value))
                };
                Body::Map(Arc::new(map.iter().map(pair).collect::<Map>()))
            }
            Value::String(text) => Body::Text(text.as_str().into()),
            scalar => Body::Scalar(scalar.clone()),
        };
        Node { origin, body }
    }

    /// Takes in a document whose lines are not known, at the place of what holds it.
    pub(super) fn adopt_flat(origin: Origin, value: &Value) -> Node {
        let body = match value {
            Value::Array(items) => {
                Body::List(Arc::new(items.iter().map(|v| Self::adopt_flat(origin, v)).collect()))
            }
            Value::Object(map) => {
                let pair = |(key, value): (&String, &Value)| {
                    (key.as_str().into(), Self::adopt_flat(origin, value))
                };
                Body::Map(Arc::new(map.iter().map(pair).collect::<Map>()))
            }
            Value::String(text) => Body::Text(text.as_str().into()),
            scalar => Body::Scalar(scalar.clone()),
        };
        Node { origin, body }
    }

    /// The file of a value.
    pub(in crate::domain) fn path(&self, origin: Origin) -> &str {
        self.document(origin).map_or("", |document| document.path.as_str())
    }

    /// The place of a value, or of what is missing `below` it.
    pub(in crate::domain) fn place(&self, origin: Origin, below: &str) -> Spot {
        let mut steps = Vec::new();
        let mut at = self.values.get(origin.0 as usize);
        while let Some(written) = at {
            match &written.step {
                Step::Root => {}
                Step::Key(key) => steps.push(escape_token(key).into_owned()),
                Step::Index(index) => steps.push(index.to_string()),
            }
            at = written.parent.and_then(|parent| self.values.get(parent.0 as usize));
        }
        let own: String = steps.iter().rev().map(|step| format!("/{step}")).collect();
        let own = format!("{own}{below}");
        let Some(document) = self.document(origin) else {
            return Spot { path: String::new(), pointer: own, lines: None };
        };
        let lines = document.inside.as_ref().and_then(|(before, spans)| {
            let (first, last) = spans.lines(&own)?;
            Some((before + first, before + last))
        });
        let pointer = match &document.inside {
            None => format!("{}{own}", document.prefix),
            Some(_) => document.prefix.clone(),
        };
        Spot { path: document.path.clone(), pointer, lines }
    }

    fn document(&self, origin: Origin) -> Option<&Document> {
        let written = self.values.get(origin.0 as usize)?;
        self.documents.get(written.document as usize)
    }
}
