package waymark.kubernetes.requests_and_limits_test

import rego.v1

import data.waymark.kubernetes.requests_and_limits

container(resources) := {
	"path": "k8s/api.yaml",
	"pointer": "/spec/containers/0",
	"resource": "Pod api container web",
	"name": "web",
	"init": false,
	"patches": [],
	"container": {},
	"resources": {name: {"value": 1} | some name in resources},
}

found(resources, require) := count(set) if {
	set := requests_and_limits.findings with input as {"containers": [container(resources)]}
		with data.waymark.params as {"require_cpu_limit": require}
}

test_missing if {
	found([], false) == 3
	found([], true) == 4
	found(["requests.cpu", "requests.memory"], false) == 1
	found(["requests.cpu", "requests.memory", "limits.memory"], false) == 0
	found(["requests.cpu", "requests.memory", "limits.memory"], true) == 1
}

test_odd_values_are_unknown if {
	every raw in [{"resources": "${R}"}, {"resources": {"limits": "${R}"}}] {
		seen := {"containers": [object.union(container([]), {"container": raw})]}
		none := requests_and_limits.findings with input as seen
		count(none) == 0
		unknowns := requests_and_limits.unknowns with input as seen
		count(unknowns) == 1
	}
}
