package waymark.delivery.no_inherited_secrets_test

import rego.v1

import data.waymark.delivery.no_inherited_secrets

found(extra) := findings if {
	call := object.union(
		{
			"path": "ci.yml",
			"pointer": "/jobs/x/uses",
			"job": "x",
			"kind": "reusable_workflow",
			"owner": "other",
			"repo": "workflows",
			"raw": "other/workflows/.github/workflows/x.yml@v1",
			"secrets": "inherit",
		},
		extra,
	)
	repo := {"owner": "acme", "full_name": "acme/api"}
	findings := no_inherited_secrets.findings with input as {"repo": repo, "uses": [call]}
}

test_inherit_is_found_at_its_line if {
	some finding in found({})
	finding.pointer == "/jobs/x/secrets"
}

test_named_secrets_pass if {
	count(found({"secrets": {"a": "b"}})) == 0
	count(found({"secrets": null})) == 0
}

test_platform_and_own_workflows_pass if {
	count(found({"owner": "Acme", "repo": "platform-workflows"})) == 0
	count(found({"kind": "local"})) == 0
}

test_another_platform if {
	findings := found({}) with data.waymark.params as {"platform_workflows": "other/workflows"}
	count(findings) == 0
}
