//! `patches`, `patchesStrategicMerge` and `patchesJson6902`.

use super::build::{Builder, Layer, short};
use super::file::{Kustomization, beside};
use super::json_patch;
use super::merge::merge;
use super::node::{Body, Node};
use super::object::Object;
use super::shapes::Shape;
use super::target::Target;
use super::{Budget, Note};

/// Applies the patches of one field, in their order.
pub(super) fn run(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    field: &str,
    layer: &mut Layer,
) -> Result<(), Note> {
    file.list(field).iter().try_for_each(|entry| one(builder, file, entry, layer))
}

/// Applies one entry.
pub(super) fn one(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    entry: &Node,
    layer: &mut Layer,
) -> Result<(), Note> {
    let documents = read(builder, file, entry).map_err(|why| builder.stop(file, entry, why))?;
    let target = entry.get("target").filter(|target| !target.is_null());
    let target = target.map(Target::read).transpose();
    let target = target.map_err(|why| builder.stop(file, entry, why))?;
    let operations = documents.first().filter(|first| matches!(first.body, Body::List(_)));
    if let Some(operations) = operations {
        let Some(target) = target else {
            return Err(builder.stop(file, entry, "a JSON patch needs a `target`".to_owned()));
        };
        builder.pay(file, entry, layer)?;
        for object in layer.objects.iter_mut().filter(|object| target.selects(object)) {
            let done = operate(object, operations, &mut builder.budget);
            done.map_err(|why| builder.stop(file, operations, why))?;
        }
        return Ok(());
    }
    for patch in documents.iter().filter(|document| !document.is_null()) {
        builder.pay(file, entry, layer)?;
        let hits = match &target {
            Some(target) => {
                let hits = layer.objects.iter().enumerate().filter(|(_, o)| target.selects(o));
                hits.map(|(at, _)| at).collect()
            }
            None => named(patch, layer).map_err(|why| builder.stop(file, patch, why))?,
        };
        let done = change(layer, &hits, patch, entry.get("options"), &mut builder.budget);
        done.map_err(|why| builder.stop(file, patch, why))?;
    }
    Ok(())
}

/// The documents of a patch, which stands in a file or in the kustomization itself.
fn read(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    entry: &Node,
) -> Result<Vec<Node>, String> {
    let text = |node: Option<&Node>| node.filter(|node| node.as_text().is_some()).cloned();
    let inline = text(entry.get("patch"))
        .or_else(|| text(Some(entry)).filter(|node| node.as_text().is_some_and(is_inline)));
    if let Some(node) = inline {
        let documents = builder.sources.inside(&node, node.as_text().unwrap_or(""));
        return documents.map_err(|why| format!("a patch {why}"));
    }
    let named = text(entry.get("path")).or_else(|| text(Some(entry)));
    let named = named.as_ref().and_then(Node::as_text).unwrap_or("");
    if named.is_empty() {
        return Err("a patch has neither `path` nor `patch`".to_owned());
    }
    let path = beside(&file.folder, named);
    let path = path.ok_or_else(|| format!("`{}` is outside of the repository", short(named)))?;
    let documents = builder.sources.documents(&path);
    documents.map_err(|why| format!("the patch `{}` {why}", short(&path)))
}

/// An entry of `patchesStrategicMerge` is a path or the patch itself.
fn is_inline(text: &str) -> bool {
    text.contains('\n') || text.contains(": ")
}

/// The one object that a patch names.
fn named(patch: &Node, layer: &Layer) -> Result<Vec<usize>, String> {
    let text = |keys: &[&str]| patch.text_at(keys).unwrap_or("");
    let (version, kind) = (text(&["apiVersion"]), text(&["kind"]));
    let (name, space) = (text(&["metadata", "name"]), text(&["metadata", "namespace"]));
    let effective = |namespace: &str| {
        if namespace.is_empty() { "default".to_owned() } else { namespace.to_owned() }
    };
    let is = |object: &Object| {
        object.api_version() == version
            && object.ids().iter().any(|id| {
                id.kind == kind && id.name == name && effective(&id.namespace) == effective(space)
            })
    };
    let hits = layer.objects.iter().enumerate().filter(|(_, object)| is(object));
    let hits: Vec<usize> = hits.map(|(at, _)| at).collect();
    let what = || format!("{} {}", short(kind), short(name));
    match hits.len() {
        1 => Ok(hits),
        0 if layer.incomplete => Ok(Vec::new()),
        0 => Err(format!("a patch is for `{}`, which is not there", what())),
        _ => Err(format!("a patch is for `{}`, which is there more than once", what())),
    }
}

fn operate(object: &mut Object, operations: &Node, budget: &mut Budget) -> Result<(), String> {
    if object.opaque {
        return Ok(());
    }
    object.remember();
    // Kustomize keeps notes of its own there meanwhile, so that a patch can always add to them.
    let origin = object.node.origin;
    if let Some(metadata) = object.node.map_mut().and_then(|map| map.get_mut("metadata")) {
        let map = metadata.map_mut();
        map.map(|map| map.entry("annotations".into()).or_insert_with(|| Node::map(origin)));
    }
    json_patch::apply(&mut object.node, operations.items(), budget)?;
    let empty = |node: &Node| node.as_map().is_some_and(|map| map.is_empty());
    let metadata = object.node.map_mut().and_then(|map| map.get_mut("metadata"));
    let metadata = metadata.filter(|metadata| metadata.get("annotations").is_some_and(empty));
    if let Some(map) = metadata.and_then(Node::map_mut) {
        map.remove("annotations");
    }
    Ok(())
}

/// Merges a patch into the objects at `hits`; those that it deletes go.
fn change(
    layer: &mut Layer,
    hits: &[usize],
    patch: &Node,
    options: Option<&Node>,
    budget: &mut Budget,
) -> Result<(), String> {
    let deletes = patch.text_at(&["$patch"]) == Some("delete");
    let allowed = |key| {
        let flag = options.and_then(|options| options.get(key)).and_then(Node::letters);
        flag.is_some_and(|flag| flag == "true")
    };
    let patch = stripped(patch, allowed("allowNameChange"), allowed("allowKindChange"));
    let mut gone = Vec::new();
    for at in hits {
        let Some(object) = layer.objects.get_mut(*at) else { continue };
        if deletes {
            gone.push(*at);
        }
        if deletes || object.opaque {
            continue;
        }
        let shape = Shape::of(object.api_version(), object.kind());
        if allowed("allowNameChange") || allowed("allowKindChange") {
            object.remember();
        }
        match merge(object.node.clone(), &patch, shape, budget)? {
            Some(node) => object.node = node,
            None => gone.push(*at),
        }
    }
    let mut at = 0;
    layer.objects.retain(|_| {
        at += 1;
        gone.binary_search(&(at - 1)).is_err()
    });
    Ok(())
}

/// A patch without what only says for which object it is.
fn stripped(patch: &Node, name: bool, kind: bool) -> Node {
    let mut patch = patch.clone();
    if let Some(map) = patch.map_mut() {
        map.remove("apiVersion");
        if !kind {
            map.remove("kind");
        }
        if let Some(metadata) = map.get_mut("metadata").and_then(Node::map_mut) {
            metadata.remove("namespace");
            if !name {
                metadata.remove("name");
            }
        }
    }
    patch
}
