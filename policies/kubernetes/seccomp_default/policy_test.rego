package waymark.kubernetes.seccomp_default_test

import rego.v1

import data.waymark.kubernetes.seccomp_default

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

found(security) := count(set) if set := seccomp_default.findings with input as {"containers": [container(security)]}

unsure(security) := count(set) if set := seccomp_default.unknowns with input as {"containers": [container(security)]}

patched(field) := object.union(container({}), {"patches": [{"path": "patch.yaml", "fields": [field]}]})

profile(type) := {"seccompProfile": setting({"type": type})}

test_types if {
	found(profile("RuntimeDefault")) == 0
	found(profile("Localhost")) == 0
	found(profile("Unconfined")) == 1
	found({}) == 1
}

test_odd_values_are_unknown if {
	found(profile("${P}")) == 0
	unsure(profile("${P}")) == 1
	found({"seccompProfile": setting("RuntimeDefault")}) == 0
	unsure({"seccompProfile": setting("RuntimeDefault")}) == 1
}
