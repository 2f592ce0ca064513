package waymark.deployment.freeze_test

import rego.v1

import data.waymark.deployment.freeze

window(until) := {"reason": "r", "from": "2026-11-20T00:00:00Z", "until": until, "active": true, "place": "p"}

verdicts(until) := {reason.verdict |
	some reason in freeze.reasons with input as {"freezes": [window(until)], "wait_ends": "2026-11-22T09:06:40Z"}
}

test_an_end_at_the_end_of_all_patience_is_waited_for if verdicts("2026-11-22T09:06:40Z") == {"wait"}

test_a_second_later_is_too_late if verdicts("2026-11-22T09:06:41Z") == {"reject"}
