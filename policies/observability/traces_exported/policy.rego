# METADATA
# title: Services export traces
# description: |
#   A slow request crosses many services; only a trace shows which of them was slow. OpenTelemetry
#   must be wired somewhere: an SDK among the dependencies, `OTEL_…` settings of containers, an
#   annotation that has the operator instrument the pods, or a collector. Whether spans arrive is
#   not seen from here.
# related_resources:
#   - https://opentelemetry.io/docs/languages/
#   - https://opentelemetry.io/docs/platforms/kubernetes/operator/automatic/
# custom:
#   severity: medium
#   level: silver
#   mode: warn
#   needs: [catalog, dependencies, dockerfiles, kubernetes]
#   scope: repo
#   since: "0.1.0"
#   parameters:
#     tracing_libraries: ["*opentelemetry*", "*/otel*", "*-otel*", "*:otel*", "logfire"]
#   remediation: |
#     Add the SDK of your language, or have the operator do it:
#
#     ```yaml
#     spec:
#       template:
#         metadata:
#           annotations:
#             instrumentation.opentelemetry.io/inject-java: "true"
#         spec:
#           containers:
#             - name: api
#               env:
#                 - {name: OTEL_SERVICE_NAME, value: payments}
#                 - {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://otel-collector:4317"}
#     ```
package waymark.observability.traces_exported

import rego.v1

import data.waymark.lib.gaps
import data.waymark.lib.globs
import data.waymark.lib.subjects

default applies := false

applies if count(subjects.all) > 0

findings contains {
	"message": sprintf("%s: nothing wires OpenTelemetry: no SDK among the dependencies, no `OTEL_…` setting, no instrumentation", [subject.title]),
	"path": subject.path,
	"pointer": subject.pointer,
	"resource": subject.resource,
	"remediation": "Add OpenTelemetry's SDK for the language, or annotate the pods with `instrumentation.opentelemetry.io/inject-<language>: \"true\"`",
} if {
	every kind in {"catalog", "dependencies", "dockerfiles", "kubernetes"} {
		gaps.none(kind)
	}
	some subject in subjects.all
	not is_wired
	count(unread) == 0
}

unknowns contains {"message": message} if {
	count(subjects.all) > 0
	not is_wired
	some message in unread
}

# What was found decides, whatever else there may be.
settled if {
	gaps.none("catalog")
	count(subjects.all) > 0
	is_wired
}

is_wired if {
	count(libraries) > 0
	pattern := globs.one_of(libraries)
	some dependency in input.dependencies
	not dependency.dev
	regex.match(pattern, lower(dependency.name))
}

is_wired if {
	some container in input.containers
	is_array(container.container.env)
	some entry in container.container.env
	is_setting(object.get(entry, "name", ""), object.get(entry, "value", ""))
}

is_wired if {
	some container in input.containers
	is_string(container.image.repository)
	regex.match(`(^|/)(opentelemetry-collector|otel|aws-otel-collector|alloy)`, container.image.repository)
}

is_wired if {
	some workload in input.workloads
	some key, value in workload.pod_annotations
	regex.match(`^(instrumentation|sidecar)\.opentelemetry\.io/inject`, key)
	value != "false"
}

is_wired if {
	some object in input.objects
	object.role in {"instrumentation", "otel_settings"}
}

is_wired if {
	some file in input.dockerfiles
	some instruction in file.instructions
	regex.match(`(?i)opentelemetry|\bOTEL_[A-Z]`, instruction.text)
}

# Settings that turn it off wire nothing.
is_setting(name, value) if {
	startswith(name, "OTEL_")
	not name in {"OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"}
}

is_setting("OTEL_TRACES_EXPORTER", value) if value != "none"

default libraries := []

libraries := data.waymark.params.tracing_libraries if is_array(data.waymark.params.tracing_libraries)

# ConfigMaps that containers take their environment from and that are not here.
unread contains sprintf("%s takes its environment from ConfigMap %s, which is not in the repository", [container.resource, name]) if {
	some container in input.containers
	is_array(container.container.envFrom)
	some source in container.container.envFrom
	name := source.configMapRef.name
	is_string(name)
	not name in known
}

known contains object.name if {
	some object in input.objects
	object.kind == "ConfigMap"
}
