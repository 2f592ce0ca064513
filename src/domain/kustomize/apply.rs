//! What a kustomization does to the objects that it has gathered, in Kustomize's own order:
//! strategic merge patches, patches, namespace, names, labels, annotations, JSON patches,
//! replicas, images, replacements (`configureBuiltinTransformers` in its `kusttarget.go`).

use super::build::{Builder, Layer, short};
use super::file::{Kustomization, beside};
use super::images::{NewImage, scale};
use super::labels::{Reach, set_annotations, set_labels};
use super::names::{rename, set_namespace};
use super::node::Node;
use super::object::Doubt;
use super::{Note, patches, replace, transformers};

pub(super) fn run(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    layer: &mut Layer,
) -> Result<(), Note> {
    patches::run(builder, file, "patchesStrategicMerge", layer)?;
    patches::run(builder, file, "patches", layer)?;
    name(file, layer);
    for entry in file.list("labels") {
        builder.pay(file, entry, layer)?;
    }
    label(file, layer);
    patches::run(builder, file, "patchesJson6902", layer)?;
    for entry in file.list("replicas") {
        builder.pay(file, entry, layer)?;
        let objects = layer.objects.iter_mut().filter(|object| !object.opaque);
        let hits = objects.filter_map(|object| scale(object, entry).then_some(())).count();
        if hits == 0 && !layer.incomplete {
            let name = entry.get("name").and_then(Node::letters).unwrap_or_default();
            let message = format!("`replicas` names `{}`, which is not there", short(&name));
            return Err(builder.stop(file, entry, message));
        }
    }
    for entry in file.list("images").iter().chain(file.list("imageTags")) {
        let Some(image) = NewImage::read(entry) else { continue };
        for object in &mut layer.objects {
            let done = image.apply(object, &mut builder.budget);
            done.map_err(|why| builder.stop(file, entry, why))?;
        }
    }
    replace::run(builder, file, layer)?;
    transformers::run(builder, file, layer)?;
    leave(builder, file, layer);
    Ok(())
}

fn name(file: &Kustomization, layer: &mut Layer) {
    if let Some(node) = file.text("namespace") {
        let namespace = node.as_text().unwrap_or("");
        layer.objects.iter_mut().for_each(|o| set_namespace(o, namespace, node.origin));
    }
    let text = |field| file.text(field).and_then(Node::as_text).unwrap_or("");
    let (prefix, suffix) = (text("namePrefix"), text("nameSuffix"));
    layer.objects.iter_mut().for_each(|object| rename(object, prefix, ""));
    layer.objects.iter_mut().for_each(|object| rename(object, "", suffix));
}

fn label(file: &Kustomization, layer: &mut Layer) {
    for entry in file.list("labels") {
        let Some(pairs) = entry.get("pairs").and_then(Node::as_map) else { continue };
        let is = |key| entry.get(key).and_then(Node::letters).is_some_and(|text| text == "true");
        let reach = match (is("includeSelectors"), is("includeTemplates")) {
            (true, _) => Reach::Selectors,
            (false, true) => Reach::Templates,
            (false, false) => Reach::Object,
        };
        layer.objects.iter_mut().for_each(|object| set_labels(object, pairs, reach));
    }
    let common = |field| file.value.get(field).and_then(Node::as_map).filter(|map| !map.is_empty());
    if let Some(pairs) = common("commonLabels") {
        layer.objects.iter_mut().for_each(|object| set_labels(object, pairs, Reach::Selectors));
    }
    if let Some(pairs) = common("commonAnnotations") {
        layer.objects.iter_mut().for_each(|object| set_annotations(object, pairs));
    }
}

/// Lists of a configuration that name fields of custom resources only to follow names.
const HARMLESS: [&str; 6] =
    ["nameReference", "varReference", "namespace", "namePrefix", "nameSuffix", "commonAnnotations"];

/// Says what is left undone, and which objects that may change.
fn leave(builder: &mut Builder<'_>, file: &Kustomization, layer: &mut Layer) {
    if let Some(node) = file.has("openapi") {
        builder.note(file, node, "the schema of `openapi` is not used".to_owned());
        layer.objects.iter_mut().for_each(|object| object.doubt(Doubt::of_all(&file.path)));
    }
    for entry in file.list("configurations") {
        let named = entry.as_text().unwrap_or("");
        let documents = beside(&file.folder, named).map(|path| builder.sources.documents(&path));
        // Further places of names and references change nothing that is judged; those of labels
        // and images may.
        let harmless = |node: &Node| {
            node.as_map().is_none_or(|map| map.keys().all(|key| HARMLESS.contains(&&**key)))
        };
        if !matches!(documents, Some(Ok(documents)) if documents.iter().all(harmless)) {
            let message = format!("the configuration `{}` is not used", short(named));
            builder.note(file, entry, message);
            layer.objects.iter_mut().for_each(|object| object.doubt(Doubt::of_all(&file.path)));
        }
    }
}
