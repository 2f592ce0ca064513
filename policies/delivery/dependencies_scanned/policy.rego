# METADATA
# title: Dependencies are watched for known weaknesses
# description: |
#   Most of what a service runs was written by others, and most break-ins use a weakness that was
#   published long before. A tool that compares the dependencies with the advisories on every
#   change, or proposes the update by itself, turns that into an afternoon's work.
# related_resources:
#   - https://docs.github.com/en/code-security/concepts/supply-chain-security/about-supply-chain-security
# custom:
#   severity: medium
#   level: silver
#   mode: warn
#   needs: [repo, files, catalog, workflows]
#   scope: repo
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     platform_workflows: null
#     dependency_scanners: []
#     dependencies_scanned_elsewhere: false
#   fix: >-
#     Adds `.github/dependabot.yml` for every package manager that is in use, once a week.
#   remediation: |
#     Call the platform's workflow, which scans, or let Dependabot propose updates:
#
#     ```yaml
#     # .github/dependabot.yml
#     version: 2
#     updates:
#       - package-ecosystem: gomod
#         directory: /
#         schedule: {interval: weekly}
#     ```
package waymark.delivery.dependencies_scanned

import rego.v1

import data.waymark.lib.components
import data.waymark.lib.gaps
import data.waymark.lib.pipeline
import data.waymark.lib.platform

default applies := false

applies if {
	not input.repo.archived
	components.delivered
	not data.waymark.params.dependencies_scanned_elsewhere == true
}

# Configurations of bots that propose updates.
bots := {
	".github/dependabot.yml",
	".github/dependabot.yaml",
	"renovate.json",
	"renovate.json5",
	".github/renovate.json",
	".github/renovate.json5",
	".gitlab/renovate.json",
	".gitlab/renovate.json5",
	".renovaterc",
	".renovaterc.json",
	".renovaterc.json5",
	".snyk",
	".whitesource",
	".github/frogbot-config.yml",
	".pyup.yml",
}

# By a pattern on `owner/repository/path` in lower case.
action_patterns := [
	`^actions/dependency-review-action$`,
	`^google/osv-scanner(-action)?(/|$)`,
	`^snyk/actions(/|$)`,
	`^aquasecurity/trivy-action$`,
	`^anchore/scan-action(/|$)`,
	`^renovatebot/github-action$`,
	`^dependency-check/dependency-check_action$`,
	`^pypa/gh-action-pip-audit$`,
	`^(rustsec|actions-rs)/audit-check$`,
	`^actions-rust-lang/audit$`,
	`^embarkstudios/cargo-deny-action$`,
	`^golang/govulncheck-action$`,
	`^sonatype-nexus-community/`,
	`^fossas?/fossa-action$`,
	`^jfrog/frogbot$`,
	`^(mend|mend-toolkit)/`,
	`^blackduck-inc/`,
	`^docker/scout-action$`,
	`^safety(cli)?/`,
	`^pyupio/safety`,
]

command_pattern := sprintf("(?i)%s", [concat("|", [
	`\bosv-scanner\b`,
	`\bsnyk (test|monitor)\b`,
	`\btrivy\b.*\b(fs|filesystem|repo|repository|rootfs|image|sbom)\b`,
	`\bgrype\b`,
	`\b(npm|pnpm|yarn|yarn npm|bun|composer) audit\b`,
	`\b(better-npm-audit|audit-ci)\b`,
	`\bpip-audit\b`,
	`\bsafety (check|scan)\b`,
	`\bcargo[ -](audit|deny)\b`,
	`\bgovulncheck\b`,
	`\bbundle(r)?[ -]audit\b`,
	`\bdependency-?check\b`,
	`\bdependencyCheck(Analyze|Aggregate)\b`,
	`\bdotnet list\b.*--vulnerable\b`,
	`\bnancy sleuth\b`,
	`\bdocker scout cves\b`,
	`\brenovate\b`,
	`\buv[ -]audit\b`,
])])

scanned if count(platform.calls) > 0

scanned if {
	some path in bots
	path in input.files
}

scanned if {
	scanners := pipeline.names_like(action_patterns)
	count(scanners) > 0
	some use in input.uses
	pipeline.name(use) in scanners
	not only_configuration(use)
}

scanned if pipeline.calls_listed(data.waymark.params.dependency_scanners)

scanned if pipeline.runs_any(command_pattern)

# Trivy can also look at configuration alone.
only_configuration(use) if use["with"]["scan-type"] == "config"

findings contains {
	"message": "Nothing watches the dependencies for known weaknesses",
	"remediation": sprintf("Add `.github/dependabot.yml`, or call the workflow of %s", [platform.names]),
} if {
	applies
	gaps.none("workflows")
	gaps.none("catalog")
	gaps.none("files")
	not scanned
	count(maybe) == 0
}

# What may scan for all that can be seen.
maybe contains {
	"message": sprintf("`%s` may scan the dependencies, but it is not read", [split(call.raw, "@")[0]]),
	"path": call.path,
} if {
	some call in pipeline.elsewhere
	not pipeline.is_slsa_generator(call)
}

unknowns contains reason if {
	applies
	not scanned
	some reason in maybe
}
