# METADATA
# title: Images carry no secrets
# description: |
#   What `ENV`, `ARG` and `LABEL` say is stored in the image and its history, in clear, for everyone
#   who may pull it and for as long as one copy exists. A name that ends in password, passphrase,
#   secret, token, API key or private key with a literal value is taken for a secret. Names without
#   a value, variables, paths, URLs, flags, numbers under other names than a password's, and
#   placeholders are none.
# related_resources:
#   - https://docs.docker.com/build/building/secrets/
# custom:
#   severity: critical
#   level: bronze
#   needs: [dockerfiles]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     allowed_names: []
#   remediation: |
#     Take the value out, give out a new one (the old one is known), and hand it over when it is
#     needed. At build time by a secret mount, which leaves nothing in the image:
#
#     ```dockerfile
#     RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN npm ci
#     ```
#
#     At run time by the environment or a file of the platform.
package waymark.container.no_secrets_baked

import rego.v1

import data.waymark.lib.secrets

default applies := false

applies if count(input.dockerfiles) > 0

findings contains {
	"message": sprintf("`%s %s` puts a secret into the image", [setting.instruction, setting.name]),
	"path": file.path,
	"pointer": setting.pointer,
	"resource": setting.name,
	"remediation": sprintf("Remove the value of `%s`, replace the secret where it is used, and mount it with `RUN --mount=type=secret`", [setting.name]),
} if {
	some file in input.dockerfiles
	some setting in file.settings
	secrets.is_plain(setting.name, setting.value_kind)
	not setting.name in data.waymark.params.allowed_names
}
