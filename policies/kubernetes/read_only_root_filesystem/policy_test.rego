package waymark.kubernetes.read_only_root_filesystem_test

import rego.v1

import data.waymark.kubernetes.read_only_root_filesystem

container(security) := {
	"path": "k8s/api.yaml",
	"pointer": "/spec/containers/0",
	"resource": "Pod api container web",
	"name": "web",
	"init": false,
	"os": null,
	"patches": [],
	"security": security,
}

setting(value) := {"value": value, "pointer": "/x", "from": "container"}

found(security) := count(set) if set := read_only_root_filesystem.findings with input as {"containers": [container(security)]}

unsure(security) := count(set) if set := read_only_root_filesystem.unknowns with input as {"containers": [container(security)]}

patched(field) := object.union(container({}), {"patches": [{"path": "patch.yaml", "fields": [field]}]})

test_values if {
	found({}) == 1
	found({"readOnlyRootFilesystem": setting(false)}) == 1
	found({"readOnlyRootFilesystem": setting(true)}) == 0
	unsure({"readOnlyRootFilesystem": setting(true)}) == 0
	found({"readOnlyRootFilesystem": setting("true")}) == 0
	unsure({"readOnlyRootFilesystem": setting("true")}) == 1
}

test_patched if {
	found_patched := read_only_root_filesystem.findings with input as {"containers": [patched("readOnlyRootFilesystem")]}
	count(found_patched) == 0
	unknowns := read_only_root_filesystem.unknowns with input as {"containers": [patched("readOnlyRootFilesystem")]}
	count(unknowns) == 1
}

test_windows_is_left_alone if {
	windows := object.union(container({}), {"os": "windows"})
	none := read_only_root_filesystem.findings with input as {"containers": [windows]}
	count(none) == 0
}
