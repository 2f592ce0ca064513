# JSON pointers (RFC 6901).
package waymark.lib.pointers

import rego.v1

# A key as it stands in a pointer: `app.kubernetes.io/name` becomes `app.kubernetes.io~1name`.
escape(key) := replace(replace(key, "~", "~0"), "/", "~1")
