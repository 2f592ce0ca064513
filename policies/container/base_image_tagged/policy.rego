# METADATA
# title: Images that a Dockerfile builds on have a version
# description: |
#   `FROM node` is another image every few weeks. The build that worked yesterday fails today, and
#   nobody can tell which version is in production. A tag says which one is meant. Bare names in a
#   repository with a `docker-bake` file may be build contexts: those are not judged.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
# custom:
#   severity: medium
#   level: bronze
#   mode: enforce
#   needs: [dockerfiles, files]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Name the version that was tested:
#
#     ```dockerfile
#     FROM node:22.11-bookworm-slim
#     COPY --from=ghcr.io/astral-sh/uv:0.5.4 /uv /usr/local/bin/uv
#     ```
package waymark.container.base_image_tagged

import rego.v1

import data.waymark.lib.files
import data.waymark.lib.images

default applies := false

applies if count(images.external) > 0

findings contains {
	"message": sprintf("%s %s", [images.title(row.image), fault]),
	"path": row.path,
	"pointer": row.image.pointer,
	"resource": images.resource(row.stage),
	"remediation": sprintf("Name a version, as in `%s:1.2.3`", [images.name(row.image.image)]),
} if {
	some row in images.external
	row.image.image != null
	fault := images.fault(row.image.image)
	not may_be_context(row.image.image)
}

# `docker buildx bake` hands over build contexts under bare names.
may_be_context(image) if {
	image.registry == null
	image.tag == null
	not contains(image.repository, "/")
	bakes
}

bakes if regex.match(`(?:^|[/\x00])docker-bake(\.override)?\.(hcl|json)(?:\x00|$)`, files.text)

unknowns contains unknown if some unknown in images.unresolved

unknowns contains {
	"message": sprintf("`%s` may be a build context of docker-bake", [row.image.raw]),
	"path": row.path,
} if {
	some row in images.external
	row.image.image != null
	images.fault(row.image.image)
	may_be_context(row.image.image)
}
