//! What is `.` in a template? Values, chart, release, capabilities, files.

use std::rc::Rc;

use serde_json::{Map as JsonMap, Value as Json};

use super::capabilities::HELM_VERSION;
use super::chart::Chart;
use super::value::{Host, Map, Value};

/// Metadata that is a text, empty when it is not set; and what a template calls it.
const TEXTS: [(&str, &str); 10] = [
    ("name", "Name"),
    ("home", "Home"),
    ("version", "Version"),
    ("description", "Description"),
    ("icon", "Icon"),
    ("apiVersion", "APIVersion"),
    ("appVersion", "AppVersion"),
    ("kubeVersion", "KubeVersion"),
    ("type", "Type"),
    ("condition", "Condition"),
];

/// A chart's templates and the context that they are rendered with.
pub(super) struct Scope<'c> {
    pub(super) chart: &'c Chart,
    /// `podinfo`, `podinfo/charts/redis`: what template names begin with.
    pub(super) prefix: String,
    pub(super) context: Value,
}

/// The contexts of a chart and of those within it.
pub(super) fn scopes<'c>(chart: &'c Chart, values: &JsonMap<String, Json>) -> Vec<Scope<'c>> {
    let release = Value::of([
        ("Name", Value::str(&*chart.name)),
        ("Namespace", Value::str("default")),
        ("Service", Value::str("Helm")),
        ("Revision", Value::Int(1)),
        ("IsInstall", Value::Bool(true)),
        ("IsUpgrade", Value::Bool(false)),
    ]);
    let capabilities = Value::of([
        ("APIVersions", Value::Host(Host::ApiVersions)),
        ("KubeVersion", Value::Host(Host::KubeVersion)),
        (
            "HelmVersion",
            Value::of([
                ("Version", Value::str(HELM_VERSION)),
                ("GoVersion", Value::str("go1.24")),
                ("GitCommit", Value::str("")),
                ("GitTreeState", Value::str("")),
            ]),
        ),
    ]);
    let values = Value::of_json(&Json::Object(values.clone()));
    let mut scopes = Vec::new();
    scope(chart, String::new(), values, [&release, &capabilities], &mut scopes);
    scopes
}

fn scope<'c>(
    chart: &'c Chart,
    above: String,
    values: Value,
    shared: [&Value; 2],
    scopes: &mut Vec<Scope<'c>>,
) -> Value {
    let root = above.is_empty();
    let prefix =
        if root { chart.name.to_string() } else { format!("{above}/charts/{}", chart.name) };
    let mut inner = Map::new();
    for below in &chart.charts {
        let found = match &values {
            Value::Map(map) => map.borrow().get(&below.name).cloned(),
            _ => None,
        };
        // The same map, not a copy: what a template sets there, all see.
        let below_values = found.filter(|value| matches!(value, Value::Map(_)));
        let below_values = below_values.unwrap_or_else(|| Value::map(Map::new()));
        let context = scope(below, prefix.clone(), below_values, shared, scopes);
        inner.insert(Rc::clone(&below.name), context);
    }
    let [release, capabilities] = shared;
    let context = Value::of([
        ("Chart", metadata(chart, root)),
        ("Files", Value::Host(Host::Files(Rc::clone(&chart.files)))),
        ("Release", release.clone()),
        ("Capabilities", capabilities.clone()),
        ("Values", values),
        ("Subcharts", Value::map(inner)),
    ]);
    scopes.push(Scope { chart, prefix, context: context.clone() });
    context
}

fn metadata(chart: &Chart, root: bool) -> Value {
    let mut map = Map::new();
    for (key, name) in TEXTS {
        let text = match chart.metadata.get(key) {
            Some(Json::String(text)) => text.clone(),
            None | Some(Json::Null) => String::new(),
            Some(other) => other.to_string(),
        };
        map.insert(name.into(), Value::str(text));
    }
    map.insert("Name".into(), Value::Str(Rc::clone(&chart.name)));
    map.insert("IsRoot".into(), Value::Bool(root));
    for (key, name) in
        [("annotations", "Annotations"), ("keywords", "Keywords"), ("sources", "Sources")]
    {
        map.insert(name.into(), chart.metadata.get(key).map_or(Value::Nil, Value::of_json));
    }
    let deprecated = chart.metadata.get("deprecated").and_then(Json::as_bool).unwrap_or(false);
    map.insert("Deprecated".into(), Value::Bool(deprecated));
    let named = |key: &str, fields: &[(&str, &str)]| {
        let listed = chart.metadata.get(key).and_then(Json::as_array).into_iter().flatten();
        let entries = listed.map(|entry| {
            let text = |key: &str| entry.get(key).and_then(Json::as_str).unwrap_or("");
            Value::map(
                fields.iter().map(|(key, name)| ((*name).into(), Value::str(text(key)))).collect(),
            )
        });
        Value::list(entries.collect())
    };
    let person = [("name", "Name"), ("email", "Email"), ("url", "URL")];
    map.insert("Maintainers".into(), named("maintainers", &person));
    let dependency = [
        ("name", "Name"),
        ("version", "Version"),
        ("repository", "Repository"),
        ("alias", "Alias"),
    ];
    map.insert("Dependencies".into(), named("dependencies", &dependency));
    Value::map(map)
}
