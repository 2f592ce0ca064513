package waymark.delivery.dependencies_scanned_test

import rego.v1

import data.waymark.delivery.dependencies_scanned

base := {
	"repo": {"owner": "acme", "full_name": "acme/api", "archived": false},
	"catalog": {"entities": [{
		"is_entity": true,
		"entity": {"kind": "Component", "spec": {"type": "library"}},
	}]},
	"files": [],
	"workflows": [],
	"uses": [],
	"runs": [],
	"gaps": [],
}

runs(script) if {
	dependencies_scanned.scanned with input as object.union(base, {"runs": [{"run": script}]})
}

test_commands if {
	every script in [
		"osv-scanner -r .",
		"trivy fs --exit-code 1 .",
		"npm ci && npm audit --omit=dev",
		"cargo deny check",
		"govulncheck ./...",
		"snyk test",
		"mvn org.owasp:dependency-check-maven:check",
	] {
		runs(script)
	}
}

test_other_commands if {
	every script in ["make", "# npm audit", "trivy config .", "npm ci", "snyk code test"] {
		not runs(script)
	}
}

test_bots if {
	every path in ["renovate.json", ".github/dependabot.yml", ".renovaterc"] {
		dependencies_scanned.scanned with input as object.union(base, {"files": [path]})
	}
}

test_nothing_is_found if {
	found := dependencies_scanned.findings with input as base
	count(found) == 1
}
