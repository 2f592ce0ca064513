# METADATA
# title: Every delivery comes with an SBOM
# description: |
#   A software bill of materials says which components are in a build. When the next log4j comes,
#   it answers "are we affected?" in minutes for everything that runs. It must be made in the
#   pipeline, as only there is it known what really went in.
# related_resources:
#   - https://www.cisa.gov/sbom
# custom:
#   severity: high
#   level: bronze
#   mode: warn
#   needs: [repo, catalog, workflows]
#   scope: repo
#   since: "0.1.0"
#   parameters:
#     platform_workflows: null
#     sbom_since: null
#     sbom_actions: []
#   remediation: |
#     Call the platform's workflow, which publishes an SBOM, or add a step after the build:
#
#     ```yaml
#     - uses: anchore/sbom-action@v0
#       with:
#         image: ghcr.io/your-org/payments:${{ github.sha }}
#         format: spdx-json
#     ```
package waymark.delivery.sbom_published

import rego.v1

import data.waymark.lib.components
import data.waymark.lib.gaps
import data.waymark.lib.pipeline
import data.waymark.lib.platform

default applies := false

applies if {
	not input.repo.archived
	components.delivered
}

# Actions that make nothing but SBOMs, by a pattern on `owner/repository/path` in lower case.
action_patterns := [
	`^anchore/sbom-action(/publish-sbom)?$`,
	`^actions/attest-sbom(/|$)`,
	`^cyclonedx/.*(sbom|bom)`,
	`^microsoft/sbom-action(/|$)`,
	`^philips-labs/spdx-action(/|$)`,
	`^kubernetes-sigs/bom(/|$)`,
	`^github/sbom-generator-action(/|$)`,
	`^advanced-security/(sbom|spdx)`,
]

# Commands that make an SBOM, wherever they stand on a line that is no comment.
command_pattern := sprintf("(?i)%s", [concat("|", [
	`\bsyft\s+[^|&;]*\S`,
	`\b(trivy|grype)\b.*(--format|--output|-f|-o)[ =]["']?(cyclonedx|spdx)`,
	`\bcargo[ -](cyclonedx|sbom)\b`,
	`\bcyclonedx-(npm|py|gomod|bom|cli|linux|php|conan|ruby|node-npm)\b`,
	`\bcyclonedx (app|mod|bin)\b`,
	`@cyclonedx/`,
	`\bcyclonedx(-maven-plugin)?:(make|makeAggregate|makePackage)Bom`,
	`\bcyclonedx(Direct)?Bom\b`,
	`\bcdxgen\b`,
	`\bdotnet[ -]cyclonedx\b`,
	`\bnpm sbom\b`,
	`\bpnpm sbom\b`,
	`\bbom generate\b`,
	`\bsbom-tool generate\b`,
	`\bdocker sbom\b`,
	`\bdocker scout sbom\b`,
	`\b(buildx|docker)\b.*--sbom(=(true|generator)|\s|$)`,
	`\bko (build|publish|apply|resolve)\b`,
])])

produced if {
	some call in platform.calls
	since(call) == "yes"
}

produced if pipeline.calls_any(action_patterns)

produced if pipeline.calls_listed(data.waymark.params.sbom_actions)

produced if {
	some use in input.uses
	is_string(use["with"].format)
	regex.match(`^(cyclonedx|spdx)`, use["with"].format)
	pipeline.name(use) == "aquasecurity/trivy-action"
}

produced if {
	some use in input.uses
	wants_sbom(use["with"].sbom)
	pipeline.name(use) in {"docker/build-push-action", "docker/bake-action"}
}

produced if pipeline.runs_any(command_pattern)

wants_sbom(value) if value == true

wants_sbom(value) if {
	is_string(value)
	not lower(value) in {"", "false"}
}

# Whether a call of the platform's workflow is new enough to publish an SBOM: "yes", "no" or
# "unknown". A tag of a whole line of versions, such as `v1`, moves with its newest one.
since(call) := "yes" if not is_string(data.waymark.params.sbom_since)

else := compared(numbers_of(call.ref), numbers_of(data.waymark.params.sbom_since)) if call.pin == "version"

else := "unknown"

compared(own, wanted) := "yes" if own >= array.slice(wanted, 0, count(own))

else := "no"

numbers_of(version) := [to_number(part) | some part in split(split(trim_left(version, "vV"), "-")[0], ".")]

missing if {
	applies
	gaps.none("workflows")
	gaps.none("catalog")
	not produced
	count(maybe) == 0
}

findings contains {
	"message": "No workflow makes an SBOM",
	"remediation": sprintf("Call the workflow of %s, or add a step such as `uses: anchore/sbom-action@v0`", [platform.names]),
} if {
	missing
	count(platform.calls) == 0
}

findings contains {
	"message": sprintf("Job `%s` calls a version of the platform's workflow that publishes no SBOM: that began with `%s`", [call.job, data.waymark.params.sbom_since]),
	"path": call.path,
	"pointer": call.pointer,
	"resource": sprintf("job %s", [call.job]),
	"remediation": sprintf("Call it at `%s` or newer", [data.waymark.params.sbom_since]),
} if {
	missing
	some call in platform.calls
}

# What may make an SBOM for all that can be seen.
maybe contains {
	"message": sprintf("the platform's workflow publishes an SBOM since `%s`, and `%s` does not tell its version", [data.waymark.params.sbom_since, call.raw]),
	"path": call.path,
} if {
	some call in platform.calls
	since(call) == "unknown"
}

maybe contains {
	"message": "GoReleaser may make an SBOM, but its configuration is not read",
	"path": use.path,
} if {
	"goreleaser/goreleaser-action" in pipeline.names
	some use in input.uses
	pipeline.name(use) == "goreleaser/goreleaser-action"
}

unknowns contains reason if {
	applies
	not produced
	some reason in maybe
}
