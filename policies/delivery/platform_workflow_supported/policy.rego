# METADATA
# title: The platform's workflow is called at a supported version
# description: |
#   The platform team keeps only so many versions alive. An old one gets no fixes, and one day the
#   runner, registry or scanner that it talks to is gone. Whoever moves in time, moves in peace.
# related_resources:
#   - https://semver.org
# custom:
#   severity: medium
#   level: silver
#   mode: warn
#   needs: [repo, workflows]
#   scope: file
#   since: "0.1.0"
#   parameters:
#     platform_workflows: null
#     minimum_version: null
#     deprecated: {}
#   remediation: |
#     Call a version that is supported:
#
#     ```yaml
#     jobs:
#       platform:
#         uses: your-org/platform-workflows/.github/workflows/service.yml@v2
#     ```
#
#     The platform team says which those are: `minimum_version: v1.4` and, for lines of versions
#     that are to end, `deprecated: {v1: "2027-03-31"}` with the day until which they are supported.
package waymark.delivery.platform_workflow_supported

import rego.v1

import data.waymark.lib.pipeline
import data.waymark.lib.platform
import data.waymark.lib.versions

default applies := false

applies if {
	count(platform.calls) > 0
	limited
}

limited if is_string(data.waymark.params.minimum_version)

limited if count(deprecated) > 0

deprecated[line] := until if {
	is_object(data.waymark.params.deprecated)
	some line, until in data.waymark.params.deprecated
	is_string(until)
}

findings contains {
	"message": sprintf("Job `%s` calls a version of the platform's workflow that is older than `%s`, the oldest one supported", [call.job, data.waymark.params.minimum_version]),
	"path": call.path,
	"pointer": call.pointer,
	"resource": pipeline.place(call),
	"remediation": sprintf("Write `uses: %s@%s` or newer", [name(call), data.waymark.params.minimum_version]),
} if {
	some call in platform.calls
	too_old(call)
}

# What was too old anyway need not be called deprecated too.
findings contains {
	"message": sprintf("Job `%s` calls the platform's workflow in line `%s`, which is deprecated and supported until `%s` only", [call.job, line, until]),
	"path": call.path,
	"pointer": call.pointer,
	"resource": pipeline.place(call),
	"remediation": sprintf("Write `uses: %s@<a newer version>` before that day", [name(call)]),
} if {
	some call in platform.calls
	call.pin == "version"
	not too_old(call)
	some line, until in deprecated
	versions.in_line(call.ref, line)
}

too_old(call) if {
	call.pin == "version"
	is_string(data.waymark.params.minimum_version)
	not versions.at_least(call.ref, data.waymark.params.minimum_version)
}

# A branch holds the newest version; that it is called at all is another policy's matter.
unknowns contains {
	"message": sprintf("Job `%s` calls the platform's workflow at a commit, which does not tell its version", [call.job]),
	"path": call.path,
} if {
	limited
	some call in platform.calls
	call.pin == "sha"
}

name(call) := split(call.raw, "@")[0]
