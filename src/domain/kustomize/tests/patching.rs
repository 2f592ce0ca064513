//! Patches. Expected values are derived by hand from the pages that are named, and agree with
//! Kustomize 5.5.

use serde_json::json;

use super::*;

/// <https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/>:
/// containers are merged by name, tolerations replaced; in Kustomize what the patch names comes
/// first.
#[test]
fn the_example_of_the_kubernetes_documentation() {
    let object = "apiVersion: apps/v1
kind: Deployment
metadata: {name: patch-demo}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: patch-demo-ctr, image: nginx}
      tolerations:
      - {effect: NoSchedule, key: dedicated, value: test-team}
";
    let patch = "patches:
- patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: patch-demo}
    spec:
      template:
        spec:
          containers:
          - {name: patch-demo-ctr-2, image: redis}
          tolerations:
          - {effect: NoSchedule, key: disktype, value: ssd}
";
    let spec = &with(patch, object)["spec"];
    let pod = &spec["template"]["spec"];
    assert_eq!(
        pod["containers"],
        json!([{"name": "patch-demo-ctr-2", "image": "redis"},
            {"name": "patch-demo-ctr", "image": "nginx"}])
    );
    assert_eq!(
        pod["tolerations"],
        json!([{"effect": "NoSchedule", "key": "disktype", "value": "ssd"}])
    );
    assert_eq!(spec["replicas"], 2);
}

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: a, finalizers: [x]}
spec:
  hostAliases: [{ip: 1.1.1.1, hostnames: [a]}]
  imagePullSecrets: [{name: one}]
  volumes: [{name: v, emptyDir: {}}]
  containers:
  - name: a
    image: a
    args: [x, y]
    command: [z]
    env: [{name: A, value: a}, {name: B, value: b}]
    ports: [{containerPort: 80, name: web}, {containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}]
    volumeMounts: [{mountPath: /v, name: v}]
    securityContext: {privileged: true, runAsUser: 0}
  - {name: b, image: b}
";

/// The merge keys of `patchMergeKey` in Kubernetes' API, one by one: a patch's `spec` → where to
/// look → what is there then.
#[test]
fn lists_are_merged_by_their_keys() {
    let first = "/spec/containers/0";
    for (patch, at, expected) in [
        (
            "hostAliases: [{ip: 1.1.1.1, hostnames: [b]}]",
            "/spec/hostAliases",
            json!([{"ip": "1.1.1.1", "hostnames": ["b"]}]),
        ),
        (
            "imagePullSecrets: [{name: two}]",
            "/spec/imagePullSecrets",
            json!([{"name": "two"}, {"name": "one"}]),
        ),
        ("volumes: [{name: v, $patch: delete}]", "/spec/volumes", json!([])),
        (
            "volumes: [{name: v, emptyDir: null, hostPath: {path: /}}]",
            "/spec/volumes",
            json!([{"name": "v", "hostPath": {"path": "/"}}]),
        ),
        ("containers: [{name: a, args: [q]}]", &format!("{first}/args"), json!(["q"])),
        ("containers: [{name: a, command: null}]", &format!("{first}/command"), Value::Null),
        (
            "containers: [{name: a, env: [{name: B, value: c}, {name: C}]}]",
            &format!("{first}/env"),
            json!([{"name": "B", "value": "c"}, {"name": "C"}, {"name": "A", "value": "a"}]),
        ),
        (
            "containers: [{name: a, env: [{$patch: replace}, {name: C}]}]",
            &format!("{first}/env"),
            json!([{"name": "C"}]),
        ),
        (
            "containers: [{name: a, ports: [{containerPort: 53, protocol: TCP, name: t}]}]",
            &format!("{first}/ports/0/name"),
            json!("t"),
        ),
        (
            "containers: [{name: a, volumeMounts: [{mountPath: /v, readOnly: true}]}]",
            &format!("{first}/volumeMounts"),
            json!([{"mountPath": "/v", "name": "v", "readOnly": true}]),
        ),
        (
            "containers: [{name: a, securityContext: {$patch: replace, runAsUser: 1}}]",
            &format!("{first}/securityContext"),
            json!({"runAsUser": 1}),
        ),
        (
            "containers: [{name: a, securityContext: {runAsUser: 1}}]",
            &format!("{first}/securityContext"),
            json!({"privileged": true, "runAsUser": 1}),
        ),
        (
            "containers: [{name: a, $patch: delete}]",
            "/spec/containers",
            json!([{"name": "b", "image": "b"}]),
        ),
        (
            "containers: [{name: b, image: c}]",
            "/spec/containers/0",
            json!({"name": "b", "image": "c"}),
        ),
        ("containers: null", "/spec/containers", Value::Null),
    ] {
        let entry = format!(
            "patches:\n- target: {{kind: Pod}}\n  patch: |-\n    apiVersion: v1\n    kind: Pod\n    metadata: {{name: not-important}}\n    spec: {{{patch}}}\n"
        );
        let got = with(&entry, POD);
        assert_eq!(got.pointer(at).cloned().unwrap_or_default(), expected, "{patch}");
        assert_eq!(got["metadata"]["name"], "a");
    }
}

/// <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/>: custom
/// resources have no merge keys, so their lists are replaced.
#[test]
fn lists_of_custom_resources_are_replaced() {
    let rollout = POD.replace("v1\nkind: Pod", "argoproj.io/v1alpha1\nkind: Rollout");
    let patch = "patches:\n- target: {kind: Rollout}\n  patch: |-\n    apiVersion: argoproj.io/v1alpha1\n    kind: Rollout\n    metadata: {name: a}\n    spec: {containers: [{name: b}]}\n";
    assert_eq!(with(patch, &rollout)["spec"]["containers"], json!([{"name": "b"}]));
}

/// RFC 6902, appendix A, and what Kustomize's library allows beyond it.
#[test]
fn json_patches() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: '1'}\nlist: [1, 2]\na/b: {~: 0}\n";
    for (operation, at, expected) in [
        ("{op: add, path: /data/y, value: '2'}", "/data", json!({"x": "1", "y": "2"})),
        ("{op: add, path: /list/0, value: 0}", "/list", json!([0, 1, 2])),
        ("{op: add, path: /list/-, value: 3}", "/list", json!([1, 2, 3])),
        ("{op: add, path: /list/-1, value: 3}", "/list", json!([1, 2, 3])),
        ("{op: remove, path: /list/0}", "/list", json!([2])),
        ("{op: replace, path: /data/x, value: {z: 1}}", "/data/x", json!({"z": 1})),
        ("{op: replace, path: /data/new, value: fresh}", "/data/new", json!("fresh")),
        ("{op: move, from: /data/x, path: /moved}", "/moved", json!("1")),
        ("{op: copy, from: /list, path: /data/l}", "/data/l", json!([1, 2])),
        ("{op: test, path: /data/x, value: '1'}", "/data/x", json!("1")),
        ("{op: replace, path: /a~1b/~0, value: 1}", "/a~1b/~0", json!(1)),
        (
            "{op: add, path: /metadata/annotations/a, value: b}",
            "/metadata/annotations",
            json!({"a": "b"}),
        ),
    ] {
        for text in [
            format!("patches:\n- target: {{kind: ConfigMap}}\n  patch: |-\n    - {operation}\n"),
            format!(
                "patchesJson6902:\n- target: {{version: v1, kind: ConfigMap, name: a}}\n  patch: '[{}]'\n",
                operation.replace('\'', "''")
            ),
        ] {
            assert_eq!(with(&text, object).pointer(at), Some(&expected), "{text}");
        }
    }
    for (operation, why) in [
        ("{op: add, path: /none/x, value: 1}", "there is no `none`"),
        ("{op: remove, path: /data/y}", "there is no `y`"),
        ("{op: add, path: /list/9, value: 1}", "the list has only 2 items"),
        ("{op: test, path: /data/x, value: '2'}", "the object has another value there"),
        ("{op: frob, path: /data}", "there is no such operation"),
        ("{op: add, path: data, value: 1}", "a path must begin with `/`"),
    ] {
        let text = format!(
            "resources: [o.yaml]\npatches:\n- target: {{kind: ConfigMap}}\n  patch: |-\n    - {operation}\n"
        );
        let told = complaints(&[("kustomization.yaml", &text), ("o.yaml", object)]);
        assert!(told[0].starts_with("kustomization.yaml:5: operation 1 ("), "{told:?}");
        assert!(told[0].ends_with(why), "{told:?}");
    }
}

/// <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/>: "regex is
/// anchored", all conditions must hold.
#[test]
fn targets() {
    let object = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web-1, namespace: shop, labels: {tier: web, new: ''}, annotations: {owner: us}}\n";
    for (target, hit) in [
        ("{}", true),
        ("{kind: Deployment}", true),
        ("{kind: Deploy}", false),
        ("{kind: Deploy.*}", true),
        ("{kind: Deployment|StatefulSet, name: web-.}", true),
        ("{name: web}", false),
        ("{group: apps, version: v1}", true),
        ("{group: batch}", false),
        ("{version: v1beta.*}", false),
        ("{namespace: shop}", true),
        ("{namespace: default}", false),
        ("{labelSelector: tier=web}", true),
        ("{labelSelector: 'tier in (db, web),new'}", true),
        ("{labelSelector: 'tier notin (db, web)'}", false),
        ("{labelSelector: '!tier'}", false),
        ("{labelSelector: tier!=db}", true),
        ("{labelSelector: none}", false),
        ("{annotationSelector: owner==us}", true),
        ("{annotationSelector: owner==them}", false),
    ] {
        let text = format!(
            "patches:\n- target: {target}\n  patch: |-\n    - {{op: add, path: /hit, value: true}}\n"
        );
        assert_eq!(with(&text, object).get("hit").is_some(), hit, "{target}");
    }
}

#[test]
fn a_patch_that_cannot_be_applied_names_its_line() {
    let object = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: []}\n";
    for (text, why) in [
        (
            "patches:\n- path: gone.yaml\n",
            "kustomization.yaml:3: the patch `gone.yaml` is not in the repository",
        ),
        (
            "patchesStrategicMerge:\n- p.yaml\n",
            "p.yaml:1: a patch is for `Pod b`, which is not there",
        ),
        ("patches:\n- patch: '[{}]'\n", "kustomization.yaml:3: a JSON patch needs a `target`"),
        (
            "patches:\n- patch: 'a: ['\n  target: {kind: Pod}\n",
            "kustomization.yaml:3: a patch cannot be read whole: line 1:",
        ),
        (
            "patches:\n- patch: 'spec: 1'\n  target: {kind: Pod}\n",
            "kustomization.yaml:3: a patch has a plain value where the object has a map",
        ),
        (
            "patches:\n- target: {name: '('}\n  patch: 'a: 1'\n",
            "kustomization.yaml:3: `(` is no regular expression",
        ),
        ("patches:\n- {}\n", "kustomization.yaml:3: a patch has neither `path` nor `patch`"),
        (
            "replicas:\n- {name: x, count: 2}\n",
            "kustomization.yaml:3: `replicas` names `x`, which is not there",
        ),
    ] {
        let text = format!("resources: [o.yaml]\n{text}");
        let patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\n";
        let told =
            complaints(&[("kustomization.yaml", &text), ("o.yaml", object), ("p.yaml", patch)]);
        assert!(told[0].starts_with(why), "{told:?}");
    }
}
