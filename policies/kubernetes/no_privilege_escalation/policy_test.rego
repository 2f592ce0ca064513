package waymark.kubernetes.no_privilege_escalation_test

import rego.v1

import data.waymark.kubernetes.no_privilege_escalation

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

found(security) := count(set) if set := no_privilege_escalation.findings with input as {"containers": [container(security)]}

unsure(security) := count(set) if set := no_privilege_escalation.unknowns with input as {"containers": [container(security)]}

patched(field) := object.union(container({}), {"patches": [{"path": "patch.yaml", "fields": [field]}]})

test_values if {
	found({}) == 1
	found({"allowPrivilegeEscalation": setting(true)}) == 1
	found({"allowPrivilegeEscalation": setting(false)}) == 0
	unsure({"allowPrivilegeEscalation": setting(false)}) == 0
	found({"allowPrivilegeEscalation": setting("false")}) == 0
	unsure({"allowPrivilegeEscalation": setting("false")}) == 1
}

test_patched if {
	found_patched := no_privilege_escalation.findings with input as {"containers": [patched("allowPrivilegeEscalation")]}
	count(found_patched) == 0
	unknowns := no_privilege_escalation.unknowns with input as {"containers": [patched("allowPrivilegeEscalation")]}
	count(unknowns) == 1
}

test_windows_is_left_alone if {
	windows := object.union(container({}), {"os": "windows"})
	none := no_privilege_escalation.findings with input as {"containers": [windows]}
	count(none) == 0
}
