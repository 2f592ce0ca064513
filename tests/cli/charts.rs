//! A repository with a Helm chart: findings stand on the template's lines.

use std::path::Path;

use crate::given::Folder;

/// The skeleton of `helm create`, without and with values for production.
fn skeleton(production: bool) -> Folder {
    let folder = Folder::sound();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts/skeleton");
    for path in [
        "Chart.yaml",
        "values.yaml",
        "values-prod.yaml",
        "templates/_helpers.tpl",
        "templates/deployment.yaml",
        "templates/hpa.yaml",
        "templates/ingress.yaml",
        "templates/service.yaml",
        "templates/serviceaccount.yaml",
    ] {
        if production || path != "values-prod.yaml" {
            folder.write(&format!("chart/{path}"), std::fs::read(root.join(path)).unwrap());
        }
    }
    folder
}

#[test]
fn a_finding_stands_on_the_line_of_the_template() {
    let folder = skeleton(false);
    let ran = folder.init().waymark(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    insta::assert_snapshot!("chart", ran.out);
}

#[test]
fn what_several_values_give_is_found_once() {
    let found = |folder: &Folder| {
        let report = folder.waymark(&["check", "--format", "json"]).json();
        let findings = report["findings"].as_array().unwrap().clone();
        let in_chart = findings.iter().filter(|finding| {
            finding["path"].as_str().is_some_and(|path| path.starts_with("chart/"))
        });
        let told =
            |f: &serde_json::Value| format!("{} {}:{}", f["policy"], f["path"], f["start_line"]);
        in_chart.map(told).collect::<Vec<_>>()
    };
    let (alone, both) = (skeleton(false), skeleton(true));
    let (alone, mut both) = (found(&alone), found(&both));
    assert!(alone.len() > 5, "{alone:?}");
    // With three replicas at least, a budget is missing as well; the rest is what it was: what the
    // values for production put right, the default ones still show.
    let budget = r#""kubernetes/disruption_budget" "chart/templates/deployment.yaml":4"#;
    let at = both.iter().position(|finding| finding == budget);
    both.remove(at.unwrap_or_else(|| panic!("{both:?}")));
    assert_eq!(alone, both);
}

#[test]
fn what_cannot_be_rendered_is_unknown_with_its_line_and_the_remedy() {
    let folder = skeleton(false);
    let asks = "kind: ConfigMap\ndata:\n  host: {{ required \"set host\" .Values.host }}\n";
    folder.write("chart/templates/asks.yaml", asks);
    let unknown = |folder: &Folder| {
        let report = folder.waymark(&["check", "--format", "json"]).json();
        let policies = report["policies"].as_array().unwrap().clone();
        let unknown = policies.iter().filter(|policy| policy["status"] == "unknown");
        let mut reasons = unknown.filter_map(|policy| policy["reason"].as_str());
        reasons.find(|reason| reason.contains("chart/")).map(str::to_owned)
    };
    assert_eq!(
        unknown(&folder).as_deref(),
        Some(
            "`chart/templates/asks.yaml` cannot be rendered: line 3: the chart asks: set host; it \
             is judged when `chart/ci/…-values.yaml` sets what is asked for"
        )
    );
    folder.write("chart/ci/default-values.yaml", "host: example.org\n");
    assert_eq!(unknown(&folder), None);
}
