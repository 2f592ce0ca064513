# METADATA
# title: Components are owned by a team
# description: |
#   People change teams, go on holiday and leave; a service that belongs to one of them belongs to
#   nobody soon after. A group stays, and Backstage shows who is in it today.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/references
# custom:
#   severity: medium
#   level: bronze
#   mode: warn
#   needs: [catalog]
#   scope: file
#   since: "0.1.0"
#   remediation: |
#     Name a group; without kind and namespace, `payments` means `group:default/payments`:
#
#     ```yaml
#     spec:
#       owner: group:default/payments
#     ```
package waymark.catalog.owner_is_team

import rego.v1

import data.waymark.lib.entities

default applies := false

applies if count(entities.components) > 0

# Owners that are not there are the matter of catalog/info_valid.
owned contains document if {
	some document in entities.components
	is_string(document.entity.spec.owner)
	document.entity.spec.owner != ""
}

findings contains {
	"message": sprintf("Component `%s`: owner `%s` %s", [entities.name(document.entity), document.entity.spec.owner, fault]),
	"path": document.path,
	"pointer": entities.at(document, "/spec/owner"),
	"resource": entities.title(document.entity),
	"remediation": "Write `owner: group:default/<team>`",
} if {
	some document in owned
	fault := wrong(document.entity.spec.owner)
}

wrong(owner) := sprintf("is a %s, not a group", [kind]) if {
	kind := entities.reference(owner).kind
	not kind in {"", "group"}
}

wrong(owner) := "is not a reference to an entity" if {
	not entities.reference(owner)
	not entities.is_template(owner)
}

unknowns contains {
	"message": "the owner is a template that is filled in later",
	"path": document.path,
} if {
	some document in owned
	entities.is_template(document.entity.spec.owner)
}
