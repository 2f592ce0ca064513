# Images of pods that are not what the manifest says.
package waymark.lib.pod_images

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.files

# Containers whose image is decided by the manifest. Istio puts its proxy where `auto` stands.
# With a title and the reason why the image is not known (null when it is).
judged := [object.union(container, {"title": containers.title(container), "open": reason(container)}) |
	some container in input.containers
	container.image.raw != "auto"
]

reason(container) := text if text := open(container)

else := null

# The image is put in on the way to the cluster.
open(container) := "its image is filled in later" if container.image.raw == ""

else := sprintf("the image `%s` is filled in later", [container.image.raw]) if {
	not regex.match(`^[a-zA-Z0-9.-]*(:[0-9]+/)?[a-z0-9]+([._/-]+[a-z0-9]+)*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@[a-z0-9]+:[0-9a-f]+)?$`, container.image.raw)
}

else := sprintf("Kustomize may change its image (%s)", [concat(", ", sort(containers.patched_by(container, {"image"})))]) if {
	containers.is_patched(container, {"image"})
}

else := "its image may be put in by a trigger of OpenShift" if container.workload_kind == "DeploymentConfig"

else := sprintf("its image may be put in by %s", [tool]) if {
	not contains(container.image.raw, ":")
	tool := sort(tools_in_use)[0]
}

tools_in_use contains tools[found[1]] if {
	some found in regex.find_all_string_submatch_n(tool_files, files.text, -1)
}

tool_files := `(?:^|[/\x00])(skaffold\.yaml|Tiltfile|devspace\.yaml|okteto\.yml|werf\.yaml|\.ko\.yaml)(?:\x00|$)`

tools := {
	"skaffold.yaml": "Skaffold",
	"Tiltfile": "Tilt",
	"devspace.yaml": "DevSpace",
	"okteto.yml": "Okteto",
	"werf.yaml": "werf",
	".ko.yaml": "ko",
}

unknown(container) := {
	"message": sprintf("%s: %s", [container.resource, container.open]),
	"path": container.path,
}
