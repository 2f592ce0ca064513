package waymark.delivery.token_permissions_declared_test

import rego.v1

import data.waymark.delivery.token_permissions_declared

found(on, document) := findings if {
	workflow := {"path": "ci.yml", "name": "CI", "on": on, "document": document}
	findings := token_permissions_declared.findings with input as {"workflows": [workflow]}
}

test_top_level_is_enough if {
	every permissions in [{}, {"contents": "read"}, "read-all", null] {
		count(found({"push": {}}, {"permissions": permissions, "jobs": {"a": {}, "b": {}}})) == 0
	}
}

test_all_jobs_are_enough if {
	jobs := {"a": {"permissions": {}}, "b": {"permissions": {"contents": "write"}}}
	count(found({"push": {}}, {"jobs": jobs})) == 0
}

test_one_silent_job_is_named if {
	jobs := {"a": {"permissions": {}}, "b/c": {}}
	some finding in found({"push": {}}, {"jobs": jobs})
	finding.pointer == "/jobs/b~1c"
}

test_all_silent_is_one_finding if count(found({"push": {}}, {"jobs": {"a": {}, "b": {}}})) == 1

test_called_workflows_take_their_callers if {
	count(found({"workflow_call": {}}, {"jobs": {"a": {}}})) == 0
	count(found({"workflow_call": {}, "push": {}}, {"jobs": {"a": {}}})) == 1
}

test_write_all if {
	count(found({"push": {}}, {"permissions": "write-all", "jobs": {"a": {}}})) == 1
	count(found({"workflow_call": {}}, {"jobs": {"a": {"permissions": "write-all"}}})) == 1
}

test_no_jobs if count(found({"push": {}}, {"jobs": null})) == 0
