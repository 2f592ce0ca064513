# Versions as tags spell them: `v1`, `v1.4.2`, `2.0.0-rc.1`.
package waymark.lib.versions

import rego.v1

# The numbers before any suffix: [1, 4, 2].
numbers(version) := [to_number(digits) |
	some digits in regex.find_n(`[0-9]+`, regex.split(`[-+]`, version)[0], -1)
]

# Whether a tag is this version or newer. A tag of a whole line of versions, such as `v1`, moves
# with its newest one.
at_least(tag, wanted) if {
	own := numbers(tag)
	own >= array.slice(numbers(wanted), 0, count(own))
}

# Whether a tag belongs to a line of versions: `v1.4.2` is one of `v1`, `v1` is none of `v1.4`.
in_line(tag, line) if {
	wanted := numbers(line)
	count(wanted) > 0
	array.slice(numbers(tag), 0, count(wanted)) == wanted
}
