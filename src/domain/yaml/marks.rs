//! Where exactly, to the byte, does each value of a YAML file stand? For editing it in place.
//!
//! Lines ([`super::SpanTable`]) are enough to show a value; to change one word and nothing else it
//! takes the bytes of the word, and whether it stands in a block or between braces. Made only for
//! files that are about to be edited: it costs a string for each value.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::{MAX_DEPTH, MAX_NODES, escape_token};

/// What stands at a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The bytes of its key; `None` in a list and at the root.
    pub key: Option<Range<usize>>,
    /// The bytes of the value, without anchor and tag; of a block collection from its first child
    /// to the end of its last.
    pub value: Range<usize>,
    /// How it is written.
    pub shape: Shape,
    /// The pointers of its children, in order.
    pub children: Vec<String>,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One word or line without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// `|` or `>`.
    Text,
    /// Nothing stands there, which means null.
    Empty,
    /// `*name`.
    Alias,
    /// `key: value` lines.
    Mapping,
    /// `{…}`.
    FlowMapping,
    /// `- item` lines.
    Sequence,
    /// `[…]`.
    FlowSequence,
}

/// Every value of every document, by pointer. `None` when the text cannot be read whole, or says
/// a key twice.
pub fn marks(text: &str) -> Option<Vec<BTreeMap<String, Mark>>> {
    let mut reader = Reader::default();
    let mut options = granit_parser::Options::default();
    options.set_emit_comments(false);
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.ok()?;
        reader.take(text, event, span)?;
    }
    Some(reader.documents)
}

struct Open {
    pointer: String,
    sequence: bool,
    flow: bool,
    /// Of a mapping: the key whose value comes next, and where it stands.
    key: Option<(String, Range<usize>)>,
    count: usize,
}

#[derive(Default)]
struct Reader {
    documents: Vec<BTreeMap<String, Mark>>,
    open: Vec<Open>,
    nodes: usize,
}

impl Reader {
    fn take(&mut self, text: &str, event: Event<'_>, span: Span) -> Option<()> {
        let range = |span: Span| span.byte_range();
        match event {
            Event::DocumentStart(..) => self.documents.push(BTreeMap::new()),
            Event::Scalar(word, style, ..) => {
                let mut at = range(span)?;
                at.end = at.start + text.get(at.clone())?.trim_end().len();
                let shape = match style {
                    ScalarStyle::Plain if at.is_empty() => Shape::Empty,
                    ScalarStyle::Plain => Shape::Plain,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Shape::Quoted,
                    _ => Shape::Text,
                };
                if let Some(open) = self.open.last_mut().filter(|o| !o.sequence && o.key.is_none())
                {
                    open.key = Some((word.into_owned(), at));
                    return Some(());
                }
                self.add(at, shape)?;
            }
            Event::Alias(_) => {
                let at = range(span)?;
                if let Some(open) = self.open.last_mut().filter(|o| !o.sequence && o.key.is_none())
                {
                    open.key = Some((text.get(at.clone())?.to_owned(), at));
                    return Some(());
                }
                self.add(at, Shape::Alias)?;
            }
            Event::SequenceStart(style, ..) => self.enter(span, true, style)?,
            Event::MappingStart(style, ..) => self.enter(span, false, style)?,
            Event::SequenceEnd | Event::MappingEnd => {
                let open = self.open.pop()?;
                let end = range(span)?.end;
                let marks = self.documents.last_mut()?;
                let children = &marks.get(&open.pointer)?.children;
                let (first, last) = (children.first().cloned(), children.last().cloned());
                if open.flow {
                    marks.get_mut(&open.pointer)?.value.end = end;
                } else if let (Some(first), Some(last)) = (first, last) {
                    let first = marks.get(&first)?;
                    let start = first.key.clone().unwrap_or(first.value.clone()).start;
                    let end = marks.get(&last)?.value.end;
                    marks.get_mut(&open.pointer)?.value = start..end;
                }
            }
            _ => {}
        }
        Some(())
    }

    fn enter(&mut self, span: Span, sequence: bool, style: StructureStyle) -> Option<()> {
        let flow = style == StructureStyle::Flow;
        let shape = match (sequence, flow) {
            (true, true) => Shape::FlowSequence,
            (true, false) => Shape::Sequence,
            (false, true) => Shape::FlowMapping,
            (false, false) => Shape::Mapping,
        };
        let pointer = self.add(span.byte_range()?, shape)?;
        if self.open.len() >= MAX_DEPTH {
            return None;
        }
        self.open.push(Open { pointer, sequence, flow, key: None, count: 0 });
        Some(())
    }

    fn add(&mut self, value: Range<usize>, shape: Shape) -> Option<String> {
        self.nodes += 1;
        let marks = self.documents.last_mut()?;
        let (pointer, key, mut value) = match self.open.last_mut() {
            None => (String::new(), None, value),
            Some(open) if open.sequence => {
                open.count += 1;
                (format!("{}/{}", open.pointer, open.count - 1), None, value)
            }
            Some(open) => {
                let (key, at) = open.key.take()?;
                (format!("{}/{}", open.pointer, escape_token(&key)), Some(at), value)
            }
        };
        // Nothing has no place of its own: it is right behind the colon.
        if let (Shape::Empty, Some(key)) = (shape, &key) {
            value = key.end + 1..key.end + 1;
        }
        if self.nodes > MAX_NODES || marks.contains_key(&pointer) {
            return None;
        }
        if let Some(open) = self.open.last() {
            marks.get_mut(&open.pointer)?.children.push(pointer.clone());
        }
        marks.insert(pointer.clone(), Mark { key, value, shape, children: Vec::new() });
        Some(pointer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, pointer: &str) -> (String, Shape) {
        let marks = marks(text).expect("readable");
        let mark = &marks[0][pointer];
        (text[mark.value.clone()].to_owned(), mark.shape)
    }

    #[test]
    fn values_stand_where_they_are_written() {
        let text = "a: one  # why\nb: {c: 'd', e: []}\nf:\n- g: 1\n  h: |\n    text\n\n- i\nj:\n";
        assert_eq!(of(text, "/a"), ("one".to_owned(), Shape::Plain));
        assert_eq!(of(text, "/b"), ("{c: 'd', e: []}".to_owned(), Shape::FlowMapping));
        assert_eq!(of(text, "/b/c"), ("'d'".to_owned(), Shape::Quoted));
        assert_eq!(of(text, "/b/e"), ("[]".to_owned(), Shape::FlowSequence));
        assert_eq!(of(text, "/f/0"), ("g: 1\n  h: |\n    text".to_owned(), Shape::Mapping));
        assert_eq!(of(text, "/f/1"), ("i".to_owned(), Shape::Plain));
        assert_eq!(of(text, "/j"), (String::new(), Shape::Empty));
        let marks = marks("é: ä\n---\nx: &n 1\ny: *n\n").expect("readable");
        assert_eq!(marks[0]["/é"].value, 4..6);
        assert_eq!(marks[1]["/y"].shape, Shape::Alias);
    }

    #[test]
    fn what_is_said_twice_is_not_edited() {
        assert_eq!(marks("a: 1\na: 2\n"), None);
        assert_eq!(marks("a: [1\n"), None);
    }
}
