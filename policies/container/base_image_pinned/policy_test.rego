package waymark.container.base_image_pinned_test

import rego.v1

import data.waymark.container.base_image_pinned

given(image) := {"dockerfiles": [{
	"path": "Dockerfile",
	"stages": [{"index": 0, "name": "build"}],
	"images": [{
		"instruction": "FROM",
		"pointer": "/stages/0",
		"stage": 0,
		"raw": "debian:$TAG",
		"resolved": "debian:12",
		"unresolved_variable": "TAG",
		"image": image,
	}],
}]}

test_digest_or_not if {
	image := {"registry": null, "repository": "debian", "tag": "12", "digest": null}
	found := base_image_pinned.findings with input as given(image)
	count(found) == 1
	pinned := base_image_pinned.findings with input as given(object.union(image, {"digest": "sha256:1"}))
	count(pinned) == 0
}

test_unresolved_is_unknown if {
	found := base_image_pinned.findings with input as given(null)
	count(found) == 0
	unknowns := base_image_pinned.unknowns with input as given(null)
	count(unknowns) == 1
}
