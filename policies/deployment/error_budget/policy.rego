# METADATA
# title: Nothing is deployed while an error budget burns
# description: |
#   A service that fails its users needs hands, not changes. A burn rate of 1 spends the budget
#   exactly in its period; 14.4 spends two per cent of it in an hour. Each rate is asked for over a
#   long window, so that a blip does not hold anybody, and over a short one, so that it ends when the
#   trouble ends.
# related_resources:
#   - https://sre.google/workbook/alerting-on-slos/
# custom:
#   since: "0.1.0"
#   parameters:
#     error_budget_hold:
#       - {long: 1h, short: 5m, rate: 14.4}
#       - {long: 6h, short: 30m, rate: 6}
#     error_budget_warn:
#       - {long: 1d, short: 2h, rate: 3}
#     error_budget_low: 0.25
#   remediation: |
#     Mend what burns the budget first. A change that mends it is deployed by an override.
package waymark.deployment.error_budget

import rego.v1

params := data.waymark.params

# Both windows: it has burned for a while, and still does.
burns(objective, pair) if {
	objective.burn[pair.long] >= pair.rate
	objective.burn[pair.short] >= pair.rate
}

is_held(objective) if {
	some pair in params.error_budget_hold
	burns(objective, pair)
}

reasons contains {
	"verdict": "wait",
	"message": sprintf("the error budget of `%s` burns %v times too fast over %s, and %v times over %s (limit %v)", [objective.name, objective.burn[pair.long], pair.long, objective.burn[pair.short], pair.short, pair.rate]),
	"remedy": "Mend the service first; a change that mends it needs an override",
} if {
	some objective in input.slo.objectives
	some pair in params.error_budget_hold
	burns(objective, pair)
}

# It takes weeks to come back.
reasons contains {
	"verdict": "reject",
	"message": sprintf("the error budget of `%s` is %s", [objective.name, spent(objective.remaining)]),
	"remedy": "Only what makes the service better should go out; such a change needs an override",
} if {
	some objective in input.slo.objectives
	is_number(objective.remaining) # null is less than every number
	objective.remaining <= 0
}

spent(remaining) := "spent" if round(remaining * 100) == 0

spent(remaining) := sprintf("spent, and overdrawn by %v %%", [abs(round(remaining * 100))]) if {
	round(remaining * 100) < 0
}

reasons contains {
	"verdict": "note",
	"message": sprintf("the error budget of `%s` burns %v times too fast over %s", [objective.name, objective.burn[pair.long], pair.long]),
} if {
	some objective in input.slo.objectives
	not is_held(objective)
	some pair in params.error_budget_warn
	burns(objective, pair)
}

reasons contains {
	"verdict": "note",
	"message": sprintf("%v %% of the error budget of `%s` is left", [round(objective.remaining * 100), objective.name]),
} if {
	some objective in input.slo.objectives
	objective.remaining > 0
	objective.remaining < params.error_budget_low
}
