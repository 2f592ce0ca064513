package waymark.operations.readme_present_test

import rego.v1

import data.waymark.operations.readme_present

number(readmes, gaps) := count(findings) if {
	repo := {"archived": false}
	findings := readme_present.findings with input as {"repo": repo, "readmes": readmes, "gaps": gaps}
		with data.waymark.params as {"readme_characters": 200}
}

test_absent_is_found if number([], []) == 1

test_unread_is_not_missing if number([], [{"kind": "readme"}]) == 0

test_length if {
	number([{"path": "README.md", "characters": 199}], []) == 1
	number([{"path": "README.md", "characters": 200}], []) == 0
}

test_one_long_readme_is_enough if {
	number([{"path": ".github/README.md", "characters": 3}, {"path": "README.md", "characters": 900}], []) == 0
}
