# METADATA
# title: The repository describes itself in catalog-info.yaml
# description: |
#   The catalog is how people find who owns a service, what it depends on and where its dashboards
#   are. A repository that is not in it has no owner when it breaks at night. Golden paths, levels
#   and scorecards also start from the catalog entry.
# related_resources:
#   - https://backstage.io/docs/features/software-catalog/descriptor-format
# custom:
#   severity: high
#   level: bronze
#   mode: enforce
#   needs: [repo, catalog]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Create `catalog-info.yaml` at the root of the repository:
#
#     ```yaml
#     apiVersion: backstage.io/v1alpha1
#     kind: Component
#     metadata:
#       name: payments
#       description: Takes and settles card payments
#     spec:
#       type: service
#       lifecycle: production
#       owner: group:default/payments
#     ```
package waymark.catalog.info_present

import rego.v1

import data.waymark.lib.gaps

default applies := false

applies if not input.repo.archived

findings contains {
	"message": "There is no `catalog-info.yaml` at the root of the repository",
	"path": "catalog-info.yaml",
	"remediation": sprintf("Create `catalog-info.yaml` with a Backstage entity of kind `Component` named `%s`", [input.repo.name]),
} if {
	applies
	gaps.none("catalog")
	input.catalog.path == null
}

findings contains {
	"message": sprintf("`%s` holds no Backstage entity: no document in it has `apiVersion` and `kind`", [input.catalog.path]),
	"path": input.catalog.path,
	"remediation": sprintf("Describe the repository as an entity of kind `Component` named `%s`", [input.repo.name]),
} if {
	applies
	gaps.none("catalog")
	input.catalog.path != null
	count([document | some document in input.catalog.entities; document.is_entity]) == 0
}
