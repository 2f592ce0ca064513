# METADATA
# title: The platform's workflow is called at a version
# description: |
#   A workflow that is called at a branch changes under the repository's feet: a mistake in the
#   platform's main branch breaks every pipeline at once, and nobody can say which version built a
#   release. A version tag moves only on purpose; a full commit SHA never does.
# related_resources:
#   - https://docs.github.com/en/actions/reference/security/secure-use
# custom:
#   severity: high
#   level: bronze
#   mode: enforce
#   needs: [repo, workflows]
#   scope: file
#   since: "0.1.0"
#   parameters:
#     platform_workflows: null
#     require_sha: false
#   fix: >-
#     Names the commit behind the branch, with the branch as a comment.
#   remediation: |
#     Name a version tag or a full commit SHA behind the `@`:
#
#     ```yaml
#     jobs:
#       platform:
#         uses: your-org/platform-workflows/.github/workflows/service.yml@v1.4.2
#     ```
package waymark.delivery.platform_workflow_pinned

import rego.v1

import data.waymark.lib.platform

default applies := false

applies if count(platform.calls) > 0

findings contains {
	"message": sprintf("Job `%s` calls `%s` %s", [call.job, name(call), fault]),
	"path": call.path,
	"pointer": call.pointer,
	"resource": sprintf("job %s", [call.job]),
	"remediation": sprintf("Write `uses: %s@%s`", [name(call), wanted]),
} if {
	some call in platform.calls
	fault := loose(call)
}

# What is wrong with the reference; undefined when nothing is.
loose(call) := "without a version" if call.pin == "none"

loose(call) := sprintf("at `%s`, which is a pattern: GitHub takes it for a branch or tag of that name", [call.ref]) if {
	call.pin == "wildcard"
}

loose(call) := sprintf("at `%s`, which is neither a version tag nor a full commit SHA", [call.ref]) if {
	call.pin == "branch_or_tag"
}

loose(call) := sprintf("at `%s`, but GitHub allows no expression there", [call.ref]) if {
	call.pin == "expression"
}

loose(call) := sprintf("at `%s`, which is a tag and can be moved: a full commit SHA is required", [call.ref]) if {
	call.pin == "version"
	data.waymark.params.require_sha == true
}

name(call) := split(call.raw, "@")[0]

wanted := "<full commit SHA>" if data.waymark.params.require_sha == true

else := "v1"
