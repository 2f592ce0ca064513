//! Which files come from a skeleton, and what is filled in? `fetch:template` and `fetch:plain`.

use std::collections::BTreeMap;

use minijinja::value::{Serde, Value as Jinja};
use serde_json::{Map, Value};

use super::engine::{Dialect, Engine, Fault};
use super::steps::{Workspace, here};
use super::{Complaint, place};
use crate::domain::glob;

/// Names that GitHub's own expressions begin with: in a skeleton, they are meant for GitHub.
const OF_WORKFLOWS: [&str; 12] = [
    "github", "secrets", "vars", "env", "matrix", "needs", "runner", "inputs", "job", "jobs",
    "strategy", "steps",
];

/// `fetch:template`: every file of `url`, name and text filled in with `values`.
pub(super) fn fetch_template(
    workspace: &mut Workspace<'_>,
    input: &Map<String, Value>,
) -> Result<(), Complaint> {
    let flag = |key: &str| input.get(key) == Some(&Value::Bool(true));
    let dialect = Dialect {
        cookiecutter: flag("cookiecutterCompat"),
        trim_blocks: flag("trimBlocks"),
        lstrip_blocks: flag("lstripBlocks"),
    };
    let engine = Engine::new(dialect).map_err(|fault| here(fault.message))?;
    let values = input.get("values").and_then(Value::as_object).cloned().unwrap_or_default();
    let root = if dialect.cookiecutter { "cookiecutter" } else { "values" };
    let context = Jinja::from(Serde(BTreeMap::from([(root, &values)])));
    let extension = match input.get("templateFileExtension") {
        Some(Value::Bool(true)) => Some(".njk".to_owned()),
        Some(Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let (unfilled, untouched) =
        (globs(input, "copyWithoutTemplating")?, globs(input, "copyWithoutRender")?);
    let named = |globs: &[String], name: &str| globs.iter().any(|g| names(g, name));
    let target = target(input)?;
    for (name, source, text) in skeleton(workspace, input)? {
        let fail = |fault: Fault| Complaint::new(&source, fault.line, fault.message);
        if named(&untouched, &name) {
            put(workspace, input, &source, place::join(&target, &name), text)?;
            continue;
        }
        let filled = engine.render(&name, &context).map_err(fail)?;
        // A name that renders to nothing leaves its file out: how templates say `if`.
        if filled.is_empty()
            || filled.starts_with('/')
            || filled.contains("//")
            || filled.ends_with('/')
        {
            continue;
        }
        let (filled, is_filled) = match &extension {
            Some(extension) => match filled.strip_suffix(extension.as_str()) {
                Some(stem) => (stem.to_owned(), true),
                None => (filled, false),
            },
            None => (filled, true),
        };
        let path = place::plain(&place::join(&target, &filled))
            .map_err(|why| Complaint::new(&source, None, format!("its path `{filled}` {why}")))?;
        let text = if !is_filled || named(&unfilled, &name) {
            text
        } else {
            note_asked(workspace, &engine, &source, &text, root, &values)?;
            engine.render(&text, &context).map_err(fail)?
        };
        put(workspace, input, &source, path, text)?;
    }
    Ok(())
}

/// `fetch:plain`: every file of `url` as it is.
pub(super) fn fetch_plain(
    workspace: &mut Workspace<'_>,
    input: &Map<String, Value>,
) -> Result<(), Complaint> {
    let target = target(input)?;
    for (name, source, text) in skeleton(workspace, input)? {
        workspace.make(&source, place::join(&target, &name), text);
    }
    Ok(())
}

/// `fetch:plain:file`: the file at `url` as it is, at `targetPath`.
pub(super) fn fetch_file(
    workspace: &mut Workspace<'_>,
    input: &Map<String, Value>,
) -> Result<(), Complaint> {
    let target = target(input)?;
    let source = source(workspace, input)?;
    let text = workspace.sources.get(&source);
    let text = text.ok_or_else(|| here(format!("there is no file `{source}`")))?.clone();
    let target = place::plain(&target).map_err(|why| here(format!("`targetPath` {why}")))?;
    workspace.make(&source, target, text);
    Ok(())
}

fn target(input: &Map<String, Value>) -> Result<String, Complaint> {
    let text = input.get("targetPath").and_then(Value::as_str).unwrap_or(".");
    place::folder(text).map_err(|why| here(format!("`targetPath: {text}` {why}")))
}

fn globs(input: &Map<String, Value>, key: &str) -> Result<Vec<String>, Complaint> {
    let list = match input.get(key) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err(here(format!("`{key}` must be a list of globs"))),
    };
    let texts = list.iter().filter_map(Value::as_str);
    texts
        .map(|glob| {
            let glob = glob.trim_start_matches("./").to_owned();
            glob::check(&glob).map(|()| glob).map_err(|e| here(format!("`{key}`: {e}")))
        })
        .collect()
}

/// A glob means its files, and a folder all that is in it.
fn names(glob: &str, path: &str) -> bool {
    let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
    glob::matches(glob, path) || folders.any(|folder| glob::matches(glob, folder))
}

/// The path in the template files that `url` means: relative to the template, and below the
/// folder of all templates.
fn source(workspace: &Workspace<'_>, input: &Map<String, Value>) -> Result<String, Complaint> {
    let url = input.get("url").and_then(Value::as_str).unwrap_or("./");
    if url.contains("://") || url.starts_with('/') {
        return Err(here(format!(
            "`url: {url}` lies elsewhere, and nothing is fetched; put a copy beside the template"
        )));
    }
    let mut parts: Vec<&str> = workspace.home.split('/').filter(|part| !part.is_empty()).collect();
    for part in url.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts
                    .pop()
                    .ok_or_else(|| here(format!("`url: {url}` leads out of the templates")))?;
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

/// Name inside the skeleton, path among the template files, text.
fn skeleton(
    workspace: &Workspace<'_>,
    input: &Map<String, Value>,
) -> Result<Vec<(String, String, String)>, Complaint> {
    let folder = source(workspace, input)?;
    let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let files =
        workspace.sources.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below));
    let found: Vec<(String, String, String)> = files
        .map(|(path, text)| (path[below.len()..].to_owned(), path.clone(), text.clone()))
        .collect();
    if found.is_empty() {
        return Err(here(format!("`{folder}` holds no files")));
    }
    Ok(found)
}

/// A later step leaves what an earlier one made, unless it says `replace: true`.
fn put(
    workspace: &mut Workspace<'_>,
    input: &Map<String, Value>,
    source: &str,
    path: String,
    text: String,
) -> Result<(), Complaint> {
    if input.get("replace") == Some(&Value::Bool(true)) || !workspace.files.contains_key(&path) {
        workspace.make(source, path, text);
    }
    Ok(())
}

/// Refuses expressions that are GitHub's, and notes values that are asked for and not set.
fn note_asked(
    workspace: &mut Workspace<'_>,
    engine: &Engine,
    source: &str,
    text: &str,
    root: &str,
    values: &Map<String, Value>,
) -> Result<(), Complaint> {
    for name in engine.asked(text) {
        let (head, rest) = name.split_once('.').unwrap_or((name.as_str(), ""));
        let line = || {
            let at = text.find(&name)?;
            u32::try_from(text[..at].matches('\n').count() + 1).ok()
        };
        if OF_WORKFLOWS.contains(&head) {
            let message = format!(
                "`${{{{ {name} }}}}` is meant for GitHub: put it between `{{% raw %}}` and \
                 `{{% endraw %}}`, or name the file in `copyWithoutTemplating`"
            );
            return Err(Complaint::new(source, line(), message));
        }
        let key = rest.split('.').next().unwrap_or_default();
        let is_set = head == root && (key.is_empty() || values.contains_key(key));
        if !is_set && head != "null" && head != "loop" {
            let message = format!("`{name}` is not set and reads as empty text");
            workspace.unset.push(Complaint::new(source, line(), message));
        }
    }
    Ok(())
}
