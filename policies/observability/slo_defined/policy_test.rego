package waymark.observability.slo_defined_test

import rego.v1

import data.waymark.observability.slo_defined

component(metadata) := {"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": {
	"kind": "Component",
	"metadata": metadata,
	"spec": {"type": "service", "lifecycle": "production"},
}}

slo(target) := {"role": "slo", "path": "slo.yaml", "resource": "SLO x", "name": null, "target": target}

counts(components, objects) := [count(found), count(unsure)] if {
	snap := {"catalog": {"entities": components}, "objects": objects, "gaps": []}
	found := slo_defined.findings with input as snap
	unsure := slo_defined.unknowns with input as snap
}

api := component({"name": "api"})

test_one_component_has_any_objective if {
	counts([api], []) == [1, 0]
	counts([api], [slo("anything")]) == [0, 0]
	counts([api], [slo(null)]) == [0, 0]
	counts([api], [{"role": "rules"}]) == [1, 0]
}

test_several_go_by_name if {
	counts([api, component({"name": "web"})], [slo("api-availability")]) == [0, 1]
	counts([api, component({"name": "web"})], [slo("api"), slo("web")]) == [0, 0]
}

test_annotations if {
	every key in ["openslo.com/slo", "datadoghq.com/slo_tag", "acme.com/slos"] {
		counts([component({"name": "api", "annotations": {key: "x"}})], []) == [0, 0]
	}
	counts([component({"name": "api", "annotations": {"acme.com/slow": "x"}})], []) == [1, 0]
}
