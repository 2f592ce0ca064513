# METADATA
# title: Containers say what they need and how much they may take
# description: |
#   Without requests the scheduler packs pods by guess, and the service is the first to be evicted
#   when a node runs full; without a memory limit one leak takes its neighbours along. A request
#   that is missing is taken from the limit, as Kubernetes does; what the pod sets for all its
#   containers counts. A cpu limit is asked for by the parameter `require_cpu_limit` only, as it
#   slows services down that could have run. A LimitRange is not looked at: the workload should say
#   so itself.
# related_resources:
#   - https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
# custom:
#   severity: medium
#   level: silver
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   parameters:
#     require_cpu_limit: false
#     cpu: 100m
#     memory: 256Mi
#   fix: >-
#     Sets the missing requests and the memory limit to the parameters `cpu` and `memory` of the
#     golden path; a limit is never below the request. A cpu limit is left to people.
#   remediation: |
#     ```yaml
#     containers:
#       - name: api
#         resources:
#           requests: {cpu: 100m, memory: 128Mi}
#           limits: {memory: 256Mi}
#     ```
package waymark.kubernetes.requests_and_limits

import rego.v1

import data.waymark.lib.containers

default applies := false

applies if count(input.containers) > 0

always := {
	"requests.cpu": "cpu request",
	"requests.memory": "memory request",
	"limits.memory": "memory limit",
}

wanted := object.union(always, {"limits.cpu": "cpu limit"}) if data.waymark.params.require_cpu_limit == true

else := always

fields := {"resources", "requests", "limits"}

findings contains {
	"message": sprintf("%s has no %s", [title, what]),
	"path": container.path,
	"pointer": sprintf("%s/resources/%s", [container.pointer, replace(key, ".", "/")]),
	"resource": container.resource,
	"remediation": sprintf("Set `resources.%s`", [key]),
} if {
	some container in input.containers
	missing := {key: what |
		some key, what in wanted
		not container.resources[key]
	}
	missing != {}
	not is_odd(container)
	not containers.is_patched(container, fields)
	title := containers.title(container)
	some key, what in missing
}

# Something else stands where the resources belong.
is_odd(container) if is_string(container.container.resources)

is_odd(container) if {
	some of in ["requests", "limits"]
	is_string(container.container.resources[of])
}

unknowns contains {
	"message": sprintf("%s: its resources are filled in later", [container.resource]),
	"path": container.path,
} if {
	some container in input.containers
	is_odd(container)
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may set its resources", [container.resource, patch]),
	"path": container.path,
} if {
	some container in input.containers
	container.patches != []
	some key, _ in wanted
	not container.resources[key]
	some patch in containers.patched_by(container, fields)
}
