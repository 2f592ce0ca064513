# METADATA
# title: Containers run under a seccomp profile
# description: |
#   Kubernetes lets a container make every system call unless `seccompProfile` says otherwise; most
#   holes of the kernel are reached through calls that no service needs. `RuntimeDefault` blocks
#   those. A container's profile wins over its pod's.
# related_resources:
#   - https://kubernetes.io/docs/tutorials/security/seccomp/
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: medium
#   level: gold
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   fix: >-
#     Sets `seccompProfile: {type: RuntimeDefault}` on the pod.
#   remediation: |
#     Say so once for all containers of the pod:
#
#     ```yaml
#     spec:
#       template:
#         spec:
#           securityContext:
#             seccompProfile:
#               type: RuntimeDefault
#     ```
package waymark.kubernetes.seccomp_default

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(containers.linux) > 0

findings contains {
	"message": sprintf("%s runs %s", [container.title, reason]),
	"path": container.path,
	"pointer": pointer(container),
	"resource": container.resource,
	"remediation": "Set `seccompProfile: {type: RuntimeDefault}` in the `securityContext` of the pod",
} if {
	some container in containers.linux
	reason := fault(container)
	container.patched & fields == set()
}

fields := {"*", "seccompProfile"}

fault(container) := sprintf("without seccomp: `seccompProfile` is Unconfined%s", [containers.whence(container.security.seccompProfile)]) if {
	container.security.seccompProfile.value.type == "Unconfined"
}

else := "without a seccomp profile" if not container.security.seccompProfile

pointer(container) := sprintf("%s/type", [container.security.seccompProfile.pointer]) if container.security.seccompProfile

else := sprintf("%s/securityContext/seccompProfile", [container.pointer])

is_known(container) if not container.security.seccompProfile

is_known(container) if container.security.seccompProfile.value.type in {"RuntimeDefault", "Localhost", "Unconfined"}

unknowns contains {
	"message": sprintf("%s: the type of `seccompProfile` is none that Kubernetes knows", [container.resource]),
	"path": container.path,
} if {
	some container in containers.linux
	not is_known(container)
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may set `seccompProfile`", [container.resource, patch]),
	"path": container.path,
} if {
	some container in containers.patched_linux
	fault(container)
	some patch in containers.patched_by(container, fields)
}
