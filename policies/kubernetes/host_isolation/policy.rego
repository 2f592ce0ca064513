# METADATA
# title: Pods keep apart from their node
# description: |
#   A pod in the node's network, process or IPC namespace, or with a folder of the node mounted,
#   sees and changes what belongs to the node and to other pods: the container is a door instead of
#   a wall. Agents that must do so get a waiver, or their folders are named in the parameter
#   `allowed_host_paths` (`*` stands for anything).
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/pod-security-standards/
# custom:
#   severity: high
#   level: bronze
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     allowed_host_paths: []
#   remediation: |
#     Remove `hostNetwork`, `hostPID` and `hostIPC`, and use a volume of the cluster instead of a folder of the node:
#
#     ```yaml
#     volumes:
#       - name: data
#         persistentVolumeClaim: {claimName: data}
#     ```
package waymark.kubernetes.host_isolation

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.globs

default applies := false

applies if count(input.workloads) > 0

namespaces := {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "shared memory"}

findings contains {
	"message": sprintf("The pod shares the node's %s: `%s` is true", [what, field]),
	"path": workload.path,
	"pointer": sprintf("%s/%s", [workload.pod_pointer, field]),
	"resource": workload.resource,
	"remediation": sprintf("Remove `%s: true`", [field]),
} if {
	some workload in input.workloads
	some field, what in namespaces
	workload.pod[field] == true
	not containers.is_patched(workload, {field})
}

volumes contains {"workload": workload, "index": index, "volume": volume} if {
	some workload in input.workloads
	is_array(workload.pod.volumes)
	some index, volume in workload.pod.volumes
	is_object(volume)
	is_object(volume.hostPath)
}

findings contains {
	"message": sprintf("The volume `%s` is the folder `%s` of the node", [name(row.volume), folder(row.volume)]),
	"path": row.workload.path,
	"pointer": sprintf("%s/volumes/%d/hostPath", [row.workload.pod_pointer, row.index]),
	"resource": row.workload.resource,
	"remediation": "Use a volume of the cluster, such as a PersistentVolumeClaim or an `emptyDir`",
} if {
	some row in volumes
	not globs.any(data.waymark.params.allowed_host_paths, folder(row.volume))
	not containers.is_patched(row.workload, {"hostPath"})
}

name(volume) := volume.name if is_string(volume.name)

else := "(unnamed)"

folder(volume) := volume.hostPath.path if is_string(volume.hostPath.path)

else := "(unnamed)"

unknowns contains {
	"message": sprintf("%s: the value of `%s` is neither true nor false", [workload.resource, field]),
	"path": workload.path,
} if {
	some workload in input.workloads
	some field, _ in namespaces
	is_string(workload.pod[field])
}

unknowns contains {
	"message": sprintf("%s: the Kustomize patch %s may change what it shares with the node", [workload.resource, patch]),
	"path": workload.path,
} if {
	some workload in input.workloads
	some patch in containers.patched_by(workload, {"hostNetwork", "hostPID", "hostIPC", "hostPath"})
}
