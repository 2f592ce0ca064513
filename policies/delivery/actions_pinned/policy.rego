# METADATA
# title: Actions are pinned to a commit or digest
# description: |
#   A tag or branch can be moved to other code at any time, also by somebody who has stolen the
#   author's account. Whatever then runs has the job's token and secrets. A full commit SHA or an
#   image digest is the only reference that cannot be moved; Dependabot and Renovate keep it fresh.
# related_resources:
#   - https://docs.github.com/en/actions/reference/security/secure-use
# custom:
#   severity: high
#   level: silver
#   mode: warn
#   needs: [repo, workflows]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     platform_workflows: null
#     trusted_owners: null
#   fix: >-
#     Names the commit behind the tag or branch, with the tag as a comment.
#   remediation: |
#     Name the full commit SHA and keep the version as a comment, which update tools maintain:
#
#     ```yaml
#     steps:
#       - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0
#       - uses: docker://alpine:3.22@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
#     ```
#
#     Owners in the parameter `trusted_owners` need no pin; unless it is set, that is the owner of
#     the repository itself.
package waymark.delivery.actions_pinned

import rego.v1

import data.waymark.lib.pipeline
import data.waymark.lib.platform

default applies := false

applies if count(foreign) > 0

# Calls of what is not in this repository. The platform's workflows are another policy's matter.
foreign contains use if {
	some use in input.uses
	use.kind == "docker"
}

foreign contains use if {
	some use in input.uses
	use.kind in {"action", "reusable_workflow"}
	is_string(use.repo)
	not use in platform.calls
	not lower(use.owner) in trusted
}

trusted contains lower(owner) if {
	is_array(data.waymark.params.trusted_owners)
	some owner in data.waymark.params.trusted_owners
	is_string(owner)
}

trusted contains lower(input.repo.owner) if {
	not is_array(data.waymark.params.trusted_owners)
}

findings contains {
	"message": sprintf("`%s` is called %s", [name(use), fault]),
	"path": use.path,
	"pointer": use.pointer,
	"resource": pipeline.place(use),
	"remediation": fix(use),
} if {
	some use in foreign
	fault := loose(use)
}

# What is wrong with the reference; undefined when nothing is. The version itself is left out: the
# fault stays the same when it is raised.
loose(use) := "without a digest" if {
	use.kind == "docker"
	use.pin != "digest"
}

loose(use) := words[use.pin] if {
	use.kind != "docker"
	not must_be_tagged(use)
}

must_be_tagged(use) if {
	pipeline.is_slsa_generator(use)
	use.pin == "version"
}

words := {
	"branch_or_tag": "at a branch or tag, which can be moved",
	"expression": "at an expression, which GitHub does not allow there",
	"none": "without a version",
	"version": "at a version tag, which can be moved",
	"wildcard": "at a pattern, which GitHub takes for a branch or tag of that name",
}

name(use) := split(use.raw, "@")[0] if use.kind != "docker"

else := sprintf("docker://%s", [concat("/", [part | some part in [use.image.registry, use.image.repository]; is_string(part)])])

fix(use) := sprintf("Write `uses: %s@sha256:<digest>`", [split(use.raw, "@")[0]]) if use.kind == "docker"

else := sprintf("Write `uses: %s@<full commit SHA> # %s`", [name(use), use.ref]) if use.pin == "version"

else := sprintf("Write `uses: %s@<full commit SHA>`", [name(use)])
