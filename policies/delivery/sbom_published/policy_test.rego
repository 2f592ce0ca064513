package waymark.delivery.sbom_published_test

import rego.v1

import data.waymark.delivery.sbom_published

base := {
	"repo": {"owner": "acme", "full_name": "acme/api", "archived": false},
	"catalog": {"entities": [{
		"is_entity": true,
		"entity": {"kind": "Component", "spec": {"type": "service"}},
	}]},
	"workflows": [],
	"uses": [],
	"runs": [],
	"gaps": [],
}

runs(script) if {
	sbom_published.produced with input as object.union(base, {"runs": [{"run": script}]})
}

test_commands if {
	every script in [
		"make\nsyft dir:. -o spdx-json",
		"trivy image --format cyclonedx x",
		"trivy fs -f spdx-json .",
		"cargo cyclonedx",
		"npx @cyclonedx/cyclonedx-npm",
		"./mvnw org.cyclonedx:cyclonedx-maven-plugin:makeAggregateBom",
		"./gradlew cyclonedxBom",
		"docker buildx build \\\n  --sbom=true .",
		"npm sbom --sbom-format=spdx",
	] {
		runs(script)
	}
}

test_other_commands if {
	every script in [
		"make",
		"# syft dir:.",
		"trivy image --format sarif x",
		"docker buildx build --sbom=false .",
		"cargo build",
		"npm ci",
	] {
		not runs(script)
	}
}

test_versions if {
	every pair in [["v1.4", "v1"], ["v1.4", "v1.4"], ["v1.4", "v1.5.0"], ["v1.4", "v2"], ["v1.4", "1.4.1-rc.1"]] {
		answer("version", pair[1], pair[0]) == "yes"
	}
	answer("version", "v1.3.9", "v1.4") == "no"
	answer("version", "v0", "v1.4") == "no"
	answer("sha", "x", "v1.4") == "unknown"
}

answer(pin, ref, wanted) := result if {
	result := sbom_published.since({"pin": pin, "ref": ref}) with data.waymark.params as {"sbom_since": wanted}
}

test_nothing_is_found if {
	found := sbom_published.findings with input as base
	count(found) == 1
}
