# METADATA
# title: Prometheus fetches the metrics of services
# description: |
#   A service that nobody measures is down when its users say so. Asked of components of type
#   service or worker; in a repository without catalog, of what Kubernetes Services lead to. Either
#   a ServiceMonitor or PodMonitor selects its pods (through their Service, by labels and
#   namespace), or the pods, the Service or the catalog entry bear `prometheus.io/scrape: "true"`.
#
#   A monitor counts when the port that it asks for is there: `port` of a ServiceMonitor names a port
#   of the Service; `port`, `portNumber` and `targetPort` of a PodMonitor mean ports that a container
#   declares under `ports`. Prometheus drops every other target, and nothing says so.
# related_resources:
#   - https://prometheus-operator.dev/docs/developer/getting-started/
# custom:
#   severity: medium
#   level: silver
#   mode: warn
#   needs: [catalog, files, kubernetes]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Say which Service to scrape, and at which port:
#
#     ```yaml
#     apiVersion: monitoring.coreos.com/v1
#     kind: ServiceMonitor
#     metadata: {name: payments}
#     spec:
#       selector:
#         matchLabels: {app.kubernetes.io/name: payments}  # labels of the Service
#       endpoints:
#         - port: metrics
#     ```
#
#     When the manifests are kept elsewhere, say so in `catalog-info.yaml`:
#
#     ```yaml
#     metadata:
#       annotations:
#         prometheus.io/scrape: "true"
#     ```
package waymark.observability.metrics_scraped

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.files
import data.waymark.lib.gaps
import data.waymark.lib.subjects

default applies := false

applies if count(subjects.all) > 0

findings contains {
	"message": sprintf("%s: no ServiceMonitor, PodMonitor or `prometheus.io/scrape` asks for its metrics", [subject.title]),
	"path": subject.path,
	"pointer": subject.pointer,
	"resource": subject.resource,
	"remediation": "Add a ServiceMonitor that selects its Service, or the annotation `prometheus.io/scrape: \"true\"` to the pods or to the catalog entry",
} if {
	gaps.none("kubernetes")
	gaps.none("catalog")
	some row in unmeasured
	count(row.missed) == 0
	count(row.doubts) == 0
	subject := row.subject
}

# Whoever wrote a monitor wants it to work, whatever else may fetch or push metrics.
findings contains {
	"message": sprintf("%s: the %s in %s selects its pods, but asks for the port %s, which %s", [subject.title, monitor.kind, monitor.path, concat(" or ", monitor.ports), where(monitor)]),
	"path": subject.path,
	"pointer": subject.pointer,
	"resource": subject.resource,
	"remediation": remedy(monitor),
} if {
	gaps.none("kubernetes")
	gaps.none("catalog")
	some row in unmeasured
	some monitor in row.missed
	subject := row.subject
}

unknowns contains {"message": sprintf("%s: %s", [row.subject.title, doubt]), "path": row.subject.path} if {
	some row in unmeasured
	count(row.missed) == 0
	some doubt in row.doubts
}

# What was found for every service decides, whatever else there may be.
settled if {
	gaps.none("catalog")
	count(subjects.all) > 0
	count(unmeasured) == 0
}

# A list, and each part worked out once: every subject looks at all workloads.
unmeasured := [{"subject": subject, "missed": missed(workloads), "doubts": doubts(workloads)} |
	some subject in subjects.all
	not is_asked(subject)
	workloads := subjects.workloads(subject)
	not is_scraped(workloads)
]

is_asked(subject) if subject.annotations["prometheus.io/scrape"] in {"true", true}

is_scraped(workloads) if {
	some workload in workloads
	some scraper in workload.scraped_by
	scraper.certain
}

# Monitors that select its pods for certain, and fetch nothing for certain.
missed(workloads) := {monitor |
	some workload in workloads
	count(workload.scraped_by) == 0
	not containers.is_patched(workload, {"annotations", "labels", "ports"})
	some monitor in workload.missed_by
	monitor.certain
}

of_services := {"ServiceMonitor", "VMServiceScrape"}

where(monitor) := "its Services do not have" if monitor.kind in of_services
where(monitor) := "no container declares" if not monitor.kind in of_services

remedy(monitor) := "Name a port of the Service, by its `name`, or give the port that is meant this name" if monitor.kind in of_services
remedy(monitor) := "Declare the port under the container's `ports`, with a `name`, and ask for it by `port`" if not monitor.kind in of_services

# Why it may be scraped all the same.
doubts(workloads) := {doubt |
	some workload in workloads
	some doubt in workload_doubts(workload)
} | rules | of_others(workloads)

workload_doubts(workload) := {sprintf("%s may select it, or not: that is not worked out", [scraper.path]) |
	some scraper in workload.scraped_by
} | {sprintf("%s may select it, and ask for a port that is not there", [monitor.path]) |
	some monitor in workload.missed_by
	not monitor.certain
} | {sprintf("the Kustomize patch %s may annotate or label it", [patch]) |
	some patch in containers.patched_by(workload, {"annotations", "labels"})
} | {sprintf("the Kustomize patch %s may give it the port that is asked for", [patch]) |
	count(workload.missed_by) > 0
	some patch in containers.patched_by(workload, {"ports"})
} | {sprintf("%s may push its metrics to an OpenTelemetry collector", [container.resource]) |
	some container in pushing
	container.path == workload.path
	container.workload_name == workload.name
}

# Found once: few containers of many are told where a collector is.
pushing := [container |
	some container in input.containers
	some entry in container.env
	entry.name in {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_METRICS_EXPORTER"}
]

rules := {sprintf("%s may scrape it by rules of its own", [object.path]) |
	some object in input.objects
	object.role == "scrape_rules"
} | {sprintf("%s may scrape it by rules of its own", [path]) |
	some found in regex.find_all_string_submatch_n(of_prometheus, files.text, -1)
	path := found[1]
}

of_prometheus := `(?:^|\x00)((?:[^\x00]*/)?prometheus[a-z0-9_-]*\.ya?ml)(?:\x00|$)`

# No workload bears its name, but one that is scraped may be it.
of_others(workloads) := {sprintf("none of the workloads bears its name, and %s is scraped", [workload.resource]) |
	count(workloads) == 0
	some workload in input.workloads
	count(workload.scraped_by) > 0
}
