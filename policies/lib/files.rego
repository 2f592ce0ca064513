# The repository's paths as one text: a pattern is matched once, not once per file.
package waymark.lib.files

import rego.v1

# Paths with NULs between them, which no path holds. Two, so that a pattern may take one at either
# end of a path: `(?:^|[/\x00])Tiltfile(?:\x00|$)`.
text := concat("\u0000\u0000", input.files)
