# Containers of Kubernetes workloads, and what may change them.
package waymark.lib.containers

import rego.v1

# Those that can run on Linux. Windows knows neither root nor capabilities nor seccomp.
linux contains container if {
	some container in input.containers
	container.os != "windows"
}

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

is_patched(row, fields) if count(patched_by(row, fields)) > 0
