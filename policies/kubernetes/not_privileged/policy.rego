# METADATA
# title: Containers are not privileged
# description: |
#   A privileged container has every right of the node's kernel: whoever breaks into the service
#   owns the node and every pod on it. Hardly any service needs it; single rights can be given by
#   capabilities.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: critical
#   level: bronze
#   mode: enforce
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   remediation: |
#     Take the line out:
#
#     ```yaml
#     securityContext:
#       privileged: false
#     ```
#
#     Where the service needs one right, add that capability alone.
package waymark.kubernetes.not_privileged

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(input.containers) > 0

findings contains {
	"message": sprintf("%s is privileged", [containers.title(container)]),
	"path": container.path,
	"pointer": container.security.privileged.pointer,
	"resource": container.resource,
	"remediation": "Remove `privileged: true`; add single capabilities where they are needed",
} if {
	some container in input.containers
	container.security.privileged.value == true
	not containers.is_patched(container, fields)
}

fields := {"privileged"}

unknowns contains {
	"message": sprintf("%s: the value of `privileged` is neither true nor false", [container.resource]),
	"path": container.path,
} if {
	some container in input.containers
	not is_boolean(container.security.privileged.value)
	container.security.privileged.value != null
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may change `privileged`", [container.resource, patch]),
	"path": container.path,
} if {
	some container in input.containers
	container.security.privileged.value == true
	some patch in containers.patched_by(container, fields)
}
