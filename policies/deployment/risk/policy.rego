# METADATA
# title: Named conditions of a risky change are acknowledged
# description: |
#   A probability never blocks a deployment. A named condition, such as a migration that cannot be
#   undone, does where the organisation lists it in `gate.blocks`, until somebody acknowledges it.
# custom:
#   since: "0.1.0"
#   remediation: |
#     Acknowledge the condition with a reason: `/platform acknowledge <condition> because …`.
package waymark.deployment.risk

import rego.v1

reasons contains {
	"verdict": "reject",
	"condition": condition.name,
	"message": condition.message,
	"remedy": sprintf("Acknowledge it on its pull request: `/platform acknowledge %s because …`", [condition.name]),
} if {
	is_object(input.risk)
	some condition in input.risk.conditions
	condition.name in input.settings.blocks
}

reasons contains {
	"verdict": "note",
	"condition": condition.name,
	"message": condition.message,
} if {
	is_object(input.risk)
	some condition in input.risk.conditions
	not condition.name in input.settings.blocks
}

reasons contains {
	"verdict": "note",
	"message": sprintf("the risk of this change is %s: about %v times what is usual here", [input.risk.band, input.risk.multiple]),
} if {
	is_object(input.risk)
	input.risk.band == "raised"
	is_number(input.risk.multiple)
}
