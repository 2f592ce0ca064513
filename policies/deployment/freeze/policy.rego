# METADATA
# title: Nothing is deployed during a freeze
# description: |
#   In some hours nobody is there to notice, or a mistake costs more than usual. The organisation
#   writes such times into `freeze` of its `waymark.yml`, with the reason that whoever is held reads.
# custom:
#   since: "0.1.0"
#   remediation: |
#     Wait for its end: a deployment that asked waits by itself when the end is near enough.
package waymark.deployment.freeze

import rego.v1

# The last end of those that hold now.
ends := max({window.until | some window in input.freezes; window.active})

clears if ends <= input.wait_ends

reasons contains {
	"verdict": verdict,
	"message": sprintf("a freeze holds until %s (%s): %s", [minute(window.until), window.place, window.reason]),
	"remedy": remedy,
	"until": window.until,
} if {
	some window in input.freezes
	window.active
}

reasons contains {
	"verdict": "note",
	"message": sprintf("a freeze begins at %s: %s", [minute(window.from), window.reason]),
} if {
	some window in input.freezes
	not window.active
}

default remedy := "Deploy after its end"

# Whoever asked without GitHub asks again.
remedy := "The deployment goes on by itself when it ends" if {
	clears
	is_object(input.deployment)
}

default verdict := "reject"

verdict := "wait" if clears

# `2026-11-21T09:06:40Z` as people write it.
minute(instant) := sprintf("%s %s UTC", [substring(instant, 0, 10), substring(instant, 11, 5)])
