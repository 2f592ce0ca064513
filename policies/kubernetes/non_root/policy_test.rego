package waymark.kubernetes.non_root_test

import rego.v1

import data.waymark.kubernetes.non_root

container(security) := {
	"path": "k8s/api.yaml",
	"pointer": "/spec/containers/0",
	"resource": "Pod api container web",
	"name": "web",
	"init": false,
	"os": null,
	"patches": [],
	"security": security,
}

setting(value) := {"value": value, "pointer": "/x", "from": "container"}

given(security) := {"containers": [container(security)]}

root(security) if {
	found := non_root.findings with input as given(security)
	count(found) == 1
}

unsure(security) if {
	found := non_root.findings with input as given(security)
	count(found) == 0
	unknowns := non_root.unknowns with input as given(security)
	count(unknowns) == 1
}

fine(security) if {
	found := non_root.findings with input as given(security)
	count(found) == 0
	unknowns := non_root.unknowns with input as given(security)
	count(unknowns) == 0
}

test_nothing_said if root({})

test_flag if {
	fine({"runAsNonRoot": setting(true)})
	root({"runAsNonRoot": setting(false)})
}

test_user if {
	fine({"runAsUser": setting(1000)})
	fine({"runAsUser": setting(1000), "runAsNonRoot": setting(false)})
	root({"runAsUser": setting(0)})
	root({"runAsUser": setting(0), "runAsNonRoot": setting(true)})
}

test_placeholders_are_unknown if {
	unsure({"runAsUser": setting("${UID}")})
	unsure({"runAsNonRoot": setting("true")})
	fine({"runAsUser": setting("${UID}"), "runAsNonRoot": setting(true)})
}

test_missing_field_points_to_where_it_belongs if {
	found := non_root.findings with input as given({})
	some finding in found
	finding.pointer == "/spec/containers/0/securityContext/runAsNonRoot"
}

test_patched_container_is_unknown if {
	patch := {"path": "patch.yaml", "fields": ["runAsNonRoot", "spec"]}
	patched := object.union(container({}), {"patches": [patch]})
	found := non_root.findings with input as {"containers": [patched]}
	count(found) == 0
	unknowns := non_root.unknowns with input as {"containers": [patched]}
	count(unknowns) == 1
}

test_patch_of_something_else_does_not_excuse if {
	patch := {"path": "patch.yaml", "fields": ["replicas", "spec"]}
	patched := object.union(container({}), {"patches": [patch]})
	found := non_root.findings with input as {"containers": [patched]}
	count(found) == 1
}
