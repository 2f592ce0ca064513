package waymark.kubernetes.probes_test

import rego.v1

import data.waymark.kubernetes.probes

given(kind, pod) := {"workloads": [{
	"path": "k8s/api.yaml",
	"kind": kind,
	"api_version": "apps/v1",
	"pod_pointer": "/spec",
	"resource": "Pod api",
	"patches": [],
	"pod": pod,
}]}

found(kind, pod) := count(set) if {
	set := probes.findings with input as given(kind, pod) with data.waymark.params as {"sidecars": ["istio-proxy", "envoy"]}
}

bare := {"name": "web", "image": "a:1"}

test_missing if {
	found("Deployment", {"containers": [bare]}) == 2
	found("Deployment", {"containers": [object.union(bare, {"livenessProbe": {}})]}) == 1
	found("Deployment", {"containers": [object.union(bare, {"livenessProbe": {}, "readinessProbe": {}})]}) == 0
	found("Deployment", {"containers": [object.union(bare, {"livenessProbe": null, "readinessProbe": {}})]}) == 1
}

test_what_ends_is_left_alone if {
	found("Job", {"containers": [bare]}) == 0
	found("Pod", {"restartPolicy": "Never", "containers": [bare]}) == 0
	found("Pod", {"containers": [bare]}) == 2
}

test_sidecars if {
	web := object.union(bare, {"livenessProbe": {}, "readinessProbe": {}})
	found("Pod", {"containers": [web, {"name": "istio-proxy", "image": "x"}]}) == 0
	found("Pod", {"containers": [{"name": "p", "image": "docker.io/envoyproxy/envoy:v1"}, web]}) == 0
	found("Pod", {"containers": [web, {"name": "p", "image": "envoy-fork@sha256:1"}]}) == 2
}

test_alone_it_is_no_sidecar if {
	found("Pod", {"containers": [{"name": "p", "image": "docker.io/envoyproxy/envoy:v1"}]}) == 2
	found("Pod", {"containers": [{"name": "p", "image": "envoy:v1"}, {"name": "istio-proxy", "image": "x"}]}) == 4
}

test_odd_values if {
	found("Pod", {"containers": "x"}) == 0
	found("Pod", {"containers": ["x", {"name": 7, "image": "a"}]}) == 2
}
