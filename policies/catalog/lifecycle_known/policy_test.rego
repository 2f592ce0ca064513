package waymark.catalog.lifecycle_known_test

import rego.v1

import data.waymark.catalog.lifecycle_known

found(kind, lifecycle) := findings if {
	entity := {"kind": kind, "metadata": {"name": "x"}, "spec": {"lifecycle": lifecycle}}
	document := {"path": "catalog-info.yaml", "pointer": "#1", "is_entity": true, "entity": entity}
	findings := lifecycle_known.findings with input as {"catalog": {"entities": [document]}}
		with data.waymark.params as {"lifecycles": ["experimental", "production"]}
}

test_known if count(found("Component", "production")) == 0

test_unknown if {
	count(found("Component", "prod")) == 1
	count(found("API", "prod")) == 1
	count(found("System", "prod")) == 0
}

test_only_the_letters_differ if {
	some finding in found("Component", "Production")
	finding.remediation == "Write `lifecycle: production`"
	finding.pointer == "#1/spec/lifecycle"
}

test_odd_values_are_another_policys_matter if {
	every value in [null, 7, ["x"]] {
		count(found("Component", value)) == 0
	}
}
