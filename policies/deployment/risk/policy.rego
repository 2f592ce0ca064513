# METADATA
# title: Named conditions of a risky change are acknowledged
# description: |
#   A probability never blocks a deployment. A named condition, such as a migration that cannot be
#   undone, does where the organisation lists it in `gate.blocks`, until somebody acknowledges it.
#   Counted are all changes that the deployment brings; where one of them was not looked at for a
#   condition that blocks, that is noted.
# custom:
#   since: "0.1.0"
#   remediation: |
#     Acknowledge the condition with a reason: `/platform acknowledge <condition> because …`.
package waymark.deployment.risk

import rego.v1

reasons contains {
	"verdict": "reject",
	"condition": condition.name,
	"change": change_of(condition),
	"message": told(condition),
	"remedy": sprintf("Acknowledge it on its pull request: `/platform acknowledge %s because …`", [condition.name]),
} if {
	is_object(input.risk)
	some condition in input.risk.conditions
	condition.name in input.settings.blocks
}

reasons contains {
	"verdict": "note",
	"condition": condition.name,
	"change": change_of(condition),
	"message": told(condition),
} if {
	is_object(input.risk)
	some condition in input.risk.conditions
	not condition.name in input.settings.blocks
}

change_of(condition) := object.get(condition, "change", null)

told(condition) := condition.message if is_null(change_of(condition))

# Several may come along, each with conditions of its own.
told(condition) := sprintf("%s (`%s`)", [condition.message, condition.change]) if is_string(change_of(condition))

reasons contains {
	"verdict": "note",
	"message": sprintf("the risk of this change is %s: about %v times what is usual here", [input.risk.band, input.risk.multiple]),
} if {
	is_object(input.risk)
	input.risk.band == "raised"
	is_number(input.risk.multiple)
}

reasons contains {
	"verdict": "note",
	"message": sprintf("whether %s is so is not known%s: %s", [listed(names), of_changes(unlooked.changes), unlooked.reason]),
} if {
	is_object(input.risk)
	some unlooked in input.risk.unknown
	names := {name | some name in input.settings.blocks; not name in unlooked.known}
	count(names) > 0
}

reasons contains {
	"verdict": "note",
	"message": sprintf("whether %s is so is not known: nobody looked at the change", [listed({name | some name in input.settings.blocks})]),
} if {
	is_null(input.risk)
	count(input.settings.blocks) > 0
}

of_changes(changes) := "" if count(changes) == 0

of_changes(changes) := sprintf(" of %s", [listed(changes)]) if count(changes) > 0

shown(names) := sort([sprintf("`%s`", [name]) | some name in names])

listed(names) := concat(", ", shown(names)) if count(names) <= 3

listed(names) := sprintf("%s and %d more", [concat(", ", array.slice(shown(names), 0, 3)), count(names) - 3]) if {
	count(names) > 3
}
