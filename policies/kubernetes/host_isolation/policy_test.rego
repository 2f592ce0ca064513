package waymark.kubernetes.host_isolation_test

import rego.v1

import data.waymark.kubernetes.host_isolation

workload(pod) := {
	"path": "k8s/api.yaml",
	"pod_pointer": "/spec",
	"resource": "Pod api",
	"patches": [],
	"pod": pod,
}

found(pod, allowed) := count(set) if {
	set := host_isolation.findings with input as {"workloads": [workload(pod)]}
		with data.waymark.params as {"allowed_host_paths": allowed}
}

test_namespaces if {
	found({}, []) == 0
	found({"hostNetwork": false, "hostPID": null}, []) == 0
	found({"hostNetwork": true, "hostPID": true, "hostIPC": true}, []) == 3
	found({"hostNetwork": "${X}"}, []) == 0
}

test_volumes if {
	found({"volumes": [{"name": "a", "emptyDir": {}}]}, []) == 0
	found({"volumes": [{"name": "a", "hostPath": {"path": "/var/log"}}]}, []) == 1
	found({"volumes": [{"name": "a", "hostPath": {"path": "/var/log/x"}}]}, ["/var/log/*"]) == 0
	found({"volumes": [{"name": "a", "hostPath": {"path": "/etc"}}]}, ["/var/log/*"]) == 1
	found({"volumes": "odd"}, []) == 0
	found({"volumes": [{"hostPath": {}}]}, []) == 1
}
