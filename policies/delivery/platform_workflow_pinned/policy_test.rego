package waymark.delivery.platform_workflow_pinned_test

import rego.v1

import data.waymark.delivery.platform_workflow_pinned

found(pin) := findings if {
	call := {
		"path": "ci.yml",
		"pointer": "/jobs/x/uses",
		"job": "x",
		"kind": "reusable_workflow",
		"owner": "acme",
		"repo": "platform-workflows",
		"raw": "acme/platform-workflows/.github/workflows/x.yml@r",
		"ref": "r",
		"pin": pin,
	}
	repo := {"owner": "acme", "full_name": "acme/api"}
	findings := platform_workflow_pinned.findings with input as {"repo": repo, "uses": [call]}
}

test_firm_pins_pass if {
	every pin in ["sha", "version"] {
		count(found(pin)) == 0
	}
}

test_loose_pins_fail if {
	every pin in ["none", "wildcard", "branch_or_tag", "expression"] {
		count(found(pin)) == 1
	}
}

test_sha_may_be_required if {
	tag := found("version") with data.waymark.params as {"require_sha": true}
	sha := found("sha") with data.waymark.params as {"require_sha": true}
	count(tag) == 1
	count(sha) == 0
}

test_fix_keeps_the_path if {
	some finding in found("none")
	finding.remediation == "Write `uses: acme/platform-workflows/.github/workflows/x.yml@v1`"
}
