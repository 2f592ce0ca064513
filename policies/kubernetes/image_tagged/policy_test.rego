package waymark.kubernetes.image_tagged_test

import rego.v1

import data.waymark.kubernetes.image_tagged

container(raw, tag, digest) := {
	"path": "k8s/api.yaml",
	"pointer": "/spec/containers/0",
	"resource": "Pod api container web",
	"workload_kind": "Pod",
	"name": "web",
	"init": false,
	"patches": [],
	"image": {"raw": raw, "registry": null, "repository": "api", "tag": tag, "digest": digest},
}

found(row, files) := count(set) if set := image_tagged.findings with input as {"containers": [row], "files": files}

unsure(row, files) := count(set) if set := image_tagged.unknowns with input as {"containers": [row], "files": files}

test_digest if found(container("api@sha256:ab", null, "sha256:ab"), []) == 0

test_no_version if {
	found(container("api", null, null), []) == 1
	found(container("api:latest", "latest", null), []) == 1
}

test_what_is_filled_in_is_unknown if {
	every raw in ["${IMAGE}", "$(IMAGE)", "IMAGE", "ko://github.com/acme/api", "<image>", "acme/${NAME}"] {
		found(container(raw, null, null), []) == 0
		unsure(container(raw, null, null), []) == 1
	}
}

test_tools if {
	found(container("api", null, null), ["x/skaffold.yaml"]) == 0
	unsure(container("api", null, null), ["Tiltfile", "x/skaffold.yaml"]) == 1
	found(container("api:latest", "latest", null), ["skaffold.yaml"]) == 1
	found(object.union(container("api", null, null), {"workload_kind": "DeploymentConfig"}), []) == 0
}

test_istio if found(container("auto", null, null), []) == 0
