//! Could it be put right? Every finding is tried, so each file is read once for all of them.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value;

use super::bench::Spot;
use crate::domain::edit::fields;
use crate::domain::tree::SourceTree;
use crate::domain::yaml::{self, Mark, Schema, Shape};

/// What was read of the files as they are.
///
/// Reading a file again for each field of each finding, before and after, took longer than all
/// policies together.
#[derive(Default)]
pub struct Trial {
    values: RefCell<HashMap<(String, Schema), Documents>>,
    marks: RefCell<HashMap<(String, usize), Marks>>,
}

type Documents = Rc<Vec<Value>>;
/// Where everything in a document stands, or why nothing in it can be changed.
type Marks = Rc<Result<BTreeMap<String, Mark>, String>>;

impl Trial {
    /// The value at a pointer of a file; null when there is none.
    pub(super) fn value(&self, tree: &SourceTree, spot: &Spot, pointer: &str) -> Value {
        let key = (spot.path.clone(), spot.schema);
        let known = self.values.borrow().get(&key).cloned();
        let values = known.unwrap_or_else(|| {
            let loaded = yaml::load(text(tree, spot), spot.schema);
            let whole = loaded.error.is_none();
            let documents = loaded.documents.into_iter().filter(|_| whole);
            let values = Rc::new(documents.map(|document| document.value).collect());
            self.values.borrow_mut().entry(key).or_insert(values).clone()
        });
        let value = values.get(spot.document).and_then(|document| document.pointer(pointer));
        value.cloned().unwrap_or_default()
    }

    /// Where everything in the document stands.
    pub(super) fn marks(&self, tree: &SourceTree, spot: &Spot) -> Marks {
        let key = (spot.path.clone(), spot.document);
        let known = self.marks.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let read = fields::marks(text(tree, spot), spot.document);
            let marks = Rc::new(read.map_err(|e| e.to_string()));
            self.marks.borrow_mut().entry(key).or_insert(marks).clone()
        })
    }

    /// Whether there is a place for the value.
    pub(super) fn could_set(
        &self,
        tree: &SourceTree,
        spot: &Spot,
        pointer: &str,
        literal: &str,
    ) -> Result<(), String> {
        let marks = self.marks(tree, spot);
        let marks = marks.as_ref().as_ref().map_err(Clone::clone)?;
        let text = text(tree, spot);
        // What others refer to changes in two places, which only reading it back shows.
        if marks.values().any(|mark| mark.shape == Shape::Alias) {
            return fields::set(text, spot.document, pointer, literal)
                .map(drop)
                .map_err(|e| e.to_string());
        }
        fields::could_set(text, marks, pointer, literal).map_err(|e| e.to_string())
    }
}

fn text<'t>(tree: &'t SourceTree, spot: &Spot) -> &'t str {
    tree.text(&spot.path).map(|text| &**text).unwrap_or_default()
}
