package waymark.operations.secrets_from_vault_test

import rego.v1

import data.waymark.operations.secrets_from_vault

read(changes) := object.union({"path": "k8s/api.yaml", "pointer": "/x", "resource": "Deployment api", "name": "db", "how": "env", "optional": false}, changes)

found(reads, changes) := count(set) if {
	base := {"secret_reads": reads, "objects": [], "secrets": [], "workloads": [], "gaps": []}
	set := secrets_from_vault.findings with input as object.union(base, changes)
}

test_reads if {
	found([], {}) == 0
	found([read({})], {}) == 1
	found([read({}), read({"name": "other"})], {}) == 1
	found([read({"optional": true})], {}) == 0
	found([read({"how": "csi"}), read({})], {}) == 0
}

test_stores if {
	found([read({})], {"objects": [{"role": "secret_store"}]}) == 0
	found([read({})], {"objects": [{"role": "certificate", "target": "db"}]}) == 0
	found([read({})], {"objects": [{"role": "certificate", "target": "tls"}]}) == 1
	found([read({})], {"secrets": [{"sealed": true}]}) == 0
	found([read({})], {"secrets": [{"sealed": false}]}) == 1
}

annotated(key, value) := {"workloads": [{"pod_annotations": {key: value}}]}

test_annotations if {
	found([read({})], annotated("vault.hashicorp.com/agent-inject", "true")) == 0
	found([read({})], annotated("vault.hashicorp.com/agent-inject", "false")) == 1
	found([read({})], annotated("other", "true")) == 1
}

test_gaps if found([read({})], {"gaps": [{"kind": "kubernetes"}]}) == 0
