# METADATA
# title: The state of error budgets is known
# description: |
#   While Prometheus cannot be asked, nobody knows whether the service is well. That is said in any
#   case; whether a deployment waits for the answer, `gate.unknown_slo` decides.
# custom:
#   since: "0.1.0"
#   remediation: |
#     See that Prometheus answers, and that `slo.prometheus` is one of the addresses that the operator
#     allows (`WAYMARK_PROMETHEUS`).
package waymark.deployment.error_budget_unknown

import rego.v1

default verdict := "note"

verdict := "wait" if input.settings.unknown_slo == "wait"

reasons contains {
	"verdict": verdict,
	"message": sprintf("the error budget is not known: %s", [input.slo.reason]),
	"remedy": "See that Prometheus can be reached and has data for this objective",
} if {
	input.slo.status == "unknown"
}
