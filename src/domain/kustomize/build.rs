//! From a kustomization to the objects that it makes, layer by layer.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{Kustomization, beside, is_remote};
use super::node::Node;
use super::object::{Doubt, Object};
use super::sources::Sources;
use super::{Budget, KUSTOMIZATIONS, MAX_LAYERS, MAX_OBJECTS, MAX_STEPS, Note, apply, generate};

/// What a kustomization and all below it have made so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Layer {
    pub(super) objects: Vec<Object>,
    /// Something that makes objects could not be read: what a patch is for may be among it.
    pub(super) incomplete: bool,
}

/// What an object costs in values, besides those that it holds.
const OBJECT: usize = 10;

/// Builds kustomizations, each at most once.
pub(super) struct Builder<'t> {
    pub(super) sources: Sources<'t>,
    pub(super) budget: Budget,
    /// What could not be read or done while the rest went on.
    pub(super) notes: BTreeSet<Note>,
    done: BTreeMap<String, Result<Layer, Note>>,
    /// The way from the root to what is being built.
    way: Vec<String>,
    steps: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(sources: Sources<'t>, budget: Budget) -> Self {
        let (notes, done, way) = Default::default();
        Self { sources, budget, notes, done, way, steps: 0 }
    }

    /// Reads a kustomization file.
    pub(super) fn read(&mut self, path: &str) -> Result<Kustomization, String> {
        let mut documents = self.sources.documents(path)?.into_iter();
        match (documents.next(), documents.next()) {
            (Some(first), None) => {
                Kustomization::new(path, first).ok_or_else(|| "is no kustomization".to_owned())
            }
            (None, _) => Err("is empty".to_owned()),
            _ => Err("holds more than one document".to_owned()),
        }
    }

    /// The objects of a kustomization and all that it refers to.
    pub(super) fn build(&mut self, path: &str) -> Result<Layer, Note> {
        if let Some(known) = self.done.get(path) {
            return known.clone();
        }
        let mut layer = Layer::default();
        let made = self.enter(path, &mut layer).map(|()| layer);
        self.done.insert(path.to_owned(), made.clone());
        made
    }

    /// Adds to `layer` what a kustomization makes, and changes all of it as it says.
    fn enter(&mut self, path: &str, layer: &mut Layer) -> Result<(), Note> {
        let stop = |line, message: String| Note { path: path.to_owned(), line, message };
        if self.way.iter().any(|known| known == path) {
            return Err(stop(1, "refers to itself by way of others".to_owned()));
        }
        self.steps += 1;
        if self.way.len() >= MAX_LAYERS || self.steps > MAX_STEPS {
            let message = format!("is built of more than {MAX_LAYERS} layers or {MAX_STEPS} steps");
            return Err(stop(1, message));
        }
        let file = self.read(path).map_err(|why| stop(1, why))?;
        if let Some((key, node)) = file.stranger() {
            let message = format!("has the field `{}`, which Kustomize does not know", short(key));
            return Err(stop(self.line_of(node), message));
        }
        // What a component patches belongs to whoever uses it.
        layer.incomplete |= file.component && self.way.is_empty();
        self.way.push(path.to_owned());
        let done = self.fill(&file, layer).and_then(|()| apply::run(self, &file, layer));
        self.way.pop();
        done
    }

    fn fill(&mut self, file: &Kustomization, layer: &mut Layer) -> Result<(), Note> {
        for entry in file.resources() {
            self.resource(file, entry, layer)?;
        }
        layer.objects.extend(generate::generated(file, &mut self.sources.origins));
        for (field, what) in [
            ("helmCharts", "the charts of `helmCharts` are not rendered"),
            (
                "helmChartInflationGenerator",
                "the charts of `helmChartInflationGenerator` are not rendered",
            ),
            ("generators", "what `generators` make is not known"),
        ] {
            if let Some(node) = file.has(field) {
                self.note(file, node, what.to_owned());
                layer.incomplete = true;
            }
        }
        for entry in file.list("components") {
            self.component(file, entry, layer)?;
        }
        Ok(())
    }

    fn resource(
        &mut self,
        file: &Kustomization,
        entry: &Node,
        layer: &mut Layer,
    ) -> Result<(), Note> {
        let Some(named) = entry.as_text() else { return Ok(()) };
        let path = match self.place(file, entry, named) {
            Some(path) => path,
            None => {
                layer.incomplete = true;
                return Ok(());
            }
        };
        if !self.sources.is_folder(&path) {
            match self.sources.documents(&path) {
                Ok(documents) => {
                    for document in documents {
                        self.add(file, entry, layer, document)?;
                    }
                }
                Err(why) => {
                    layer.incomplete = true;
                    self.note(file, entry, format!("`{}` {why}", short(&path)));
                }
            }
            return Ok(());
        }
        let Some(inner) = self.kustomization_of(file, entry, &path, layer)? else { return Ok(()) };
        let below = self.build(&inner)?;
        layer.incomplete |= below.incomplete;
        for object in below.objects {
            self.push(file, entry, layer, object)?;
        }
        Ok(())
    }

    /// A component works on what its user has gathered so far.
    fn component(
        &mut self,
        file: &Kustomization,
        entry: &Node,
        layer: &mut Layer,
    ) -> Result<(), Note> {
        let Some(named) = entry.as_text() else { return Ok(()) };
        let folder = self.place(file, entry, named);
        let inner = match folder {
            Some(folder) => self.kustomization_of(file, entry, &folder, layer)?,
            None => None,
        };
        match inner {
            Some(inner) => self.enter(&inner, layer),
            None => {
                layer.incomplete = true;
                let doubt = Doubt::of_all(&file.path);
                layer.objects.iter_mut().for_each(|object| object.doubt(doubt.clone()));
                Ok(())
            }
        }
    }

    /// Where in the repository an entry points; `None`, and a note, when it points elsewhere.
    fn place(&mut self, file: &Kustomization, entry: &Node, named: &str) -> Option<String> {
        // A folder of that name wins: `github.com/x` may be one.
        let path = beside(&file.folder, named);
        let here = path
            .as_ref()
            .is_some_and(|path| self.sources.is_folder(path) || self.sources.text(path).is_ok());
        if !here && is_remote(named) {
            let message = format!("`{}` is in another place and was not read", short(named));
            self.note(file, entry, message);
            return None;
        }
        if path.is_none() {
            self.note(file, entry, format!("`{}` is outside of the repository", short(named)));
        }
        path
    }

    /// The kustomization of a folder; `None`, and a note, when it was not read.
    fn kustomization_of(
        &mut self,
        file: &Kustomization,
        entry: &Node,
        folder: &str,
        layer: &mut Layer,
    ) -> Result<Option<String>, Note> {
        let join = |name: &str| {
            if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
        };
        let found = KUSTOMIZATIONS.iter().map(|name| join(name)).find(|p| self.sources.lists(p));
        match found {
            None if self.sources.is_folder(folder) => {
                let message = format!("the folder `{}` has no kustomization", short(folder));
                Err(self.stop(file, entry, message))
            }
            None => {
                let message = format!("there is no folder `{}`", short(folder));
                Err(self.stop(file, entry, message))
            }
            Some(path) => match self.sources.text(&path) {
                Ok(_) => Ok(Some(path)),
                Err(why) => {
                    layer.incomplete = true;
                    self.note(file, entry, format!("`{}` {why}", short(&path)));
                    Ok(None)
                }
            },
        }
    }

    /// Adds the objects of a document: itself, or the items of a list.
    fn add(
        &mut self,
        file: &Kustomization,
        entry: &Node,
        layer: &mut Layer,
        document: Node,
    ) -> Result<(), Note> {
        let listed = document.text_at(&["kind"]).is_some_and(|kind| kind.ends_with("List"));
        let items = document.get("items").filter(|items| listed && !items.items().is_empty());
        let items = items.map_or_else(|| vec![document.clone()], |items| items.items().to_vec());
        for item in items {
            let Some(mut object) = Object::new(item) else { continue };
            if object.kind() == "CustomResourceDefinition" {
                // Long, many, and never judged.
                object.opaque = true;
                if let Some(map) = object.node.map_mut() {
                    map.retain(|key, _| matches!(&**key, "apiVersion" | "kind" | "metadata"));
                }
            }
            self.push(file, entry, layer, object)?;
        }
        Ok(())
    }

    fn push(
        &mut self,
        file: &Kustomization,
        entry: &Node,
        layer: &mut Layer,
        object: Object,
    ) -> Result<(), Note> {
        self.budget.spend(OBJECT).map_err(|why| self.stop(file, entry, why))?;
        if layer.objects.len() >= MAX_OBJECTS {
            let message = format!("makes more than {MAX_OBJECTS} objects");
            return Err(self.stop(file, entry, message));
        }
        layer.objects.push(object);
        Ok(())
    }

    /// Pays for looking at every object once.
    pub(super) fn pay(
        &mut self,
        file: &Kustomization,
        entry: &Node,
        layer: &Layer,
    ) -> Result<(), Note> {
        let paid = self.budget.spend(layer.objects.len());
        paid.map_err(|why| self.stop(file, entry, why))
    }

    /// Remembers that something went unread or undone.
    pub(super) fn note(&mut self, file: &Kustomization, at: &Node, message: String) {
        let note = self.stop(file, at, message);
        self.notes.insert(note);
    }

    /// What ends a build.
    pub(super) fn stop(&self, file: &Kustomization, at: &Node, message: String) -> Note {
        let place = self.sources.origins.place(at.origin, "");
        let line = match place.lines {
            Some((first, _)) => first,
            None => self.sources.line(&place.path, &place.pointer),
        };
        let path = if place.path.is_empty() { file.path.clone() } else { place.path };
        Note { path, line, message }
    }

    fn line_of(&self, node: &Node) -> u32 {
        let place = self.sources.origins.place(node.origin, "");
        self.sources.line(&place.path, &place.pointer)
    }
}

/// A name of somebody's, cut to what a message can carry.
pub(super) fn short(text: &str) -> String {
    const LONGEST: usize = 200;
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}
