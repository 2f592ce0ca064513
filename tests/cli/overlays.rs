//! Kustomize: what counts is what reaches the cluster.

use crate::given::Folder;

const BASE: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: worker
spec:
  selector: {matchLabels: {app: worker}}
  template:
    metadata: {labels: {app: worker}}
    spec:
      containers:
        - name: worker
          image: ghcr.io/acme/worker:1.4.2
";
const PATCHED: &str = "resources: [../base]
patches:
  - target: {kind: Deployment}
    patch: |-
      - op: add
        path: /spec/template/spec/securityContext
        value:
          runAsNonRoot: true
";

/// A sound service with a worker in two environments; findings of `kubernetes/non_root`.
fn roots(prod: &str, staging: &str) -> Vec<String> {
    let folder = Folder::sound();
    folder
        .write("deploy/base/worker.yaml", BASE)
        .write("deploy/base/kustomization.yaml", "resources: [worker.yaml]\n")
        .write("deploy/prod/kustomization.yaml", prod)
        .write("deploy/staging/kustomization.yaml", staging);
    let ran = folder.waymark(&["check", "--format", "json"]);
    let report = ran.json();
    let findings = report["findings"].as_array().unwrap().iter();
    let findings = findings.filter(|finding| finding["policy"] == "kubernetes/non_root");
    let text = |finding: &serde_json::Value| {
        let word = |key: &str| finding[key].as_str().unwrap_or("").to_owned();
        format!("{}:{} {}", word("path"), finding["start_line"], word("resource"))
    };
    findings.map(text).collect()
}

#[test]
fn an_overlay_mends_its_base() {
    assert_eq!(roots(PATCHED, PATCHED), [""; 0]);
}

#[test]
fn a_fault_of_the_base_is_told_once() {
    let plain = |name: &str| format!("resources: [../base]\nnamespace: {name}\n");
    assert_eq!(
        roots(&plain("prod"), &plain("staging")),
        ["deploy/base/worker.yaml:11 Deployment worker container worker"]
    );
    assert_eq!(
        roots(PATCHED, &plain("staging")),
        ["deploy/base/worker.yaml:11 Deployment worker container worker (overlay deploy/staging)"]
    );
}

#[test]
fn an_overlay_that_breaks_something_is_shown_itself() {
    let broken = PATCHED.replace("runAsNonRoot: true", "runAsUser: 0");
    assert_eq!(
        roots(PATCHED, &broken),
        [
            "deploy/staging/kustomization.yaml:8 Deployment worker container worker (overlay deploy/staging)"
        ]
    );
}

#[test]
fn mending_one_of_two_overlays_is_no_new_fault() {
    let folder = Folder::sound();
    let plain = "resources: [../base]\n";
    folder
        .write("deploy/base/worker.yaml", BASE)
        .write("deploy/base/kustomization.yaml", "resources: [worker.yaml]\n")
        .write("deploy/prod/kustomization.yaml", plain)
        .write("deploy/staging/kustomization.yaml", plain)
        .init();
    folder.write("deploy/prod/kustomization.yaml", PATCHED);
    let ran = folder.waymark(&["check", "--base", "HEAD", "--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("(overlay deploy/staging)"), "{ran:?}");
}
