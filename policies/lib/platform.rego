# The platform team's reusable workflows and who calls them.
package waymark.lib.platform

import rego.v1

# Repositories that hold them, in lower case: the parameter `platform_workflows` (a name or a list
# of names), else `<owner>/platform-workflows`.
repositories contains lower(name) if some name in configured

repositories contains sprintf("%s/platform-workflows", [owner]) if count(configured) == 0

# A folder on disk may not know whose it is; then the name of the repository must do.
owner := "*" if input.repo.owner == ""

else := lower(input.repo.owner)

default configured := []

configured := data.waymark.params.platform_workflows if {
	is_array(data.waymark.params.platform_workflows)
}

configured := [data.waymark.params.platform_workflows] if {
	is_string(data.waymark.params.platform_workflows)
}

# Their names for a message.
names := concat(" or ", [sprintf("`%s`", [shown(name)]) | some name in repositories])

# The name for an example.
example := [shown(name) | some name in repositories][0]

# Whoever the owner is, nobody can call `*/…`.
shown(name) := sprintf("<owner>/%s", [trim_prefix(name, "*/")]) if startswith(name, "*/")

else := name

# This repository is one of them.
is_home if lower(input.repo.full_name) in repositories

# Calls of reusable workflows of the platform.
calls contains use if {
	some use in input.uses
	use.kind == "reusable_workflow"
	is_platform(use)
}

is_platform(use) if lower(sprintf("%s/%s", [use.owner, use.repo])) in repositories

is_platform(use) if lower(sprintf("*/%s", [use.repo])) in repositories
