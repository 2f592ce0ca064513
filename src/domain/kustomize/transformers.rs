//! `transformers` of Kustomize's own kinds; programs are not run.

use super::build::{Builder, Layer, short};
use super::file::{Kustomization, beside};
use super::images::NewImage;
use super::labels;
use super::names::set_namespace;
use super::node::Node;
use super::object::Doubt;
use super::{Note, patches};

/// Runs those that are known, in their order; says what is left undone.
pub(super) fn run(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    layer: &mut Layer,
) -> Result<(), Note> {
    for entry in file.list("transformers") {
        let text = entry.as_text().unwrap_or("");
        let documents = if text.contains('\n') {
            builder.sources.inside(entry, text).ok()
        } else {
            let path = beside(&file.folder, text);
            path.and_then(|path| builder.sources.documents(&path).ok())
        };
        let mut undone = documents.is_none();
        for document in documents.unwrap_or_default() {
            undone |= !one(builder, file, entry, &document, layer)?;
        }
        if undone {
            let name = text.lines().next().unwrap_or("");
            builder.note(file, entry, format!("the transformer `{}` is not run", short(name)));
            let doubt = Doubt::of_all(&file.path);
            layer.objects.iter_mut().for_each(|object| object.doubt(doubt.clone()));
        }
    }
    Ok(())
}

/// Whether it was known.
fn one(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    entry: &Node,
    config: &Node,
    layer: &mut Layer,
) -> Result<bool, Note> {
    if config.text_at(&["apiVersion"]) != Some("builtin") {
        return Ok(false);
    }
    let specs = config.get("fieldSpecs").map(Node::items).unwrap_or_default();
    match config.text_at(&["kind"]).unwrap_or("") {
        "LabelTransformer" | "AnnotationsTransformer" => {
            let pairs = config.get("labels").or_else(|| config.get("annotations"));
            let Some(pairs) = pairs.and_then(Node::as_map) else { return Ok(true) };
            for object in &mut layer.objects {
                specs.iter().for_each(|spec| labels::set_by(object, spec, pairs));
            }
        }
        "NamespaceTransformer" => {
            let Some(namespace) = config.at(&["metadata", "namespace"]) else { return Ok(true) };
            let unset = config.get("unsetOnly").and_then(Node::letters);
            let unset = unset.is_some_and(|text| text == "true");
            let text = namespace.as_text().unwrap_or("");
            for object in &mut layer.objects {
                if !unset || object.id().namespace.is_empty() {
                    set_namespace(object, text, namespace.origin);
                }
            }
        }
        "PatchTransformer" => patches::one(builder, file, config, layer)?,
        "ImageTagTransformer" => {
            let image = config.get("imageTag").and_then(NewImage::read);
            for object in &mut layer.objects {
                let done = image.as_ref().map(|image| image.apply(object, &mut builder.budget));
                done.unwrap_or(Ok(())).map_err(|why| builder.stop(file, entry, why))?;
            }
        }
        _ => return Ok(false),
    }
    Ok(true)
}
