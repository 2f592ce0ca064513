//! `replacements`: a value of one object is put into fields of others.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/>

use std::sync::Arc;

use super::Note;
use super::build::{Builder, Layer, short};
use super::file::{Kustomization, beside};
use super::node::{Body, Node};
use super::object::{Doubt, Object};
use super::target::Target;

/// Targets of one replacement.
const MAX_TARGETS: usize = 100;
/// Steps of a field path.
const MAX_STEPS: usize = 50;

/// Does all replacements in their order.
pub(super) fn run(
    builder: &mut Builder<'_>,
    file: &Kustomization,
    layer: &mut Layer,
) -> Result<(), Note> {
    for entry in file.list("replacements") {
        let entries = match entry.text_at(&["path"]) {
            None => vec![entry.clone()],
            Some(named) => {
                let path = beside(&file.folder, named).unwrap_or_default();
                let read = builder.sources.documents(&path);
                let why = |why| builder.stop(file, entry, format!("`{}` {why}", short(&path)));
                read.map_err(why)?
            }
        };
        // A file holds one replacement, or a list of them.
        let flat = entries.iter().flat_map(|entry| match entry.items() {
            [] => vec![entry.clone()],
            items => items.to_vec(),
        });
        for entry in flat.collect::<Vec<Node>>() {
            builder.pay(file, &entry, layer)?;
            if let Err(why) = replace(&entry, file, layer) {
                builder.note(file, &entry, format!("a replacement is not done: {why}"));
            }
        }
    }
    Ok(())
}

/// Does one, or says why not and leaves its doubts on what it would have changed.
fn replace(entry: &Node, file: &Kustomization, layer: &mut Layer) -> Result<(), String> {
    let value = source(entry, layer);
    let mut missed = None;
    let targets = entry.get("targets").map(Node::items).unwrap_or_default();
    if targets.len() > MAX_TARGETS {
        return Err(format!("it has more than {MAX_TARGETS} targets"));
    }
    for target in targets {
        let none = Node::map(target.origin);
        let select = Target::read(target.get("select").unwrap_or(&none))?;
        let reject: Result<Vec<Target>, String> = target
            .get("reject")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .map(Target::read)
            .collect();
        let reject = reject?;
        let options = target.get("options");
        let paths = target.get("fieldPaths").map(Node::items).unwrap_or_default();
        let paths = paths.iter().filter_map(Node::as_text);
        let paths: Vec<Vec<String>> = paths.map(steps).collect::<Result<_, String>>()?;
        let hit = |o: &Object| select.selects(o) && !reject.iter().any(|r| r.selects(o));
        for object in layer.objects.iter_mut().filter(|object| !object.opaque && hit(object)) {
            for path in &paths {
                match &value {
                    Ok(value) => {
                        set(&mut object.node, path, value, options)?;
                    }
                    Err(why) => {
                        missed = Some(why.clone());
                        let fields = path.iter().filter(|step| !step.starts_with('['));
                        let fields = fields.cloned().collect();
                        object.doubt(Doubt { path: file.path.clone(), fields });
                    }
                }
            }
        }
    }
    missed.map_or(Ok(()), Err)
}

/// The value to put in.
fn source(entry: &Node, layer: &Layer) -> Result<Node, String> {
    if let Some(value) = entry.get("sourceValue") {
        return Ok(value.clone());
    }
    let source = entry.get("source").ok_or("it has no `source`")?;
    let target = Target::read(source)?;
    let mut hits = layer.objects.iter().filter(|object| target.selects(object));
    let object = hits.next().ok_or("its source is not there")?;
    if hits.next().is_some() {
        return Err("its source is there more than once".to_owned());
    }
    let path = source.text_at(&["fieldPath"]).unwrap_or("metadata.name");
    let found = get(&object.node, &steps(path)?).cloned();
    let found = found.ok_or_else(|| format!("its source has no `{}`", short(path)))?;
    let options = source.get("options");
    let Some(mark) = delimiter(options) else { return Ok(found) };
    let text = found.letters().unwrap_or_default();
    let part = text.split(mark.as_str()).nth(index(options));
    let part = part.ok_or("its source has too few parts")?;
    Ok(Node::text(part, found.origin))
}

fn delimiter(options: Option<&Node>) -> Option<String> {
    options?.get("delimiter")?.letters().filter(|mark| !mark.is_empty())
}

fn index(options: Option<&Node>) -> usize {
    let index = options.and_then(|options| options.get("index")?.letters()?.parse().ok());
    index.unwrap_or(0)
}

/// `a.[name=x\.y].b` step by step; a dot inside brackets or behind a backslash divides nothing.
fn steps(path: &str) -> Result<Vec<String>, String> {
    let mut steps = vec![String::new()];
    let (mut inside, mut escaped) = (false, false);
    for c in path.chars() {
        let last = steps.last_mut();
        match (c, last) {
            ('\\', _) if !escaped => escaped = true,
            ('.', _) if !inside && !escaped => steps.push(String::new()),
            (c, Some(last)) => {
                inside = (inside || c == '[') && c != ']';
                escaped = false;
                last.push(c);
            }
            _ => {}
        }
    }
    steps.retain(|step| !step.is_empty());
    if steps.len() > MAX_STEPS {
        return Err(format!("a field path has more than {MAX_STEPS} steps"));
    }
    Ok(steps)
}

/// Whether an item is the one that `[key=value]` names.
fn is_item(item: &Node, step: &str) -> bool {
    let inner = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
    let Some((key, value)) = inner.and_then(|inner| inner.split_once('=')) else { return false };
    let letters =
        if key.is_empty() { item.letters() } else { item.get(key).and_then(Node::letters) };
    letters.is_some_and(|letters| letters == value)
}

fn get<'n>(node: &'n Node, path: &[String]) -> Option<&'n Node> {
    let Some((step, rest)) = path.split_first() else { return Some(node) };
    let next = match &node.body {
        Body::Map(map) => map.get(step.as_str()),
        Body::List(items) => match step.parse::<usize>() {
            Ok(at) => items.get(at),
            Err(_) => items.iter().find(|item| is_item(item, step)),
        },
        _ => None,
    };
    get(next?, rest)
}

/// Puts `value` where `path` leads, in every item of a list at `*`.
fn set(
    node: &mut Node,
    path: &[String],
    value: &Node,
    options: Option<&Node>,
) -> Result<(), String> {
    let Some((step, rest)) = path.split_first() else {
        return put(node, value, options);
    };
    let create = options.and_then(|o| o.get("create")?.letters()).is_some_and(|t| t == "true");
    match &mut node.body {
        Body::Map(map) => {
            let map = Arc::make_mut(map);
            if create && !map.contains_key(step.as_str()) {
                let new = if rest.is_empty() { value.clone() } else { Node::map(value.origin) };
                map.insert(step.as_str().into(), new);
            }
            map.get_mut(step.as_str()).map_or(Ok(()), |next| set(next, rest, value, options))
        }
        Body::List(items) => {
            let items = Arc::make_mut(items).iter_mut().enumerate();
            let mut hits = items
                .filter(|(at, item)| step == "*" || step.parse() == Ok(*at) || is_item(item, step));
            hits.try_for_each(|(_, item)| set(item, rest, value, options))
        }
        _ => Ok(()),
    }
}

fn put(node: &mut Node, value: &Node, options: Option<&Node>) -> Result<(), String> {
    let Some(mark) = delimiter(options) else {
        *node = value.clone();
        return Ok(());
    };
    let text = node.letters().unwrap_or_default();
    let mut parts: Vec<&str> = text.split(mark.as_str()).collect();
    let new = value.letters().unwrap_or_default();
    let part = parts.get_mut(index(options)).ok_or("its target has too few parts")?;
    *part = &new;
    *node = Node::text(&parts.join(&mark), value.origin);
    Ok(())
}
