# METADATA
# title: Secrets come from a store
# description: |
#   A Secret that somebody typed into the cluster is nobody's: it is not rotated, and lost with the
#   cluster. Where workloads read Secrets, something must make them: Vault (annotations, its operator
#   or the CSI driver), External Secrets, a SecretProviderClass, SealedSecrets or files encrypted
#   with SOPS. Secrets that cert-manager makes, and those without which the pod starts as well, are
#   not asked about.
# related_resources:
#   - https://external-secrets.io/
#   - https://developer.hashicorp.com/vault/docs/platform/k8s
# custom:
#   severity: medium
#   level: gold
#   mode: warn
#   needs: [kubernetes]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Have the Secret made from the store:
#
#     ```yaml
#     apiVersion: external-secrets.io/v1
#     kind: ExternalSecret
#     metadata: {name: payments-db}
#     spec:
#       secretStoreRef: {kind: ClusterSecretStore, name: vault}
#       target: {name: payments-db}
#       dataFrom:
#         - extract: {key: payments/db}
#     ```
package waymark.operations.secrets_from_vault

import rego.v1

import data.waymark.lib.gaps

default applies := false

applies if count(input.secret_reads) > 0

findings contains {
	"message": sprintf("%s reads Secret `%s`, and nothing takes secrets from a store: no Vault, ExternalSecret, SecretProviderClass or SealedSecret", [first.resource, first.name]),
	"path": first.path,
	"pointer": first.pointer,
	"resource": first.resource,
	"remediation": sprintf("Add an ExternalSecret with `target.name: %s`", [first.name]),
} if {
	gaps.none("kubernetes")
	not is_stored
	first := asked[0]
}

# What was found decides, whatever else there may be.
settled if {
	count(input.secret_reads) > 0
	is_stored
}

asked := [read |
	some read in input.secret_reads
	read.how != "csi"
	not read.optional
	not read.name in certificates
]

certificates contains object.target if {
	some object in input.objects
	object.role == "certificate"
}

is_stored if {
	some object in input.objects
	object.role == "secret_store"
}

is_stored if {
	some read in input.secret_reads
	read.how == "csi"
}

is_stored if {
	some secret in input.secrets
	secret.sealed
}

is_stored if {
	some workload in input.workloads
	some key, value in workload.pod_annotations
	regex.match(`^(vault\.hashicorp\.com/(agent-inject|role)|vault\.security\.banzaicloud\.io/|secrets\.doppler\.com/|operator\.1password\.io/)`, key)
	value != "false"
}
