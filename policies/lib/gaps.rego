# What could not be read. A policy that fails because something is absent must first know that
# nothing of that kind was left unread.
package waymark.lib.gaps

import rego.v1

# Whether facts of this kind ("catalog", "workflows", …) are incomplete.
exist(kind) if {
	some gap in input.gaps
	gap.kind == kind
}

# Whether everything of this kind was read.
none(kind) if not exist(kind)
