package waymark.kubernetes.rolling_update_test

import rego.v1

import data.waymark.kubernetes.rolling_update

component(name, type, lifecycle) := {"is_entity": true, "entity": {
	"kind": "Component",
	"metadata": {"name": name},
	"spec": {"type": type, "lifecycle": lifecycle},
}}

deployment(changes) := object.union(
	{
		"path": "k8s/api.yaml",
		"pointer": "",
		"kind": "Deployment",
		"name": "api",
		"namespace": null,
		"resource": "Deployment api",
		"pod_labels": null,
		"replicas": null,
		"strategy": null,
		"selected_by": [],
		"patches": [],
	},
	changes,
)

found(changes, components) := count(set) if {
	set := rolling_update.findings with input as {
		"workloads": [deployment(changes)],
		"catalog": {"entities": components},
	}
}

service := [component("api", "service", "production")]

test_recreate if {
	found({"strategy": {"type": "Recreate"}}, []) == 1
	found({"strategy": {"type": "RollingUpdate"}}, []) == 0
	found({"strategy": "x"}, []) == 0
	found({"strategy": {"type": "Recreate"}, "kind": "StatefulSet"}, []) == 0
}

test_one_replica_of_a_production_service if {
	found({}, service) == 1
	found({"replicas": 1}, service) == 1
	found({"replicas": 2}, service) == 0
	found({"replicas": 0}, service) == 0
	found({"replicas": "${N}"}, service) == 0
	found({"replicas": 1}, []) == 0
	found({"replicas": 1}, [component("api", "service", "experimental")]) == 0
	found({"replicas": 1}, [component("api", "library", "production")]) == 0
}

test_several_components if {
	other := component("other", "website", "production")
	found({}, array.concat(service, [other])) == 1
	found({"name": "x"}, array.concat(service, [other])) == 0
	found({"name": "x", "pod_labels": {"app": "api"}}, array.concat(service, [other])) == 1
}

test_other_environments if {
	found({"path": "deploy/overlays/staging/api.yaml"}, service) == 0
	found({"namespace": "payments-dev"}, service) == 0
}

test_autoscaled if {
	found({"selected_by": [{"kind": "HorizontalPodAutoscaler"}]}, service) == 0
}
