package waymark.catalog.relations_resolve_test

import rego.v1

import data.waymark.catalog.relations_resolve

given(spec) := {"catalog": {"entities": [
	{
		"path": "catalog-info.yaml",
		"pointer": "",
		"is_entity": true,
		"entity": {"kind": "Component", "metadata": {"name": "x", "namespace": "Money"}, "spec": spec},
	},
	{
		"path": "catalog-info.yaml",
		"pointer": "#1",
		"is_entity": true,
		"entity": {"kind": "API", "metadata": {"name": "Y", "namespace": "money"}, "spec": {}},
	},
]}}

number(spec) := count(findings) if {
	findings := relations_resolve.findings with input as given(spec)
}

open(spec) := count(unknowns) if {
	unknowns := relations_resolve.unknowns with input as given(spec)
}

test_what_is_described_here_resolves if {
	every spec in [
		{"providesApis": ["y"]},
		{"consumesApis": ["api:money/y"]},
		{"dependsOn": ["API:Y", "component:x"]},
	] {
		number(spec) == 0
		open(spec) == 0
	}
}

test_what_is_elsewhere_is_unknown if {
	every spec in [{"system": "checkout"}, {"providesApis": ["default/y"]}, {"dependsOn": ["resource:y"]}] {
		number(spec) == 0
		open(spec) == 1
	}
}

test_malformed if {
	every spec in [{"system": "a b"}, {"providesApis": ["y", "a/b/c"]}, {"dependsOn": ["y"]}] {
		number(spec) == 1
		open(spec) == 0
	}
}

test_odd_values_are_another_policys_matter if {
	every spec in [null, {"system": 7}, {"dependsOn": {"a": "b"}}, {"dependsOn": [null, ""]}] {
		number(spec) == 0
	}
}
