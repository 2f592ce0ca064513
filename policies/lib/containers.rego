# Containers of Kubernetes workloads, and what may change them.
package waymark.lib.containers

import rego.v1

# Those that can run on Linux, with words for messages and the fields that Kustomize may change:
# several policies ask, so each is worked out once. Windows knows neither root nor capabilities nor
# seccomp. A list: a set would compare every container with others, field by field.
linux := [object.union(container, {"title": title(container), "noun": noun(container), "patched": patched}) |
	some container in input.containers
	container.os != "windows"
	patched := {field | some patch in container.patches; some field in patch.fields}
]

# Those of them that a Kustomize patch may change: few, if any.
patched_linux := [container |
	some container in linux
	container.patches != []
]

# For the start of a message.
title(container) := sprintf("Init container `%s`", [label(container)]) if container.init

else := sprintf("Container `%s`", [label(container)])

# For the middle of one.
noun(container) := "init container" if container.init

else := "container"

label(container) := container.name if container.name != null

else := "(unnamed)"

whence(setting) := ", set on the pod" if setting.from == "pod"

else := ""

# Files that may change one of these fields of a container or workload in a way that is not worked
# out (patches of Flux objects, programs), so what the field will be is not known.
patched_by(row, fields) := {patch.path |
	some patch in row.patches
	some field in patch.fields
	field in fields | {"*"}
}

is_patched(row, fields) if {
	row.patches != []
	count(patched_by(row, fields)) > 0
}
