package waymark.kubernetes.not_privileged_test

import rego.v1

import data.waymark.kubernetes.not_privileged

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

found(security) := count(set) if set := not_privileged.findings with input as {"containers": [container(security)]}

unsure(security) := count(set) if set := not_privileged.unknowns with input as {"containers": [container(security)]}

patched(field) := object.union(container({}), {"patches": [{"path": "patch.yaml", "fields": [field]}]})

test_values if {
	found({}) == 0
	found({"privileged": setting(false)}) == 0
	found({"privileged": setting(true)}) == 1
	found({"privileged": setting("${P}")}) == 0
	unsure({"privileged": setting("${P}")}) == 1
	unsure({}) == 0
}
