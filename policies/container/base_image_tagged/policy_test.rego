package waymark.container.base_image_tagged_test

import rego.v1

import data.waymark.container.base_image_tagged

given(tag, digest) := {"files": [], "dockerfiles": [{
	"path": "Dockerfile",
	"stages": [{"index": 0, "name": null}],
	"images": [{
		"instruction": "FROM",
		"pointer": "/stages/0",
		"stage": 0,
		"raw": "debian",
		"image": {"registry": null, "repository": "debian", "tag": tag, "digest": digest},
	}],
}]}

bad(tag, digest) if {
	found := base_image_tagged.findings with input as given(tag, digest)
	count(found) == 1
}

test_without_version if {
	bad(null, null)
	bad("latest", null)
}

test_with_version if {
	not bad("12", null)
	not bad("latest-slim", null)
	not bad(null, "sha256:1")
	not bad("latest", "sha256:1")
}

test_bake_is_unknown if {
	seen := object.union(given(null, null), {"files": ["deploy/docker-bake.hcl"]})
	found := base_image_tagged.findings with input as seen
	count(found) == 0
	unknowns := base_image_tagged.unknowns with input as seen
	count(unknowns) == 1
}
