//! What does `template.yaml` say? Its parameters and its steps, with their lines.

use serde_json::{Map, Value};

use super::parameters::{self, Parameter};
use super::{Complaint, MAX_STEPS, Rendered, TemplateFiles, steps};
use crate::domain::yaml;

/// The versions of the scaffolder's format that are understood.
const API_VERSION: &str = "scaffolder.backstage.io/v1beta3";

/// A Software Template, read.
#[derive(Debug, Clone)]
pub struct Template {
    /// Path of its `template.yaml` in the [`TemplateFiles`].
    pub path: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.description`, else the title.
    pub description: String,
    /// What it asks for.
    pub parameters: Vec<Parameter>,
    /// `spec.parameters` as written: a page or a list of pages of JSON Schema.
    pub(super) pages: Vec<Map<String, Value>>,
    /// What it does.
    pub steps: Vec<Step>,
    /// `spec.output.text`, unrendered: mappings with `title`, `content` and perhaps `if`.
    pub(super) texts: Vec<Value>,
}

/// One step.
#[derive(Debug, Clone)]
pub struct Step {
    /// `id`, else its number.
    pub id: String,
    /// `name`, else the id.
    pub name: String,
    /// `fetch:template`, `publish:github`, …
    pub action: String,
    /// `if`, unrendered.
    pub condition: Option<Value>,
    /// `each`, unrendered.
    pub each: Option<Value>,
    /// `input`, unrendered.
    pub input: Map<String, Value>,
    /// Its line in `template.yaml`.
    pub line: Option<u32>,
}

impl Template {
    /// Reads the template at `path`. Every complaint is told at once.
    pub fn read(path: &str, files: &TemplateFiles) -> Result<Self, Vec<Complaint>> {
        let Some(text) = files.get(path) else {
            return Err(vec![Complaint::new(path, None, "there is no such file")]);
        };
        let loaded = yaml::load(text, yaml::Schema::Core12);
        if let Some(fault) = loaded.error {
            return Err(vec![Complaint::new(path, Some(fault.line), fault.message)]);
        }
        let is_template = |d: &&yaml::Document| d.value["kind"] == "Template";
        let Some(document) = loaded.documents.iter().find(is_template) else {
            let message = format!("it holds no `kind: Template` of `apiVersion: {API_VERSION}`");
            return Err(vec![Complaint::new(path, None, message)]);
        };
        let mut reader = Reader { path, document, complaints: Vec::new() };
        let template = reader.template();
        if reader.complaints.is_empty() { Ok(template) } else { Err(reader.complaints) }
    }

    /// Runs the steps over `values`, the parameters by name.
    pub fn render(
        &self,
        files: &TemplateFiles,
        values: &Map<String, Value>,
    ) -> Result<Rendered, Vec<Complaint>> {
        steps::run(self, files, values)
    }

    /// What the template tells people at its end (`spec.output.text`), filled in. `news` is what it
    /// may ask for as `waymark`; in Backstage, there is no such name.
    pub fn told(&self, values: &Map<String, Value>, news: &[&str]) -> Vec<String> {
        steps::told(self, values, news)
    }

    /// What is wrong with parameters, each in words that name it; empty when they may be used.
    pub fn complaints(&self, values: &Map<String, Value>) -> Vec<String> {
        parameters::complaints(&self.pages, values)
    }
}

struct Reader<'a> {
    path: &'a str,
    document: &'a yaml::Document,
    complaints: Vec<Complaint>,
}

impl Reader<'_> {
    fn complain(&mut self, pointer: &str, message: impl Into<String>) {
        let line = self.line(pointer);
        self.complaints.push(Complaint::new(self.path, line, message));
    }

    fn line(&self, pointer: &str) -> Option<u32> {
        self.document.spans.lines(pointer).map(|lines| lines.0)
    }

    fn template(&mut self) -> Template {
        let value = &self.document.value;
        if value["apiVersion"] != API_VERSION {
            self.complain("/apiVersion", format!("`apiVersion` must be `{API_VERSION}`"));
        }
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let name = text("/metadata/name").unwrap_or_default().to_owned();
        if name.is_empty() {
            self.complain("/metadata", "`metadata.name` is missing");
        }
        let described = text("/metadata/description").or(text("/metadata/title"));
        let pages = self.pages(value.pointer("/spec/parameters"));
        let steps = self.steps(value.pointer("/spec/steps"));
        Template {
            path: self.path.to_owned(),
            name,
            description: described.unwrap_or_default().trim().to_owned(),
            parameters: self.in_order(parameters::of_pages(&pages)),
            pages,
            steps,
            texts: value
                .pointer("/spec/output/text")
                .and_then(Value::as_array)
                .map(|list| list.iter().take(MAX_STEPS).cloned().collect())
                .unwrap_or_default(),
        }
    }

    /// As they stand in the file: mappings forget their order.
    fn in_order(&self, mut parameters: Vec<Parameter>) -> Vec<Parameter> {
        let pages = self.document.value.pointer("/spec/parameters").and_then(Value::as_array);
        let roots: Vec<String> = match pages {
            Some(pages) => (0..pages.len()).map(|n| format!("/spec/parameters/{n}")).collect(),
            None => vec!["/spec/parameters".to_owned()],
        };
        let line = |parameter: &Parameter| {
            let key = yaml::escape_token(&parameter.name);
            let at = roots.iter().map(|root| format!("{root}/properties/{key}"));
            let there = at.into_iter().find(|at| self.document.value.pointer(at).is_some());
            there.and_then(|at| self.line(&at))
        };
        parameters.sort_by_key(line);
        parameters
    }

    fn pages(&mut self, value: Option<&Value>) -> Vec<Map<String, Value>> {
        let pages = match value {
            None | Some(Value::Null) => return Vec::new(),
            Some(Value::Object(page)) => vec![page.clone()],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_object).cloned().collect(),
            Some(_) => {
                self.complain("/spec/parameters", "`parameters` must be a page or a list of pages");
                return Vec::new();
            }
        };
        if let Some(fault) = parameters::fault(&pages) {
            self.complain("/spec/parameters", format!("this is no JSON Schema: {fault}"));
        }
        pages
    }

    fn steps(&mut self, value: Option<&Value>) -> Vec<Step> {
        let Some(list) = value.and_then(Value::as_array) else {
            self.complain("/spec", "`spec.steps` must be a list");
            return Vec::new();
        };
        if list.len() > MAX_STEPS {
            self.complain("/spec/steps", format!("there are more than {MAX_STEPS} steps"));
        }
        let mut steps = Vec::new();
        for (number, item) in list.iter().enumerate().take(MAX_STEPS) {
            let pointer = format!("/spec/steps/{number}");
            let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
            let Some(action) = text("action") else {
                self.complain(&pointer, "a step needs an `action`");
                continue;
            };
            let id = text("id").unwrap_or_else(|| format!("step{}", number + 1));
            steps.push(Step {
                name: text("name").unwrap_or_else(|| id.clone()),
                id,
                action,
                condition: item.get("if").cloned(),
                each: item.get("each").cloned(),
                input: item.get("input").and_then(Value::as_object).cloned().unwrap_or_default(),
                line: self.line(&pointer),
            });
        }
        steps
    }
}
