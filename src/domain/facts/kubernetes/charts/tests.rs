use std::collections::BTreeSet;

use crate::domain::facts::testing::{extract_from, repo, tree};
use crate::domain::facts::{Extracted, FactKind, Workload, extract};
use crate::domain::tree::{Content, Withheld};

const CHART: (&str, &str) = ("shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");

/// Eight lines; the container begins on the seventh.
const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: {{ .Values.replicas }}
  selector: {}
  template: {metadata: {labels: {app: shop}}, spec: {containers: [{name: web,
    image: {{ .Values.image | quote }}}]}}
";

const BUDGET: &str = "{{ if .Values.budget }}apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: shop}
spec: {minAvailable: {{ .Values.budget }}, selector: {matchLabels: {app: shop}}}
{{ end }}";

fn facts(files: &[(&str, &str)]) -> Extracted {
    extract_from(files, &repo(), &BTreeSet::from([FactKind::Kubernetes]))
}

fn shop(values: &str, further: &[(&str, &str)]) -> Extracted {
    let mut files = vec![
        CHART,
        ("shop/values.yaml", values),
        ("shop/templates/deployment.yaml", DEPLOYMENT),
        ("shop/templates/budget.yaml", BUDGET),
    ];
    files.extend(further);
    facts(&files)
}

fn reasons(got: &Extracted) -> Vec<&str> {
    got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect()
}

fn kinds(workload: &Workload) -> Vec<&str> {
    workload.selected_by.iter().map(|selection| selection.kind.as_str()).collect()
}

#[test]
fn an_object_is_there_once_for_all_values_that_give_it() {
    let got = shop(
        "image: a:1\nreplicas: 1\n",
        &[
            ("shop/values-same.yaml", "replicas: 1\nother: 2\n"),
            ("shop/values-prod.yaml", "replicas: 3\n"),
        ],
    );
    assert_eq!(reasons(&got), [""; 0]);
    let workloads = &got.snapshot.workloads;
    let replicas = |w: &Workload| w.replicas.as_ref().and_then(serde_json::Value::as_u64);
    let told: Vec<(&str, &str, Option<u64>)> =
        workloads.iter().map(|w| (w.resource.as_str(), w.pointer.as_str(), replicas(w))).collect();
    assert_eq!(told, [("Deployment shop", "", Some(1)), ("Deployment shop", "#1", Some(3))]);
    let path = "shop/templates/deployment.yaml";
    for row in &got.snapshot.containers {
        assert_eq!((row.path.as_str(), row.image.raw.as_str()), (path, "a:1"));
        assert_eq!(got.spans.lines(path, Some(&row.pointer)), Some((7, 8)), "{}", row.pointer);
    }
    assert!(got.spans.is_rendered(path));
}

#[test]
fn objects_meet_within_one_set_of_values_only() {
    // Only production has a budget, and the Deployment is the same in both.
    let got = shop("image: a\nreplicas: 2\n", &[("shop/values-prod.yaml", "budget: 1\n")]);
    assert_eq!(got.snapshot.workloads.len(), 1);
    assert_eq!(kinds(&got.snapshot.workloads[0]), [""; 0]);
    // Production has a budget, and a Deployment of its own.
    let prod = [("shop/values-prod.yaml", "replicas: 3\nbudget: 1\n")];
    let got = shop("image: a\nreplicas: 2\n", &prod);
    let selected: Vec<Vec<&str>> = got.snapshot.workloads.iter().map(kinds).collect();
    assert_eq!(selected, [vec![], vec!["PodDisruptionBudget"]]);
    // Both have a budget, each another one.
    let got =
        shop("image: a\nreplicas: 2\nbudget: 1\n", &[("shop/values-prod.yaml", "budget: 2\n")]);
    assert_eq!(kinds(&got.snapshot.workloads[0]), ["PodDisruptionBudget"; 2]);
}

#[test]
fn plain_objects_meet_those_of_charts_but_charts_do_not_meet() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: all}\nspec: {podSelector: {}}\n";
    let other = BUDGET.replace(".Values.budget", "1");
    let got = shop(
        "image: a\nreplicas: 2\n",
        &[
            ("k8s/policy.yaml", policy),
            ("other/Chart.yaml", "name: other\n"),
            ("other/templates/budget.yaml", &other),
        ],
    );
    assert_eq!(kinds(&got.snapshot.workloads[0]), ["NetworkPolicy"]);
}

#[test]
fn tests_and_charts_of_examples_are_not_judged() {
    let hook = DEPLOYMENT.replace(
        "{name: {{ .Release.Name }}}",
        "{name: t, annotations: {helm.sh/hook: \"test, x\"}}",
    );
    let got = facts(&[
        CHART,
        ("shop/values.yaml", "image: a\nreplicas: 1\n"),
        ("shop/templates/hook.yaml", &hook),
        ("shop/templates/tests/pod.yaml", DEPLOYMENT),
        ("examples/x/Chart.yaml", "name: x\n"),
        ("examples/x/templates/a.yaml", DEPLOYMENT),
        ("lib/Chart.yaml", "name: lib\ntype: library\n"),
        ("lib/templates/a.yaml", DEPLOYMENT),
        ("shop/charts/inner/Chart.yaml", "name: inner\n"),
        ("shop/charts/inner/values.yaml", "image: b\nreplicas: 1\n"),
        ("shop/charts/inner/templates/a.yaml", DEPLOYMENT),
    ]);
    assert_eq!(reasons(&got), [""; 0]);
    let paths: Vec<&str> = got.snapshot.workloads.iter().map(|w| w.path.as_str()).collect();
    assert_eq!(paths, ["shop/charts/inner/templates/a.yaml"]);
}

#[test]
fn secrets_of_test_values_are_none() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {key: {{ .Values.key }}}\n";
    let with = |path: &str| {
        facts(&[
            CHART,
            ("shop/values.yaml", "key: \"\"\n"),
            (path, "key: hunter2\n"),
            ("shop/templates/secret.yaml", secret),
        ])
    };
    assert_eq!(with("shop/ci/a-values.yaml").snapshot.secrets.len(), 1);
    assert_eq!(with("shop/values-prod.yaml").snapshot.secrets.len(), 2);
}

#[test]
fn what_cannot_be_rendered_or_read_is_a_gap_with_its_line() {
    let got = facts(&[
        CHART,
        ("shop/templates/a.yaml", "kind: Pod\n{{ toDuration 1 }}"),
        ("shop/templates/b.yaml", "kind: Pod\n{{ required \"set x\" .Values.x }}"),
        ("shop/templates/c.yaml", "apiVersion: v1\nkind: Pod\n{{- if true }}\na: [\n{{- end }}\n"),
    ]);
    let told = reasons(&got);
    assert_eq!(
        told[0],
        "`shop/templates/a.yaml` cannot be rendered: line 2: function `toDuration` is not known"
    );
    assert_eq!(
        told[1],
        "`shop/templates/b.yaml` cannot be rendered: line 2: the chart asks: set x; it is judged \
         when `shop/ci/…-values.yaml` sets what is asked for"
    );
    assert!(
        told[2].starts_with("`shop/templates/c.yaml` renders to what cannot be read: line 4: "),
        "{told:?}"
    );
    assert_eq!(told.len(), 3);
}

#[test]
fn a_file_that_was_not_read_matters_to_pods_only() {
    let config =
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  a: {{ .Files.Get \"a.json\" | quote }}\n";
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: {{ .Files.Get \"a.json\" | quote }}}]}\n";
    let mut tree = tree(&[
        CHART,
        ("shop/a.json", "x"),
        ("shop/templates/config.yaml", config),
        ("shop/templates/pod.yaml", pod),
    ]);
    if let Some(entry) = tree.entries.get_mut("shop/a.json") {
        entry.content = Content::Withheld(Withheld::NotFetched);
    }
    let got = extract(&tree, &repo(), &BTreeSet::from([FactKind::Kubernetes]));
    assert_eq!(
        reasons(&got),
        [
            "`shop/templates/pod.yaml` cannot be rendered: it reads `shop/a.json`, which was not read"
        ]
    );
}
