#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::json;

use super::super::testing::{extract_from, repo, tree};
use super::super::{Extracted, extract};
use super::*;
use crate::domain::tree::{Content, Withheld};

fn facts(files: &[(&str, &str)]) -> Extracted {
    extract_from(files, &repo(), &BTreeSet::from([FactKind::Kubernetes]))
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: api, namespace: payments}
spec:
  selector: {}
  template:
    spec:
      securityContext: {runAsNonRoot: yes, fsGroup: 3}
      initContainers:
        - {name: init, image: busybox}
      containers:
        - name: web
          image: ghcr.io/acme/api:1
          securityContext:
            runAsUser: 0
            privileged: null
";

#[test]
fn containers_carry_what_is_in_force_and_where_it_stands() {
    let got = facts(&[("k8s/api.yaml", DEPLOYMENT)]);
    let rows = &got.snapshot.containers;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].resource, "Deployment payments/api container web");
    assert_eq!(rows[1].resource, "Deployment payments/api init container init");
    let keys: Vec<_> = rows[0].security.keys().map(String::as_str).collect();
    assert_eq!(keys, ["runAsNonRoot", "runAsUser"]);
    let setting = &rows[0].security["runAsUser"];
    assert_eq!((&setting.value, setting.from), (&json!(0), "container"));
    assert_eq!(got.spans.lines("k8s/api.yaml", Some(&setting.pointer)), Some((15, 15)));
    let setting = &rows[0].security["runAsNonRoot"];
    assert_eq!((&setting.value, setting.from), (&json!(true), "pod"));
    assert_eq!(got.spans.lines("k8s/api.yaml", Some(&setting.pointer)), Some((8, 8)));
    let named = format!("{}/name", rows[0].pointer);
    assert_eq!(got.spans.lines("k8s/api.yaml", Some(&named)), Some((12, 12)));
    assert_eq!(got.snapshot.gaps, []);
}

#[test]
fn every_kind_is_found_and_nothing_else() {
    let pod = "{containers: [{name: c, image: i}]}";
    let object = |version: &str, kind: &str, spec: String| {
        format!("---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: x}}\nspec: {spec}\n")
    };
    let templated = format!("{{selector: {{}}, template: {{spec: {pod}}}}}");
    let cron = format!("{{jobTemplate: {{spec: {{template: {{spec: {pod}}}}}}}}}");
    let text: String = [
        ("v1", "Pod", pod.to_owned()),
        ("v1", "ReplicationController", templated.clone()),
        ("apps/v1", "Deployment", templated.clone()),
        ("extensions/v1beta1", "Deployment", templated.clone()),
        ("apps/v1", "StatefulSet", templated.clone()),
        ("apps/v1", "DaemonSet", templated.clone()),
        ("apps/v1", "ReplicaSet", templated.clone()),
        ("batch/v1", "Job", templated.clone()),
        ("batch/v1", "CronJob", cron),
        ("argoproj.io/v1alpha1", "Rollout", templated.clone()),
        ("apps.openshift.io/v1", "DeploymentConfig", templated.clone()),
        ("serving.knative.dev/v1", "Service", templated.clone()),
        ("v1", "Service", templated.clone()),
        ("acme.io/v1", "Deployment", templated.clone()),
        ("apps/v1", "Deployment", format!("{{template: {{spec: {pod}}}}}")),
        ("argoproj.io/v1alpha1", "Rollout", "{workloadRef: {name: x}}".to_owned()),
    ]
    .into_iter()
    .map(|(version, kind, spec)| object(version, kind, spec))
    .collect();
    let got = facts(&[("all.yaml", &text)]);
    assert_eq!(got.snapshot.workloads.len(), 12);
    assert_eq!(got.snapshot.containers.len(), 12);
    let last = &got.snapshot.containers[11];
    assert_eq!(last.pointer, "#11/spec/template/spec/containers/0");
}

#[test]
fn lists_and_json_are_looked_into() {
    let list = "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [\n{\"apiVersion\": \"v1\",\
                \"kind\": \"Pod\", \"spec\": {\n\t\"containers\": [{\"image\": \"a\"}]}}]}\n";
    let got = facts(&[("deploy/all.json", list)]);
    let row = &got.snapshot.containers[0];
    assert_eq!(row.pointer, "/items/0/spec/containers/0");
    assert_eq!(row.resource, "Pod (unnamed) container (unnamed)");
    assert_eq!(got.spans.lines("deploy/all.json", Some(&row.pointer)), Some((3, 3)));
}

#[test]
fn templates_and_faults_are_gaps_but_other_yaml_is_not() {
    let got = facts(&[
        ("chart/Chart.yaml", "name: x"),
        ("chart/templates/a.yaml", DEPLOYMENT),
        ("chart/templates/b.yaml", "{{ x }}"),
        ("k8s/broken.yaml", "apiVersion: v1\nkind: [\n"),
        ("k8s/jinja.yaml", "apiVersion: v1\nkind: Pod\nname: {{ x }}\n"),
        ("other/broken.yaml", "x: [\n"),
        ("templates/a.yaml", DEPLOYMENT),
        ("twice.yaml", &DEPLOYMENT.replace("kind:", "metadata: {}\nkind:")),
    ]);
    let reasons: Vec<&str> = got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(
        reasons[0],
        "`chart/templates/b.yaml` cannot be rendered: line 1: function `x` is not known"
    );
    assert!(reasons[1].starts_with("`k8s/broken.yaml` cannot be read whole: line "), "{reasons:?}");
    assert_eq!(reasons[2], "`k8s/jinja.yaml` is a template, which is not rendered");
    assert_eq!(
        reasons[3],
        "`twice.yaml` cannot be read whole: line 4: key `metadata` is set twice"
    );
    assert_eq!(reasons.len(), 4);
    assert_eq!(got.snapshot.workloads.len(), 3);
}

#[test]
fn patches_are_not_workloads_but_are_known_to_what_they_change() {
    let patch = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec: {selector: {}, \
                 template: {spec: {containers: [{name: web, image: x, securityContext: \
                 {runAsNonRoot: true}}]}}}\n";
    let kustomization = "resources: [../base]\npatches:\n  - path: ./secure.yaml\n  - target: \
                         {kind: Deployment, name: a.*}\n    patch: |-\n      - op: add\n        \
                         path: /spec/replicas\n        value: 3\n  - {path: gone.yaml, target: \
                         {kind: Job}}\n";
    let got = facts(&[
        ("base/api.yaml", DEPLOYMENT),
        ("overlays/prod/kustomization.yaml", kustomization),
        ("overlays/prod/secure.yaml", patch),
    ]);
    assert_eq!(got.snapshot.workloads.len(), 1);
    let patches = &got.snapshot.workloads[0].patches;
    assert_eq!(patches.len(), 2);
    assert_eq!(patches[0].path, "overlays/prod/secure.yaml");
    assert!(patches[0].fields.contains(&"runAsNonRoot".to_owned()));
    assert_eq!(patches[1].fields, ["op", "path", "replicas", "spec", "value"]);
}

#[test]
fn what_was_withheld_is_a_gap() {
    let mut tree = tree(&[("a.yaml", ""), ("b.yaml", ""), ("c.yaml", "")]);
    let mut withhold = |path: &str, why| {
        tree.entries.get_mut(path).unwrap().content = Content::Withheld(why);
    };
    withhold("a.yaml", Withheld::TooLarge { size_bytes: 2_097_152 });
    withhold("b.yaml", Withheld::Symlink);
    tree.truncated = Some("too many files".to_owned());
    let got = extract(&tree, &repo(), &BTreeSet::from([FactKind::Kubernetes]));
    let reasons: Vec<&str> = got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["too many files", "`a.yaml` is larger than 1 MiB (2.0 MiB) and was not read",]
    );
}

#[test]
fn what_rows_repeat_is_bounded() {
    let name = "n".repeat(300_000);
    let pod = |head: &str, count: usize| {
        format!(
            "apiVersion: v1\nkind: Pod\n{head}  containers:\n{}",
            "  - image: a\n".repeat(count)
        )
    };
    let named = pod(&format!("metadata: {{name: {name}}}\nspec:\n"), 100);
    let setting = pod(&format!("spec:\n  securityContext: {{seccompProfile: {name}}}\n"), 100);
    let many = pod("spec:\n", 201);
    let got = facts(&[("a.yaml", &named), ("b.yaml", &setting), ("c.yaml", &many)]);
    assert_eq!(got.snapshot.containers.len(), 200);
    assert!(got.snapshot.containers.iter().all(|row| row.resource.len() < 100));
    let settings = got.snapshot.containers.iter().flat_map(|row| row.security.values());
    assert!(settings.map(|setting| setting.value.to_string().len()).max() < Some(100));
    assert_eq!(got.snapshot.gaps[0].reason, "`c.yaml` has a pod with more than 200 containers");
}

#[test]
fn many_patches_are_told_together() {
    let patch = |field: &str| {
        format!("  - {{target: {{kind: Deployment}}, patch: \"spec: {{{field}: 1}}\"}}\n")
    };
    let fields: Vec<String> = (0..9).map(|i| patch(&format!("f{i}"))).collect();
    let kustomization = format!("patches:\n{}", fields.concat());
    let got = facts(&[("api.yaml", DEPLOYMENT), ("kustomization.yaml", &kustomization)]);
    let patches = &got.snapshot.containers[0].patches;
    assert_eq!(patches.len(), 6);
    assert_eq!(patches[5].fields, ["f5", "f6", "f7", "f8", "spec"]);
    let many: String = (0..200).map(|i| patch(&format!("f{i}"))).collect();
    let kustomization = format!("patches:\n{many}");
    let got = facts(&[("api.yaml", DEPLOYMENT), ("kustomization.yaml", &kustomization)]);
    assert_eq!(got.snapshot.containers[0].patches[5].fields, ["*"]);
}

#[test]
fn budgets_policies_and_scalers_are_joined() {
    let object = |version: &str, kind: &str, namespace: &str, spec: &str| {
        format!(
            "---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: x{namespace}}}\nspec: {spec}\n"
        )
    };
    let here = ", namespace: a";
    let pod = "{selector: {}, template: {metadata: {labels: {app: web}}, spec: {containers: [{image: i}]}}}";
    let target = "{minReplicas: 2, scaleTargetRef: {kind: Deployment, name: x}}";
    let all = [
        object("apps/v1", "Deployment", here, pod),
        object("policy/v1", "PodDisruptionBudget", "", "{selector: {matchLabels: {app: web}}}"),
        object("policy/v1", "PodDisruptionBudget", ", namespace: b", "{selector: {}}"),
        object("policy/v1", "PodDisruptionBudget", here, "{}"),
        object("policy/v1beta1", "PodDisruptionBudget", here, "{selector: {}}"),
        object("networking.k8s.io/v1", "NetworkPolicy", here, "{}"),
        object("projectcalico.org/v3", "NetworkPolicy", here, "{selector: all()}"),
        object(
            "cilium.io/v2",
            "CiliumClusterwideNetworkPolicy",
            ", namespace: b",
            "{endpointSelector: {}}",
        ),
        object("autoscaling/v2", "HorizontalPodAutoscaler", here, target),
        object("keda.sh/v1alpha1", "ScaledObject", here, "{scaleTargetRef: {name: other}}"),
    ];
    let told = |extra: &[(&str, &str)]| {
        let text = all.concat();
        let got = facts(&[&[("a.yaml", text.as_str())], extra].concat());
        let told = |s: &Selection| (s.pointer.clone(), s.certain, s.min_replicas);
        got.snapshot.workloads[0].selected_by.iter().map(told).collect::<Vec<_>>()
    };
    let at = |number: u32, certain, least| (format!("#{number}"), certain, least);
    assert_eq!(
        told(&[]),
        [
            at(1, true, None),
            at(5, true, None),
            at(6, false, None),
            at(7, true, None),
            at(8, true, Some(2))
        ]
    );
    let moved = told(&[("kustomization.yaml", "namespace: c\nlabels: [{pairs: {app: y}}]\n")]);
    assert_eq!(moved[1], at(2, false, None), "the namespaces may become one");
    let many = object("networking.k8s.io/v1", "NetworkPolicy", here, "{}");
    let got = facts(&[
        ("a.yaml", &many.repeat(499)),
        ("b.yaml", &many.repeat(499)),
        ("c.yaml", &many.repeat(499)),
    ]);
    assert_eq!(got.snapshot.gaps[0].reason, "there are more than 1000 objects that select pods");
}

#[test]
fn kustomize_changes_of_images_and_replicas_are_patches() {
    let kustomization = "images: [{name: ghcr.io/acme/api, newTag: 2}]\nreplicas: [{name: api}]\n";
    let got = facts(&[("api.yaml", DEPLOYMENT), ("kustomization.yaml", kustomization)]);
    let fields =
        |patches: &[Patch]| patches.iter().flat_map(|p| p.fields.clone()).collect::<Vec<_>>();
    assert_eq!(fields(&got.snapshot.workloads[0].patches), ["replicas"]);
    assert_eq!(fields(&got.snapshot.containers[0].patches), ["replicas", "image"]);
    assert_eq!(fields(&got.snapshot.containers[1].patches), ["replicas"]);
}
