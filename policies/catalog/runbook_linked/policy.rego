# METADATA
# title: Production services link their runbook
# description: |
#   Whoever is called at three in the morning has seldom written the service. The runbook says what
#   the alarms mean and what to do first; it helps only if it is found within a minute.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/descriptor-format
# custom:
#   severity: medium
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
#         - url: https://runbooks.example.com/payments
#           title: Runbook
#           type: runbook
#     ```
package waymark.catalog.runbook_linked

import rego.v1

import data.waymark.lib.entities

default applies := false

applies if count(entities.production_services) > 0

pattern := `(?i)run[ _-]?book|playbook`

findings contains {
	"message": sprintf("Production service `%s` links no runbook", [entities.name(document.entity)]),
	"path": document.path,
	"pointer": entities.at(document, "/metadata/links"),
	"resource": entities.title(document.entity),
	"remediation": "Add under `metadata.links`: `{url: https://…, title: Runbook, type: runbook}`",
} if {
	some document in entities.production_services
	not entities.links_to(document.entity, pattern)
}
