package waymark.catalog.runbook_linked_test

import rego.v1

import data.waymark.catalog.runbook_linked

number(metadata) := count(findings) if {
	spec := {"type": "service", "lifecycle": "production"}
	entity := {"kind": "Component", "metadata": metadata, "spec": spec}
	document := {"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": entity}
	findings := runbook_linked.findings with input as {"catalog": {"entities": [document]}}
}

test_any_field_of_a_link_names_it if {
	every link in [{"title": "The Runbook"}, {"type": "runbook"}, {"url": "https://x/runbook/1"}] {
		number({"links": [link]}) == 0
	}
}

test_annotation_names_it if number({"annotations": {"acme.com/runbook-url": "x"}}) == 0

test_other_links if {
	every metadata in [{}, {"links": null}, {"links": [7, {"title": "Home"}, {"title": 3}]}, {"annotations": ["x"]}] {
		number(metadata) == 1
	}
}
