# METADATA
# title: Processes cannot gain rights
# description: |
#   Without `allowPrivilegeEscalation: false`, a process may become more than the user that the
#   container runs as, through any setuid program in its image: a hole in the service becomes root
#   in the container. Only a container can say so, its pod cannot.
# related_resources:
#   - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   level: silver
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   fix: >-
#     Sets `allowPrivilegeEscalation: false` in the container. Not beside `privileged` or
#     `SYS_ADMIN`, where Kubernetes refuses it.
#   remediation: |
#     ```yaml
#     containers:
#       - name: api
#         securityContext:
#           allowPrivilegeEscalation: false
#     ```
package waymark.kubernetes.no_privilege_escalation

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(containers.linux) > 0

findings contains {
	"message": sprintf("%s may gain rights: %s", [container.title, reason]),
	"path": container.path,
	"pointer": pointer(container),
	"resource": container.resource,
	"remediation": sprintf("Set `allowPrivilegeEscalation: false` in the `securityContext` of the %s", [container.noun]),
} if {
	some container in containers.linux
	reason := fault(container)
	container.patched & fields == set()
}

fields := {"*", "allowPrivilegeEscalation"}

fault(container) := "`allowPrivilegeEscalation` is true" if container.security.allowPrivilegeEscalation.value == true

else := "`allowPrivilegeEscalation: false` is not set" if not container.security.allowPrivilegeEscalation

pointer(container) := container.security.allowPrivilegeEscalation.pointer if container.security.allowPrivilegeEscalation

else := sprintf("%s/securityContext/allowPrivilegeEscalation", [container.pointer])

unknowns contains {
	"message": sprintf("%s: the value of `allowPrivilegeEscalation` is neither true nor false", [container.resource]),
	"path": container.path,
} if {
	some container in containers.linux
	container.security.allowPrivilegeEscalation
	not is_boolean(container.security.allowPrivilegeEscalation.value)
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may set `allowPrivilegeEscalation`", [container.resource, patch]),
	"path": container.path,
} if {
	some container in containers.patched_linux
	fault(container)
	some patch in containers.patched_by(container, fields)
}
