# Patterns of names, as parameters hold them.
package waymark.lib.globs

import rego.v1

# Whether a text is what some pattern says. A pattern knows one sign: `*` for anything.
any(patterns, text) if {
	some pattern in patterns
	is_string(pattern)
	regex.match(as_regex(pattern), text)
}

as_regex(pattern) := sprintf("^%s$", [concat(".*", [quoted(part) | some part in split(pattern, "*")])])

quoted(text) := regex.replace(text, `[^A-Za-z0-9/:@_-]`, `\$0`)
