package waymark.deployment.golden_path_test

import rego.v1

import data.waymark.deployment.golden_path

test_nothing_known_waits if {
	some reason in golden_path.reasons with input as {"judgement": null}
	reason.verdict == "wait"
}
