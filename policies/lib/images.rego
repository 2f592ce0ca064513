# Container images: of Dockerfiles and of pods.
package waymark.lib.images

import rego.v1

# Without tag and digest: a fault stays the same when an image is updated.
name(image) := image.repository if image.registry == null

else := sprintf("%s/%s", [image.registry, image.repository])

# Why an image is not held to one version, if so.
fault(image) := "has neither tag nor digest" if {
	image.digest == null
	image.tag == null
}

else := "is taken at tag `latest`" if {
	image.digest == null
	image.tag == "latest"
}

# Images that Dockerfiles take from elsewhere, each with its file.
external := [{"path": file.path, "image": image, "stage": file.stages[image.stage]} |
	some file in input.dockerfiles
	some image in file.images
]

# How such an image is used, for a message.
title(image) := sprintf("Base image `%s`", [name(image.image)]) if image.instruction == "FROM"

else := sprintf("Image `%s` of `COPY --from`", [name(image.image)])

resource(stage) := sprintf("stage %s", [stage.name]) if stage.name != null

else := sprintf("stage %d", [stage.index])

# External images that are not known.
unresolved contains {
	"message": sprintf("the image `%s` is not known, as `%s` has no known value", [row.image.raw, row.image.unresolved_variable]),
	"path": row.path,
} if {
	some row in external
	row.image.image == null
}
