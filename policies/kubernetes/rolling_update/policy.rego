# METADATA
# title: Deployments replace their pods one by one
# description: |
#   `strategy: Recreate` stops every pod before the first new one starts, and a single replica is
#   away whenever its node is: both are outages by design. One replica counts for Deployments of a
#   production service, as the catalog says (type `service`, lifecycle `production`; of several
#   components the one whose name the Deployment bears), unless an autoscaler owns the number, or
#   folder, file or namespace name another environment such as `dev` or `staging`.
# related_resources:
#   - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy
# custom:
#   severity: low
#   level: silver
#   needs: [kubernetes, catalog]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     ```yaml
#     spec:
#       replicas: 2
#       strategy:
#         type: RollingUpdate
#         rollingUpdate: {maxUnavailable: 0}
#     ```
package waymark.kubernetes.rolling_update

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.services

default applies := false

applies if count(deployments) > 0

deployments := [workload |
	some workload in input.workloads
	workload.kind == "Deployment"
]

findings contains {
	"message": fault.message,
	"path": workload.path,
	"pointer": sprintf("%s%s", [workload.pointer, fault.at]),
	"resource": workload.resource,
	"remediation": fault.fix,
} if {
	some workload in deployments
	some fault in faults(workload)
	not containers.is_patched(workload, fault.fields)
}

faults(workload) := {fault | some fault in array.concat(recreated(workload), alone(workload))}

recreated(workload) := [{
	"message": "All pods are stopped before new ones start: `strategy` is Recreate",
	"at": "/spec/strategy/type",
	"fields": {"strategy"},
	"fix": "Use `type: RollingUpdate`",
}] if workload.strategy.type == "Recreate"

else := []

alone(workload) := [{
	"message": "A production service runs in one replica",
	"at": "/spec/replicas",
	"fields": {"replicas"},
	"fix": "Set `replicas: 2` or more",
}] if {
	object.get(workload, "replicas", null) in {null, 1}
	services.runs_in_production(workload)
	not is_scaled(workload)
}

else := []

is_scaled(workload) if {
	some selection in workload.selected_by
	selection.kind in {"HorizontalPodAutoscaler", "ScaledObject"}
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may change its strategy or replicas", [workload.resource, patch]),
	"path": workload.path,
} if {
	some workload in deployments
	some fault in faults(workload)
	some patch in containers.patched_by(workload, fault.fields)
}
