package waymark.observability.metrics_scraped_test

import rego.v1

import data.waymark.observability.metrics_scraped

component(name, annotations) := {"path": "catalog-info.yaml", "pointer": "", "is_entity": true, "entity": {
	"kind": "Component",
	"metadata": {"name": name, "annotations": annotations},
	"spec": {"type": "service"},
}}

scraper(certain) := {"kind": "PodMonitor", "path": "m.yaml", "certain": certain}

workload(changes) := object.union(
	{
		"path": "k8s/api.yaml",
		"pointer": "",
		"kind": "Deployment",
		"name": "api",
		"resource": "Deployment api",
		"pod_labels": {},
		"services": [],
		"scraped_by": [],
		"missed_by": [],
		"patches": [],
	},
	changes,
)

snapshot(entities, workloads, gaps) := {
	"catalog": {"entities": entities},
	"workloads": workloads,
	"containers": [],
	"objects": [],
	"files": [],
	"gaps": gaps,
}

counts(snap) := [count(found), count(unsure)] if {
	found := metrics_scraped.findings with input as snap
	unsure := metrics_scraped.unknowns with input as snap
}

api := component("api", {})

test_scraped_or_not if {
	counts(snapshot([api], [workload({})], [])) == [1, 0]
	counts(snapshot([api], [workload({"scraped_by": [scraper(true)]})], [])) == [0, 0]
	counts(snapshot([api], [workload({"scraped_by": [scraper(false)]})], [])) == [0, 1]
	counts(snapshot([api], [workload({"patches": [{"path": "p.yaml", "fields": ["annotations"]}]})], [])) == [0, 1]
}

missing(kind, certain) := object.union(scraper(certain), {"kind": kind, "pointer": "", "ports": ["web"]})

test_a_port_that_is_not_there if {
	counts(snapshot([api], [workload({"missed_by": [missing("PodMonitor", true)]})], [])) == [1, 0]
	counts(snapshot([api], [workload({"missed_by": [missing("ServiceMonitor", true)]})], [])) == [1, 0]
	counts(snapshot([api], [workload({"missed_by": [missing("PodMonitor", false)]})], [])) == [0, 1]
	counts(snapshot([api], [workload({"missed_by": [missing("PodMonitor", true)], "scraped_by": [scraper(true)]})], [])) == [0, 0]
	counts(snapshot([api], [workload({"missed_by": [missing("PodMonitor", true)], "patches": [{"path": "p.yaml", "fields": ["ports"]}]})], [])) == [0, 1]
}

test_the_catalog_says_so if {
	counts(snapshot([component("api", {"prometheus.io/scrape": "true"})], [], [])) == [0, 0]
	counts(snapshot([component("api", {"prometheus.io/scrape": "false"})], [], [])) == [1, 0]
	counts(snapshot([component("api", null)], [], [])) == [1, 0]
}

test_several_components_go_by_name if {
	scraped := workload({"scraped_by": [scraper(true)]})
	counts(snapshot([api, component("web", {})], [scraped, workload({"name": "web"})], [])) == [1, 0]
	counts(snapshot([api, component("web", {})], [scraped], [])) == [0, 1]
}

test_without_a_catalog if {
	exposed := workload({"services": [scraper(true)]})
	counts(snapshot([], [exposed], [])) == [1, 0]
	counts(snapshot([], [workload({})], [])) == [0, 0]
	counts(snapshot([], [exposed], [{"kind": "kubernetes"}])) == [0, 0]
}

test_a_prometheus_of_its_own if {
	snap := object.union(snapshot([api], [workload({})], []), {"files": ["ops/prometheus-config.yaml"]})
	counts(snap) == [0, 1]
}
