package waymark.container.no_secrets_baked_test

import rego.v1

import data.waymark.container.no_secrets_baked
import data.waymark.lib.secrets

test_names_that_say_secret if {
	every name in [
		"DB_PASSWORD", "dbPassword", "MYSQL_ROOT_PASSWORD", "SECRET", "JWT_SECRET", "GITHUB_TOKEN",
		"npm_config_authToken", "API_KEY", "STRIPE_APIKEY", "com.acme.api-key", "PRIVATE_KEY",
		"SECRET_KEY_BASE", "AWS_SECRET_ACCESS_KEY", "MYSQL_PWD", "API_KEY_PROD", "TOKEN2", "PASSPHRASE",
	] {
		secrets.says_secret(name)
	}
}

test_names_that_do_not if {
	every name in [
		"PWD", "OLDPWD", "OLD_PWD", "PASSWORD_FILE", "TOKEN_URL", "SECRET_NAME", "MAX_TOKENS",
		"TOKENIZER", "PUBLIC_KEY", "NEXT_PUBLIC_API_KEY", "KEY", "API_KEY_ID", "PASSWORDLESS",
		"IMAGE_PULL_SECRET", "TLS_SECRET", "AWS_ACCESS_KEY_ID", "SECRETARY", "PASSWORD_MIN_LENGTH",
	] {
		not secrets.says_secret(name)
	}
}

test_kinds if {
	secrets.is_plain("DB_PASSWORD", "text")
	secrets.is_plain("DB_PASSWORD", "number")
	not secrets.is_plain("TOKEN", "number")
	every kind in ["empty", "reference", "placeholder", "encrypted", "certificate", "flag"] {
		not secrets.is_plain("DB_PASSWORD", kind)
	}
}

test_allowed_names if {
	setting := {"instruction": "ENV", "pointer": "/instructions/1/0", "name": "PAD_TOKEN", "value_kind": "text"}
	seen := {"dockerfiles": [{"path": "Dockerfile", "settings": [setting]}]}
	found := no_secrets_baked.findings with input as seen with data.waymark.params as {"allowed_names": []}
	count(found) == 1
	none := no_secrets_baked.findings with input as seen with data.waymark.params as {"allowed_names": ["PAD_TOKEN"]}
	count(none) == 0
}
