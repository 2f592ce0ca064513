package waymark.kubernetes.disruption_budget_test

import rego.v1

import data.waymark.kubernetes.disruption_budget

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

found(changes) := count(set) if set := disruption_budget.findings with input as {"workloads": [workload(changes)], "gaps": []}

unsure(changes) := count(set) if set := disruption_budget.unknowns with input as {"workloads": [workload(changes)], "gaps": []}

by(kind, certain) := {"selected_by": [{"kind": kind, "certain": certain, "path": "x.yaml", "min_replicas": 2}]}

test_selected_or_not if {
	found({}) == 1
	found(by("PodDisruptionBudget", true)) == 0
	unsure(by("PodDisruptionBudget", true)) == 0
	found(by("Other", true)) == 1
	found(by("PodDisruptionBudget", false)) == 0
	unsure(by("PodDisruptionBudget", false)) == 1
}

test_gaps_make_it_unknown if {
	none := disruption_budget.findings with input as {"workloads": [workload({})], "gaps": [{"kind": "kubernetes"}]}
	count(none) == 0
}

test_replicas if {
	found({"replicas": 1}) == 0
	found({"replicas": null}) == 0
	found({"replicas": 0}) == 0
	found({"kind": "DaemonSet"}) == 0
	found(object.union({"replicas": null}, by("HorizontalPodAutoscaler", true))) == 1
	found({"replicas": "${N}"}) == 0
	unsure({"replicas": "${N}"}) == 1
}
