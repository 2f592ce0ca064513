# METADATA
# title: Other people's workflows get only the secrets they need
# description: |
#   `secrets: inherit` hands every secret of the repository and of the organisation to the called
#   workflow, today's and all that will be added. A mistake or a break-in over there then costs all
#   of them. Named secrets cost what was named, and the list is reviewed here.
# related_resources:
#   - https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
# custom:
#   severity: medium
#   level: gold
#   mode: warn
#   needs: [repo, workflows]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     platform_workflows: null
#   remediation: |
#     Name the secrets that the workflow needs:
#
#     ```yaml
#     jobs:
#       scan:
#         uses: other-org/workflows/.github/workflows/scan.yml@<full commit SHA>
#         secrets:
#           token: ${{ secrets.SCAN_TOKEN }}
#     ```
package waymark.delivery.no_inherited_secrets

import rego.v1

import data.waymark.lib.pipeline
import data.waymark.lib.platform

default applies := false

applies if count(pipeline.elsewhere) > 0

# Workflows of this repository see its secrets in any case.
findings contains {
	"message": sprintf("Job `%s` hands all secrets to `%s`", [call.job, split(call.raw, "@")[0]]),
	"path": call.path,
	"pointer": sprintf("%s/secrets", [trim_suffix(call.pointer, "/uses")]),
	"resource": pipeline.place(call),
	"remediation": "Replace `secrets: inherit` by a mapping of the secrets that the workflow needs, or remove it",
} if {
	some call in pipeline.elsewhere
	call.secrets == "inherit"
	not call in platform.calls
}
