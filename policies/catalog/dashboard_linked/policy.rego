# METADATA
# title: Production services link their dashboard
# description: |
#   The first question in an incident is what has changed and since when. The dashboard answers it,
#   if the one that belongs to the service is found without asking around.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/descriptor-format
# custom:
#   severity: low
#   level: silver
#   mode: warn
#   needs: [catalog]
#   scope: file
#   since: "0.1.0"
#   remediation: |
#     Link it from the catalog entry:
#
#     ```yaml
#     metadata:
#       links:
#         - url: https://dashboards.example.com/payments
#           title: Dashboard
#           type: dashboard
#     ```
package waymark.catalog.dashboard_linked

import rego.v1

import data.waymark.lib.entities

default applies := false

applies if count(entities.production_services) > 0

pattern := `(?i)dashboard|grafana|datadog|kibana|new ?relic|dynatrace|honeycomb`

findings contains {
	"message": sprintf("Production service `%s` links no dashboard", [entities.name(document.entity)]),
	"path": document.path,
	"pointer": entities.at(document, "/metadata/links"),
	"resource": entities.title(document.entity),
	"remediation": "Add under `metadata.links`: `{url: https://…, title: Dashboard, type: dashboard}`",
} if {
	some document in entities.production_services
	not entities.links_to(document.entity, pattern)
}
