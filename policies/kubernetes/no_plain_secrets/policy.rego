# METADATA
# title: Manifests carry no secrets
# description: |
#   What is committed is known to everyone who may read the repository, now and in every copy;
#   base64 hides nothing. A Secret with values in clear is one, and an environment variable whose
#   name ends in password, passphrase, secret, token, API key or private key with a literal value.
#   SealedSecrets, ExternalSecrets, values encrypted by SOPS, placeholders, variables, paths and
#   public certificates are none. In a Secret of which a part is encrypted or filled in later, only
#   names that say secret count.
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
# custom:
#   severity: critical
#   level: bronze
#   needs: [kubernetes]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     allowed_names: []
#   remediation: |
#     Give out a new secret (the old one is known), and keep it where secrets belong:
#
#     ```yaml
#     apiVersion: external-secrets.io/v1
#     kind: ExternalSecret
#     metadata: {name: db}
#     spec:
#       secretStoreRef: {kind: ClusterSecretStore, name: vault}
#       target: {name: db}
#       dataFrom: [{extract: {key: payments/db}}]
#     ```
#
#     Containers take it by reference:
#
#     ```yaml
#     env:
#       - name: DB_PASSWORD
#         valueFrom: {secretKeyRef: {name: db, key: password}}
#     ```
package waymark.kubernetes.no_plain_secrets

import rego.v1

import data.waymark.lib.containers
import data.waymark.lib.secrets

default applies := false

applies if count(input.containers) + count(input.secrets) > 0

findings contains {
	"message": "The Secret holds values in clear",
	"path": secret.path,
	"pointer": plain(secret)[0].pointer,
	"resource": secret.resource,
	"remediation": "Replace it by a SealedSecret or an ExternalSecret, or encrypt it with SOPS, and change the secret itself",
} if {
	some secret in input.secrets
	not secret.sealed
	count(plain(secret)) > 0
}

# Entries in clear, by field and name.
plain(secret) := [entry |
	some entry in secret.entries
	entry.value_kind == "text"
	not entry.name in data.waymark.params.allowed_names
] if not is_mixed(secret)

else := [entry |
	some entry in secret.entries
	secrets.is_plain(entry.name, entry.value_kind)
	not entry.name in data.waymark.params.allowed_names
]

# Somebody takes care of what is secret in it.
is_mixed(secret) if {
	some entry in secret.entries
	entry.value_kind in {"encrypted", "placeholder", "reference"}
}

findings contains {
	"message": sprintf("%s is given `%s` in clear", [containers.title(container), variable.name]),
	"path": container.path,
	"pointer": variable.pointer,
	"resource": container.resource,
	"remediation": "Take it from a Secret by `valueFrom.secretKeyRef`, and change the secret itself",
} if {
	some container in input.containers
	some variable in container.env
	secrets.is_plain(variable.name, variable.value_kind)
	not variable.name in data.waymark.params.allowed_names
}
