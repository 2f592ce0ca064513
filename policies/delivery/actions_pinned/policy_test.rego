package waymark.delivery.actions_pinned_test

import rego.v1

import data.waymark.delivery.actions_pinned

found(extra) := findings if {
	base := {
		"path": "ci.yml",
		"pointer": "/jobs/x/steps/0/uses",
		"job": "x",
		"kind": "action",
		"owner": "actions",
		"repo": "checkout",
		"raw": "actions/checkout@v4",
		"ref": "v4",
		"pin": "version",
	}
	given := {"repo": {"owner": "acme", "full_name": "acme/api"}, "uses": [object.union(base, extra)]}
	findings := actions_pinned.findings with input as given
}

test_loose_pins_fail if {
	every pin in ["none", "wildcard", "branch_or_tag", "expression", "version"] {
		count(found({"pin": pin})) == 1
	}
}

test_sha_passes if count(found({"pin": "sha"})) == 0

test_own_owner_is_trusted_by_default if count(found({"owner": "Acme"})) == 0

test_list_of_owners_replaces_the_default if {
	own := found({"owner": "acme"}) with data.waymark.params as {"trusted_owners": ["actions"]}
	theirs := found({}) with data.waymark.params as {"trusted_owners": ["Actions"]}
	count(own) == 1
	count(theirs) == 0
}

test_local_calls_pass if count(found({"kind": "local"})) == 0

test_fix_keeps_the_version_as_a_comment if {
	some finding in found({})
	finding.remediation == "Write `uses: actions/checkout@<full commit SHA> # v4`"
}
