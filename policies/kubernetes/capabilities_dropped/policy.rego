# METADATA
# title: Containers keep no capabilities that they do not need
# description: |
#   Even a container that is not root starts with a dozen of root's rights, such as changing the
#   owner of files or forging network packets. `drop: [ALL]` takes them away; the parameter
#   `allowed_capabilities` names those that may be added again.
# related_resources:
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   level: silver
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     allowed_capabilities: [NET_BIND_SERVICE]
#   fix: >-
#     Drops `ALL` in the container. Not for programs that begin as root (nginx, databases).
#   remediation: |
#     ```yaml
#     containers:
#       - name: api
#         securityContext:
#           capabilities:
#             drop: [ALL]
#     ```
#
#     To listen below port 1024, add `add: [NET_BIND_SERVICE]`.
package waymark.kubernetes.capabilities_dropped

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(containers.linux) > 0

findings contains {
	"message": sprintf("%s keeps capabilities: `drop` lacks `ALL`", [container.title]),
	"path": container.path,
	"pointer": sprintf("%s/drop", [pointer(container)]),
	"resource": container.resource,
	"remediation": "Set `drop: [ALL]` under `securityContext.capabilities`",
} if {
	some container in containers.linux
	is_known(container)
	not "ALL" in names(container, "drop")
	container.patched & {"*", "capabilities", "drop"} == set()
}

findings contains {
	"message": sprintf("%s adds the capability `%s`", [container.title, capability]),
	"path": container.path,
	"pointer": sprintf("%s/add", [pointer(container)]),
	"resource": container.resource,
	"remediation": sprintf("Remove `%s` from `add`", [capability]),
} if {
	some container in containers.linux
	container.security.capabilities
	some capability in names(container, "add")
	not capability in {plain(name) | some name in data.waymark.params.allowed_capabilities}
	container.patched & {"*", "capabilities", "add"} == set()
}

pointer(container) := container.security.capabilities.pointer if container.security.capabilities

else := sprintf("%s/securityContext/capabilities", [container.pointer])

# Runtimes take names in any case, with or without `CAP_`.
names(container, list) := {plain(name) |
	some name in container.security.capabilities.value[list]
	is_string(name)
} if {
	is_object(container.security.capabilities.value)
	is_array(container.security.capabilities.value[list])
}

else := set()

plain(name) := trim_prefix(upper(name), "CAP_")

is_known(container) if not container.security.capabilities

is_known(container) if {
	is_object(container.security.capabilities.value)
	drop := object.get(container.security.capabilities.value, "drop", [])
	not is_string(drop)
}

unknowns contains {
	"message": sprintf("%s: the capabilities are not a list", [container.resource]),
	"path": container.path,
} if {
	some container in containers.linux
	not is_known(container)
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may change its capabilities", [container.resource, patch]),
	"path": container.path,
} if {
	some container in containers.patched_linux
	some patch in containers.patched_by(container, {"capabilities", "drop", "add"})
}
