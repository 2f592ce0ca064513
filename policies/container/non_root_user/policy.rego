# METADATA
# title: Containers run as a user other than root
# description: |
#   A process that runs as root in a container is root towards the kernel: a hole in the application
#   or in the runtime becomes a hole in the node. Most services need no such right; saying so in the
#   Dockerfile protects every place where the image is run.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#user
# custom:
#   severity: high
#   level: bronze
#   mode: enforce
#   needs: [dockerfiles]
#   scope: file
#   since: "0.1.0"
#   tags: [security]
#   parameters:
#     nonroot_images:
#       - gcr.io/distroless/*:nonroot*
#       - gcr.io/distroless/*:debug-nonroot*
#       - cgr.dev/chainguard/*
#       - cgr.dev/chainguard-private/*
#       - cgr.dev/*/*
#       - nginxinc/nginx-unprivileged*
#       - mcr.microsoft.com/dotnet/*-chiseled*
#   fix: >-
#     Adds `USER` above `ENTRYPOINT` or `CMD`: the user that the stage makes or used before, else
#     the number that the base image has for it, else 10001. Not for programs that begin as root
#     (nginx, databases), nor for ports below 1024.
#   remediation: |
#     Create a user where the image is built, and switch to it in the last stage:
#
#     ```dockerfile
#     FROM debian:12-slim
#     RUN useradd --system --uid 10001 app
#     COPY --chown=10001:10001 build/ /app/
#     USER 10001
#     ENTRYPOINT ["/app/server"]
#     ```
#
#     A number instead of a name lets Kubernetes check `runAsNonRoot`. A base that is not root to
#     begin with, such as `gcr.io/distroless/static:nonroot`, needs no `USER`.
package waymark.container.non_root_user

import rego.v1

import data.waymark.lib.globs
import data.waymark.lib.images

default applies := false

applies if count(input.dockerfiles) > 0

finals := [{"path": file.path, "stage": stage} |
	some file in input.dockerfiles
	stage := file.stages[file.final_stage]
	not is_windows(stage)
]

# Root by instruction.
findings contains {
	"message": sprintf("%s runs as root: `USER %s`%s", [title(final.stage), user.raw, inherited(final.stage)]),
	"path": final.path,
	"pointer": sprintf("%s/user", [final.stage.pointer]),
	"resource": resource(final.stage),
	"remediation": "Switch to another user last, for example `USER 10001`",
} if {
	some final in finals
	user := final.stage.user
	user != null
	is_root(user.resolved)
}

# Root because nothing says otherwise.
findings contains {
	"message": sprintf("%s runs as root: no USER instruction, and base image `%s` does not say otherwise", [title(final.stage), images.name(final.stage.external_base.image)]),
	"path": final.path,
	"pointer": final.stage.pointer,
	"resource": resource(final.stage),
	"remediation": remedy(base),
} if {
	some final in finals
	final.stage.user == null
	base := final.stage.external_base.resolved
	is_string(base)
	not is_nonroot_image(base)
}

unknowns contains {
	"message": sprintf("the user of the final stage is `%s`, and `%s` has no known value", [final.stage.user.raw, final.stage.user.unresolved_variable]),
	"path": final.path,
} if {
	some final in finals
	final.stage.user != null
	final.stage.user.resolved == null
}

unknowns contains {
	"message": sprintf("the base image of the final stage is `%s`, and `%s` has no known value", [final.stage.external_base.raw, final.stage.external_base.unresolved_variable]),
	"path": final.path,
} if {
	some final in finals
	final.stage.user == null
	final.stage.external_base.resolved == null
}

# `root`, `0`, `00`, with or without a group.
is_root(user) if {
	is_string(user)
	regex.match(`^(root|0+)(:.*)?$`, user)
}

is_nonroot_image(image) if globs.any(data.waymark.params.nonroot_images, image)

# Windows has no root, and its images are told by where they come from.
is_windows(stage) if {
	is_string(stage.external_base.resolved)
	regex.match(`^mcr\.microsoft\.com/windows|nanoserver|windowsservercore`, stage.external_base.resolved)
}

title(stage) := sprintf("Final stage `%s`", [stage.name]) if stage.name != null

else := "The final stage"

resource(stage) := sprintf("stage %s", [stage.name]) if stage.name != null

else := "final stage"

inherited(stage) := " is inherited from an earlier stage" if stage.user.stage != stage.index

else := ""

remedy("scratch") := "Add `USER 10001` before ENTRYPOINT or CMD; a number needs no user in the image"

remedy(base) := "Use the tag `nonroot` of the base image, or add `USER 65532` before ENTRYPOINT or CMD" if {
	startswith(base, "gcr.io/distroless/")
}

remedy(base) := "Add `USER 10001` before ENTRYPOINT or CMD, after everything that needs root" if {
	base != "scratch"
	not startswith(base, "gcr.io/distroless/")
}
