//! What does the repository say of itself to Backstage?

use serde::Serialize;
use serde_json::Value;

use crate::domain::yaml::{Schema, holds_mark, load};

use super::gather::Gather;
use super::{FactKind, Spans};

/// The root `catalog-info.yaml` (or `.yml`).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Catalog {
    /// The file, when there is one.
    pub path: Option<String>,
    /// Its documents but for empty ones and templates, in order.
    pub entities: Vec<Entity>,
    /// What is wrong with the text itself; nothing when it is a template, which is a gap.
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
    let fatal = loaded.error.as_ref().filter(|fault| !gather.gap_in(kind, path, &text, fault));
    let duplicates = loaded.documents.iter().flat_map(|document| &document.duplicates);
    let faults = duplicates.map(|fault| (fault, false));
    for (fault, fatal) in faults.chain(fatal.map(|fault| (fault, true))) {
        let pointer = gather.spans.problem(path, fault.line);
        let message = fault.message.clone();
        let problem = Problem { path: path.to_owned(), pointer, message, fatal };
        gather.snapshot.catalog.problems.push(problem);
    }
    for (number, document) in loaded.documents.into_iter().enumerate() {
        if document.value.is_null() {
            continue;
        }
        if is_template(&document.value) {
            gather.gap_template(kind, path);
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

/// Whether an entity that parses is still to be filled in: by what names and sorts it. Titles,
/// annotations and definitions may hold such marks and mean them.
fn is_template(entity: &Value) -> bool {
    let names = ["/metadata/name", "/metadata/namespace"];
    let names = names.iter().filter_map(|pointer| entity.pointer(pointer));
    let spec = entity.get("spec").and_then(Value::as_object).into_iter().flatten();
    let spec = spec.filter(|(key, _)| *key != "definition").map(|(_, value)| value);
    names.chain(spec).filter_map(Value::as_str).any(holds_mark)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Extracted;
    use super::super::testing::{extract_from, repo};
    use super::*;

    const ENTITY: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  \
                          name: shop\n  title: Shop\nspec:\n  type: service\n";

    fn read(text: &str) -> Extracted {
        let needs = BTreeSet::from([FactKind::Catalog]);
        extract_from(&[("catalog-info.yaml", text)], &repo(), &needs)
    }

    #[test]
    fn a_template_is_a_gap_and_not_a_fault() {
        for (from, to) in [
            ("name: shop", "name: {{ cookiecutter.name }}"),
            ("name: shop", "name: \"{{ cookiecutter.name }}\""),
            ("name: shop", "name: ${{ values.name }}"),
            ("  title: Shop\n", "  {{- if .title }}\n  title: Shop\n  {{- end }}\n"),
            ("  title: Shop\n", "{% if title %}\n  title: Shop\n{% endif %}\n"),
            ("type: service", "type: '{{ type }}'"),
        ] {
            let got = read(&ENTITY.replace(from, to)).snapshot;
            assert!(got.catalog.entities.is_empty() && got.catalog.problems.is_empty(), "{to}");
            let [gap] = got.gaps.as_slice() else { panic!("{to}: {:?}", got.gaps) };
            assert_eq!(gap.reason, "`catalog-info.yaml` is a template, which is not rendered");
        }
        // Words for people, and what is read by others.
        for (from, to) in [
            ("title: Shop", "title: '{{ braces }}'"),
            ("title: Shop", "annotations: {grafana/query: \"{{ x }}\"}"),
            ("type: service", "type: service\n  definition: 'a: {{ x }}'"),
        ] {
            let got = read(&ENTITY.replace(from, to)).snapshot;
            assert_eq!((got.catalog.entities.len(), got.gaps.len()), (1, 0), "{to}");
        }
    }

    #[test]
    fn a_fault_far_from_a_mark_is_a_fault() {
        let text = format!("{}  tags: [a\n", ENTITY.replace("title: Shop", "title: see {{ x }}"));
        let got = read(&text).snapshot;
        assert_eq!(got.catalog.problems.len(), 1);
        assert!(got.gaps[0].reason.contains("cannot be read whole: line "), "{:?}", got.gaps);
    }
}
