# METADATA
# title: The default branch is built by the platform's workflow
# description: |
#   The platform's reusable workflow builds, tests, scans and publishes in the way that the
#   organisation has agreed on. A repository with its own pipeline misses every later improvement,
#   and what it ships carries neither provenance nor an SBOM that anybody has checked.
# related_resources:
#   - https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
# custom:
#   severity: high
#   level: bronze
#   mode: enforce
#   needs: [repo, catalog, workflows]
#   scope: repo
#   since: "0.1.0"
#   parameters:
#     platform_workflows: null
#   remediation: |
#     Call the platform's workflow from a workflow that runs on push to the default branch:
#
#     ```yaml
#     # .github/workflows/ci.yml
#     on:
#       push:
#         branches: [main]
#       pull_request:
#     jobs:
#       platform:
#         uses: your-org/platform-workflows/.github/workflows/service.yml@v1
#     ```
package waymark.delivery.platform_workflow_used

import rego.v1

import data.waymark.lib.components
import data.waymark.lib.gaps
import data.waymark.lib.platform

default applies := false

applies if {
	not input.repo.archived
	components.delivered
	not platform.is_home
}

used if {
	some call in platform.calls
	call.runs_on_default_branch_push == true
}

uncertain contains call if {
	some call in platform.calls
	call.runs_on_default_branch_push == "unknown"
}

missing if {
	applies
	gaps.none("workflows")
	gaps.none("catalog")
	not used
	count(uncertain) == 0
}

findings contains {
	"message": sprintf("No workflow calls a reusable workflow of %s", [platform.names]),
	"remediation": sprintf("Add a job to a workflow that runs on push to %s: `uses: %s/.github/workflows/service.yml@v1`", [branch, platform.example]),
} if {
	missing
	count(platform.calls) == 0
}

# It is called, but not when it counts: the place to change is each caller's trigger.
findings contains {
	"message": sprintf("Workflow `%s` calls the platform's workflow, but does not run on push to %s", [workflow.name, branch]),
	"path": workflow.path,
	"pointer": "/on",
	"resource": sprintf("workflow %s", [workflow.name]),
	"remediation": sprintf("Let it run on push: `on: %s`", [trigger]),
} if {
	missing
	some workflow in input.workflows
	some call in platform.calls
	call.path == workflow.path
}

unknowns contains {
	"message": "the platform's workflow is called, but whether the workflow runs on push to the default branch cannot be told",
	"path": call.path,
} if {
	applies
	not used
	some call in uncertain
}

branch := sprintf("`%s`", [input.repo.default_branch]) if input.repo.default_branch != null

else := "the default branch"

trigger := sprintf("{push: {branches: [%s]}}", [input.repo.default_branch]) if input.repo.default_branch != null

else := "push"
