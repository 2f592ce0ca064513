# What runs in production, as the catalog says.
package waymark.lib.services

import rego.v1

import data.waymark.lib.components

production contains component if {
	some component in components.all
	component.spec.type == "service"
	component.spec.lifecycle == "production"
}

# Whether a workload is one of a production service: of the only component, or of the one whose
# name it bears.
runs_in_production(workload) if {
	count(components.all) == 1
	count(production) == 1
	not is_elsewhere(workload)
}

runs_in_production(workload) if {
	some component in production
	component.metadata.name in names(workload)
	not is_elsewhere(workload)
}

names(workload) := {workload.name} | {name |
	some key in ["app", "app.kubernetes.io/name", "backstage.io/kubernetes-id"]
	name := workload.pod_labels[key]
}

# Its folder, file or namespace names another environment.
is_elsewhere(workload) if {
	some text in [workload.path, workload.namespace]
	is_string(text)
	some word in regex.split(`[^a-z0-9]+`, lower(text))
	word in environments
}

environments := {"dev", "develop", "development", "test", "testing", "qa", "uat", "stage", "staging", "preview", "sandbox", "local", "ci", "e2e", "demo"}
