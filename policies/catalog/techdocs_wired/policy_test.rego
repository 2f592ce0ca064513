package waymark.catalog.techdocs_wired_test

import rego.v1

import data.waymark.catalog.techdocs_wired

given(annotations, files) := {
	"files": files,
	"gaps": [],
	"catalog": {"entities": [{
		"path": "catalog-info.yaml",
		"pointer": "",
		"is_entity": true,
		"entity": {"kind": "Component", "metadata": {"name": "x", "annotations": annotations}},
	}]},
}

number(annotations, files) := count(findings) if {
	findings := techdocs_wired.findings with input as given(annotations, files)
}

test_folders if {
	every pair in [["dir:.", "mkdocs.yml"], ["dir:./", "mkdocs.yaml"], ["dir:docs", "docs/mkdocs.yml"], ["dir:./a/b/", "a/b/mkdocs.yml"]] {
		number({"backstage.io/techdocs-ref": pair[0]}, [pair[1]]) == 0
		number({"backstage.io/techdocs-ref": pair[0]}, ["x/mkdocs.yml"]) == 1
	}
}

test_absent_annotation if {
	every annotations in [{}, null, ["x"]] {
		number(annotations, ["mkdocs.yml"]) == 1
	}
	number({"backstage.io/techdocs-entity": "component:y"}, []) == 0
}

test_elsewhere_is_unknown if {
	annotations := {"backstage.io/techdocs-ref": "url:https://github.com/acme/docs/tree/main"}
	number(annotations, []) == 0
	found := techdocs_wired.unknowns with input as given(annotations, [])
	count(found) == 1
}

test_cut_list_is_not_missing if {
	cut := object.union(given({"backstage.io/techdocs-ref": "dir:."}, []), {"gaps": [{"kind": "files"}]})
	found := techdocs_wired.findings with input as cut
	count(found) == 0
}
