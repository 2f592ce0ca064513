# METADATA
# title: Pods run images that are held by their digest
# description: |
#   A tag can be moved to another image, by its owner or by whoever stole the owner's password. A
#   digest names the bytes: what was scanned and signed is what runs. Images that Kustomize,
#   Skaffold or another tool puts in are not judged.
# custom:
#   severity: medium
#   level: gold
#   needs: [kubernetes, files]
#   scope: repo
#   since: "0.1.0"
#   tags: [security]
#   remediation: |
#     Keep the tag for people and add the digest for machines:
#
#     ```yaml
#     containers:
#       - name: api
#         image: ghcr.io/acme/api:1.4.2@sha256:<64 hexadecimal digits>
#     ```
#
#     `docker buildx imagetools inspect ghcr.io/acme/api:1.4.2` prints it.
package waymark.kubernetes.image_pinned

import rego.v1

import data.waymark.lib.images
import data.waymark.lib.pod_images

default applies := false

applies if count(input.containers) > 0

findings contains {
	"message": sprintf("%s: image `%s` has no digest", [container.title, images.name(container.image)]),
	"path": container.path,
	"pointer": sprintf("%s/image", [container.pointer]),
	"resource": container.resource,
	"remediation": "Add `@sha256:…` behind the tag",
} if {
	some container in pod_images.judged
	container.image.digest == null
	container.open == null
}

unknowns contains pod_images.unknown(container) if {
	some container in pod_images.judged
	container.image.digest == null
	container.open != null
}
