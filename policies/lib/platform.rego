# The platform team's reusable workflows and who calls them.
package waymark.lib.platform

import rego.v1

# Repositories that hold them, in lower case: the parameter `platform_workflows` (a name or a list
# of names), else `<owner>/platform-workflows`.
repositories contains lower(data.waymark.params.platform_workflows) if {
	is_string(data.waymark.params.platform_workflows)
}

repositories contains lower(name) if {
	some name in data.waymark.params.platform_workflows
}

repositories contains lower(sprintf("%s/platform-workflows", [input.repo.owner])) if not configured

configured if is_string(data.waymark.params.platform_workflows)

configured if count(data.waymark.params.platform_workflows) > 0

# Their names for a message.
names := concat(" or ", [sprintf("`%s`", [name]) | some name in repositories])

# The name for an example.
example := [name | some name in repositories][0]

# This repository is one of them.
is_home if lower(input.repo.full_name) in repositories

# Calls of reusable workflows of the platform.
calls contains use if {
	some use in input.uses
	use.kind == "reusable_workflow"
	lower(sprintf("%s/%s", [use.owner, use.repo])) in repositories
}
