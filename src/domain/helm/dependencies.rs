//! Which of its charts does a chart use? `condition`, `tags`, `alias`, `import-values`.

use serde_json::{Map, Value};

use super::chart::Chart;
use super::coalesce::{coalesce, tables};

type Table = Map<String, Value>;

/// An entry of `dependencies` in `Chart.yaml`.
#[derive(Debug, Clone)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) alias: Option<String>,
    conditions: Vec<String>,
    tags: Vec<String>,
    imports: Vec<Import>,
}

#[derive(Debug, Clone)]
struct Import {
    child: String,
    parent: String,
}

/// More dependencies are not read.
const MAX_DEPENDENCIES: usize = 200;

impl Dependency {
    /// Those that metadata lists.
    pub(super) fn all(metadata: &Table) -> Vec<Self> {
        let listed = metadata.get("dependencies").and_then(Value::as_array).into_iter().flatten();
        listed.take(MAX_DEPENDENCIES).filter_map(Self::read).collect()
    }

    fn read(entry: &Value) -> Option<Self> {
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        let list = |key: &str| entry.get(key).and_then(Value::as_array).into_iter().flatten();
        let condition = text("condition").unwrap_or("");
        Some(Self {
            name: text("name")?.to_owned(),
            alias: text("alias").filter(|alias| !alias.is_empty()).map(str::to_owned),
            conditions: condition
                .trim()
                .split(',')
                .filter(|c| !c.is_empty())
                .map(str::to_owned)
                .collect(),
            tags: list("tags").filter_map(Value::as_str).map(str::to_owned).collect(),
            imports: list("import-values").filter_map(Import::read).collect(),
        })
    }

    /// The key of its values.
    pub(super) fn key(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }

    /// Whether values switch it on: the first condition that is a truth decides, else its tags.
    fn enabled(&self, values: &Table, below: &[String]) -> bool {
        let conditions = self.conditions.iter().find_map(|condition| {
            let path = below.iter().map(String::as_str).chain(condition.split('.'));
            at(values, path)?.as_bool()
        });
        conditions.unwrap_or_else(|| {
            let tags = values.get("tags").and_then(Value::as_object);
            let set: Vec<bool> = tags
                .map(|tags| self.tags.iter().filter_map(|tag| tags.get(tag)?.as_bool()).collect())
                .unwrap_or_default();
            set.is_empty() || set.contains(&true)
        })
    }
}

impl Import {
    fn read(entry: &Value) -> Option<Self> {
        if let Some(name) = entry.as_str() {
            return Some(Self { child: format!("exports.{name}"), parent: ".".to_owned() });
        }
        let text = |key: &str| Some(entry.get(key)?.as_str()?.to_owned());
        Some(Self { child: text("child")?, parent: text("parent")? })
    }
}

/// Takes away the charts that values switch off, and names the others by their aliases. Gives the
/// dependencies that are switched on but are not in the repository.
pub(super) fn process(chart: &mut Chart, values: &Table) -> Vec<String> {
    let mut missing = Vec::new();
    let mut below = Vec::new();
    enable(chart, values, &mut below, &mut missing);
    import(chart);
    missing.sort();
    missing.dedup();
    missing
}

fn enable(chart: &mut Chart, values: &Table, below: &mut Vec<String>, missing: &mut Vec<String>) {
    let dependencies = chart.dependencies.clone();
    let mut kept: Vec<Chart> = Vec::new();
    let found = std::mem::take(&mut chart.charts);
    // What lies in `charts/` without being listed is used as it is.
    let listed = |chart: &Chart| dependencies.iter().any(|d| *d.name == *chart.name);
    kept.extend(found.iter().filter(|inner| !listed(inner)).cloned());
    for dependency in &dependencies {
        let inner = found.iter().find(|inner| *inner.name == *dependency.name);
        if let Some(inner) = inner {
            let mut inner = inner.clone();
            inner.name = dependency.key().into();
            kept.push(inner);
        }
    }
    chart.charts = kept;
    let mut all = values.clone();
    if below.is_empty() {
        coalesce(chart, &mut all, false);
    }
    let off = |name: &str| {
        let mut same = dependencies.iter().filter(|dependency| dependency.key() == name);
        same.any(|dependency| !dependency.enabled(&all, below))
    };
    for dependency in &dependencies {
        let here = chart.charts.iter().any(|inner| *inner.name == *dependency.key());
        if !here && !off(dependency.key()) {
            missing.push(dependency.name.clone());
        }
    }
    chart.charts.retain(|inner| !off(&inner.name));
    chart.dependencies.retain(|dependency| !off(dependency.key()));
    for inner in &mut chart.charts {
        below.push(inner.name.to_string());
        enable(inner, &all, below, missing);
        below.pop();
    }
}

/// `import-values`: tables of a chart within become values of the chart around it, below its own.
fn import(chart: &mut Chart) {
    for inner in &mut chart.charts {
        import(inner);
    }
    if chart.dependencies.iter().all(|dependency| dependency.imports.is_empty()) {
        return;
    }
    let mut all = Map::new();
    coalesce(chart, &mut all, true);
    let mut imported = Map::new();
    for dependency in &chart.dependencies {
        for Import { child, parent } in &dependency.imports {
            let path = std::iter::once(dependency.key()).chain(child.split('.'));
            let Some(Value::Object(table)) = at(&all, path) else { continue };
            let mut table = table.clone();
            if parent != "." {
                for part in parent.rsplit('.') {
                    table = Map::from_iter([(part.to_owned(), Value::Object(table))]);
                }
            }
            tables(&mut imported, table, true);
        }
    }
    tables(&mut all, imported, true);
    chart.values = all;
}

fn at<'v, 'p>(values: &'v Table, path: impl Iterator<Item = &'p str>) -> Option<&'v Value> {
    let mut found: Option<&Value> = None;
    for part in path {
        let table = match found {
            None => values,
            Some(value) => value.as_object()?,
        };
        found = Some(table.get(part)?);
    }
    found
}
