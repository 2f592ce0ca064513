package waymark.catalog.owner_is_team_test

import rego.v1

import data.waymark.catalog.owner_is_team

number(owner) := count(findings) if {
	entity := {"kind": "Component", "metadata": {"name": "x"}, "spec": {"owner": owner}}
	document := {"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": entity}
	findings := owner_is_team.findings with input as {"catalog": {"entities": [document]}}
}

test_groups if {
	every owner in ["payments", "group:payments", "Group:default/payments", "money/payments", "a_b.c"] {
		number(owner) == 0
	}
}

test_others if {
	every owner in ["user:default/ada", "User:ada", "system:x", "@acme/payments", "ada@acme.com", "Team Payments", "a:b:c"] {
		number(owner) == 1
	}
}

test_missing_owner_is_another_policys_matter if {
	number(null) == 0
	number("") == 0
	number({"a": 1}) == 0
}
