# METADATA
# title: The state of error budgets is known
# description: |
#   While Prometheus cannot be asked, nobody knows whether the service is well. That is said in any
#   case; whether a deployment waits for the answer, `gate.unknown_slo` decides. A window without
#   data counts as not known unless the other one of its pair is calm: then the pair holds nobody,
#   whatever the missing one would say.
# custom:
#   since: "0.1.0"
#   remediation: |
#     See that Prometheus answers, and that `slo.prometheus` is one of the addresses that the operator
#     allows (`WAYMARK_PROMETHEUS`).
package waymark.deployment.error_budget_unknown

import rego.v1

default verdict := "note"

verdict := "wait" if input.settings.unknown_slo == "wait"

# One line for each cause: a server that is down darkens all of its objectives.
reasons contains {
	"verdict": verdict,
	"message": sprintf("the error budget of %s is not known: %s", [named(cause), cause]),
	"remedy": "See that Prometheus can be reached and has data for this objective",
} if {
	some cause in causes
}

causes contains objective.unknown if {
	some objective in input.slo.objectives
	is_string(objective.unknown)
}

names(cause) := sort([sprintf("`%s`", [objective.name]) |
	some objective in input.slo.objectives
	objective.unknown == cause
])

named(cause) := concat(", ", names(cause)) if count(names(cause)) <= 3

named(cause) := sprintf("%s and %d more", [concat(", ", array.slice(names(cause), 0, 3)), count(names(cause)) - 3]) if {
	count(names(cause)) > 3
}

# What is not told could be what holds.
reasons contains {
	"verdict": verdict,
	"message": sprintf("how fast the error budget of `%s` burns over %s is not known: there is no data", [objective.name, concat(" and ", sort(dark(objective)))]),
	"remedy": "See that Prometheus has data for these windows",
} if {
	some objective in input.slo.objectives
	is_null(objective.unknown)
	count(dark(objective)) > 0
}

dark(objective) := {window |
	some pair in data.waymark.params.error_budget_hold
	not is_calm(objective, pair)
	some window in [pair.long, pair.short]
	not is_number(object.get(objective.burn, window, null))
}

is_calm(objective, pair) if {
	some window in [pair.long, pair.short]
	objective.burn[window] < pair.rate
}

reasons contains {
	"verdict": verdict,
	"message": sprintf("what remains of the error budget of `%s` is not known: %s", [objective.name, objective.budget_unknown]),
	"remedy": "See that Prometheus answers the query over the whole period",
} if {
	some objective in input.slo.objectives
	is_string(objective.budget_unknown)
}
