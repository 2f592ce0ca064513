# Backstage entities with their place, their links, and references to others.
package waymark.lib.entities

import rego.v1

# Documents of the catalog file that describe something of this kind.
of_kind(kind) := [document |
	some document in input.catalog.entities
	document.is_entity
	document.entity.kind == kind
]

components := of_kind("Component")

# Services that run in production.
production_services := [document |
	some document in components
	document.entity.spec.type == "service"
	document.entity.spec.lifecycle == "production"
]

at(document, pointer) := sprintf("%s%s", [document.pointer, pointer])

title(entity) := sprintf("%s %s", [entity.kind, entity.metadata.name]) if is_string(entity.metadata.name)

else := entity.kind

name(entity) := entity.metadata.name if is_string(entity.metadata.name)

else := "(unnamed)"

# Whether a link's title, type or address, or an annotation's name, matches.
links_to(entity, pattern) if {
	is_array(entity.metadata.links)
	some link in entity.metadata.links
	some field in ["title", "type", "url"]
	is_string(link[field])
	regex.match(pattern, link[field])
}

links_to(entity, pattern) if {
	is_object(entity.metadata.annotations)
	some key, value in entity.metadata.annotations
	is_string(value)
	regex.match(pattern, key)
}

# `[kind:][namespace/]name` taken apart; undefined when it is none.
reference(text) := {"kind": lower(kind), "namespace": lower(namespace), "name": lower(parts[2])} if {
	is_string(text)
	found := regex.find_all_string_submatch_n(`^(?:([A-Za-z][A-Za-z0-9]*):)?(?:([A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*)/)?([A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$`, text, 1)
	count(found) == 1
	parts := [found[0][1], found[0][2], found[0][3]]
	kind := parts[0]
	namespace := parts[1]
}

# A template that is filled in when a repository is made from it.
is_template(text) if contains(text, "{{")
