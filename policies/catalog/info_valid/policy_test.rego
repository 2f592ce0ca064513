package waymark.catalog.info_valid_test

import rego.v1

import data.waymark.catalog.info_valid

component := {
	"apiVersion": "backstage.io/v1alpha1",
	"kind": "Component",
	"metadata": {"name": "payments"},
	"spec": {"type": "service", "lifecycle": "production", "owner": "payments"},
}

found(entity) := findings if {
	document := {"path": "catalog-info.yaml", "pointer": "#1", "is_entity": true, "entity": entity}
	catalog := {"path": "catalog-info.yaml", "problems": [], "entities": [document]}
	findings := info_valid.findings with input as {"catalog": catalog}
}

test_complete_component_passes if count(found(component)) == 0

test_pointer_leads_into_the_document if {
	some finding in found(object.remove(component, ["spec"]))
	finding.pointer == "#1/spec"
	finding.resource == "Component payments"
}

test_longest_name if {
	info_valid.is_name(concat("", ["a" | some _ in numbers.range(1, 63)]))
	not info_valid.is_name(concat("", ["a" | some _ in numbers.range(1, 64)]))
}

test_names if {
	every name in ["a", "A1", "a-b_c.d"] {
		info_valid.is_name(name)
	}
	every name in ["", "-a", "a-", "a b", "ä"] {
		not info_valid.is_name(name)
	}
}

test_label_keys if {
	info_valid.is_label_key("app.kubernetes.io/name")
	not info_valid.is_label_key("App.io/name")
	not info_valid.is_label_key("a/b/c")
	not info_valid.is_label_key("a/")
}
