//! Which objects do the repository's Helm charts render to?
//!
//! A chart is rendered with its default values and with each further values file. An object that
//! several of them give alike is there once, with all the variants that give it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::helm::{Allowance, ChartFile, LineMap, Problem, RenderedFile, render};
use crate::domain::tree::Content;
use crate::domain::yaml::{Fault, Loaded, Schema, load};

use super::super::FactKind;
use super::super::gather::Gather;
use super::super::select::{is_excluded, wanted};
use super::Manifest;

/// Charts of a repository that are rendered. Repositories of nothing but charts have about 120.
const MAX_CHARTS: usize = 300;
/// Files that a chart may hold; the largest looked at has 400.
const MAX_FILES: usize = 10_000;
/// Objects that a chart may render to over all variants, equal ones counted once.
const MAX_OBJECTS: usize = 3_000;

/// The charts of a repository, each by its folder with its slash.
pub(super) struct Charts<'t> {
    folders: Vec<&'t str>,
}

/// What one template rendered to, over all variants.
#[derive(Default)]
struct Merged {
    loaded: Loaded,
    variants: Vec<Vec<u32>>,
}

impl<'t> Charts<'t> {
    /// Folders with `Chart.yaml` and `templates/` that are not part of another chart.
    pub(super) fn find(gather: &Gather<'t>) -> Self {
        let needs = BTreeSet::from([FactKind::Kubernetes]);
        let mut charts = Self { folders: Vec::new() };
        let entries = &gather.tree.entries;
        let mut folders: Vec<&str> =
            entries.keys().filter_map(|path| path.strip_suffix("Chart.yaml")).collect();
        // A folder before what lies in it.
        folders.sort_by_key(|folder| (folder.len(), *folder));
        for folder in folders {
            if charts.folders.len() > MAX_CHARTS {
                break;
            }
            let whole = folder.is_empty() || folder.ends_with('/');
            let templates = format!("{folder}templates/");
            let first = entries.range(templates.clone()..).next();
            let has_templates = first.is_some_and(|(path, _)| path.starts_with(&templates));
            let chart = wanted(&needs, &format!("{folder}Chart.yaml"));
            if whole && chart && has_templates && !charts.hold(&format!("{folder}Chart.yaml")) {
                charts.folders.push(folder);
            }
        }
        charts
    }

    /// Whether a file is a template of a chart, or of one within it.
    pub(super) fn hold(&self, path: &str) -> bool {
        let inner = |rest: &str| rest.starts_with("templates/") || rest.starts_with("charts/");
        self.folders.iter().any(|folder| path.strip_prefix(folder).is_some_and(inner))
    }

    /// Renders them all.
    pub(super) fn render(&self, gather: &mut Gather<'t>) -> Vec<Manifest<'t>> {
        let mut manifests = Vec::new();
        let mut allowance = Allowance::default();
        let mut variants = 0;
        if self.folders.len() > MAX_CHARTS {
            let reason = format!("there are more than {MAX_CHARTS} Helm charts");
            gather.gap(FactKind::Kubernetes, None, reason);
        }
        for folder in self.folders.iter().take(MAX_CHARTS) {
            let files = files(gather, folder);
            if files.len() > MAX_FILES {
                let reason =
                    format!("cannot be rendered: more than {MAX_FILES} files lie below it");
                gather.gap(FactKind::Kubernetes, Some(&format!("{folder}Chart.yaml")), reason);
                continue;
            }
            let rendered = render(&files, &mut allowance);
            let mut merged: BTreeMap<String, Merged> = BTreeMap::new();
            let mut left = MAX_OBJECTS;
            for variant in &rendered.variants {
                // What charts are tested with is no secret.
                let test = variant.values.as_ref().is_some_and(|path| path.starts_with("ci/"));
                for file in &variant.files {
                    let into = merged.entry(file.template.clone()).or_default();
                    take_in(gather, folder, file, into, (variants, test), &mut left);
                }
                variants += 1;
            }
            if left == 0 {
                let reason = format!("renders to more than {MAX_OBJECTS} objects");
                let path = format!("{folder}Chart.yaml");
                gather.gap(FactKind::Kubernetes, Some(&path), reason);
            }
            for problem in rendered.problems {
                tell(gather, folder, &problem);
            }
            for (template, Merged { loaded, variants }) in merged {
                let path = format!("{folder}{template}");
                if let Some((path, _)) = gather.tree.entries.get_key_value(&path) {
                    manifests.push(Manifest { path, loaded, variants });
                }
            }
        }
        manifests
    }
}

fn files(gather: &Gather<'_>, folder: &str) -> BTreeMap<String, ChartFile> {
    let entries = gather.tree.entries.range(folder.to_owned()..);
    let inside = entries.map_while(|(path, entry)| Some((path.strip_prefix(folder)?, entry)));
    let kept = inside.filter(|(path, _)| !is_excluded(path)).take(MAX_FILES + 1);
    kept.map(|(path, entry)| {
        let file = match &entry.content {
            Content::Text(text) => ChartFile::Text(text.clone()),
            Content::Withheld(why) => ChartFile::Withheld(why.reason()),
        };
        (path.to_owned(), file)
    })
    .collect()
}

/// Parses what a template rendered to and takes in the objects that are not there yet.
fn take_in(
    gather: &mut Gather<'_>,
    folder: &str,
    file: &RenderedFile,
    into: &mut Merged,
    (variant, test): (u32, bool),
    left: &mut usize,
) {
    // As of other files: what lacks these words is no object.
    if !(file.text.contains("apiVersion") && file.text.contains("kind")) {
        return;
    }
    let path = format!("{folder}{}", file.template);
    let mut loaded = load(&file.text, Schema::Kubernetes);
    if let Some(fault) = &loaded.error {
        let line = file.lines.template_line(fault.line);
        let reason = format!("renders to what cannot be read: line {line}: {}", fault.message);
        gather.gap(FactKind::Kubernetes, Some(&path), reason);
    }
    let placeholder = loaded.documents.iter().any(|document| !is_data(&document.value));
    if let (Some(missing), true) = (&file.unfetched, placeholder) {
        let reason =
            format!("cannot be rendered: it reads `{folder}{missing}`, which was not read");
        gather.gap(FactKind::Kubernetes, Some(&path), reason);
    }
    for mut document in loaded.documents.drain(..) {
        let secret = kind(&document.value) == Some("Secret");
        let made_up = secret && (test || file.unfetched.is_some());
        if document.value.is_null() || made_up || is_test(&document.value) {
            continue;
        }
        let there = into.loaded.documents.iter().position(|known| known.value == document.value);
        if let Some(variants) = there.and_then(|index| into.variants.get_mut(index)) {
            if variants.last() != Some(&variant) {
                variants.push(variant);
            }
            continue;
        }
        let Some(less) = left.checked_sub(1) else { return };
        *left = less;
        document.spans = document.spans.translated(|line| file.lines.template_line(line));
        document.duplicates = translated(document.duplicates, &file.lines);
        into.loaded.documents.push(document);
        into.variants.push(vec![variant]);
    }
}

fn translated(faults: Vec<Fault>, lines: &LineMap) -> Vec<Fault> {
    let fault = |fault: Fault| Fault { line: lines.template_line(fault.line), ..fault };
    faults.into_iter().map(fault).collect()
}

fn kind(object: &Value) -> Option<&str> {
    object.get("kind")?.as_str()
}

/// Objects that hold data only: a placeholder in them misleads nobody.
fn is_data(object: &Value) -> bool {
    object.is_null() || matches!(kind(object), Some("ConfigMap" | "Secret"))
}

/// Run by `helm test` only.
fn is_test(object: &Value) -> bool {
    let hook = object.pointer("/metadata/annotations/helm.sh~1hook").and_then(Value::as_str);
    hook.is_some_and(|hook| hook.split(',').any(|hook| hook.trim().starts_with("test")))
}

fn tell(gather: &mut Gather<'_>, folder: &str, problem: &Problem) {
    let path = format!("{folder}{}", problem.path);
    let line = problem.line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let mut reason = format!("cannot be rendered: {line}{}", problem.message);
    if problem.asked {
        reason.push_str(&format!(
            "; it is judged when `{folder}ci/…-values.yaml` sets what is asked for"
        ));
    }
    gather.gap(FactKind::Kubernetes, Some(&path), reason);
}

#[cfg(test)]
mod tests;
