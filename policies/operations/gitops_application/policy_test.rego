package waymark.operations.gitops_application_test

import rego.v1

import data.waymark.operations.gitops_application

found(metadata, changes) := count(set) if {
	entity := {"kind": "Component", "metadata": metadata, "spec": {"type": "service"}}
	entities := [{"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": entity}]
	base := {"catalog": {"entities": entities}, "workloads": [], "objects": [], "gaps": []}
	set := gitops_application.findings with input as object.union(base, changes)
}

test_objects if {
	found({"name": "api"}, {}) == 1
	found({"name": "api"}, {"objects": [{"role": "gitops"}]}) == 0
	found({"name": "api"}, {"objects": [{"role": "slo"}]}) == 1
}

test_annotations if {
	found({"name": "api", "annotations": {"argocd/app-name": "api"}}, {}) == 0
	found({"name": "api", "annotations": {"argocd/app": "api"}}, {}) == 1
	found({"name": "api", "annotations": ["argocd/app-name"]}, {}) == 1
}

test_gaps if found({"name": "api"}, {"gaps": [{"kind": "kubernetes"}]}) == 0
