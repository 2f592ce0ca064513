# METADATA
# title: The README says what this is
# description: |
#   The README is the first thing that a newcomer, a colleague on call or a search engine reads.
#   What the repository does, how to run it and whom to ask takes a few lines and saves hours.
# related_resources:
#   - https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes
# custom:
#   severity: low
#   level: bronze
#   mode: warn
#   needs: [repo, readme]
#   scope: repo
#   since: "0.1.0"
#   parameters:
#     readme_characters: 200
#   remediation: |
#     Say what the repository does, how to run and test it, and whom to ask:
#
#     ```markdown
#     # payments
#
#     Takes card payments and hands them to the acquirer. Owned by #team-payments.
#
#         make run    # listens on :8080
#         make test
#     ```
package waymark.operations.readme_present

import rego.v1

import data.waymark.lib.gaps

default applies := false

applies if not input.repo.archived

findings contains {
	"message": "There is no README",
	"path": "README.md",
	"remediation": "Create `README.md`: what the repository does, how to run it, whom to ask",
} if {
	applies
	gaps.none("readme")
	count(input.readmes) == 0
}

# One that says enough is enough.
findings contains {
	"message": "The README says too little",
	"path": shown.path,
	"remediation": sprintf("Write at least %v characters of text: what the repository does, how to run it, whom to ask", [data.waymark.params.readme_characters]),
} if {
	applies
	gaps.none("readme")
	count(input.readmes) > 0
	every readme in input.readmes {
		readme.characters < data.waymark.params.readme_characters
	}
}

# The one that GitHub shows: paths are sorted, and `.github/` comes first there too.
shown := input.readmes[0]
