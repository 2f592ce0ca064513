package waymark.delivery.platform_workflow_used_test

import rego.v1

import data.waymark.delivery.platform_workflow_used

component := {"kind": "Component", "spec": {"type": "service"}}

call(runs) := {
	"path": "ci.yml",
	"kind": "reusable_workflow",
	"owner": "Acme",
	"repo": "platform-workflows",
	"runs_on_default_branch_push": runs,
}

given(uses) := {
	"repo": {"owner": "acme", "full_name": "acme/api", "archived": false, "default_branch": "main"},
	"catalog": {"entities": [{"is_entity": true, "entity": component}]},
	"workflows": [{"path": "ci.yml", "name": "CI"}],
	"uses": uses,
	"gaps": [],
}

test_call_on_push_passes if {
	platform_workflow_used.applies with input as given([call(true)])
	found := platform_workflow_used.findings with input as given([call(true)])
	count(found) == 0
}

test_call_elsewhere_points_to_the_trigger if {
	found := platform_workflow_used.findings with input as given([call(false)])
	count(found) == 1
	some finding in found
	finding.pointer == "/on"
}

test_no_call_has_no_place if {
	found := platform_workflow_used.findings with input as given([])
	count(found) == 1
	some finding in found
	not finding.path
}

test_uncertain_call_is_unknown if {
	uses := [call("unknown")]
	found := platform_workflow_used.findings with input as given(uses)
	count(found) == 0
	unknowns := platform_workflow_used.unknowns with input as given(uses)
	count(unknowns) == 1
}

test_parameter_may_be_a_name_or_a_list if {
	every value in ["other/flows", ["other/flows"]] {
		found := platform_workflow_used.findings with input as given([call(true)])
			with data.waymark.params as {"platform_workflows": value}
		count(found) == 1
	}
}

test_gap_hides_absence if {
	gap := {"kind": "workflows", "path": "x.yml", "reason": "broken"}
	incomplete := object.union(given([]), {"gaps": [gap]})
	found := platform_workflow_used.findings with input as incomplete
	count(found) == 0
}

test_folder_without_owner_goes_by_name if {
	anonymous := object.union(given([call(true)]), {"repo": {"owner": "", "full_name": "api"}})
	found := platform_workflow_used.findings with input as anonymous
	count(found) == 0
	found_without := platform_workflow_used.findings with input as object.union(anonymous, {"uses": []})
	count(found_without) == 1
}

test_an_unknown_branch_is_told_in_words if {
	some_repo := {"owner": "", "full_name": "api", "archived": false, "default_branch": null}
	none := object.union(given([]), {"repo": some_repo})
	found := platform_workflow_used.findings with input as none
	some finding in found
	finding.remediation == "Add a job to a workflow that runs on push to the default branch: `uses: <owner>/platform-workflows/.github/workflows/service.yml@v1`"
	elsewhere := object.union(given([call(false)]), {"repo": some_repo})
	other := platform_workflow_used.findings with input as elsewhere
	some late in other
	late.message == "Workflow `CI` calls the platform's workflow, but does not run on push to the default branch"
	late.remediation == "Let it run on push: `on: push`"
}
