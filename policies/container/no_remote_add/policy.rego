# METADATA
# title: What ADD fetches is checked
# description: |
#   `ADD` of a URL takes whatever the server answers on the day of the build. `--checksum` makes the
#   build fail when that is not what was reviewed. A Git address is held by a full commit SHA behind
#   `#` instead.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#add---checksum
# custom:
#   severity: low
#   level: gold
#   needs: [dockerfiles]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   remediation: |
#     ```dockerfile
#     ADD --checksum=sha256:<64 hexadecimal digits> https://example.com/tool.tar.gz /opt/
#     ```
#
#     `curl -fsSL URL | sha256sum` prints it.
package waymark.container.no_remote_add

import rego.v1

default applies := false

applies if count(all) > 0

all contains {"path": file.path, "add": add} if {
	some file in input.dockerfiles
	some add in file.added
}

findings contains {
	"message": sprintf("ADD fetches from `%s` without `--checksum`", [host(text(row.add))]),
	"path": row.path,
	"pointer": row.add.pointer,
	"remediation": "Add `--checksum=sha256:…`, or the full commit SHA behind `#` of a Git address",
} if {
	some row in all
	not row.add.checksum
	is_remote(text(row.add))
	not is_commit(text(row.add))
}

# What is known of a source: everything, or how it begins.
text(add) := add.resolved if add.resolved != null

else := add.raw

is_remote(source) if regex.match(`^(?i)(https?|ftp|git|ssh)://|^git@`, source)

is_commit(source) if regex.match(`#[0-9a-f]{40}(:.*)?$`, source)

# Without credentials and version.
host(source) := split(split(regex.replace(source, `^(?i)[a-z]+://([^/@]*@)?|^git@`, ""), "/")[0], ":")[0]

unknowns contains {
	"message": sprintf("ADD takes `%s`, and `%s` has no known value", [row.add.raw, row.add.unresolved_variable]),
	"path": row.path,
} if {
	some row in all
	not row.add.checksum
	row.add.resolved == null
	startswith(row.add.raw, "$")
}
