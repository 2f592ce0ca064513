# METADATA
# title: Services tell Kubernetes how they are
# description: |
#   Without a readiness probe a pod gets requests before it can answer them, and every rollout drops
#   some; without a liveness probe a pod that hangs stays. Every container of a long-running pod is
#   judged but for well-known sidecars (parameter `sidecars`: names of containers or images) and
#   native sidecars (init containers). Jobs, pods that end, and Knative services (which bring a
#   readiness probe) are not judged.
# related_resources:
#   - https://kubernetes.io/docs/concepts/workloads/pods/probes/
# custom:
#   severity: medium
#   level: silver
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   parameters:
#     sidecars:
#       - istio-proxy
#       - linkerd-proxy
#       - envoy
#       - cloud-sql-proxy
#       - cloudsql-proxy
#       - gce-proxy
#       - alloydb-auth-proxy
#       - oauth2-proxy
#       - kube-rbac-proxy
#       - fluent-bit
#       - fluentd
#       - filebeat
#       - promtail
#       - vector
#       - otel-collector
#       - opentelemetry-collector
#       - opentelemetry-collector-contrib
#       - otc-container
#       - jaeger-agent
#       - datadog-agent
#       - vault-agent
#       - git-sync
#       - config-reloader
#       - configmap-reload
#       - daprd
#   remediation: |
#     ```yaml
#     containers:
#       - name: api
#         readinessProbe:
#           httpGet: {path: /ready, port: 8080}
#         livenessProbe:
#           httpGet: {path: /healthz, port: 8080}
#     ```
#
#     Liveness asks whether a restart would help; do not let it depend on other services.
package waymark.kubernetes.probes

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(long_running) > 0

long_running := [workload |
	some workload in input.workloads
	not workload.kind in {"Job", "CronJob"}
	not startswith(workload.api_version, "serving.knative.dev/")
	object.get(workload.pod, "restartPolicy", "Always") == "Always"
	is_array(workload.pod.containers)
]

probes := {"readinessProbe": "readiness", "livenessProbe": "liveness"}

missing := [{"workload": workload, "index": index, "name": name(container), "field": field, "what": what} |
	some workload in long_running
	some index, container in workload.pod.containers
	is_object(container)
	is_string(container.image)
	not is_sidecar(container, workload)
	some field, what in probes
	object.get(container, field, null) == null
]

findings contains {
	"message": sprintf("Container `%s` has no %s probe", [row.name, row.what]),
	"path": row.workload.path,
	"pointer": sprintf("%s/containers/%d/%s", [row.workload.pod_pointer, row.index, row.field]),
	"resource": sprintf("%s container %s", [row.workload.resource, row.name]),
	"remediation": sprintf("Add a `%s` that asks the service itself", [row.field]),
} if {
	some row in missing
	not containers.is_patched(row.workload, {row.field})
}

# Beside something else: what is alone in its pod, such as a collector of its own, is no sidecar.
is_sidecar(container, workload) if {
	is_helper(container)
	some other in workload.pod.containers
	is_object(other)
	not is_helper(other)
}

# Kept by name: a rule is looked up faster than data in every container.
sidecars := data.waymark.params.sidecars

is_helper(container) if container.name in sidecars

is_helper(container) if {
	is_string(container.image)
	parts := split(container.image, "/")
	regex.split(`[:@]`, parts[count(parts) - 1])[0] in sidecars
}

name(container) := container.name if is_string(container.name)

else := "(unnamed)"

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may set its probes", [row.workload.resource, patch]),
	"path": row.workload.path,
} if {
	some row in missing
	some patch in containers.patched_by(row.workload, {row.field})
}
