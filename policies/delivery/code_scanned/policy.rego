# METADATA
# title: The code is scanned for weaknesses
# description: |
#   A static analysis finds injections, broken cryptography and forgotten secrets before an
#   attacker does, on every change and without anybody thinking of it. CodeQL that is switched on in
#   the repository's settings leaves no trace in its files: set `code_scanned_elsewhere` then.
# related_resources:
#   - https://docs.github.com/en/code-security/concepts/code-scanning/about-code-scanning
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
#     code_scanners: []
#     code_scanned_elsewhere: false
#   remediation: |
#     Call the platform's workflow, which scans, or add a workflow with CodeQL:
#
#     ```yaml
#     on: {push: {branches: [main]}, pull_request: {}}
#     permissions: {contents: read, security-events: write}
#     jobs:
#       codeql:
#         runs-on: ubuntu-latest
#         steps:
#           - uses: actions/checkout@<full commit SHA>
#           - uses: github/codeql-action/init@<full commit SHA>
#           - uses: github/codeql-action/analyze@<full commit SHA>
#     ```
package waymark.delivery.code_scanned

import rego.v1

import data.waymark.lib.components
import data.waymark.lib.gaps
import data.waymark.lib.pipeline
import data.waymark.lib.platform

default applies := false

applies if {
	not input.repo.archived
	components.delivered
	not data.waymark.params.code_scanned_elsewhere == true
}

# By a pattern on `owner/repository/path` in lower case.
action_patterns := [
	`^github/codeql-action/(analyze|init)$`,
	`^(semgrep|returntocorp)/semgrep-action$`,
	`^sonarsource/(sonarcloud-github-action|sonarqube-scan-action|sonarcloud-github-c-cpp)(/|$)`,
	`^snyk/actions(/|$)`,
	`^checkmarx/`,
	`^veracode/`,
	`^fortify/github-action(/|$)`,
	`^microsoft/(security-devops-action|devskim-action)$`,
	`^securego/gosec$`,
	`^pycqa/bandit-action$`,
	`^(opensecurity|ajinabraham)/njsscan-action$`,
	`^(jetbrains|qodana)/qodana-action$`,
	`^horusec`,
	`^mobb-dev/`,
	`^datadog/datadog-static-analyzer-github-action$`,
	`^codacy/codacy-analysis-cli-action$`,
]

command_pattern := sprintf("(?i)%s", [concat("|", [
	`\bsemgrep\s+(ci|scan)\b`,
	`\bsemgrep\b.*--config\b`,
	`\bopengrep\b`,
	`\bsnyk code test\b`,
	`\bsonar-scanner\b`,
	`\bsonar:sonar\b`,
	`\bgradlew?\b.*\bsonar(qube)?\b`,
	`\bsonar-maven-plugin\b`,
	`\bdotnet[ -]sonarscanner\b`,
	`\bcodeql\b.*\banalyze\b`,
	`\bgosec\b`,
	`\bbandit\s+(-|\S)`,
	`\bbrakeman\b`,
	`\bqodana scan\b`,
	`\bbearer scan\b`,
	`\bdatadog-static-analyzer\b`,
])])

scanned if count(platform.calls) > 0

scanned if pipeline.calls_any(action_patterns)

scanned if pipeline.calls_listed(data.waymark.params.code_scanners)

scanned if pipeline.runs_any(command_pattern)

# SonarQube Cloud analyses such a repository by itself.
scanned if {
	some path in {".sonarcloud.properties", ".github/.sonarcloud.properties"}
	path in input.files
}

missing if {
	applies
	gaps.none("workflows")
	gaps.none("catalog")
	gaps.none("files")
	not scanned
	count(maybe) == 0
}

findings contains {
	"message": "No workflow scans the code for weaknesses",
	"remediation": sprintf("Call the workflow of %s, or add steps with `github/codeql-action`", [platform.names]),
} if {
	missing
}

# What may scan for all that can be seen.
maybe contains {
	"message": sprintf("`%s` may scan the code, but it is not read", [split(call.raw, "@")[0]]),
	"path": call.path,
} if {
	some call in pipeline.elsewhere
	not pipeline.is_slsa_generator(call)
}

maybe contains {
	"message": "Sonar is configured, but no step that runs it was recognised",
	"path": "sonar-project.properties",
} if {
	"sonar-project.properties" in input.files
}

unknowns contains reason if {
	applies
	not scanned
	some reason in maybe
}
