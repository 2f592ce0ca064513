package waymark.kubernetes.no_plain_secrets_test

import rego.v1

import data.waymark.kubernetes.no_plain_secrets

params := {"allowed_names": ["PUBLIC"]}

found(entries) := found_sealed(entries, false)

found_sealed(entries, sealed) := count(set) if {
	rows := [{"name": name, "pointer": "/data/x", "value_kind": kind} | some name, kind in entries]
	secret := {"path": "s.yaml", "resource": "Secret s", "sealed": sealed, "entries": rows}
	set := no_plain_secrets.findings with input as {"containers": [], "secrets": [secret]}
		with data.waymark.params as params
}

test_secret_objects if {
	found({}) == 0
	found({"a": "text", "b": "text"}) == 1
	found({"PUBLIC": "text"}) == 0
	found({"a": "certificate", "b": "empty", "c": "flag"}) == 0
	found_sealed({"a": "text"}, true) == 0
}

test_mixed_secrets if {
	found({"password": "placeholder", "user": "text"}) == 0
	found({"password": "text", "url": "reference"}) == 1
}

test_environment if {
	env := [
		{"name": "DB_PASSWORD", "pointer": "/e/0", "value_kind": "text"},
		{"name": "DB_USER", "pointer": "/e/1", "value_kind": "text"},
		{"name": "TOKEN", "pointer": "/e/2", "value_kind": "reference"},
	]
	row := {"path": "a.yaml", "resource": "Pod a", "name": "a", "init": false, "env": env}
	set := no_plain_secrets.findings with input as {"containers": [row], "secrets": []} with data.waymark.params as params
	count(set) == 1
}
