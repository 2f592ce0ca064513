# What runs for others here: services and workers.
package waymark.lib.subjects

import rego.v1

import data.waymark.lib.entities
import data.waymark.lib.gaps
import data.waymark.lib.services

types := {"service", "worker"}

# Components of the catalog.
all contains {
	"title": sprintf("%s `%s`", [kinds[document.entity.spec.type], entities.name(document.entity)]),
	"resource": entities.title(document.entity),
	"name": entities.name(document.entity),
	"path": document.path,
	"pointer": entities.at(document, "/metadata/name"),
	"annotations": annotations(document.entity),
	"in_catalog": true,
} if {
	some document in entities.components
	document.entity.spec.type in types
}

# Without a catalog, what Kubernetes Services lead to: one subject for the repository.
all contains {
	"title": "What Services lead to here",
	"resource": first.resource,
	"name": first.resource,
	"path": first.path,
	"pointer": sprintf("%s/metadata/name", [first.pointer]),
	"annotations": {},
	"in_catalog": false,
} if {
	gaps.none("catalog")
	count(input.catalog.entities) == 0
	first := exposed[0]
}

kinds := {"service": "Service", "worker": "Worker"}

annotations(entity) := entity.metadata.annotations if is_object(entity.metadata.annotations)

else := {}

# Workloads that run until they are stopped and that some Service leads to.
exposed := [workload |
	some workload in input.workloads
	not workload.kind in {"Job", "CronJob"}
	count(workload.services) > 0
]

# Workloads of a subject: all, unless the catalog holds several components; then those that bear
# its name.
workloads(subject) := input.workloads if not subject.in_catalog

else := input.workloads if is_alone

else := [row.workload | some row in named; subject.name in row.names]

# Worked out once, not for each subject.
named := [{"workload": workload, "names": services.names(workload)} | some workload in input.workloads]

is_alone if count(entities.components) == 1

# Whether annotations of the catalog entry say this of it.
is_annotated(subject, keys) if {
	some key in keys
	subject.annotations[key]
}
