package waymark.delivery.platform_workflow_supported_test

import rego.v1

import data.waymark.delivery.platform_workflow_supported

found(pin, ref, params) := findings if {
	call := {
		"path": "ci.yml",
		"pointer": "/jobs/x/uses",
		"job": "x",
		"kind": "reusable_workflow",
		"owner": "acme",
		"repo": "platform-workflows",
		"raw": "acme/platform-workflows/.github/workflows/x.yml@r",
		"ref": ref,
		"pin": pin,
	}
	given := {"repo": {"owner": "acme", "full_name": "acme/api"}, "uses": [call]}
	findings := platform_workflow_supported.findings with input as given
		with data.waymark.params as params
}

test_minimum_version if {
	every ref in ["v1", "v1.4", "v1.4.2", "v1.10", "2.0.0-rc.1", "v2"] {
		count(found("version", ref, {"minimum_version": "v1.4"})) == 0
	}
	every ref in ["v0", "v1.3", "v1.3.9", "1.2.0+build.7"] {
		count(found("version", ref, {"minimum_version": "v1.4"})) == 1
	}
}

test_deprecated_lines if {
	params := {"deprecated": {"v1": "2027-03-31", "v2.0": "2027-06-30"}}
	every ref in ["v1", "v1.9.1", "v2.0.3"] {
		count(found("version", ref, params)) == 1
	}
	every ref in ["v2", "v2.1", "v10"] {
		count(found("version", ref, params)) == 0
	}
}

test_one_fault_is_told_once if {
	params := {"minimum_version": "v2", "deprecated": {"v1": "2027-03-31"}}
	count(found("version", "v1.2", params)) == 1
}

test_other_pins_are_not_judged if {
	every pin in ["sha", "branch_or_tag", "none"] {
		count(found(pin, "x", {"minimum_version": "v1.4"})) == 0
	}
}
