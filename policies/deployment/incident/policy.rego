# METADATA
# title: Nothing is deployed during an incident
# description: |
#   While something is broken, each further change makes it harder to find out what. Open issues with
#   one of the labels of `gate.incidents` count as incidents of their repository.
# custom:
#   since: "0.1.0"
#   remediation: |
#     Close the incident; the deployment that waits goes on by itself.
package waymark.deployment.incident

import rego.v1

reasons contains {
	"verdict": "wait",
	"message": sprintf("incident %d is open: %s", [incident.number, incident.title]),
	"remedy": "Close it when it is over; a change that ends it needs an override",
} if {
	is_array(input.incidents)
	some incident in input.incidents
}

# Nobody looked although somebody should have: only GitHub knows issues.
reasons contains {
	"verdict": "note",
	"message": sprintf("whether an incident is open is not known: nobody looked for issues with %s", [concat(", ", labels)]),
	"remedy": "Ask a running Waymark, which sees issues",
} if {
	is_null(input.incidents)
	count(labels) > 0
}

labels := sort([sprintf("`%s`", [label]) | some label in input.settings.incidents])
