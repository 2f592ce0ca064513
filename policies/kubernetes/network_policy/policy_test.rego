package waymark.kubernetes.network_policy_test

import rego.v1

import data.waymark.kubernetes.network_policy

workload(changes) := object.union(
	{
		"path": "k8s/api.yaml",
		"pointer": "",
		"kind": "Deployment",
		"resource": "Deployment api",
		"replicas": 2,
		"pod": {},
		"selected_by": [],
		"patches": [],
	},
	changes,
)

found(changes) := count(set) if set := network_policy.findings with input as {"workloads": [workload(changes)], "gaps": []}

unsure(changes) := count(set) if set := network_policy.unknowns with input as {"workloads": [workload(changes)], "gaps": []}

by(kind, certain) := {"selected_by": [{"kind": kind, "certain": certain, "path": "x.yaml", "min_replicas": 2}]}

test_selected_or_not if {
	found({}) == 1
	found(by("NetworkPolicy", true)) == 0
	unsure(by("NetworkPolicy", true)) == 0
	found(by("Other", true)) == 1
	found(by("NetworkPolicy", false)) == 0
	unsure(by("NetworkPolicy", false)) == 1
}

test_gaps_make_it_unknown if {
	none := network_policy.findings with input as {"workloads": [workload({})], "gaps": [{"kind": "kubernetes"}]}
	count(none) == 0
}

test_node_network_is_left_alone if found({"pod": {"hostNetwork": true}}) == 0
