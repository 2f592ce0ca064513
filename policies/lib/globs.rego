# Patterns of names, as parameters hold them.
package waymark.lib.globs

import rego.v1

# Whether a text is what some pattern says. A pattern knows one sign: `*` for anything.
any(patterns, text) if regex.match(one_of(patterns), text)

# The same as one regular expression, for whoever has many texts to hold against it.
one_of(patterns) := sprintf("^(%s)$", [concat("|", [as_regex(pattern) | some pattern in patterns; is_string(pattern)])])

as_regex(pattern) := concat(".*", [quoted(part) | some part in split(pattern, "*")])

quoted(text) := regex.replace(text, `[^A-Za-z0-9/:@_-]`, `\$0`)
