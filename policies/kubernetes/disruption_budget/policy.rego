# METADATA
# title: Replicated services have a disruption budget
# description: |
#   When nodes are drained for an upgrade, Kubernetes evicts every pod of a service at once unless a
#   PodDisruptionBudget says how many must stay. Asked of Deployments and StatefulSets with more
#   than one replica, by their own number or by an autoscaler's `minReplicas`; without a number
#   Kubernetes runs one. A budget of the same repository must select the pods.
# related_resources:
#   - https://kubernetes.io/docs/tasks/run-application/configure-pdb/
# custom:
#   severity: medium
#   level: gold
#   needs: [kubernetes]
#   scope: repo
#   since: "0.1.0"
#   fix: >-
#     Adds a PodDisruptionBudget with `maxUnavailable: 1` and the selector of the workload, as a
#     further document of its file.
#   remediation: |
#     ```yaml
#     apiVersion: policy/v1
#     kind: PodDisruptionBudget
#     metadata: {name: api}
#     spec:
#       maxUnavailable: 1
#       selector:
#         matchLabels: {app.kubernetes.io/name: api}
#     ```
package waymark.kubernetes.disruption_budget

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.gaps

default applies := false

applies if count(judged) > 0

kinds := {"PodDisruptionBudget"}

fields := {"replicas", "labels"}

judged := [workload |
	some workload in input.workloads
	workload.kind in {"Deployment", "StatefulSet"}
	is_replicated(workload)
]

is_replicated(workload) if {
	is_number(workload.replicas)
	workload.replicas > 1
}

is_replicated(workload) if {
	some selection in workload.selected_by
	is_number(selection.min_replicas)
	selection.min_replicas > 1
}

bare := [workload |
	some workload in judged
	every selection in workload.selected_by {
		not selection.kind in kinds
	}
]

# What could not be read may hold one.
findings contains {
	"message": "No PodDisruptionBudget selects its pods, and it has several replicas",
	"path": workload.path,
	"pointer": sprintf("%s/metadata/name", [workload.pointer]),
	"resource": workload.resource,
	"remediation": "Add a PodDisruptionBudget whose selector matches the labels of the pods",
} if {
	gaps.none("kubernetes")
	some workload in bare
	not containers.is_patched(workload, fields)
}

unknowns contains {
	"message": sprintf("%s: %s may select it, or not: its selector is not worked out", [workload.resource, selection.path]),
	"path": workload.path,
} if {
	some workload in judged
	some selection in workload.selected_by
	selection.kind in kinds
	not selection.certain
	not is_selected(workload)
}

is_selected(workload) if {
	some selection in workload.selected_by
	selection.kind in kinds
	selection.certain
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may change its labels or replicas", [workload.resource, patch]),
	"path": workload.path,
} if {
	some workload in bare
	some patch in containers.patched_by(workload, fields)
}

unknowns contains {
	"message": sprintf("%s: its number of replicas is filled in later", [workload.resource]),
	"path": workload.path,
} if {
	some workload in input.workloads
	workload.kind in {"Deployment", "StatefulSet"}
	is_string(workload.replicas)
	not is_selected(workload)
}
