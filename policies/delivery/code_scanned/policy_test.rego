package waymark.delivery.code_scanned_test

import rego.v1

import data.waymark.delivery.code_scanned

base := {
	"repo": {"owner": "acme", "full_name": "acme/api", "archived": false},
	"catalog": {"entities": [{
		"is_entity": true,
		"entity": {"kind": "Component", "spec": {"type": "service"}},
	}]},
	"files": [],
	"workflows": [],
	"uses": [],
	"runs": [],
	"gaps": [],
}

runs(script) if {
	code_scanned.scanned with input as object.union(base, {"runs": [{"run": script}]})
}

uses(owner, repo, subpath) if {
	use := {"kind": "action", "owner": owner, "repo": repo, "subpath": subpath}
	code_scanned.scanned with input as object.union(base, {"uses": [use]})
}

test_commands if {
	every script in [
		"semgrep ci",
		"semgrep --error --config auto",
		"./mvnw verify sonar:sonar",
		"./gradlew build sonar",
		"snyk code test",
		"bandit -r src",
		"sonar-scanner \\\n  -Dsonar.x=y",
	] {
		runs(script)
	}
}

test_other_commands if {
	every script in ["make", "# semgrep ci", "snyk test", "npm run lint"] {
		not runs(script)
	}
}

test_actions if {
	uses("GitHub", "codeql-action", "analyze")
	uses("SonarSource", "sonarqube-scan-action", null)
	not uses("github", "codeql-action", "upload-sarif")
	not uses("actions", "checkout", null)
}

test_nothing_is_found if {
	found := code_scanned.findings with input as base
	count(found) == 1
}

test_unread_workflows_are_not_missing if {
	gap := {"kind": "workflows", "path": "x", "reason": "y"}
	found := code_scanned.findings with input as object.union(base, {"gaps": [gap]})
	count(found) == 0
}
