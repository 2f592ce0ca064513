//! What is a chart? A folder with `Chart.yaml`, values, templates, and charts within it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use serde_json::{Map as JsonMap, Value as Json};

use crate::domain::yaml::{Schema, load};

use super::Problem;
use super::dependencies::Dependency;

/// How deep charts may lie in each other; nobody nests them deeper than three.
const MAX_CHART_DEPTH: usize = 5;
/// How many charts one chart may hold; the largest umbrella looked at holds 30.
const MAX_CHARTS: usize = 60;
/// How many templates a chart may have, those of its own charts included.
const MAX_TEMPLATES: usize = 1_000;

/// A file of a chart, by its path within the outermost chart.
#[derive(Debug, Clone)]
pub enum ChartFile {
    /// Its text.
    Text(Arc<str>),
    /// In the repository, but its text is not at hand, and why, in words that follow its path.
    Withheld(String),
}

/// A chart that was read.
#[derive(Clone)]
pub(super) struct Chart {
    pub(super) name: Rc<str>,
    /// The folder within the outermost chart, with its slash: empty, `charts/redis/`.
    pub(super) folder: String,
    pub(super) metadata: JsonMap<String, Json>,
    pub(super) values: JsonMap<String, Json>,
    /// Path within the chart (`templates/x.yaml`) → text.
    pub(super) templates: Vec<(String, Arc<str>)>,
    /// What `.Files` gives.
    pub(super) files: Rc<BTreeMap<String, Option<Rc<str>>>>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) charts: Vec<Chart>,
    /// Its templates are there to be included only.
    pub(super) library: bool,
}

/// Reads charts, counting them.
pub(super) struct Reader<'f> {
    files: &'f BTreeMap<String, ChartFile>,
    charts: usize,
    templates: usize,
    pub(super) problems: Vec<Problem>,
}

impl<'f> Reader<'f> {
    pub(super) fn new(files: &'f BTreeMap<String, ChartFile>) -> Self {
        Self { files, charts: 0, templates: 0, problems: Vec::new() }
    }

    /// The chart in a folder. Its faults are in [`Reader::problems`]; `None` when nothing can be
    /// rendered without what is missing.
    pub(super) fn chart(&mut self, folder: &str, depth: usize) -> Option<Chart> {
        let path = format!("{folder}Chart.yaml");
        self.charts += 1;
        if depth > MAX_CHART_DEPTH || self.charts > MAX_CHARTS {
            let message = format!(
                "more than {MAX_CHARTS} charts, or {MAX_CHART_DEPTH} within each other, are not rendered"
            );
            self.problem(&path, None, message);
            return None;
        }
        let mut metadata = self.yaml(&path)?;
        // Charts of the first kind name them in a file of their own.
        let listed = format!("{folder}requirements.yaml");
        if self.files.contains_key(&listed) && !metadata.contains_key("dependencies") {
            metadata.extend(self.yaml(&listed).into_iter().flatten());
        }
        let values = format!("{folder}values.yaml");
        let values = match self.files.contains_key(&values) {
            true => self.yaml(&values)?,
            false => JsonMap::new(),
        };
        let name: Rc<str> = metadata.get("name").and_then(Json::as_str).unwrap_or("chart").into();
        let library = metadata.get("type").and_then(Json::as_str) == Some("library");
        let dependencies = Dependency::all(&metadata);
        let mut chart = Chart {
            name,
            folder: folder.to_owned(),
            metadata,
            values,
            templates: Vec::new(),
            files: Rc::default(),
            dependencies,
            charts: Vec::new(),
            library,
        };
        self.sort_files(&mut chart);
        self.inner(&mut chart, depth);
        Some(chart)
    }

    fn sort_files(&mut self, chart: &mut Chart) {
        let mut others = BTreeMap::new();
        let all = self.files;
        for (path, file) in all.range(chart.folder.clone()..) {
            let Some(within) = path.strip_prefix(&chart.folder) else { break };
            if within.starts_with("charts/") {
                continue;
            }
            if !within.starts_with("templates/") {
                let text = match file {
                    ChartFile::Text(text) => Some(Rc::from(&**text)),
                    ChartFile::Withheld(_) => None,
                };
                if !matches!(within, "Chart.yaml" | "values.yaml" | "values.schema.json") {
                    others.insert(within.to_owned(), text);
                }
                continue;
            }
            if within.starts_with("templates/tests/") || within.ends_with("NOTES.txt") {
                continue;
            }
            self.templates += 1;
            match file {
                _ if self.templates > MAX_TEMPLATES => {
                    let message = format!("more than {MAX_TEMPLATES} templates are not rendered");
                    self.problem(path, None, message);
                    break;
                }
                ChartFile::Text(text) => {
                    chart.templates.push((within.to_owned(), Arc::clone(text)));
                }
                ChartFile::Withheld(why) => self.problem(path, None, format!("it {why}")),
            }
        }
        chart.files = Rc::new(others);
    }

    fn inner(&mut self, chart: &mut Chart, depth: usize) {
        let folder = format!("{}charts/", chart.folder);
        let all = self.files;
        let mut names: Vec<&str> = all
            .range(folder.clone()..)
            .take_while(|(path, _)| path.starts_with(&folder))
            .filter_map(|(path, _)| path.strip_prefix(&folder)?.strip_suffix("/Chart.yaml"))
            .filter(|name| !name.contains('/') && !name.starts_with(['_', '.']))
            .collect();
        names.dedup();
        for name in names {
            if let Some(inner) = self.chart(&format!("{folder}{name}/"), depth + 1) {
                chart.charts.push(inner);
            }
        }
    }

    /// A file of values or of metadata; further documents merge into the first, as in Helm.
    pub(super) fn yaml(&mut self, path: &str) -> Option<JsonMap<String, Json>> {
        let text = match self.files.get(path)? {
            ChartFile::Text(text) => text,
            ChartFile::Withheld(why) => {
                let why = format!("it {why}");
                self.problem(path, None, why);
                return None;
            }
        };
        let loaded = load(text, Schema::Kubernetes);
        if let Some(fault) = loaded.error {
            self.problem(path, Some(fault.line), fault.message);
            return None;
        }
        let mut merged = JsonMap::new();
        for document in loaded.documents {
            match document.value {
                Json::Object(map) => merge_maps(&mut merged, map),
                Json::Null => {}
                _ => {
                    self.problem(path, Some(1), "it is no mapping".to_owned());
                    return None;
                }
            }
        }
        Some(merged)
    }

    fn problem(&mut self, path: &str, line: Option<u32>, message: String) {
        self.problems.push(Problem { path: path.to_owned(), line, message, asked: false });
    }
}

/// Helm's `MergeMaps`: what comes later wins, maps merge.
fn merge_maps(into: &mut JsonMap<String, Json>, from: JsonMap<String, Json>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Json::Object(below)), Json::Object(value)) => merge_maps(below, value),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}
