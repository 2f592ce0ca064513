# METADATA
# title: Relations lead to entities that exist
# description: |
#   Relations answer "who is hit when this fails?". Backstage drops those that it cannot read and
#   shows those to nowhere as broken, so the answer is silently too short. What is not described in
#   this repository can be looked up only when the organisation's catalog has been read.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/references
# custom:
#   severity: low
#   level: gold
#   mode: warn
#   needs: [catalog]
#   scope: file
#   since: "0.1.0"
#   remediation: |
#     Write references as `[kind:][namespace/]name`; `dependsOn` needs the kind:
#
#     ```yaml
#     spec:
#       system: checkout
#       providesApis: [payments]
#       dependsOn:
#         - resource:default/ledger
#         - component:acquirer
#     ```
package waymark.catalog.relations_resolve

import rego.v1

import data.waymark.lib.entities

default applies := false

applies if count(relations) > 0

# Field → kind that a reference without one means; null where Backstage wants it written.
fields := {
	"consumesApis": "api",
	"dependsOn": null,
	"providesApis": "api",
	"system": "system",
}

# Every reference, with its place. Values that are no text are the matter of catalog/info_valid.
relations contains {"document": document, "field": field, "at": at, "text": text} if {
	some document in input.catalog.entities
	document.is_entity
	document.entity.kind in {"API", "Component", "Resource"}
	is_object(document.entity.spec)
	some field, _ in fields
	some [at, text] in texts(field, document.entity.spec[field])
	is_string(text)
	text != ""
}

texts(field, value) := [[sprintf("/spec/%s", [field]), value]] if is_string(value)

else := [[sprintf("/spec/%s/%d", [field, index]), text] | some index, text in value] if is_array(value)

else := []

findings contains {
	"message": sprintf("`%s` in `%s` %s", [relation.text, relation.field, fault]),
	"path": relation.document.path,
	"pointer": entities.at(relation.document, relation.at),
	"resource": entities.title(relation.document.entity),
	"remediation": "Write `kind:namespace/name`, for example `component:default/payments`",
} if {
	some relation in relations
	fault := wrong(relation)
}

wrong(relation) := "is not a reference to an entity" if {
	not entities.reference(relation.text)
	not entities.is_template(relation.text)
}

wrong(relation) := "names no kind, without which Backstage cannot read it" if {
	fields[relation.field] == null
	entities.reference(relation.text).kind == ""
}

# Entities of this repository.
known contains full(kind, namespace_of(document.entity), document.entity.metadata.name) if {
	some document in input.catalog.entities
	document.is_entity
	kind := document.entity.kind
	is_string(document.entity.metadata.name)
}

full(kind, namespace, name) := lower(sprintf("%s:%s/%s", [kind, namespace, name]))

namespace_of(entity) := entity.metadata.namespace if is_string(entity.metadata.namespace)

else := "default"

meant(relation) := full(first(reference.kind, fields[relation.field]), first(reference.namespace, namespace_of(relation.document.entity)), reference.name) if {
	reference := entities.reference(relation.text)
}

first("", other) := other

first(text, _) := text if text != ""

unknowns contains {
	"message": sprintf("`%s` is not described in this repository, and the organisation's catalog has not been read", [relation.text]),
	"path": relation.document.path,
} if {
	some relation in relations
	not wrong(relation)
	not meant(relation) in known
}
