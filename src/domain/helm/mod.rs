//! What does a Helm chart render to?
//!
//! A chart is judged by what it renders to: [`render`] takes the files of one chart and gives its
//! manifests, once with the default values and once more for each further values file. Templates
//! are parsed by the crate gotmpl; they are walked here ([`exec`]), because maps must change in
//! place (`set`, `merge`), every step must be paid for ([`budget`]), and each line of the output
//! must know its line in the template ([`output`]). Nothing here reaches a cluster, a clock, the
//! network, chance, or a file outside of the chart. `docs/helm.md` tells users what follows.

mod budget;
mod capabilities;
mod chart;
mod coalesce;
mod context;
mod dependencies;
mod emit_yaml;
mod engine;
mod eval;
mod exec;
mod field;
mod functions;
mod output;
mod render;
mod show;
mod source;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeMap;

use serde_json::Map;

pub use budget::Allowance;
pub use chart::ChartFile;
pub use output::LineMap;

/// How many further values files a chart is rendered with. Charts have about two; ingress-nginx,
/// with the most of those looked at, has some 30 in `ci/`.
pub const MAX_VALUES_FILES: usize = 40;

/// What a chart renders to.
#[derive(Debug, Default)]
pub struct Rendered {
    /// With the default values first; then with each further values file, in order of their paths.
    pub variants: Vec<Variant>,
    /// What could not be read or rendered. The rest is there all the same.
    pub problems: Vec<Problem>,
    /// Made to be included by other charts: it renders to nothing by itself.
    pub library: bool,
}

/// A chart rendered with one set of values.
#[derive(Debug)]
pub struct Variant {
    /// The values file within the chart; `None` for the default values.
    pub values: Option<String>,
    /// Its templates' outputs.
    pub files: Vec<RenderedFile>,
}

/// A template's output.
#[derive(Debug)]
pub struct RenderedFile {
    /// The template, by its path within the chart.
    pub template: String,
    /// What it rendered to.
    pub text: String,
    /// From which lines of the template.
    pub lines: LineMap,
    /// A file of the chart that the template reads (`.Files`) but whose text is not at hand; a
    /// placeholder stands for it.
    pub unfetched: Option<String>,
}

/// Something that could not be read or rendered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file within the chart.
    pub path: String,
    /// The line, where there is one.
    pub line: Option<u32>,
    /// Why, one sentence without a full stop.
    pub message: String,
    /// The chart itself asks for a value (`required`, `fail`): a values file would help.
    pub asked: bool,
}

/// Renders a chart. `files` are all files below its folder, by their paths in it.
pub fn render(files: &BTreeMap<String, ChartFile>, allowance: &mut Allowance) -> Rendered {
    let mut reader = chart::Reader::new(files);
    let Some(chart) = reader.chart("", 0) else {
        return Rendered { problems: reader.problems, ..Rendered::default() };
    };
    let mut rendered = Rendered { library: chart.library, ..Rendered::default() };
    if chart.library {
        return rendered;
    }
    let (outputs, asked) = render::render(&chart, &Map::new(), allowance);
    rendered.variants.push(Variant { values: None, files: outputs });
    let mut problems = asked;
    let further: Vec<&String> = files.keys().filter(|path| is_values_file(path)).collect();
    if further.len() > MAX_VALUES_FILES {
        reader.problems.push(Problem {
            path: "Chart.yaml".to_owned(),
            line: None,
            message: format!("only the first {MAX_VALUES_FILES} values files are used"),
            asked: false,
        });
    }
    for path in further.into_iter().take(MAX_VALUES_FILES) {
        let Some(values) = reader.yaml(path) else { continue };
        let (outputs, more) = render::render(&chart, &values, allowance);
        // What the defaults lack and these values give is rendered after all.
        let done = |problem: &Problem| outputs.iter().any(|file| file.template == problem.path);
        problems.retain(|problem| !(problem.asked && done(problem)));
        problems.extend(more.into_iter().filter(|problem| !problem.asked));
        rendered.variants.push(Variant { values: Some(path.clone()), files: outputs });
    }
    problems.extend(reader.problems);
    problems.sort();
    problems.dedup_by(|a, b| (&a.path, a.line, &a.message) == (&b.path, b.line, &b.message));
    rendered.problems = problems;
    rendered
}

/// A chart's further values: `values-*.yaml` beside `Chart.yaml`, and those that chart-testing
/// installs it with, `ci/*-values.yaml`.
fn is_values_file(path: &str) -> bool {
    let name = match path.strip_prefix("ci/") {
        Some(name) => return !name.contains('/') && name.ends_with("-values.yaml"),
        None => path,
    };
    !name.contains('/') && name.starts_with("values-") && name.ends_with(".yaml")
}
