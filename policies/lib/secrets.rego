# Which names say that their value is a secret?
package waymark.lib.secrets

import rego.v1

# What a name must end in; what follows says which of several it is.
words := `(password|passwd|passphrase|secret|token|api_?key|private_?key|secret_?key(_?base)?|secret_?access_?key|[a-z0-9]_pwd)(_?(prod|production|dev|development|staging|test|value|default|[0-9]+))?$`

# Names that end so and hold something else: a public key, the name of a Secret object.
others := `(^|_)(public|publishable)_|(^|_)old_?pwd$|((image_?)?pull|tls|cert|certificate|ingress)_?secret$`

# Whether a value of this kind under this name is a secret in clear. Numbers and flags are settings
# (`TOKEN_LIMIT=4096`), but a password may be a number.
is_plain(name, kind) if {
	kind == "text"
	says_secret(name)
}

is_plain(name, kind) if {
	kind == "number"
	says_secret(name)
	regex.match(`passw|passphrase|pwd`, lower(name))
}

says_secret(name) if {
	plain := regex.replace(lower(name), `[^a-z0-9]+`, "_")
	regex.match(words, plain)
	not regex.match(others, plain)
}
