package waymark.observability.logs_structured_test

import rego.v1

import data.waymark.observability.logs_structured

params := {"structured_loggers": {"npm": ["pino", "pino-*"], "go": ["go.uber.org/zap"], "maven": ["*logstash*"], "nuget": ["Serilog*"]}}

entities := [{"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": {
	"kind": "Component",
	"metadata": {"name": "api"},
	"spec": {"type": "service"},
}}]

manifest(ecosystem, toolchain) := {"path": "m", "ecosystem": ecosystem, "toolchain": toolchain}

dependency(ecosystem, name, version) := {"path": "m", "ecosystem": ecosystem, "name": name, "version": version, "dev": false}

counts(manifests, dependencies) := [count(found), count(unsure)] if {
	snap := {"catalog": {"entities": entities}, "workloads": [], "manifests": manifests, "dependencies": dependencies, "gaps": []}
	found := logs_structured.findings with input as snap with data.waymark.params as params
	unsure := logs_structured.unknowns with input as snap with data.waymark.params as params
}

test_javascript if {
	counts([manifest("npm", null)], [dependency("npm", "express", "4")]) == [1, 0]
	counts([manifest("npm", null)], [dependency("npm", "pino-http", "4")]) == [0, 0]
	counts([manifest("npm", null)], [dependency("npm", "react-dom", "19")]) == [0, 0]
	counts([manifest("npm", null)], []) == [0, 0]
	counts([manifest("hex", null)], [dependency("hex", "x", "1")]) == [0, 0]
}

test_go_brings_its_own if {
	counts([manifest("go", "1.20")], []) == [1, 0]
	counts([manifest("go", "1.21.0")], []) == [0, 1]
	counts([manifest("go", null)], []) == [0, 1]
	counts([manifest("go", "1.22")], [dependency("go", "go.uber.org/zap", "v1")]) == [0, 0]
}

test_spring_boot_brings_its_own if {
	counts([manifest("maven", null)], [dependency("maven", "org.springframework.boot:spring-boot-starter", "3.4.1")]) == [0, 1]
	counts([manifest("maven", null)], [dependency("maven", "org.springframework.boot:spring-boot-starter", null)]) == [0, 1]
	counts([manifest("maven", null)], [dependency("maven", "org.springframework.boot", "2.7.3"), dependency("maven", "org.springframework.boot:spring-boot-starter", null)]) == [1, 0]
}

test_aspnet_core if {
	counts([manifest("nuget", "Microsoft.NET.Sdk.Web")], [dependency("nuget", "X", "1")]) == [0, 0]
	counts([manifest("nuget", "Microsoft.NET.Sdk")], [dependency("nuget", "X", "1")]) == [1, 0]
}
