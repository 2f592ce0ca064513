# METADATA
# title: Workflows say what their token may do
# description: |
#   Without `permissions`, the token of a job has whatever the organisation once chose as default,
#   often the right to write to the repository. A compromised action or script then has it too.
#   Declared permissions are a limit, are reviewed with the workflow, and travel with a fork.
# related_resources:
#   - https://docs.github.com/en/actions/tutorials/authenticate-with-github_token
# custom:
#   severity: medium
#   level: silver
#   mode: warn
#   needs: [workflows]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   fix: >-
#     Declares `contents: read`, and for single jobs what their actions are known to need. Not
#     where a job calls something whose needs nobody knows.
#   remediation: |
#     Let the workflow read, and give single jobs what they need beyond that:
#
#     ```yaml
#     permissions:
#       contents: read
#     jobs:
#       release:
#         permissions:
#           contents: write
#     ```
package waymark.delivery.token_permissions_declared

import rego.v1

import data.waymark.lib.pointers

default applies := false

applies if count(input.workflows) > 0

# Jobs that are mappings, by their key.
jobs(workflow) := {key: job |
	is_object(workflow.document.jobs)
	some key, job in workflow.document.jobs
	is_object(job)
}

declares(thing) if "permissions" in object.keys(thing)

silent(workflow) := {key | some key, job in jobs(workflow); not declares(job)}

# A workflow that is only ever called can do no more than its caller allows.
only_called(workflow) if object.keys(workflow.on) == {"workflow_call"}

undeclared contains workflow if {
	some workflow in input.workflows
	not declares(workflow.document)
	not only_called(workflow)
	count(silent(workflow)) > 0
}

findings contains {
	"message": sprintf("Workflow `%s` does not declare `permissions`", [workflow.name]),
	"path": workflow.path,
	"pointer": "/permissions",
	"resource": sprintf("workflow %s", [workflow.name]),
	"remediation": "Add `permissions: {contents: read}` at the top of the workflow, and more to the jobs that need it",
} if {
	some workflow in undeclared
	count(silent(workflow)) == count(jobs(workflow))
}

# Some jobs declare theirs: the others are the place to change.
findings contains {
	"message": sprintf("Job `%s` declares no `permissions`, and neither does its workflow `%s`", [key, workflow.name]),
	"path": workflow.path,
	"pointer": sprintf("/jobs/%s", [pointers.escape(key)]),
	"resource": sprintf("job %s", [key]),
	"remediation": "Add `permissions: {contents: read}` to the job or to the workflow",
} if {
	some workflow in undeclared
	count(silent(workflow)) < count(jobs(workflow))
	some key in silent(workflow)
}

findings contains {
	"message": sprintf("Workflow `%s` gives its token every permission with `write-all`", [workflow.name]),
	"path": workflow.path,
	"pointer": "/permissions",
	"resource": sprintf("workflow %s", [workflow.name]),
	"remediation": "Replace `write-all` by `contents: read` and what the jobs need",
} if {
	some workflow in input.workflows
	workflow.document.permissions == "write-all"
}

findings contains {
	"message": sprintf("Job `%s` gives its token every permission with `write-all`", [key]),
	"path": workflow.path,
	"pointer": sprintf("/jobs/%s/permissions", [pointers.escape(key)]),
	"resource": sprintf("job %s", [key]),
	"remediation": "Replace `write-all` by what the job needs, such as `contents: read`",
} if {
	some workflow in input.workflows
	some key, job in jobs(workflow)
	job.permissions == "write-all"
}
