# METADATA
# title: The lifecycle is one that the organisation knows
# description: |
#   The lifecycle says how much others may rely on a component, and many rules are for production
#   alone. A word of one's own (`live`, `prod`) is outside of all lists, searches and rules.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/descriptor-format
# custom:
#   severity: low
#   level: bronze
#   mode: warn
#   needs: [catalog]
#   scope: file
#   since: "0.1.0"
#   parameters:
#     lifecycles: [experimental, production, deprecated]
#   fix: >-
#     Writes a known word in lower case (`Production` becomes `production`).
#   remediation: |
#     Write one of the words that the organisation has agreed on:
#
#     ```yaml
#     spec:
#       lifecycle: production
#     ```
package waymark.catalog.lifecycle_known

import rego.v1

import data.waymark.lib.entities

default applies := false

applies if count(living) > 0

# What has a lifecycle. One that is missing is the matter of catalog/info_valid.
living contains document if {
	some kind in ["Component", "API"]
	some document in entities.of_kind(kind)
	is_string(document.entity.spec.lifecycle)
	document.entity.spec.lifecycle != ""
}

known := [word |
	is_array(data.waymark.params.lifecycles)
	some word in data.waymark.params.lifecycles
	is_string(word)
]

findings contains {
	"message": sprintf("%s `%s`: lifecycle `%s` is not one of %s", [document.entity.kind, entities.name(document.entity), document.entity.spec.lifecycle, words]),
	"path": document.path,
	"pointer": entities.at(document, "/spec/lifecycle"),
	"resource": entities.title(document.entity),
	"remediation": fix(document.entity.spec.lifecycle),
} if {
	some document in living
	not document.entity.spec.lifecycle in known
	not entities.is_template(document.entity.spec.lifecycle)
}

words := concat(", ", [sprintf("`%s`", [word]) | some word in known])

fix(word) := sprintf("Write `lifecycle: %s`", [lower(word)]) if lower(word) in known

else := sprintf("Write one of %s", [words])

unknowns contains {
	"message": "the lifecycle is a template that is filled in later",
	"path": document.path,
} if {
	some document in living
	entities.is_template(document.entity.spec.lifecycle)
}
