package waymark.catalog.info_present_test

import rego.v1

import data.waymark.catalog.info_present

repo := {"name": "payments", "archived": false}

absent := {"path": null, "entities": [], "problems": []}

test_absent_file_is_found if {
	found := info_present.findings with input as {"repo": repo, "catalog": absent, "gaps": []}
	count(found) == 1
	some finding in found
	finding.path == "catalog-info.yaml"
}

test_unread_file_is_not_missing if {
	gap := {"kind": "catalog", "path": null, "reason": "cut off"}
	found := info_present.findings with input as {"repo": repo, "catalog": absent, "gaps": [gap]}
	count(found) == 0
}

test_archived_repository_is_left_alone if {
	archived := {"name": "payments", "archived": true}
	given := {"repo": archived, "catalog": absent, "gaps": []}
	not info_present.applies with input as given
	found := info_present.findings with input as given
	count(found) == 0
}

test_text_without_entity_is_found if {
	document := {"path": "catalog-info.yml", "pointer": "", "is_entity": false, "entity": {"a": 1}}
	catalog := {"path": "catalog-info.yml", "entities": [document], "problems": []}
	found := info_present.findings with input as {"repo": repo, "catalog": catalog, "gaps": []}
	count(found) == 1
}
