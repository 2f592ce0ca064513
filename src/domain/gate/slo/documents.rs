//! Which objectives does a repository write down? Documents of OpenSLO, Sloth and Pyrra.

use std::collections::BTreeMap;

use serde_json::Value;

use super::promql::Question;
use super::{Definition, MAX_OBJECTIVES};
use crate::domain::facts;
use crate::domain::yaml;

/// Whether a file may hold objectives: such documents bear it in their path.
pub fn is_wanted(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let named = ["slo", "pyrra", "objective"].iter().any(|word| lower.contains(word));
    named && [".yaml", ".yml"].iter().any(|end| lower.ends_with(end)) && !facts::is_excluded(path)
}

/// The objectives that files (path → text) define, at most [`MAX_OBJECTIVES`]; a file that cannot be
/// read defines none.
pub fn definitions(files: &BTreeMap<String, String>) -> Vec<Definition> {
    let mut documents = Vec::new();
    for (path, text) in files {
        let loaded = yaml::load(text, yaml::Schema::Core12);
        if loaded.error.is_none() {
            documents.extend(loaded.documents.into_iter().map(|d| (path.as_str(), d.value)));
        }
    }
    let indicators =
        documents.iter().map(|(_, document)| document).filter(|d| is_openslo(d, "SLI"));
    let indicators: BTreeMap<&str, &Value> =
        indicators.filter_map(|d| Some((text(d, "/metadata/name")?, d.get("spec")?))).collect();
    let mut found = Vec::new();
    for (path, document) in &documents {
        match text(document, "/apiVersion").or_else(|| text(document, "/version")) {
            Some("prometheus/v1") => sloth(path, document, &mut found),
            Some(v) if v.starts_with("sloth.slok.dev/") => {
                sloth(path, &document["spec"], &mut found);
            }
            Some(v) if v.starts_with("pyrra.dev/") => pyrra(path, document, &mut found),
            _ if is_openslo(document, "SLO") => openslo(path, document, &indicators, &mut found),
            _ => {}
        }
    }
    found.truncate(MAX_OBJECTIVES);
    found
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

/// A number, also one in quotes.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().trim_end_matches('%').parse().ok())
}

fn is_openslo(document: &Value, kind: &str) -> bool {
    text(document, "/apiVersion").is_some_and(|v| v.starts_with("openslo"))
        && text(document, "/kind") == Some(kind)
}

/// Adds an objective whose promise makes sense.
fn add(
    found: &mut Vec<Definition>,
    place: &str,
    name: String,
    objective: Option<f64>,
    question: Result<Question, String>,
) {
    if let Some(objective) = objective.filter(|ratio| 0.0 < *ratio && *ratio < 1.0) {
        found.push(Definition { name, place: place.to_owned(), objective, question });
    }
}

/// <https://sloth.dev/specs/default/>; the Kubernetes form holds the same below `spec`.
fn sloth(path: &str, spec: &Value, found: &mut Vec<Definition>) {
    let Some(service) = text(spec, "/service") else { return };
    for slo in spec["slos"].as_array().into_iter().flatten() {
        let Some(name) = text(slo, "/name") else { continue };
        let objective = number(&slo["objective"]).map(|percent| percent / 100.0);
        let question = Question::Sloth { service: service.to_owned(), slo: name.to_owned() };
        add(found, path, format!("{service}-{name}"), objective, Ok(question));
    }
}

/// <https://github.com/pyrra-dev/pyrra>: the names of its rules follow from the window.
fn pyrra(path: &str, document: &Value, found: &mut Vec<Definition>) {
    let Some(name) = text(document, "/metadata/name") else { return };
    let objective = number(&document["spec"]["target"]).map(|percent| percent / 100.0);
    let question = match text(document, "/spec/window") {
        None | Some("4w" | "28d") => Ok(Question::Pyrra { slo: name.to_owned() }),
        Some(_) => Err("Pyrra's rules are known for a window of 4w only".to_owned()),
    };
    add(found, path, name.to_owned(), objective, question);
}

/// <https://github.com/OpenSLO/OpenSLO>: it leaves evaluation to others, so its queries are used.
fn openslo(
    path: &str,
    document: &Value,
    indicators: &BTreeMap<&str, &Value>,
    found: &mut Vec<Definition>,
) {
    let Some(name) = text(document, "/metadata/name") else { return };
    let spec = &document["spec"];
    let named = text(spec, "/indicatorRef").and_then(|name| indicators.get(name).copied());
    let metric = match (&spec["indicator"]["spec"], named) {
        (Value::Object(_), _) => &spec["indicator"]["spec"]["ratioMetric"],
        (_, Some(indicator)) => &indicator["ratioMetric"],
        _ => &Value::Null,
    };
    let period = text(spec, "/timeWindow/0/duration").filter(|d| is_duration(d)).unwrap_or("30d");
    for (i, objective) in spec["objectives"].as_array().into_iter().flatten().enumerate() {
        let target = number(&objective["target"])
            .or_else(|| number(&objective["targetPercent"]).map(|percent| percent / 100.0));
        let own = match text(objective, "/displayName") {
            Some(own) => format!("{name} ({own})"),
            None if i > 0 => format!("{name} ({})", i + 1),
            None => name.to_owned(),
        };
        let question =
            ratio(metric).map(|ratio| Question::Template { ratio, period: period.to_owned() });
        add(found, path, own, target, question);
    }
}

fn is_duration(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| "smhdwy".contains(c));
    text.len() == digits.len() + 1 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Errors divided by all, with `$window`.
fn ratio(metric: &Value) -> Result<String, String> {
    let counter = metric["counter"].as_bool().unwrap_or(false);
    let query = |side: &str| -> Option<Result<String, String>> {
        let source = &metric[side]["metricSource"];
        let query = text(source, "/spec/query")?;
        let prometheus = text(source, "/type").is_none_or(|t| t.eq_ignore_ascii_case("prometheus"));
        Some(match prometheus {
            true => windowed(query, counter),
            false => Err("it is not measured with Prometheus".to_owned()),
        })
    };
    let total = query("total").ok_or("it has no ratioMetric with queries of Prometheus")??;
    match (query("bad"), query("good")) {
        (Some(bad), _) => Ok(format!("({}) / ({total})", bad?)),
        (None, Some(good)) => Ok(format!("1 - (({}) / ({total}))", good?)),
        (None, None) => Err("its ratioMetric has neither `good` nor `bad`".to_owned()),
    }
}

fn windowed(query: &str, counter: bool) -> Result<String, String> {
    let mut open = query.to_owned();
    for placeholder in ["{{.window}}", "{{ .window }}", "{{window}}", "${window}"] {
        open = open.replace(placeholder, "$window");
    }
    if open.contains("$window") {
        return Ok(open);
    }
    if counter && !query.contains('[') {
        return Ok(format!("sum(increase({query}[$window]))"));
    }
    Err("its query has a window of its own; write `{{.window}}` in place of it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<Definition> {
        definitions(&BTreeMap::from([("slo/a.yaml".to_owned(), text.to_owned())]))
    }

    #[test]
    fn sloth_is_asked_by_its_recording_rules() {
        let plain = "version: prometheus/v1\nservice: pay\nslos:\n- {name: up, objective: 99.9}\n";
        let of_kubernetes = "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\nspec:\n  \
                             service: pay\n  slos: [{name: up, objective: 99.9}]\n";
        for text in [plain, of_kubernetes] {
            let [one] = found(text).try_into().expect("one");
            let Definition { name, objective, question, .. } = one;
            assert_eq!(name, "pay-up");
            assert!((objective - 0.999).abs() < 1e-12);
            assert_eq!(question, Ok(Question::Sloth { service: "pay".into(), slo: "up".into() }));
        }
    }

    #[test]
    fn pyrra_is_asked_where_its_rules_have_our_windows() {
        let text = |window: &str| {
            format!(
                "apiVersion: pyrra.dev/v1alpha1\nkind: ServiceLevelObjective\n\
                 metadata: {{name: up}}\nspec: {{target: '99.5', window: {window}}}\n"
            )
        };
        assert!(found(&text("4w"))[0].question.is_ok());
        assert!(found(&text("2w"))[0].question.is_err());
    }

    #[test]
    fn openslo_is_asked_by_its_own_queries() {
        let slo = |metric: &str| {
            format!(
                "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: up}}\nspec:\n  \
                 indicatorRef: sli\n  timeWindow: [{{duration: 28d}}]\n  \
                 objectives: [{{target: 0.99}}]\n---\napiVersion: openslo/v1\nkind: SLI\n\
                 metadata: {{name: sli}}\nspec:\n  ratioMetric:\n{metric}"
            )
        };
        let side = |name: &str, query: &str| {
            format!(
                "    {name}: {{metricSource: {{type: Prometheus, spec: {{query: '{query}'}}}}}}\n"
            )
        };
        let template = |metric: String| match found(&slo(&metric)).remove(0).question {
            Ok(Question::Template { ratio, period }) => format!("{ratio} over {period}"),
            other => format!("{other:?}"),
        };
        let good = side("good", "g[{{.window}}]") + &side("total", "t[{{.window}}]");
        assert_eq!(template(good), "1 - ((g[$window]) / (t[$window])) over 28d");
        let bad = "    counter: true\n".to_owned() + &side("bad", "b") + &side("total", "t");
        assert_eq!(
            template(bad),
            "(sum(increase(b[$window]))) / (sum(increase(t[$window]))) over 28d"
        );
        let fixed = side("bad", "b[5m]") + &side("total", "t[5m]");
        assert!(template(fixed).contains("a window of its own"));
    }

    #[test]
    fn nonsense_defines_nothing() {
        for text in [
            "",
            ": : :",
            "[1, 2]",
            "version: prometheus/v1\nservice: a\nslos: [{name: x, objective: 100}]\n",
            "version: prometheus/v1\nservice: a\nslos: 7\n",
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: x}\nspec: {objectives: [1]}\n",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
        assert!(is_wanted("ops/SLOs/api.yaml") && is_wanted("pyrra.yml"));
        assert!(!is_wanted("k8s/deployment.yaml") && !is_wanted("slo.md"));
        assert!(!is_wanted("testdata/slo.yaml"));
    }
}
