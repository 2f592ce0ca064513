# METADATA
# title: Pods run images of a known version
# description: |
#   An image without tag, or `latest`, is whatever was pushed last when a node pulls it: two pods of
#   one Deployment may run different code, and a rollback rolls nothing back. Images that Kustomize,
#   Skaffold or another tool puts in are not judged.
# custom:
#   severity: medium
#   level: bronze
#   mode: enforce
#   needs: [kubernetes, files]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Name the version that shall run:
#
#     ```yaml
#     containers:
#       - name: api
#         image: ghcr.io/acme/api:1.4.2
#     ```
package waymark.kubernetes.image_tagged

import rego.v1

import data.waymark.lib.images
import data.waymark.lib.pod_images

default applies := false

applies if count(input.containers) > 0

findings contains {
	"message": sprintf("%s: image `%s` %s", [container.title, images.name(container.image), fault]),
	"path": container.path,
	"pointer": sprintf("%s/image", [container.pointer]),
	"resource": container.resource,
	"remediation": sprintf("Name a version, as in `%s:1.2.3`", [images.name(container.image)]),
} if {
	some container in pod_images.judged
	container.open == null
	fault := images.fault(container.image)
}

unknowns contains pod_images.unknown(container) if {
	some container in pod_images.judged
	container.open != null
	images.fault(container.image)
}
