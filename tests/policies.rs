//! Do the built-in policies hold what they promise: on their examples, and on two whole repositories?

#![allow(clippy::unwrap_used)]

use std::path::Path;

use serde_json::{Map, Value, json};
use waymark::domain::facts::{RepoFacts, extract, wanted};
use waymark::domain::ids::PolicyId;
use waymark::domain::policy::outcome::{Outcome, Status};
use waymark::domain::policy::{examples, gate_examples, rego_tests};
use waymark::domain::tree::{Content, Entry, SourceTree};
use waymark::edge::disk::{PolicyFiles, read_tree};

#[test]
fn every_example_comes_out_as_it_says() {
    let files = PolicyFiles::built_in();
    let library = files.library();
    assert!(library.broken.is_empty(), "{:?}", library.broken);
    assert!(library.problems.is_empty(), "{:?}", library.problems);
    for (id, meta) in &library.policies {
        let path = meta.path.replace("policy.rego", "examples.yaml");
        let text = files.text(&path).unwrap_or_else(|| panic!("{path} is missing"));
        let examples = examples::read(text).unwrap_or_else(|e| panic!("{path}: {e}"));
        let complaints = examples::run(&library, id, &examples);
        assert!(complaints.is_empty(), "{id}: {}", complaints.join("\n"));
        let enough = examples.good.len() >= 3 && examples.bad.len() >= 3;
        assert!(enough, "{path}: three good and three bad examples are the least");
        for expected in examples.bad.iter().flat_map(|example| &example.expect) {
            // A finding about something absent has no line; any other one must be pinned down.
            let absent = expected.path.is_none() || expected.line.is_some();
            assert!(absent || expected.message.is_some(), "{path}: {expected:?}");
        }
    }
}

#[test]
fn every_example_of_a_deployment_comes_out_as_it_says() {
    let files = PolicyFiles::built_in();
    let library = files.library();
    assert!(library.gate.broken.is_empty(), "{:?}", library.gate.broken);
    for id in library.gate.rules.keys() {
        let text = files.text(&format!("{id}/examples.yaml")).unwrap_or_else(|| panic!("{id}"));
        let (passed, complaints) = gate_examples::run(&library.gate, id, text);
        assert!(complaints.is_empty() && passed >= 3, "{id}: {}", complaints.join("\n"));
        assert!(!library.policies.contains_key(id), "{id} is part of no check");
    }
    assert_eq!(library.gate.rules.len(), 6);
}

#[test]
fn every_rego_test_holds() {
    let (tests, problems) = rego_tests::run(&PolicyFiles::built_in().library());
    assert!(problems.is_empty(), "{problems:?}");
    let failed: Vec<_> = tests.iter().filter(|test| test.complaint.is_some()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(tests.len() >= 30);
}

/// `policy path:line message` of every finding, and the outcomes.
fn judged(name: &str) -> (Vec<String>, Vec<Outcome>) {
    let library = PolicyFiles::built_in().library();
    let ids: Vec<PolicyId> = library.policies.keys().cloned().collect();
    let needs = library.needs(&ids);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos").join(name);
    let tree = read_tree(&folder, |path| wanted(&needs, path)).unwrap();
    let repo = RepoFacts {
        owner: "acme".to_owned(),
        name: name.to_owned(),
        full_name: format!("acme/{name}"),
        default_branch: Some("main".to_owned()),
        ..RepoFacts::default()
    };
    let extracted = extract(&tree, &repo, &needs);
    let defaults = library.policies.values().flat_map(|meta| meta.parameters.clone()).collect();
    let prepared = library.prepare(&ids, &defaults).unwrap();
    let outcomes = library.evaluate(&prepared, &ids, &extracted);
    let line = |outcome: &Outcome| {
        let findings = outcome.findings.iter().map(|f| {
            let path = f.place.path.as_deref().unwrap_or("-");
            format!("{} {path}:{} {}", f.policy, f.place.start_line.unwrap_or(0), f.message)
        });
        findings.collect::<Vec<_>>()
    };
    (outcomes.iter().flat_map(line).collect(), outcomes)
}

#[test]
fn the_payment_service_has_these_faults_and_no_others() {
    let (findings, outcomes) = judged("payment-service");
    assert_eq!(
        findings,
        [
            "catalog/dashboard_linked catalog-info.yaml:3 Production service `payment-service` \
             links no dashboard",
            "catalog/info_valid catalog-info.yaml:10 Tag `Payments` is not valid: a tag is 1 to \
             63 lower-case letters, digits, `:`, `+` and `#`, with `-` between them",
            "catalog/info_valid catalog-info.yaml:11 Component needs the field `spec.owner`",
            "catalog/runbook_linked catalog-info.yaml:3 Production service `payment-service` \
             links no runbook",
            "catalog/techdocs_wired catalog-info.yaml:6 Component `payment-service` has no \
             annotation `backstage.io/techdocs-ref`",
            "container/base_image_pinned Dockerfile:1 Base image `golang` has no digest",
            "container/base_image_pinned Dockerfile:7 Base image `debian` has no digest",
            "container/non_root_user Dockerfile:7 Final stage `runtime` runs as root: no USER \
             instruction, and base image `debian` does not say otherwise",
            "delivery/platform_workflow_pinned .github/workflows/ci.yml:8 Job `platform` calls \
             `acme/platform-workflows/.github/workflows/go-service.yml` at `main`, which is \
             neither a version tag nor a full commit SHA",
            "delivery/platform_workflow_used .github/workflows/ci.yml:3 Workflow `CI` calls the \
             platform's workflow, but does not run on push to `main`",
            "delivery/token_permissions_declared .github/workflows/ci.yml:1 Workflow `CI` does \
             not declare `permissions`",
            "kubernetes/capabilities_dropped k8s/deployment.yaml:24 Container `api` keeps \
             capabilities: `drop` lacks `ALL`",
            "kubernetes/capabilities_dropped k8s/deployment.yaml:35 Container `proxy` keeps \
             capabilities: `drop` lacks `ALL`",
            "kubernetes/capabilities_dropped k8s/service.yaml:29 Container `settle` keeps \
             capabilities: `drop` lacks `ALL`",
            "kubernetes/disruption_budget k8s/deployment.yaml:4 No PodDisruptionBudget selects \
             its pods, and it has several replicas",
            "kubernetes/image_pinned k8s/deployment.yaml:20 Container `api`: image \
             `ghcr.io/acme/payment-service` has no digest",
            "kubernetes/image_pinned k8s/deployment.yaml:34 Container `proxy`: image \
             `envoyproxy/envoy` has no digest",
            "kubernetes/image_pinned k8s/service.yaml:30 Container `settle`: image \
             `ghcr.io/acme/payment-service` has no digest",
            "kubernetes/network_policy k8s/deployment.yaml:4 No NetworkPolicy selects its pods",
            "kubernetes/network_policy k8s/service.yaml:17 No NetworkPolicy selects its pods",
            "kubernetes/no_privilege_escalation k8s/deployment.yaml:35 Container `proxy` may gain \
             rights: `allowPrivilegeEscalation: false` is not set",
            "kubernetes/no_privilege_escalation k8s/service.yaml:29 Container `settle` may gain \
             rights: `allowPrivilegeEscalation: false` is not set",
            "kubernetes/non_root k8s/deployment.yaml:24 Container `api` may run as root: neither \
             `runAsNonRoot: true` nor a `runAsUser` above 0 is set",
            "kubernetes/non_root k8s/service.yaml:27 Container `settle` runs as root: `runAsUser` \
             is 0, set on the pod",
            "kubernetes/probes k8s/deployment.yaml:19 Container `api` has no liveness probe",
            "kubernetes/read_only_root_filesystem k8s/deployment.yaml:24 Container `api` may \
             write to its root filesystem: `readOnlyRootFilesystem: true` is not set",
            "kubernetes/read_only_root_filesystem k8s/deployment.yaml:35 Container `proxy` may \
             write to its root filesystem: `readOnlyRootFilesystem: true` is not set",
            "kubernetes/read_only_root_filesystem k8s/service.yaml:29 Container `settle` may \
             write to its root filesystem: `readOnlyRootFilesystem: true` is not set",
            "kubernetes/requests_and_limits k8s/deployment.yaml:33 Container `proxy` has no \
             memory limit",
            "kubernetes/requests_and_limits k8s/deployment.yaml:33 Container `proxy` has no cpu \
             request",
            "kubernetes/requests_and_limits k8s/deployment.yaml:33 Container `proxy` has no \
             memory request",
            "kubernetes/requests_and_limits k8s/service.yaml:29 Container `settle` has no memory \
             limit",
            "kubernetes/requests_and_limits k8s/service.yaml:29 Container `settle` has no cpu \
             request",
            "kubernetes/requests_and_limits k8s/service.yaml:29 Container `settle` has no memory \
             request",
            "kubernetes/seccomp_default k8s/deployment.yaml:24 Container `api` runs without a \
             seccomp profile",
            "kubernetes/seccomp_default k8s/deployment.yaml:35 Container `proxy` runs without a \
             seccomp profile",
            "kubernetes/seccomp_default k8s/service.yaml:29 Container `settle` runs without a \
             seccomp profile",
            "observability/metrics_scraped catalog-info.yaml:4 Service `payment-service`: no \
             ServiceMonitor, PodMonitor or `prometheus.io/scrape` asks for its metrics",
            "observability/slo_defined catalog-info.yaml:4 Production service `payment-service` \
             has no service level objective",
            "observability/traces_exported catalog-info.yaml:4 Service `payment-service`: nothing \
             wires OpenTelemetry: no SDK among the dependencies, no `OTEL_…` setting, no \
             instrumentation",
            "operations/codeowners_present .github/CODEOWNERS:0 There is no `CODEOWNERS`",
            "operations/gitops_application catalog-info.yaml:4 Service `payment-service`: no Argo \
             CD or Flux object deploys it, and no annotation `argocd/app-name` says which one does",
            "operations/readme_present README.md:0 The README says too little",
        ]
    );
    // Its system is described elsewhere, and Go has a logger of its own; the rest can be told.
    let open: Vec<_> = outcomes.iter().filter(|outcome| outcome.reason.is_some()).collect();
    assert_eq!(
        open.iter().map(|o| o.policy.as_str()).collect::<Vec<_>>(),
        ["catalog/relations_resolve", "observability/logs_structured"]
    );
}

#[test]
fn the_golden_service_passes_everything() {
    let (findings, outcomes) = judged("golden-service");
    assert_eq!(findings, [""; 0]);
    // It fetches nothing with ADD, reads no Secret, is no change, and calls no action itself; no list of approved images and no
    // version of the platform's workflow is set.
    let absent = [
        "container/base_image_approved",
        "container/no_remote_add",
        "delivery/actions_pinned",
        "delivery/platform_workflow_supported",
        "operations/migration_safe",
        "operations/secrets_from_vault",
    ];
    for outcome in outcomes {
        let applies = !absent.contains(&outcome.policy.as_str());
        let wanted = if applies { Status::Pass } else { Status::NotApplicable };
        assert_eq!(outcome.status, wanted, "{outcome:?}");
    }
}

/// Files whose every value is replaced by something odd in turn.
const VICTIMS: [(&str, &str); 7] = [
    (
        "catalog-info.yaml",
        r#"{"apiVersion": "backstage.io/v1alpha1", "kind": "API", "metadata": {"name": "x",
        "labels": {"a": "b"}, "tags": ["t"], "links": [{"url": "u", "title": "t", "type": "d"}]}, "spec": {"type": "openapi",
        "lifecycle": "production", "owner": "o", "definition": {"$text": "x"}}}"#,
    ),
    (
        "catalog-info.yaml",
        r#"{"apiVersion": "backstage.io/v1alpha1", "kind": "Component", "metadata": {"name": "x",
        "annotations": {"backstage.io/techdocs-ref": "dir:."}, "links": [{"title": "t"}]}, "spec":
        {"type": "service", "lifecycle": "production", "owner": "o", "system": "s", "dependsOn":
        ["y"]}}"#,
    ),
    (
        ".github/workflows/ci.yml",
        r#"{"name": "CI", "on": {"push": {"branches": ["main"]}, "workflow_run": {"workflows":
        ["CI"]}, "pull_request_target": {"types": ["labeled"]}}, "permissions": {"contents":
        "read"}, "jobs": {"a": {"uses": "acme/platform-workflows/.github/workflows/x.yml@v1",
        "with": {"sbom": true}, "secrets": "inherit"}, "b": {"if": "x", "environment": "e",
        "needs": ["a"], "permissions": "write-all", "steps": [{"uses": "actions/checkout@v4", "if":
        "x", "with": {"ref": "${{ github.head_ref }}"}}, {"uses": "actions/github-script@v7",
        "with": {"script": "${{ github.head_ref }}"}}, {"uses": "docker://x:1"}, {"uses": "docker/build-push-action@v6", "with":
        {"sbom": "x"}}, {"uses": "aquasecurity/trivy-action@v1", "with": {"format": "x"}},
        {"run": "echo ${{ github.head_ref }}", "shell": "bash"}]}}}"#,
    ),
    (
        "k8s/a.json",
        r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", "namespace":
        "y"}, "spec": {"selector": {}, "template": {"spec": {"os": {"name": "linux"},
        "securityContext": {"runAsUser": 1}, "containers": [{"name": "c", "image": "i",
        "securityContext": {"runAsNonRoot": true, "runAsUser": 0}}]}}}}"#,
    ),
    (
        "k8s/b.json",
        r#"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, "spec":
        {"replicas": 2, "strategy": {"type": "Recreate"}, "selector": {}, "template": {"metadata":
        {"labels": {"app": "x"}}, "spec": {"hostNetwork": true, "restartPolicy": "Always",
        "volumes": [{"name": "v", "hostPath": {"path": "/x"}}], "resources": {"limits": {"cpu": 1}},
        "containers": [{"name": "c", "image": "i:1", "env": [{"name": "TOKEN", "value": "x"}],
        "resources": {"requests": {"cpu": 1}, "limits": {"memory": "1Gi"}}, "livenessProbe": {},
        "securityContext": {"privileged": true, "capabilities": {"drop": ["ALL"], "add": ["X"]},
        "seccompProfile": {"type": "Unconfined"}, "readOnlyRootFilesystem": true}}]}}}}"#,
    ),
    (
        "k8s/c.json",
        r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "s", "annotations": {"a": "b"}}, "data": {"a": "eA=="}, "sops": {}},
        {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "p"},
        "spec": {"selector": {"matchLabels": {"app": "x"}, "matchExpressions": [{"key": "a",
        "operator": "In", "values": ["b"]}]}}}, {"apiVersion": "autoscaling/v2", "kind":
        "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"name": "x"}, "minReplicas": 2}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": {"podSelector":
        {"matchLabels": {"app": "x"}}}}]}"#,
    ),
    (
        "kustomization.yaml",
        r#"{"patches": [{"path": "p.yaml"}, {"patch": "a: 1\nb: 2", "target": {"kind": "Deployment",
        "name": "x"}}], "patchesStrategicMerge": ["kind: Deployment\na: 1"], "images": [{"name": "i"}],
        "replicas": [{"name": "x", "count": 1}], "labels": [{"pairs": {"app": "x"}}]}"#,
    ),
];

/// Pointers of all values.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let below: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.replace('/', "~1"), v)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in below {
        found.extend(pointers(value).into_iter().map(|rest| format!("/{key}{rest}")));
    }
    found
}

#[test]
fn no_odd_value_breaks_a_policy() {
    let library = PolicyFiles::built_in().library();
    let ids: Vec<PolicyId> = library.policies.keys().cloned().collect();
    let needs = library.needs(&ids);
    let mut params: Map<String, Value> =
        library.policies.values().flat_map(|meta| meta.parameters.clone()).collect();
    params.insert("sbom_since".to_owned(), json!("v1.4"));
    params.insert("minimum_version".to_owned(), json!("v1.4"));
    let prepared = library.prepare(&ids, &Value::Object(params)).unwrap();
    let repo = RepoFacts { owner: "acme".to_owned(), ..RepoFacts::default() };
    let whole: Vec<(&str, Value)> =
        VICTIMS.iter().map(|(path, text)| (*path, serde_json::from_str(text).unwrap())).collect();
    let odd = [json!(null), json!(7), json!(true), json!("s"), json!(["l"]), json!({"k": [null]})];
    for (victim, (_, original)) in whole.iter().enumerate() {
        for pointer in pointers(original) {
            for value in &odd {
                let mut tree = SourceTree::default();
                for (number, (path, document)) in whole.iter().enumerate() {
                    let mut document = document.clone();
                    if number == victim {
                        *document.pointer_mut(&pointer).unwrap() = value.clone();
                    } else if tree.entries.contains_key(*path) {
                        continue;
                    }
                    let content = Content::Text(document.to_string().into());
                    tree.entries.insert((*path).to_owned(), Entry::loose(content));
                }
                let extracted = extract(&tree, &repo, &needs);
                for outcome in library.evaluate(&prepared, &ids, &extracted) {
                    let told = format!("{} {pointer} {value}", whole[victim].0);
                    assert_ne!(outcome.status, Status::Broken, "{told}: {outcome:?}");
                }
            }
        }
    }
}
