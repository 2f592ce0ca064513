# What workflows and composite actions run.
package waymark.lib.pipeline

import rego.v1

# `owner/repository/path` of what a `uses:` calls, in lower case.
name(use) := lower(concat("/", [part |
	some field in ["owner", "repo", "subpath"]
	part := use[field]
	is_string(part)
]))

# What is called, each name once: workflows call the same few actions again and again.
names contains name(use) if some use in input.uses

# Names among those that one of the patterns describes.
names_like(patterns) := {called |
	some called in names
	some pattern in patterns
	regex.match(pattern, called)
}

# Whether some `uses:` calls what one of the patterns describes.
calls_any(patterns) if count(names_like(patterns)) > 0

# Whether some `uses:` calls an action of this list of `owner/repository`.
calls_listed(listed) if {
	is_array(listed)
	some use in input.uses
	some entry in listed
	is_string(entry)
	lower(entry) == lower(sprintf("%s/%s", [use.owner, use.repo]))
}

# Lines of scripts, each once; comments do not count, a continued line is one.
commands contains line if {
	some script in {run.run | some run in input.runs}
	some line in split(replace(script, "\\\n", " "), "\n")
	not startswith(trim_space(line), "#")
}

# Whether a line of a script matches.
runs_any(pattern) if {
	some line in commands
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
