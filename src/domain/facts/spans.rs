//! On which lines is the place that a policy named?

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::yaml::SpanTable;

use super::overlays::Overlays;

/// The lines of all files that were parsed.
///
/// Pointers are JSON pointers into the first document (`/spec/template`); into a further document
/// they begin with its number (`#1/spec/template`), into an object that Kustomize builds with a
/// `k` and the number of that object (`#k3/spec/template`). `#problem/0` names a place that has no
/// pointer, such as a syntax error.
#[derive(Debug, Clone, Default)]
pub struct Spans {
    files: BTreeMap<String, File>,
    overlays: Arc<Overlays>,
}

#[derive(Debug, Clone, Default)]
struct File {
    documents: Vec<SpanTable>,
    problems: Vec<(u32, u32)>,
    rendered: bool,
}

impl Spans {
    /// First and last line, from 1. A pointer to nothing gives the first line of its nearest
    /// ancestor, no pointer the first line of the file; `None` for a file that was not parsed.
    pub fn lines(&self, path: &str, pointer: Option<&str>) -> Option<(u32, u32)> {
        let file = self.files.get(path)?;
        let Some(pointer) = pointer else { return Some((1, 1)) };
        if let Some(spot) = self.overlays.spot(pointer) {
            return match spot.lines {
                None => self.files.get(&spot.path)?.lines(&spot.pointer),
                known => known,
            };
        }
        file.lines(pointer)
    }

    /// What Kustomize builds.
    pub(in crate::domain) fn overlays(&self) -> &Overlays {
        &self.overlays
    }

    /// Keeps what Kustomize builds.
    pub(super) fn keep_overlays(&mut self, overlays: Overlays) {
        self.overlays = Arc::new(overlays);
    }

    /// Whether two pointers lead into objects of overlays that take each other's place, such as
    /// those of two environments.
    pub(super) fn are_rivals(&self, a: &str, b: &str) -> bool {
        self.overlays.are_rivals(a, b)
    }

    /// How a pointer into document `number` is spelled.
    pub(super) fn pointer(number: usize, pointer: &str) -> String {
        if number == 0 { pointer.to_owned() } else { format!("#{number}{pointer}") }
    }

    pub(super) fn insert(&mut self, path: &str, documents: Vec<SpanTable>) {
        self.files.entry(path.to_owned()).or_default().documents = documents;
    }

    /// Says that a file's documents are what it renders to, several times over.
    pub(super) fn mark_rendered(&mut self, path: &str) {
        self.files.entry(path.to_owned()).or_default().rendered = true;
    }

    /// Whether a file is a template that was rendered with several sets of values: what is wrong
    /// in it may be found in each of them.
    pub fn is_rendered(&self, path: &str) -> bool {
        self.files.get(path).is_some_and(|file| file.rendered)
    }

    /// Remembers a line that no pointer names; gives the pointer that names it from now on.
    pub(super) fn problem(&mut self, path: &str, line: u32) -> String {
        let problems = &mut self.files.entry(path.to_owned()).or_default().problems;
        problems.push((line, line));
        format!("#problem/{}", problems.len() - 1)
    }
}

impl File {
    fn lines(&self, pointer: &str) -> Option<(u32, u32)> {
        let (number, rest) = match pointer.strip_prefix('#') {
            None => (Some(0), pointer),
            Some(tail) => {
                let (head, rest) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
                if head == "problem" {
                    let index = rest.trim_start_matches('/').parse::<usize>().ok();
                    return index.and_then(|index| self.problems.get(index)).copied();
                }
                (head.parse::<usize>().ok(), rest)
            }
        };
        let table = number.and_then(|number| self.documents.get(number));
        table.and_then(|table| table.lines(rest)).or(Some((1, 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::yaml::{Schema, load};

    #[test]
    fn pointers_reach_documents_and_problems() {
        let mut spans = Spans::default();
        let loaded = load("a: 1\n---\nb:\n  c: 2\n", Schema::Core12);
        spans.insert("x.yaml", loaded.documents.into_iter().map(|d| d.spans).collect());
        let problem = spans.problem("x.yaml", 3);
        let lines = |pointer: Option<&str>| spans.lines("x.yaml", pointer);
        assert_eq!(lines(Some("/a")), Some((1, 1)));
        assert_eq!(lines(Some(&Spans::pointer(1, "/b/c"))), Some((4, 4)));
        assert_eq!(lines(Some("#1")), Some((3, 4)));
        assert_eq!(lines(Some(&problem)), Some((3, 3)));
        assert_eq!(lines(Some("#7/b")), Some((1, 1)));
        assert_eq!(lines(None), Some((1, 1)));
        assert_eq!(spans.lines("y.yaml", None), None);
    }
}
