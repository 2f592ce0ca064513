package waymark.observability.traces_exported_test

import rego.v1

import data.waymark.observability.traces_exported

params := {"tracing_libraries": ["*opentelemetry*", "*/otel*"]}

base := {
	"catalog": {"entities": [{"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": {
		"kind": "Component",
		"metadata": {"name": "api"},
		"spec": {"type": "service"},
	}}]},
	"workloads": [],
	"containers": [],
	"dockerfiles": [],
	"dependencies": [],
	"objects": [],
	"gaps": [],
}

counts(changes) := [count(found), count(unsure)] if {
	snap := object.union(base, changes)
	found := traces_exported.findings with input as snap with data.waymark.params as params
	unsure := traces_exported.unknowns with input as snap with data.waymark.params as params
}

container(env) := {"containers": [{"resource": "c", "image": {"repository": "acme/api"}, "container": env}]}

test_nothing if {
	counts({}) == [1, 0]
	counts(container({"env": null})) == [1, 0]
	counts(container({"env": [7]})) == [1, 0]
	counts(container({"env": [{"name": "OTEL_SDK_DISABLED", "value": "true"}, {"name": "OTEL_TRACES_EXPORTER", "value": "none"}]})) == [1, 0]
}

test_settings if {
	counts(container({"env": [{"name": "OTEL_SERVICE_NAME", "valueFrom": {}}]})) == [0, 0]
	counts(container({"env": [{"name": "OTEL_TRACES_EXPORTER", "value": "otlp"}]})) == [0, 0]
	counts({"objects": [{"kind": "ConfigMap", "name": "x", "role": "otel_settings"}]}) == [0, 0]
	counts({"dockerfiles": [{"instructions": [{"text": "ENV OTEL_SERVICE_NAME=api"}]}]}) == [0, 0]
}

test_dependencies if {
	counts({"dependencies": [{"name": "OpenTelemetry.Api", "dev": false}]}) == [0, 0]
	counts({"dependencies": [{"name": "@opentelemetry/api", "dev": true}]}) == [1, 0]
	counts({"dependencies": [{"name": "@vercel/otel", "dev": false}]}) == [0, 0]
	counts({"dependencies": [{"name": "hotels", "dev": false}]}) == [1, 0]
}

test_operator if {
	counts({"workloads": [{"pod_annotations": {"instrumentation.opentelemetry.io/inject-java": "true"}}]}) == [0, 0]
	counts({"workloads": [{"pod_annotations": {"sidecar.opentelemetry.io/inject": "false"}}]}) == [1, 0]
}

test_unread_settings_and_gaps if {
	counts(container({"envFrom": [{"configMapRef": {"name": "shared"}}]})) == [0, 1]
	counts(object.union(container({"envFrom": [{"configMapRef": {"name": "own"}}]}), {"objects": [{"kind": "ConfigMap", "name": "own", "role": "settings"}]})) == [1, 0]
	counts({"gaps": [{"kind": "dependencies"}]}) == [0, 0]
}
