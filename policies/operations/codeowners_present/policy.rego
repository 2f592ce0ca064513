# METADATA
# title: CODEOWNERS says who reviews what
# description: |
#   With CODEOWNERS, the right people are asked for a review without anybody knowing who they are.
#   Workflows need an owner above all: whoever changes them reaches the secrets of the deployment.
#   A line that GitHub cannot read is left out without a word.
# related_resources:
#   - https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
# custom:
#   severity: medium
#   level: bronze
#   mode: warn
#   needs: [repo, codeowners]
#   scope: repo
#   since: "0.1.0"
#   fix: >-
#     Adds `.github/CODEOWNERS`, or the rule for `.github/workflows/`, for the team that the
#     catalog names.
#   remediation: |
#     Create `.github/CODEOWNERS`; the last rule that matches a file decides:
#
#     ```text
#     *                    @your-org/payments
#     /.github/workflows/  @your-org/platform
#     ```
package waymark.operations.codeowners_present

import rego.v1

import data.waymark.lib.gaps

default applies := false

applies if not input.repo.archived

findings contains {
	"message": "There is no `CODEOWNERS`",
	"path": ".github/CODEOWNERS",
	"remediation": sprintf("Create `.github/CODEOWNERS` with a rule such as `* @%s`", [example]),
} if {
	applies
	gaps.none("codeowners")
	input.codeowners.path == null
}

findings contains {
	"message": sprintf("GitHub leaves this rule out: %s", [problem.message]),
	"path": input.codeowners.path,
	"pointer": problem.pointer,
	"remediation": "Write `<pattern> @<user or org/team> …`",
} if {
	applies
	some problem in input.codeowners.problems
}

findings contains {
	"message": "No rule gives `.github/workflows/` an owner",
	"path": input.codeowners.path,
	"remediation": sprintf("Add `/.github/workflows/ @%s` at the end", [example]),
} if {
	applies
	gaps.none("codeowners")
	input.codeowners.workflows_owned == false
}

example := "your-org/your-team" if input.repo.owner == ""

else := sprintf("%s/your-team", [input.repo.owner])
