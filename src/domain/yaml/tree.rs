//! Events → a tree with lines, aliases still unresolved.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle, Tag};
use serde_json::Value;

use super::lines::Lines;
use super::scalar::{Schema, resolve};
use super::{Document, Fault, Loaded, MAX_DEPTH, MAX_DOCUMENTS, MAX_NODES, build};

/// Index of a node in [`Tree::nodes`].
pub(super) type Id = usize;

/// One document's nodes.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

/// A value and the lines on which it stands.
pub(super) struct Node {
    pub(super) body: Body,
    pub(super) first: u32,
    pub(super) last: u32,
}

/// What a node is.
pub(super) enum Body {
    Scalar(Value),
    Sequence(Vec<Id>),
    Mapping(Vec<Entry>),
    Alias(Id),
}

/// A key and its value.
pub(super) struct Entry {
    pub(super) key: String,
    /// The key is an unquoted `<<`.
    pub(super) merge: bool,
    pub(super) line: u32,
    pub(super) value: Id,
}

/// Reads the whole text, stopping at the first error.
pub(super) fn read(text: &str, schema: Schema) -> Loaded {
    let mut reader = Reader {
        text,
        schema,
        lines: Lines::of(text),
        tree: Tree::default(),
        open: Vec::new(),
        anchors: HashMap::new(),
        duplicates: Vec::new(),
        budget: MAX_NODES,
    };
    let mut options = granit_parser::Options::default();
    options.set_emit_comments(false);
    let mut loaded = Loaded::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let step = match next {
            Ok((event, span)) => reader.take(event, span, &mut loaded.documents),
            Err(error) => {
                let offset = error.marker().byte_offset();
                let line = offset.map_or(1, |offset| reader.lines.at(offset));
                Err(Fault { line, message: error.info() })
            }
        };
        if let Err(fault) = step {
            loaded.error = Some(fault);
            break;
        }
    }
    loaded
}

/// A collection whose end has not come.
struct Open {
    id: Id,
    flow: bool,
    /// In a mapping: the key whose value comes next.
    key: Option<(String, bool, u32)>,
    /// In a mapping: key → index of its entry.
    seen: HashMap<String, usize>,
}

struct Reader<'t> {
    text: &'t str,
    schema: Schema,
    lines: Lines,
    tree: Tree,
    open: Vec<Open>,
    anchors: HashMap<usize, Id>,
    duplicates: Vec<Fault>,
    /// Values that may still be made, over all documents and with aliases expanded.
    budget: usize,
}

impl Reader<'_> {
    fn take(
        &mut self,
        event: Event<'_>,
        span: Span,
        documents: &mut Vec<Document>,
    ) -> Result<(), Fault> {
        match event {
            Event::DocumentStart(..) => {
                if documents.len() >= MAX_DOCUMENTS {
                    let message = format!("more than {MAX_DOCUMENTS} documents in one file");
                    return Err(Fault { line: self.lines_of(span).0, message });
                }
                self.tree = Tree::default();
                self.anchors.clear();
            }
            Event::DocumentEnd => {
                let (value, spans) = build::build(&self.tree, &mut self.budget)?;
                let duplicates = std::mem::take(&mut self.duplicates);
                documents.push(Document { value, spans, duplicates });
            }
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.scalar(&text, style, tag.as_deref());
                let merge = style == ScalarStyle::Plain && tag.is_none() && text == "<<";
                self.node(Body::Scalar(value), span, anchor, Some((text.into_owned(), merge)))?;
            }
            Event::SequenceStart(style, anchor, _) => {
                let id = self.node(Body::Sequence(Vec::new()), span, anchor, None)?;
                self.enter(id, style == StructureStyle::Flow, span)?;
            }
            Event::MappingStart(style, anchor, _) => {
                let id = self.node(Body::Mapping(Vec::new()), span, anchor, None)?;
                self.enter(id, style == StructureStyle::Flow, span)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span),
            Event::Alias(anchor) => self.alias(anchor, span)?,
            _ => {}
        }
        Ok(())
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Value {
        match tag.map(Tag::core_suffix) {
            None if style == ScalarStyle::Plain => resolve(text, self.schema),
            Some(Some("int" | "float" | "bool" | "null")) => resolve(text, self.schema),
            _ => Value::String(text.to_owned()),
        }
    }

    /// Adds a node where the innermost open collection expects one. `text` is given for what can
    /// be a key.
    fn node(
        &mut self,
        body: Body,
        span: Span,
        anchor: usize,
        text: Option<(String, bool)>,
    ) -> Result<Id, Fault> {
        let (first, last) = self.lines_of(span);
        let id = self.tree.nodes.len();
        if self.budget <= id {
            return Err(build::too_many(first));
        }
        self.tree.nodes.push(Node { body, first, last });
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
        let Some(parent) = self.open.last_mut() else { return Ok(id) };
        match &mut self.tree.nodes[parent.id].body {
            Body::Sequence(items) => items.push(id),
            Body::Mapping(entries) => match (parent.key.take(), text) {
                (None, Some((key, merge))) => parent.key = Some((key, merge, first)),
                (None, None) => {
                    let message = "a mapping's key is a collection".to_owned();
                    return Err(Fault { line: first, message });
                }
                (Some((key, merge, line)), _) => match parent.seen.get(&key) {
                    // Several `<<` are no contradiction: all of them are merged.
                    Some(&at) if !merge => {
                        let message = format!("key `{key}` is set twice");
                        self.duplicates.push(Fault { line, message });
                        entries[at] = Entry { key, merge, line, value: id };
                    }
                    _ => {
                        parent.seen.insert(key.clone(), entries.len());
                        entries.push(Entry { key, merge, line, value: id });
                    }
                },
            },
            Body::Scalar(_) | Body::Alias(_) => {}
        }
        let parent = parent.id;
        self.tree.nodes[parent].last = self.tree.nodes[parent].last.max(last);
        Ok(id)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Fault> {
        let line = self.lines_of(span).0;
        let target = self.anchors.get(&anchor).copied();
        let Some(target) = target.filter(|id| self.open.iter().all(|open| open.id != *id)) else {
            return Err(Fault { line, message: "an anchor contains itself".to_owned() });
        };
        let text = match &self.tree.nodes[target].body {
            Body::Scalar(Value::String(text)) => Some((text.clone(), false)),
            Body::Scalar(other) => Some((other.to_string(), false)),
            _ => None,
        };
        self.node(Body::Alias(target), span, 0, text).map(|_| ())
    }

    fn enter(&mut self, id: Id, flow: bool, span: Span) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(build::too_deep(self.lines_of(span).0));
        }
        self.open.push(Open { id, flow, key: None, seen: HashMap::new() });
        Ok(())
    }

    fn leave(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        // A block collection ends where the next thing starts, blank lines and comments later;
        // its last child says better where it ends.
        if open.flow {
            let last = self.lines_of(span).1;
            let node = &mut self.tree.nodes[open.id];
            node.last = node.last.max(last);
        }
        let last = self.tree.nodes[open.id].last;
        if let Some(parent) = self.open.last() {
            let node = &mut self.tree.nodes[parent.id];
            node.last = node.last.max(last);
        }
    }

    /// First and last line of a span, without the white space at its end.
    fn lines_of(&self, span: Span) -> (u32, u32) {
        let Some(range) = span.byte_range() else { return (1, 1) };
        let first = self.lines.at(range.start);
        let body = self.text.get(range.clone()).unwrap_or("").trim_end();
        let last = self.lines.at(range.start + body.len().saturating_sub(1));
        (first, last.max(first))
    }
}
