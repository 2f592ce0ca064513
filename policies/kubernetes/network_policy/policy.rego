# METADATA
# title: Network policies say who may talk to a workload
# description: |
#   Without a NetworkPolicy every pod of the cluster may talk to every other: whoever breaks into
#   one service reaches all databases. A policy of the same repository and namespace must select the
#   pods; an empty selector selects all. Cilium's policies count; Calico's selectors are not worked
#   out. Pods in the node's network are left alone, as policies do not reach them.
# related_resources:
#   - https://kubernetes.io/docs/concepts/services-networking/network-policies/
# custom:
#   severity: medium
#   level: gold
#   needs: [kubernetes]
#   scope: repo
#   since: "0.1.0"
#   tags: [security]
#   remediation: |
#     ```yaml
#     apiVersion: networking.k8s.io/v1
#     kind: NetworkPolicy
#     metadata: {name: api}
#     spec:
#       podSelector:
#         matchLabels: {app.kubernetes.io/name: api}
#       policyTypes: [Ingress, Egress]
#       ingress:
#         - from: [{podSelector: {matchLabels: {app.kubernetes.io/name: gateway}}}]
#       egress:
#         - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
#           ports: [{port: 53, protocol: UDP}]
#     ```
package waymark.kubernetes.network_policy

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.gaps

default applies := false

applies if count(judged) > 0

kinds := {"NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy"}

fields := {"labels"}

judged := [workload |
	some workload in input.workloads
	not workload.pod.hostNetwork == true
]

bare := [workload |
	some workload in judged
	every selection in workload.selected_by {
		not selection.kind in kinds
	}
]

# What could not be read may hold one.
findings contains {
	"message": "No NetworkPolicy selects its pods",
	"path": workload.path,
	"pointer": sprintf("%s/metadata/name", [workload.pointer]),
	"resource": workload.resource,
	"remediation": "Add a NetworkPolicy whose `podSelector` matches the labels of the pods",
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
