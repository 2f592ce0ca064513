//! What does the repository say of itself to Backstage?

use serde::Serialize;
use serde_json::Value;

use crate::domain::yaml::{Schema, load};

use super::gather::Gather;
use super::{FactKind, Spans};

/// The root `catalog-info.yaml` (or `.yml`).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Catalog {
    /// The file, when there is one.
    pub path: Option<String>,
    /// Its documents but for empty ones, in order.
    pub entities: Vec<Entity>,
    /// What is wrong with the text itself.
    pub problems: Vec<Problem>,
}

/// One document of the catalog file.
#[derive(Debug, Clone, Serialize)]
pub struct Entity {
    /// The file.
    pub path: String,
    /// Where the document starts: prefix of every pointer into it (empty for the first).
    pub pointer: String,
    /// Has string `apiVersion` and `kind`: something that Backstage would try to read.
    pub is_entity: bool,
    /// The document as it is; may be anything.
    pub entity: Value,
}

/// A fault in the text.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// Names the line.
    pub pointer: String,
    /// In plain words.
    pub message: String,
    /// Nothing after this line could be read.
    pub fatal: bool,
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Catalog;
    // When both names exist, Backstage's own default counts.
    let Some(path) = gather.paths(kind).into_iter().next() else { return };
    gather.snapshot.catalog.path = Some(path.to_owned());
    let Some(text) = gather.text(kind, path) else { return };
    let loaded = load(&text, Schema::Core12);
    gather.keep_spans(path, &loaded);
    let duplicates = loaded.documents.iter().flat_map(|document| &document.duplicates);
    let faults = duplicates.map(|fault| (fault, false));
    for (fault, fatal) in faults.chain(loaded.error.iter().map(|fault| (fault, true))) {
        let pointer = gather.spans.problem(path, fault.line);
        let message = fault.message.clone();
        let problem = Problem { path: path.to_owned(), pointer, message, fatal };
        gather.snapshot.catalog.problems.push(problem);
    }
    if let Some(fault) = &loaded.error {
        gather.gap_at(kind, path, fault);
    }
    for (number, document) in loaded.documents.into_iter().enumerate() {
        if document.value.is_null() {
            continue;
        }
        let text = |key| document.value.get(key).is_some_and(Value::is_string);
        gather.snapshot.catalog.entities.push(Entity {
            path: path.to_owned(),
            pointer: Spans::pointer(number, ""),
            is_entity: text("apiVersion") && text("kind"),
            entity: document.value,
        });
    }
}
