package waymark.catalog.dashboard_linked_test

import rego.v1

import data.waymark.catalog.dashboard_linked

number(metadata) := count(findings) if {
	spec := {"type": "service", "lifecycle": "production"}
	entity := {"kind": "Component", "metadata": metadata, "spec": spec}
	document := {"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": entity}
	findings := dashboard_linked.findings with input as {"catalog": {"entities": [document]}}
}

test_any_field_of_a_link_names_it if {
	every link in [{"title": "The Dashboard"}, {"type": "dashboard"}, {"url": "https://x/dashboard/1"}] {
		number({"links": [link]}) == 0
	}
}

test_annotation_names_it if number({"annotations": {"grafana/dashboard-selector": "x"}}) == 0

test_other_links if {
	every metadata in [{}, {"links": null}, {"links": [7, {"title": "Home"}, {"title": 3}]}, {"annotations": ["x"]}] {
		number(metadata) == 1
	}
}
