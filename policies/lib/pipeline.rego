# What workflows and composite actions run.
package waymark.lib.pipeline

import rego.v1

# `owner/repository/path` of what a `uses:` calls, in lower case.
name(use) := lower(concat("/", [part |
	some field in ["owner", "repo", "subpath"]
	part := use[field]
	is_string(part)
]))

# Whether some `uses:` calls what one of the patterns describes.
calls_any(patterns) if {
	some use in input.uses
	some pattern in patterns
	regex.match(pattern, name(use))
}

# Whether some `uses:` calls an action of this list of `owner/repository`.
calls_listed(listed) if {
	is_array(listed)
	some use in input.uses
	some entry in listed
	is_string(entry)
	lower(entry) == lower(sprintf("%s/%s", [use.owner, use.repo]))
}

# Whether a line of a script matches; comments do not count, a continued line is one.
runs_any(pattern) if {
	some run in input.runs
	some line in split(replace(run.run, "\\\n", " "), "\n")
	not startswith(trim_space(line), "#")
	regex.match(pattern, line)
}

# For the resource of a finding.
place(row) := sprintf("job %s", [row.job]) if is_string(row.job)

else := "composite action"

# Reusable workflows of other repositories: what they do is not read.
elsewhere contains use if {
	some use in input.uses
	use.kind == "reusable_workflow"
}

# SLSA's generators sign what others built and do nothing else. They check their own version by its
# tag and refuse to run at a commit.
is_slsa_generator(use) if lower(sprintf("%s/%s", [use.owner, use.repo])) == "slsa-framework/slsa-github-generator"
