# What the repository says it is, from its Backstage catalog.
package waymark.lib.components

import rego.v1

# Components of the catalog file, as they are.
all contains document.entity if {
	some document in input.catalog.entities
	document.is_entity
	document.entity.kind == "Component"
}

# Whether there is something that is built and delivered.
delivered if {
	some component in all
	component.spec.type in {"service", "website", "library"}
}
