package waymark.operations.codeowners_present_test

import rego.v1

import data.waymark.operations.codeowners_present

repo := {"owner": "acme", "archived": false}

number(repository, codeowners, gaps) := count(findings) if {
	findings := codeowners_present.findings with input as {"repo": repository, "codeowners": codeowners, "gaps": gaps}
}

absent := {"path": null, "rules": [], "problems": [], "workflows_owned": null}

test_absent_file_is_found if number(repo, absent, []) == 1

test_unread_file_is_not_missing if number(repo, absent, [{"kind": "codeowners"}]) == 0

test_archived_repository_is_left_alone if number({"owner": "acme", "archived": true}, absent, []) == 0

test_every_bad_line_is_told if {
	problems := [{"pointer": "#problem/0", "message": "a"}, {"pointer": "#problem/1", "message": "b"}]
	number(repo, {"path": "CODEOWNERS", "problems": problems, "workflows_owned": false}, []) == 3
}

test_without_workflows_none_needs_an_owner if {
	number(repo, {"path": "CODEOWNERS", "problems": [], "workflows_owned": null}, []) == 0
}
