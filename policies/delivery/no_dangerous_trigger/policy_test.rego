package waymark.delivery.no_dangerous_trigger_test

import rego.v1

import data.waymark.delivery.no_dangerous_trigger

workflow(on, job) := {"path": "ci.yml", "name": "CI", "on": on, "document": {"jobs": {"a": job}}}

script(on, text) := {
	"workflows": [workflow(on, {})],
	"uses": [],
	"runs": [{"path": "ci.yml", "pointer": "/jobs/a/steps/0/run", "workflow": "CI", "job": "a", "step": 0, "run": text}],
}

checkout(on, job, ref) := {
	"workflows": [workflow(on, job)],
	"runs": [],
	"uses": [{
		"path": "ci.yml",
		"pointer": "/jobs/a/steps/0/uses",
		"workflow": "CI",
		"job": "a",
		"step": 0,
		"kind": "action",
		"owner": "Actions",
		"repo": "checkout",
		"subpath": null,
		"with": {"ref": ref},
	}],
}

number(given) := count(found) if {
	found := no_dangerous_trigger.findings with input as given
}

head := "${{ github.event.pull_request.head.sha }}"

target := {"pull_request_target": {}}

test_heads_are_dangerous_under_target if {
	every ref in [head, "${{ github.head_ref }}", "refs/pull/${{ github.event.number }}/merge"] {
		number(checkout(target, {}, ref)) == 1
	}
}

test_base_and_harmless_trigger_pass if {
	number(checkout(target, {}, "${{ github.base_ref }}")) == 0
	number(checkout({"pull_request": {}}, {}, head)) == 0
}

test_condition_on_own_code_passes if {
	given := checkout(target, {"if": "github.event.pull_request.head.repo.full_name == github.repository"}, head)
	reasons := no_dangerous_trigger.unknowns with input as given
	number(given) == 0
	count(reasons) == 0
}

test_other_guards_are_unknown if {
	every job in [
		{"environment": "approved"},
		{"if": "contains(github.event.pull_request.labels.*.name, 'safe')"},
		{"if": "github.event.pull_request.head.repo.full_name == github.repository || x"},
	] {
		given := checkout(target, job, head)
		number(given) == 0
		reasons := no_dangerous_trigger.unknowns with input as given
		count(reasons) == 1
	}
}

test_condition_of_the_step_counts if {
	step := {"if": "github.event.pull_request.head.repo.fork == false"}
	number(checkout(target, {"steps": [step]}, head)) == 0
}

test_pasted_texts if {
	every text in [
		"echo ${{ github.event.pull_request.title }}",
		"echo '${{github.head_ref}}'",
		"echo ${{ github.head_ref || github.ref_name }}",
		"echo ${{ format('{0}', github.event.pull_request.body) }}",
		"echo ${{ github.event['pull_request'].title }}",
		"echo ${{ toJSON(github.event.pull_request.title) }}",
	] {
		number(script({"pull_request": {}}, text)) == 1
	}
}

test_harmless_texts if {
	every text in [
		"echo $TITLE",
		"echo ${{ github.event.pull_request.number }}",
		"echo ${{ github.event.pull_request.head.sha }}",
		"echo ${{ contains(github.event.pull_request.title, 'x') }}",
		"echo ${{ contains(toJSON(github.event.pull_request.title), 'x') && 1 }}",
		"echo ${{ github.head_ref == 'release' && 'a' || 'b' }}",
		"echo ${{ 'release' == github.head_ref }}",
		"echo ${{ github.event.comment.body }}",
	] {
		number(script({"pull_request": {}}, text)) == 0
	}
}

test_events_matter if {
	text := "echo ${{ github.head_ref }}"
	number(script({"push": {}}, text)) == 0
	number(script({"workflow_call": {}}, text)) == 1
}
