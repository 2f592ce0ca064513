# METADATA
# title: Workloads say that they do not run as root
# description: |
#   Kubernetes runs a container as whatever user its image names, which is root unless somebody
#   thought of it. `runAsNonRoot: true` makes the kubelet refuse an image that would run as root, so
#   that a careless rebuild cannot hand a node to whoever breaks into the service.
# related_resources:
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   level: bronze
#   mode: enforce
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   fix: >-
#     Sets `runAsNonRoot: true` on the pod, or on the container where another one of the pod must
#     be root. Not for public images that certainly run as root.
#   remediation: |
#     Say so once for all containers of the pod:
#
#     ```yaml
#     spec:
#       template:
#         spec:
#           securityContext:
#             runAsNonRoot: true
#             runAsUser: 10001
#     ```
#
#     A container's own `securityContext` wins over the pod's.
package waymark.kubernetes.non_root

import rego.v1

default applies := false

applies if count(input.containers) > 0

# Windows has no root; `runAsNonRoot` means little there.
judged := [container |
	some container in input.containers
	container.os != "windows"
]

findings contains {
	"message": fault.message,
	"path": container.path,
	"pointer": fault.pointer,
	"resource": container.resource,
	"remediation": fault.fix,
} if {
	some container in judged
	fault := root(container)
	not may_be_patched(container)
}

# What makes a container root, if anything: the first that holds.
root(container) := {
	"message": sprintf("%s runs as root: `runAsUser` is 0%s", [title(container), whence(user)]),
	"pointer": user.pointer,
	"fix": "Set `runAsUser` to a number above 0, for example 10001",
} if {
	user := container.security.runAsUser
	user.value == 0
}

else := {
	"message": sprintf("%s may run as root: `runAsNonRoot` is false%s", [title(container), whence(flag)]),
	"pointer": flag.pointer,
	"fix": "Set `runAsNonRoot: true`",
} if {
	flag := container.security.runAsNonRoot
	flag.value == false
	not is_above_zero(container)
}

else := {
	"message": sprintf("%s may run as root: neither `runAsNonRoot: true` nor a `runAsUser` above 0 is set", [title(container)]),
	"pointer": sprintf("%s/securityContext/runAsNonRoot", [container.pointer]),
	"fix": sprintf("Set `runAsNonRoot: true` in the `securityContext` of the %s or of its pod", [title_word(container)]),
} if {
	not container.security.runAsNonRoot
	not is_above_zero(container)
	not is_odd(container)
}

is_above_zero(container) if {
	is_number(container.security.runAsUser.value)
	container.security.runAsUser.value > 0
}

# A value of the wrong type: a placeholder that some tool fills in, or a mistake that Kubernetes
# refuses. Neither says as whom the container runs.
is_odd(container) if {
	user := container.security.runAsUser
	not is_number(user.value)
}

is_odd(container) if {
	flag := container.security.runAsNonRoot
	not is_boolean(flag.value)
}

unknowns contains {
	"message": sprintf("%s: the value of `runAsUser` or `runAsNonRoot` is neither a number nor true or false", [container.resource]),
	"path": container.path,
} if {
	some container in judged
	is_odd(container)
	not is_above_zero(container)
	not container.security.runAsNonRoot.value == true
	not root(container)
}

# A patch that is not worked out and may set these very fields decides.
may_be_patched(container) if {
	container.patches != []
	count(deciding_patches(container)) > 0
}

deciding_patches(container) := {patch.path |
	some patch in container.patches
	some field in patch.fields
	field in {"*", "runAsNonRoot", "runAsUser"}
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may change as whom it runs", [container.resource, patch]),
	"path": container.path,
} if {
	some container in judged
	container.patches != []
	root(container)
	some patch in deciding_patches(container)
}

title(container) := sprintf("Init container `%s`", [label(container)]) if container.init

else := sprintf("Container `%s`", [label(container)])

title_word(container) := "init container" if container.init

else := "container"

label(container) := container.name if container.name != null

else := "(unnamed)"

whence(setting) := ", set on the pod" if setting.from == "pod"

else := ""
