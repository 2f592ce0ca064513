package waymark.container.base_image_approved_test

import rego.v1

import data.waymark.container.base_image_approved

image(registry, repository, resolved) := {
	"resolved": resolved,
	"image": {"registry": registry, "repository": repository, "tag": null, "digest": null},
}

approved(patterns, candidate) if {
	base_image_approved.is_approved(candidate) with data.waymark.params as {"approved_images": patterns}
}

test_names_are_completed if {
	debian := image(null, "debian", "debian:12")
	approved(["debian:12"], debian)
	approved(["debian"], debian)
	approved(["docker.io/library/*"], debian)
	not approved(["ghcr.io/acme/*", "deb", "docker.io/debian"], debian)
	approved(["docker.io/acme/*"], image(null, "acme/base", "acme/base:1"))
	approved(["ghcr.io/*"], image("ghcr.io", "acme/base", "ghcr.io/acme/base:1"))
}

test_silent_without_parameter if {
	seen := {"dockerfiles": [{
		"path": "Dockerfile",
		"stages": [{"index": 0, "name": null}],
		"images": [object.union(image(null, "x", "x"), {"stage": 0, "pointer": "/stages/0", "instruction": "FROM"})],
	}]}
	not base_image_approved.applies with input as seen with data.waymark.params as {"approved_images": []}
	base_image_approved.applies with input as seen with data.waymark.params as {"approved_images": ["y"]}
}
