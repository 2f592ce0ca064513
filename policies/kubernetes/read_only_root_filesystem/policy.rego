# METADATA
# title: Containers cannot write to their own image
# description: |
#   Whoever breaks into a service wants to leave something behind: a program, a changed library. A
#   root filesystem that cannot be written gives no place for it, and shows which folders the
#   service really needs. Only a container can say so, its pod cannot.
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
#   fix: >-
#     Sets `readOnlyRootFilesystem: true` in the container. Not for programs that write to their
#     own image (nginx, databases).
#   remediation: |
#     ```yaml
#     containers:
#       - name: api
#         securityContext:
#           readOnlyRootFilesystem: true
#         volumeMounts:
#           - {name: tmp, mountPath: /tmp}
#     volumes:
#       - {name: tmp, emptyDir: {}}
#     ```
#
#     Give what must be written a volume of its own.
package waymark.kubernetes.read_only_root_filesystem

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(containers.linux) > 0

findings contains {
	"message": sprintf("%s may write to its root filesystem: %s", [container.title, reason]),
	"path": container.path,
	"pointer": pointer(container),
	"resource": container.resource,
	"remediation": sprintf("Set `readOnlyRootFilesystem: true` in the `securityContext` of the %s", [container.noun]),
} if {
	some container in containers.linux
	reason := fault(container)
	container.patched & fields == set()
}

fields := {"*", "readOnlyRootFilesystem"}

fault(container) := "`readOnlyRootFilesystem` is false" if container.security.readOnlyRootFilesystem.value == false

else := "`readOnlyRootFilesystem: true` is not set" if not container.security.readOnlyRootFilesystem

pointer(container) := container.security.readOnlyRootFilesystem.pointer if container.security.readOnlyRootFilesystem

else := sprintf("%s/securityContext/readOnlyRootFilesystem", [container.pointer])

unknowns contains {
	"message": sprintf("%s: the value of `readOnlyRootFilesystem` is neither true nor false", [container.resource]),
	"path": container.path,
} if {
	some container in containers.linux
	container.security.readOnlyRootFilesystem
	not is_boolean(container.security.readOnlyRootFilesystem.value)
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may set `readOnlyRootFilesystem`", [container.resource, patch]),
	"path": container.path,
} if {
	some container in containers.patched_linux
	fault(container)
	some patch in containers.patched_by(container, fields)
}
