//! The other fields, one by one; the pages are those of
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>, and the results agree
//! with Kustomize 5.5.

use serde_json::json;

use super::*;

fn pod(image: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {{containers: [{{name: a, image: '{image}'}}], initContainers: [{{name: i, image: '{image}'}}]}}\n"
    )
}

/// `images/`: "overriding tag or digest replaces both".
#[test]
fn images() {
    for (old, entry, new) in [
        ("nginx:1", "{name: nginx, newTag: '2'}", "nginx:2"),
        ("nginx:1", "{name: nginx, newName: acme/web}", "acme/web:1"),
        ("nginx:1", "{name: nginx, digest: 'sha256:ab'}", "nginx@sha256:ab"),
        ("nginx@sha256:cd", "{name: nginx, newTag: '2'}", "nginx:2"),
        ("nginx:1", "{name: nginx, newTag: '2', digest: 'sha256:ab'}", "nginx:2@sha256:ab"),
        ("host:5000/nginx:1", "{name: 'host:5000/nginx', newTag: '2'}", "host:5000/nginx:2"),
        ("acme/nginx:1", "{name: nginx, newTag: '2'}", "acme/nginx:1"),
        ("nginx:1", "{name: 'ngin.*', newTag: '2'}", "nginx:2"),
        ("nginx:1", "{name: '(', newTag: '2'}", "nginx:1"),
        ("nginx:1", "{name: nginx}", "nginx:1"),
    ] {
        let got = with(&format!("images: [{entry}]\n"), &pod(old));
        assert_eq!(got["spec"]["containers"][0]["image"], new, "{old} {entry}");
        assert_eq!(got["spec"]["initContainers"][0]["image"], new, "{old} {entry}");
    }
}

/// `replicas/`.
#[test]
fn replicas() {
    let object =
        "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {replicas: 1}\n";
    let got = with("namePrefix: x-\nreplicas: [{name: db, count: 5}]\n", object);
    assert_eq!((&got["spec"]["replicas"], &got["metadata"]["name"]), (&json!(5), &json!("x-db")));
}

/// `namespace/`: objects outside of namespaces get none, a Namespace is renamed.
#[test]
fn namespaces() {
    let object = |version: &str, kind: &str| {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a, namespace: old}}\n")
    };
    let of = |version, kind| with("namespace: new\n", &object(version, kind))["metadata"].clone();
    assert_eq!(of("v1", "Pod")["namespace"], "new");
    assert_eq!(of("acme.io/v1", "Thing")["namespace"], "new");
    assert_eq!(of("rbac.authorization.k8s.io/v1", "ClusterRole")["namespace"], "old");
    assert_eq!(of("v1", "Namespace")["name"], "new");
}

/// `labels/` and `commonLabels/`.
#[test]
fn labels() {
    let object = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {}}}\n";
    let pairs = json!({"team": "shop"});
    for (text, template, selector) in [
        ("labels: [{pairs: {team: shop}}]", false, false),
        ("labels: [{pairs: {team: shop}, includeTemplates: true}]", true, false),
        ("labels: [{pairs: {team: shop}, includeSelectors: true}]", true, true),
        ("commonLabels: {team: shop}", true, true),
    ] {
        let got = with(&format!("{text}\n"), object);
        let at = |pointer: &str| got.pointer(pointer) == Some(&pairs);
        assert!(at("/metadata/labels"), "{text}");
        assert_eq!(at("/spec/template/metadata/labels"), template, "{text}");
        assert_eq!(at("/spec/selector/matchLabels"), selector, "{text}");
    }
    let budget = |selector: &str| {
        format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: a}}\nspec: {selector}\n"
        )
    };
    let got = with("commonLabels: {team: shop}\n", &budget("{selector: {matchLabels: {a: b}}}"));
    assert_eq!(got["spec"]["selector"]["matchLabels"], json!({"a": "b", "team": "shop"}));
    assert_eq!(with("commonLabels: {team: shop}\n", &budget("{}"))["spec"], json!({}));
    let got = with("commonAnnotations: {team: shop}\n", object);
    assert_eq!(got["spec"]["template"]["metadata"]["annotations"], pairs);
}

/// `nameprefix/`: autoscalers follow.
#[test]
fn names_and_what_refers_to_them() {
    let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: h}\nspec: {scaleTargetRef: {kind: Deployment, name: web}}\n";
    let got = made(&[
        ("base/kustomization.yaml", "resources: [all.yaml]\nnameSuffix: -v1\n"),
        ("base/all.yaml", text),
        (
            "kustomization.yaml",
            "resources: [base]\nnamePrefix: prod-\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: web}\n    spec: {paused: true}\n",
        ),
    ]);
    assert_eq!(got[0]["metadata"]["name"], "prod-web-v1");
    assert_eq!(got[0]["spec"]["paused"], true, "a patch may use the first name");
    assert_eq!(got[1]["spec"]["scaleTargetRef"]["name"], "prod-web-v1");
}

/// `secretgenerator/`.
#[test]
fn literals_of_secrets() {
    let text = "secretGenerator:\n- name: db\n  literals:\n  - password=\"hunter2\"\n  - user=a=b\nconfigMapGenerator: [{name: c, files: [x.txt]}]\n";
    let got = made(&[("kustomization.yaml", text)]);
    assert_eq!(got[1]["stringData"], json!({"password": "hunter2", "user": "a=b"}));
    assert_eq!(got[0]["kind"], "ConfigMap");
}

/// `replacements/`.
#[test]
fn replacements() {
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {image: 'ghcr.io/acme/web:3'}\n---\n";
    let replace = |source: &str, target: &str| {
        format!(
            "resources: [all.yaml]\nreplacements:\n- source: {{kind: ConfigMap, {source}}}\n  targets:\n  - select: {{kind: Pod}}\n    {target}\n"
        )
    };
    let image = |text: &str| {
        let all = format!("{config}{}", pod("nginx:1"));
        made(&[("kustomization.yaml", text), ("all.yaml", &all)])[1]["spec"]["containers"][0]["image"].clone()
    };
    let path = "fieldPaths: ['spec.containers.[name=a].image']";
    assert_eq!(image(&replace("fieldPath: data.image", path)), "ghcr.io/acme/web:3");
    let part = "fieldPath: data.image, options: {delimiter: ':', index: 1}";
    let into = format!("{path}\n    options: {{delimiter: ':', index: 1}}");
    assert_eq!(image(&replace(part, &into)), "nginx:3");
    assert_eq!(
        image(&replace("fieldPath: data.image", "fieldPaths: [spec.containers.*.image]")),
        "ghcr.io/acme/web:3"
    );
    assert_eq!(
        image(&replace(
            "fieldPath: data.image",
            "reject: [{name: a}]\n    fieldPaths: [spec.containers.*.image]"
        )),
        "nginx:1"
    );
    let all = format!("{config}{}", pod("nginx:1"));
    let text = replace("fieldPath: data.none", path);
    let told = complaints(&[("kustomization.yaml", &text), ("all.yaml", &all)]);
    assert_eq!(
        told,
        ["kustomization.yaml:3: a replacement is not done: its source has no `data.none`"]
    );
}

/// Transformers of Kustomize's own are run, programs are not.
#[test]
fn transformers() {
    let label = "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\nlabels: {a: b}\nfieldSpecs: [{path: metadata/labels, create: true}]\n";
    let space = "apiVersion: builtin\nkind: NamespaceTransformer\nmetadata: {name: n, namespace: new}\nunsetOnly: true\n";
    let got = made(&[
        ("kustomization.yaml", "resources: [o.yaml]\ntransformers: [l.yaml, n.yaml]\n"),
        ("o.yaml", &pod("a")),
        ("l.yaml", label),
        ("n.yaml", space),
    ]);
    assert_eq!(got[0]["metadata"], json!({"name": "a", "namespace": "new", "labels": {"a": "b"}}));
}
