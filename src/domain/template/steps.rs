//! What do the steps of a template do to an empty folder?

use std::collections::{BTreeMap, BTreeSet};

use minijinja::value::{Serde, Value as Jinja};
use serde_json::{Map, Value, json};

use super::engine::{Dialect, Engine};
use super::fetch::{fetch_file, fetch_plain, fetch_template};
use super::{
    Complaint, MAX_FILES, MAX_OUTPUT_BYTES, Rendered, Step, Template, TemplateFiles, place,
};
use crate::domain::glob;

/// Repetitions of one step by `each`.
const MAX_EACH: usize = 100;

/// The folder in the making.
pub(super) struct Workspace<'a> {
    /// What a template may fetch.
    pub(super) sources: &'a TemplateFiles,
    /// The folder that `./` means.
    pub(super) home: &'a str,
    /// Path → text.
    pub(super) files: BTreeMap<String, String>,
    /// Those of them that may be run; may name some that are gone.
    pub(super) executable: BTreeSet<String>,
    /// Values that are asked for and not set.
    pub(super) unset: Vec<Complaint>,
}

impl Workspace<'_> {
    /// A file is made from `source`, and may be run when that may.
    pub(super) fn make(&mut self, source: &str, path: String, text: String) {
        if self.sources.executable.contains(source) {
            self.executable.insert(path.clone());
        } else {
            self.executable.remove(&path);
        }
        self.files.insert(path, text);
    }
}

type Action = fn(&mut Workspace<'_>, &Map<String, Value>) -> Result<(), Complaint>;

/// The steps that are run; every other one is named and skipped.
const ACTIONS: &[(&str, Action)] = &[
    ("fetch:template", fetch_template),
    ("fetch:plain", fetch_plain),
    ("fetch:plain:file", fetch_file),
    ("fs:rename", rename),
    ("fs:delete", delete),
];

pub(super) fn run(
    template: &Template,
    sources: &TemplateFiles,
    values: &Map<String, Value>,
) -> Result<Rendered, Vec<Complaint>> {
    let engine = Engine::new(Dialect::default())
        .map_err(|fault| vec![Complaint::new(&template.path, fault.line, fault.message)])?;
    let home = template.path.rsplit_once('/').map_or("", |(home, _)| home);
    let mut workspace = Workspace {
        sources,
        home,
        files: BTreeMap::new(),
        executable: BTreeSet::new(),
        unset: Vec::new(),
    };
    let mut skipped = Vec::new();
    let mut complaints = Vec::new();
    for step in &template.steps {
        let mut context = json!({"parameters": values, "steps": {}, "user": {}, "secrets": {}});
        let outcome = (|| {
            if !holds(&engine, step.condition.as_ref(), &context)? {
                return Ok(());
            }
            let Some((_, action)) = ACTIONS.iter().find(|(name, _)| *name == step.action) else {
                skipped.push(if step.name == step.action {
                    format!("`{}`", step.action)
                } else {
                    format!("`{}` ({})", step.action, step.name)
                });
                return Ok(());
            };
            for each in repetitions(&engine, step, &context)? {
                context["each"] = each;
                let input = Value::Object(step.input.clone());
                let input = filled(&engine, &input, &Jinja::from(Serde(&context)), 0)?;
                let input = input.as_object().cloned().unwrap_or_default();
                action(&mut workspace, &input)?;
                bounded(&workspace)?;
            }
            Ok(())
        })();
        if let Err(Complaint { path, line, message }) = outcome {
            let own = path.is_empty();
            complaints.push(Complaint {
                path: if own { template.path.clone() } else { path },
                line: if own { line.or(step.line) } else { line },
                message: if own { format!("step `{}`: {message}", step.id) } else { message },
            });
        }
    }
    complaints.extend(twins(&workspace.files, &template.path));
    if complaints.is_empty() {
        let Workspace { files, mut executable, unset, .. } = workspace;
        executable.retain(|path| files.contains_key(path));
        Ok(Rendered { files, executable, skipped, unset })
    } else {
        Err(complaints)
    }
}

/// A text that cannot be filled in is left out, as it makes no file.
pub(super) fn told(template: &Template, values: &Map<String, Value>, news: &[&str]) -> Vec<String> {
    let Ok(engine) = Engine::new(Dialect::default()) else { return Vec::new() };
    let context = json!({"parameters": values, "steps": {}, "user": {}, "waymark": format!("news: {}", news.join(", "))});
    let told = template.texts.iter().filter_map(|item| {
        holds(&engine, item.get("if"), &context).ok().filter(|holds| *holds)?;
        let part = |key: &str| {
            let text = item.get(key).and_then(Value::as_str)?;
            engine.render(text, &Jinja::from(Serde(&context))).ok()
        };
        let words = [part("title"), part("content")].into_iter().flatten();
        let text = words.map(|word| word.trim().to_owned()).collect::<Vec<_>>().join(": ");
        (!text.is_empty()).then_some(text)
    });
    told.collect()
}

/// A complaint about the step that is run; its place is filled in by [`run`].
pub(super) fn here(message: impl Into<String>) -> Complaint {
    Complaint::new("", None, message)
}

fn holds(engine: &Engine, condition: Option<&Value>, context: &Value) -> Result<bool, Complaint> {
    let Some(condition) = condition else { return Ok(true) };
    let value = filled(engine, condition, &Jinja::from(Serde(context)), 0)?;
    Ok(match value {
        Value::Null => false,
        Value::Bool(yes) => yes,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(text.as_str(), "" | "false"),
        Value::Array(list) => !list.is_empty(),
        Value::Object(_) => true,
    })
}

/// What `each` stands for, one after the other; a step without it runs once.
fn repetitions(engine: &Engine, step: &Step, context: &Value) -> Result<Vec<Value>, Complaint> {
    let Some(each) = &step.each else { return Ok(vec![Value::Null]) };
    let found: Vec<Value> = match filled(engine, each, &Jinja::from(Serde(context)), 0)? {
        Value::Array(list) => list
            .into_iter()
            .enumerate()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect(),
        Value::Object(map) => {
            map.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
        }
        Value::Null => Vec::new(),
        _ => return Err(here("`each` must be a list or a mapping")),
    };
    if found.len() > MAX_EACH {
        return Err(here(format!("`each` repeats the step more than {MAX_EACH} times")));
    }
    Ok(found)
}

/// Fills in every text of an input. Inputs come from the YAML loader, which bounds their depth.
fn filled(
    engine: &Engine,
    value: &Value,
    context: &Jinja,
    depth: usize,
) -> Result<Value, Complaint> {
    let fail = |fault: super::engine::Fault| here(fault.message);
    Ok(match value {
        Value::String(text) if text.contains("${{") || text.contains("{%") => {
            match engine.evaluate(text, context) {
                Some(value) => value.map_err(fail)?,
                None => Value::String(engine.render(text, context).map_err(fail)?),
            }
        }
        Value::Array(list) if depth < crate::domain::yaml::MAX_DEPTH => Value::Array(
            list.iter()
                .map(|item| filled(engine, item, context, depth + 1))
                .collect::<Result<_, _>>()?,
        ),
        Value::Object(map) if depth < crate::domain::yaml::MAX_DEPTH => Value::Object(
            map.iter()
                .map(|(key, item)| Ok((key.clone(), filled(engine, item, context, depth + 1)?)))
                .collect::<Result<_, Complaint>>()?,
        ),
        other => other.clone(),
    })
}

fn bounded(workspace: &Workspace<'_>) -> Result<(), Complaint> {
    if workspace.files.len() > MAX_FILES {
        return Err(here(format!("the template makes more than {MAX_FILES} files")));
    }
    let bytes: usize = workspace.files.values().map(String::len).sum();
    if bytes > MAX_OUTPUT_BYTES {
        return Err(here(format!("the template makes more than {MAX_OUTPUT_BYTES} bytes")));
    }
    Ok(())
}

/// Two names that some file systems take for one, and a file that is also a folder.
fn twins(files: &BTreeMap<String, String>, path: &str) -> Vec<Complaint> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for name in files.keys() {
        if let Some(other) = seen.insert(name.to_lowercase(), name) {
            let message = format!("`{other}` and `{name}` are one file where case does not count");
            found.push(Complaint::new(path, None, message));
        }
    }
    for name in files.keys() {
        let mut folders = name.match_indices('/').map(|(at, _)| &name[..at]);
        if let Some(file) = folders.find(|folder| files.contains_key(*folder)) {
            let message = format!("`{file}` is a file and the folder of `{name}`");
            found.push(Complaint::new(path, None, message));
        }
    }
    found
}

/// `fs:rename`: `files: [{from, to, overwrite}]`; a folder moves with all that is in it.
fn rename(workspace: &mut Workspace<'_>, input: &Map<String, Value>) -> Result<(), Complaint> {
    let moves = input.get("files").and_then(Value::as_array);
    for item in moves.ok_or_else(|| here("`files` must be a list"))? {
        let place = |key: &str| {
            let text = item.get(key).and_then(Value::as_str);
            let text = text.ok_or_else(|| here(format!("every file needs `{key}`")))?;
            place::plain(text).map_err(|why| here(format!("`{text}` {why}")))
        };
        let (from, to) = (place("from")?, place("to")?);
        let below = format!("{from}/");
        let moved: Vec<String> = workspace
            .files
            .keys()
            .filter(|name| **name == from || name.starts_with(&below))
            .cloned()
            .collect();
        if moved.is_empty() {
            return Err(here(format!("there is no `{from}` to rename")));
        }
        let overwrite = item.get("overwrite") == Some(&Value::Bool(true));
        for old in moved {
            let new = format!("{to}{}", &old[from.len()..]);
            if workspace.files.contains_key(&new) && !overwrite {
                return Err(here(format!("`{new}` is already there; say `overwrite: true`")));
            }
            if let Some(text) = workspace.files.remove(&old) {
                match workspace.executable.remove(&old) {
                    true => workspace.executable.insert(new.clone()),
                    false => workspace.executable.remove(&new),
                };
                workspace.files.insert(new, text);
            }
        }
    }
    Ok(())
}

/// `fs:delete`: `files`, paths or globs; a folder goes with all that is in it.
fn delete(workspace: &mut Workspace<'_>, input: &Map<String, Value>) -> Result<(), Complaint> {
    let list = input.get("files").and_then(Value::as_array);
    for item in list.ok_or_else(|| here("`files` must be a list"))? {
        let text = item.as_str().ok_or_else(|| here("`files` must be a list of paths"))?;
        let gone = place::plain(text).map_err(|why| here(format!("`{text}` {why}")))?;
        let below = format!("{gone}/");
        workspace.files.retain(|name, _| {
            *name != gone && !name.starts_with(&below) && !glob::matches(&gone, name)
        });
    }
    Ok(())
}
