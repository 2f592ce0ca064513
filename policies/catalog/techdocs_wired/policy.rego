# METADATA
# title: Documentation is published with the component
# description: |
#   Documentation beside the code is changed with it and reviewed with it. The annotation makes
#   Backstage publish it on the component's own page, where people look first.
# related_resources:
#   - https://backstage.io/docs/features/techdocs/how-to-guides
# custom:
#   severity: low
#   level: gold
#   mode: warn
#   needs: [catalog, files]
#   scope: repo
#   since: "0.1.0"
#   fix: >-
#     Adds the annotation `backstage.io/techdocs-ref` where there is exactly one `mkdocs.yml`.
#   remediation: |
#     Point to the folder that holds `mkdocs.yml`:
#
#     ```yaml
#     # catalog-info.yaml
#     metadata:
#       annotations:
#         backstage.io/techdocs-ref: dir:.
#     ```
#
#     ```yaml
#     # mkdocs.yml
#     site_name: payments
#     plugins: [techdocs-core]
#     ```
package waymark.catalog.techdocs_wired

import rego.v1

import data.waymark.lib.entities
import data.waymark.lib.gaps

default applies := false

applies if count(entities.components) > 0

annotations(document) := document.entity.metadata.annotations if is_object(document.entity.metadata.annotations)

else := {}

reference(document) := annotations(document)["backstage.io/techdocs-ref"]

# The documentation may also be that of another entity.
lent(document) if is_string(annotations(document)["backstage.io/techdocs-entity"])

findings contains {
	"message": sprintf("Component `%s` has no annotation `backstage.io/techdocs-ref`", [entities.name(document.entity)]),
	"path": document.path,
	"pointer": entities.at(document, "/metadata/annotations"),
	"resource": entities.title(document.entity),
	"remediation": "Add `backstage.io/techdocs-ref: dir:.` under `metadata.annotations`",
} if {
	some document in entities.components
	not reference(document)
	not lent(document)
}

findings contains {
	"message": sprintf("Component `%s`: `backstage.io/techdocs-ref` leads to `%s`, which does not exist", [entities.name(document.entity), wanted]),
	"path": document.path,
	"pointer": entities.at(document, "/metadata/annotations/backstage.io~1techdocs-ref"),
	"resource": entities.title(document.entity),
	"remediation": sprintf("Create `%s`, or name the folder that holds it", [wanted]),
} if {
	gaps.none("files")
	some document in entities.components
	wanted := configuration(document)
	not wanted in input.files
	not replace(wanted, "mkdocs.yml", "mkdocs.yaml") in input.files
}

# The file that a `dir:` leads to.
configuration(document) := concat("/", array.concat(parts, ["mkdocs.yml"])) if {
	is_string(reference(document))
	startswith(reference(document), "dir:")
	parts := [part |
		some part in split(trim_space(trim_prefix(reference(document), "dir:")), "/")
		not part in {"", "."}
	]
}

unknowns contains {
	"message": sprintf("the documentation of `%s` lies elsewhere, where it is not read", [entities.name(document.entity)]),
	"path": document.path,
} if {
	some document in entities.components
	reference(document)
	not configuration(document)
}
