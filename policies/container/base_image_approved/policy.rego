# METADATA
# title: Images that a Dockerfile builds on are approved
# description: |
#   Base images that the platform team keeps are patched, scanned and known to run. An image from
#   anywhere brings its own faults, licence and owner. Judged when the parameter `approved_images`
#   names the approved ones; `*` in it stands for anything. `debian` is also known as
#   `docker.io/library/debian`, with or without tag and digest.
# custom:
#   severity: medium
#   level: silver
#   needs: [dockerfiles]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     approved_images: []
#   remediation: |
#     Build on an image that the platform team keeps, for example:
#
#     ```dockerfile
#     FROM ghcr.io/acme/base/node:22
#     ```
package waymark.container.base_image_approved

import rego.v1

import data.waymark.lib.globs
import data.waymark.lib.images

default applies := false

applies if count(judged) > 0

judged := [row |
	count(data.waymark.params.approved_images) > 0
	some row in images.external
]

findings contains {
	"message": sprintf("%s is not among the approved images", [images.title(row.image)]),
	"path": row.path,
	"pointer": row.image.pointer,
	"resource": images.resource(row.stage),
	"remediation": sprintf("Use one of: %s", [concat(", ", [pattern | some pattern in data.waymark.params.approved_images])]),
} if {
	some row in judged
	row.image.image != null
	not is_approved(row.image)
}

is_approved(image) if {
	some name in {image.resolved, images.name(image.image), full(image.image, image.resolved), full(image.image, images.name(image.image))}
	globs.any(data.waymark.params.approved_images, name)
}

# As Docker completes a name.
full(image, name) := name if image.registry != null

else := sprintf("docker.io/%s", [name]) if contains(image.repository, "/")

else := sprintf("docker.io/library/%s", [name])

unknowns contains unknown if {
	count(judged) > 0
	some unknown in images.unresolved
}
