package waymark.kubernetes.capabilities_dropped_test

import rego.v1

import data.waymark.kubernetes.capabilities_dropped

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

found(security) := count(set) if set := capabilities_dropped.findings with input as {"containers": [container(security)]}

unsure(security) := count(set) if set := capabilities_dropped.unknowns with input as {"containers": [container(security)]}

patched(field) := object.union(container({}), {"patches": [{"path": "patch.yaml", "fields": [field]}]})

params := {"allowed_capabilities": ["NET_BIND_SERVICE"]}

faults(value) := count(set) if {
	set := capabilities_dropped.findings with input as {"containers": [container({"capabilities": setting(value)})]}
		with data.waymark.params as params
}

test_drop if {
	faults({"drop": ["ALL"]}) == 0
	faults({"drop": ["all"]}) == 0
	faults({"drop": ["NET_RAW"]}) == 1
	faults({"drop": []}) == 1
	faults({}) == 1
	faults({"drop": null}) == 1
}

test_add if {
	faults({"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}) == 0
	faults({"drop": ["ALL"], "add": ["CAP_NET_BIND_SERVICE"]}) == 0
	faults({"drop": ["ALL"], "add": ["SYS_ADMIN", "NET_ADMIN"]}) == 2
	faults({"add": ["ALL"]}) == 2
}

test_odd_values_are_unknown if {
	found({"capabilities": setting("${CAPS}")}) == 0
	unsure({"capabilities": setting("${CAPS}")}) == 1
}
