# METADATA
# title: Services log in a structured form
# description: |
#   Lines of prose cannot be searched by customer or request when it matters. The dependencies of a
#   service or worker must hold a library that writes structured logs. Go (from 1.21) and Spring Boot
#   (from 3.4) bring their own; whether it is used cannot be seen from a manifest, so there the
#   answer is unknown. ASP.NET Core's is in use unless replaced.
# related_resources:
#   - https://12factor.net/logs
# custom:
#   severity: low
#   level: gold
#   mode: warn
#   needs: [catalog, dependencies, kubernetes]
#   scope: repo
#   since: "0.1.0"
#   parameters:
#     structured_loggers:
#       npm: [pino, "pino-*", "*-pino", winston, bunyan, log4js, tslog, roarr, fastify, "@nestjs/common", "@aws-lambda-powertools/logger", "@google-cloud/logging*", "@opentelemetry/api-logs"]
#       pypi: [structlog, loguru, python-json-logger, json-logging, logfmter, eliot, logfire, "ecs-logging*", google-cloud-logging, aws-lambda-powertools, "*-structlog"]
#       go: [go.uber.org/zap*, "github.com/rs/zerolog", "github.com/sirupsen/logrus", "github.com/go-kit/*", "github.com/go-logr/*", "k8s.io/klog*", "github.com/hashicorp/go-hclog", "github.com/apex/log", "github.com/charmbracelet/log", "github.com/phuslu/log", "*slog*"]
#       cargo: [tracing, tracing-subscriber, "slog*", structured-logger, json_env_logger, logforth]
#       maven: ["*logstash-logback-encoder*", "*log4j-layout-template-json*", "*logback-json*", "*ecs-logging*", "*logback-ecs*", "*logging-json*", "*google-cloud-logging*", "*structured-logging*", "io.dropwizard:dropwizard-json-logging"]
#       nuget: ["Serilog*", "NLog*", "Microsoft.Extensions.Logging*", "Microsoft.AspNetCore.App", "ZLogger*"]
#       rubygems: [lograge, "*semantic_logger*", ougai, logstasher, ecs-logging, twiglet, json-logger]
#       packagist: ["monolog/*", "symfony/monolog-bundle", "laravel/framework", "laravel/lumen-framework"]
#   remediation: |
#     Take the usual one of your language, and write JSON in production:
#
#     | language | library |
#     |---|---|
#     | JavaScript | `pino` |
#     | Python | `structlog` |
#     | Go | `log/slog` |
#     | Rust | `tracing` with `tracing-subscriber` |
#     | Java | `net.logstash.logback:logstash-logback-encoder` |
#     | .NET | `Serilog.AspNetCore` |
#
#     ```bash
#     npm install pino
#     ```
package waymark.observability.logs_structured

import rego.v1

import data.waymark.lib.gaps
import data.waymark.lib.globs
import data.waymark.lib.subjects

default applies := false

applies if {
	count(subjects.all) > 0
	count(judged) > 0
}

findings contains {
	"message": sprintf("%s: no structured logging library among its dependencies (%s)", [subject.title, concat(", ", ecosystems)]),
	"path": subject.path,
	"pointer": subject.pointer,
	"resource": subject.resource,
	"remediation": "Add one, such as pino, structlog, tracing or logstash-logback-encoder",
} if {
	gaps.none("catalog")
	gaps.none("dependencies")
	count(judged) > 0
	not is_structured
	count(built_in) == 0
	some subject in subjects.all
}

unknowns contains {"message": message} if {
	count(subjects.all) > 0
	not is_structured
	some message in built_in
}

# What was found decides, whatever else there may be.
settled if {
	gaps.none("catalog")
	count(subjects.all) > 0
	is_structured
}

default loggers := {}

loggers := data.waymark.params.structured_loggers if is_object(data.waymark.params.structured_loggers)

# Manifests of programs: they name something that is needed to run.
judged contains manifest if {
	some manifest in input.manifests
	manifest.ecosystem in object.keys(loggers)
	not manifest.path in browser
	manifest.path in used
}

judged contains manifest if {
	some manifest in input.manifests
	manifest.ecosystem == "go"
	loggers.go
}

used contains dependency.path if {
	some dependency in input.dependencies
	not dependency.dev
}

# What runs in a browser logs to nobody.
browser contains dependency.path if {
	some dependency in input.dependencies
	dependency.ecosystem == "npm"
	dependency.name in {"react-dom", "vue", "@angular/core", "svelte", "preact", "solid-js"}
}

ecosystems contains manifest.ecosystem if some manifest in judged

is_structured if {
	some ecosystem, patterns in loggers
	is_array(patterns)
	pattern := globs.one_of(patterns)
	some dependency in input.dependencies
	dependency.ecosystem == ecosystem
	not dependency.dev
	regex.match(pattern, dependency.name)
}

# ASP.NET Core writes what it is given with names and values.
is_structured if {
	some manifest in input.manifests
	manifest.ecosystem == "nuget"
	manifest.toolchain in {"Microsoft.NET.Sdk.Web", "Microsoft.NET.Sdk.Worker"}
}

built_in contains sprintf("Go's own `log/slog` leaves no trace in `%s`", [manifest.path]) if {
	some manifest in judged
	manifest.ecosystem == "go"
	not is_older(manifest.toolchain, [1, 21])
}

built_in contains sprintf("Spring Boot's own structured logging leaves no trace in `%s`", [dependency.path]) if {
	some dependency in input.dependencies
	startswith(dependency.name, "org.springframework.boot")
	not is_old_boot
}

is_old_boot if {
	some dependency in input.dependencies
	startswith(dependency.name, "org.springframework.boot")
	is_older(dependency.version, [3, 4])
}

is_older(version, first) if {
	is_string(version)
	regex.match(`^[0-9]+\.[0-9]`, version)
	[to_number(number) | some number in regex.find_n(`[0-9]+`, version, 2)] < first
}
