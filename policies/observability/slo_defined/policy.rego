# METADATA
# title: Production services have an objective
# description: |
#   Without an objective nobody knows whether a service is good enough, and every alarm is a matter
#   of taste. An objective is a document of OpenSLO, Sloth or Pyrra, or an annotation of the catalog
#   entry that names one kept elsewhere.
# related_resources:
#   - https://github.com/OpenSLO/OpenSLO
#   - https://sloth.dev/
#   - https://github.com/pyrra-dev/pyrra
# custom:
#   severity: medium
#   level: gold
#   mode: warn
#   needs: [catalog, kubernetes]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Promise what users notice, for example with Sloth:
#
#     ```yaml
#     version: prometheus/v1
#     service: payments
#     slos:
#       - name: requests-availability
#         objective: 99.9
#         sli:
#           events:
#             error_query: sum(rate(http_requests_total{job="payments",code=~"5.."}[{{.window}}]))
#             total_query: sum(rate(http_requests_total{job="payments"}[{{.window}}]))
#         alerting: {name: PaymentsAvailability}
#     ```
#
#     When it is kept elsewhere, name it in `catalog-info.yaml`:
#
#     ```yaml
#     metadata:
#       annotations:
#         openslo.com/slo: payments-availability
#     ```
package waymark.observability.slo_defined

import rego.v1

import data.waymark.lib.entities
import data.waymark.lib.gaps

default applies := false

applies if count(entities.production_services) > 0

pattern := `(?i)(^|[^a-z])slos?([^a-z]|$)|service.?level.?objective`

slos contains object if {
	some object in input.objects
	object.role == "slo"
}

findings contains {
	"message": sprintf("Production service `%s` has no service level objective", [entities.name(document.entity)]),
	"path": document.path,
	"pointer": entities.at(document, "/metadata/name"),
	"resource": entities.title(document.entity),
	"remediation": "Add an OpenSLO, Sloth or Pyrra document, or an annotation that names the objective, such as `openslo.com/slo`",
} if {
	gaps.none("kubernetes")
	some document in bare
	count(slos) == 0
}

# Another service's objective, or this one's under another name.
unknowns contains {
	"message": sprintf("whether %s is an objective of `%s` is not known: it names another service", [slo.resource, entities.name(document.entity)]),
	"path": slo.path,
} if {
	some document in bare
	some slo in slos
}

# What was found for every service decides, and so does that there is none in production.
settled if {
	gaps.none("catalog")
	count(bare) == 0
}

bare contains document if {
	some document in entities.production_services
	not entities.links_to(document.entity, pattern)
	not is_promised(document)
}

is_promised(_) if {
	count(entities.components) == 1
	count(slos) > 0
}

is_promised(document) if {
	some slo in slos
	some text in [slo.target, slo.name]
	is_string(text)
	contains(lower(text), lower(entities.name(document.entity)))
}
