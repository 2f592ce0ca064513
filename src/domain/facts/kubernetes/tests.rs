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

const FLUX: &str = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: \
                    {name: apps}\nspec:\n";

#[test]
fn patches_of_flux_are_known_to_what_they_change() {
    let patch = |field: &str| {
        format!("  - {{target: {{kind: Deployment}}, patch: \"spec: {{{field}: 1}}\"}}\n")
    };
    let patches = |count: u32| -> String { (0..count).map(|i| patch(&format!("f{i}"))).collect() };
    let flux = format!(
        "{FLUX}  images: [{{name: ghcr.io/acme/api}}]\n  patches:\n  {}",
        patches(9).replace("\n", "\n  ")
    );
    let got = facts(&[("api.yaml", DEPLOYMENT), ("flux.yaml", flux.trim_end())]);
    let patches_of = |got: &Extracted| got.snapshot.containers[0].patches.clone();
    let told = patches_of(&got);
    assert_eq!(told.len(), 7);
    assert_eq!(told[0].path, "flux.yaml");
    assert_eq!(told[0].fields, ["f0", "spec"]);
    assert_eq!(told[5].fields, ["f5", "f6", "f7", "f8", "spec"]);
    assert_eq!(told[6].fields, ["image"]);
    let flux = format!("{FLUX}  patches:\n  {}", patches(200).replace("\n", "\n  "));
    let got = facts(&[("api.yaml", DEPLOYMENT), ("flux.yaml", flux.trim_end())]);
    assert_eq!(patches_of(&got)[5].fields, ["*"]);
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
    let moved = told(&[("flux.yaml", &format!("{FLUX}  targetNamespace: c\n"))]);
    assert_eq!(moved[1], at(2, false, None), "the namespaces may become one");
    let many = object("networking.k8s.io/v1", "NetworkPolicy", here, "{}");
    let got = facts(&[
        ("a.yaml", &many.repeat(499)),
        ("b.yaml", &many.repeat(499)),
        ("c.yaml", &many.repeat(499)),
    ]);
    assert_eq!(got.snapshot.gaps[0].reason, "there are more than 1000 objects that select pods");
}

const SHARED: &str = "resources: [api.yaml, pdb.yaml]\n";
const BUDGET: &str = "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: api}\n\
                      spec: {selector: {matchLabels: {team: shop}}}\n";

#[test]
fn overlays_are_rows_of_their_own_and_bases_are_not() {
    let overlay = |name: &str| {
        format!(
            "resources: [../../base]\nnamespace: {name}\nlabels: [{{pairs: {{team: shop}}, includeSelectors: true}}]\n"
        )
    };
    let got = facts(&[
        ("base/api.yaml", DEPLOYMENT),
        ("base/kustomization.yaml", SHARED),
        ("base/pdb.yaml", BUDGET),
        ("overlays/prod/kustomization.yaml", &overlay("prod")),
        ("overlays/test/kustomization.yaml", "resources: []\n"),
        ("overlays/dev/kustomization.yaml", &overlay("dev")),
    ]);
    assert_eq!(got.snapshot.gaps, []);
    let rows: Vec<_> = got.snapshot.workloads.iter().map(|row| row.resource.as_str()).collect();
    assert_eq!(rows, ["Deployment dev/api", "Deployment prod/api"]);
    for row in &got.snapshot.workloads {
        assert_eq!(row.path, "base/api.yaml");
        assert_eq!(row.selected_by.len(), 1, "each overlay has a budget of its own");
        assert!(row.selected_by[0].certain);
        assert_eq!(got.spans.lines(&row.path, Some(&row.pod_pointer)), Some((7, 16)));
    }
}

#[test]
fn an_overlay_that_cannot_be_built_leaves_its_files_unknown() {
    let got = facts(&[
        ("base/api.yaml", DEPLOYMENT),
        ("base/kustomization.yaml", "resources: [api.yaml]\n"),
        ("prod/kustomization.yaml", "resources:\n- ../base\npatches:\n- path: gone.yaml\n"),
        ("other/api.yaml", DEPLOYMENT),
    ]);
    let reasons: Vec<&str> = got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "`prod/kustomization.yaml` line 4: the patch `prod/gone.yaml` is not in the repository, so what it makes is not judged"
        ]
    );
    assert_eq!(got.snapshot.workloads.len(), 1);
    assert_eq!(got.snapshot.workloads[0].path, "other/api.yaml");
}

#[test]
fn a_base_is_judged_for_so_many_overlays_and_no_more() {
    let overlays: Vec<(String, String)> = (0..40)
        .map(|i| {
            let text = format!("resources: [../base]\nnamespace: n{i}\n");
            (format!("o{i:02}/kustomization.yaml"), text)
        })
        .collect();
    let mut files = vec![("base/api.yaml", DEPLOYMENT)];
    files.push(("base/kustomization.yaml", "resources: [api.yaml]\n"));
    files.extend(overlays.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let got = facts(&files);
    assert_eq!(got.snapshot.workloads.len(), 30);
    let reasons: Vec<&str> = got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert_eq!(reasons, ["`base/api.yaml` has more overlays than are judged"]);
}

#[test]
fn what_is_filled_in_is_told_by_its_name() {
    let of = |from: &str, to: &str| facts(&[("k8s/api.yaml", &DEPLOYMENT.replace(from, to))]);
    let named = |name: &str| of("metadata: {name: api,", &format!("metadata: {{name: {name},"));
    for template in ["\"{{ app }}\"", "'api-{{ stage }}'"] {
        let got = named(template);
        assert!(got.snapshot.containers.is_empty() && got.snapshot.workloads.is_empty());
        let [gap] = got.snapshot.gaps.as_slice() else { panic!("{:?}", got.snapshot.gaps) };
        assert_eq!(gap.reason, "`k8s/api.yaml` is a template, which is not rendered");
    }
    // Plain values parse, too.
    let block = "metadata:\n  name: api-{{ stage }}\nspec: {selector: {}, template: {spec: {containers: [{name: c, image: i}]}}}\n";
    let got = facts(&[("k8s/a.yaml", &format!("apiVersion: apps/v1\nkind: Deployment\n{block}"))]);
    assert_eq!((got.snapshot.workloads.len(), got.snapshot.gaps.len()), (0, 1));
    // Marks that mean something where it runs, and expressions of GitHub and Backstage.
    for (from, to) in [
        ("name: web", "name: web\n          args: [--format, '{{ .Name }}']"),
        ("name: api,", "name: api, annotations: {inject: '{{ with secret }}'},"),
        ("name: api,", "name: '${{ values.name }}',"),
    ] {
        let got = of(from, to);
        assert_eq!((got.snapshot.containers.len(), got.snapshot.gaps), (2, vec![]), "{to}");
    }
}
