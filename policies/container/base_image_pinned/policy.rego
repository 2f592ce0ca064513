# METADATA
# title: Images that a Dockerfile builds on are held by their digest
# description: |
#   A tag can be moved to another image, by its owner or by whoever stole the owner's password. A
#   digest names the bytes: what was reviewed and scanned is what is built. Renovate and Dependabot
#   keep digests up to date.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
# custom:
#   severity: medium
#   level: gold
#   needs: [dockerfiles]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   remediation: |
#     Keep the tag for people and add the digest for machines:
#
#     ```dockerfile
#     FROM node:22.11-bookworm-slim@sha256:<64 hexadecimal digits>
#     ```
#
#     `docker buildx imagetools inspect node:22.11-bookworm-slim` prints it.
package waymark.container.base_image_pinned

import rego.v1

import data.waymark.lib.images

default applies := false

applies if count(images.external) > 0

findings contains {
	"message": sprintf("%s has no digest", [images.title(row.image)]),
	"path": row.path,
	"pointer": row.image.pointer,
	"resource": images.resource(row.stage),
	"remediation": sprintf("Add `@sha256:…`, as `docker buildx imagetools inspect %s` prints it", [row.image.resolved]),
} if {
	some row in images.external
	row.image.image.digest == null
}

unknowns contains unknown if some unknown in images.unresolved
