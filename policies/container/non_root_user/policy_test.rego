package waymark.container.non_root_user_test

import rego.v1

import data.waymark.container.non_root_user

stage(user, base) := {
	"index": 1,
	"name": null,
	"pointer": "/stages/1",
	"external_base": {
		"raw": base,
		"resolved": base,
		"image": {"registry": null, "repository": split(base, ":")[0]},
	},
	"user": user,
}

given(user, base) := {"dockerfiles": [{
	"path": "Dockerfile",
	"final_stage": 1,
	"stages": [null, stage(user, base)],
}]}

user(name) := {"raw": name, "resolved": name, "stage": 1}

test_root_by_any_name if {
	every name in ["root", "0", "00", "root:app", "0:0"] {
		found := non_root_user.findings with input as given(user(name), "debian:12")
		count(found) == 1
	}
}

test_other_users_pass if {
	every name in ["app", "1000", "10:0", "rooted", "Root"] {
		found := non_root_user.findings with input as given(user(name), "debian:12")
		count(found) == 0
	}
}

test_patterns if {
	params := {"nonroot_images": ["gcr.io/distroless/*:nonroot*", "acme/*"]}
	every image in ["gcr.io/distroless/static:nonroot", "gcr.io/distroless/base-debian12:nonroot-amd64@sha256:1", "acme/x/y:1"] {
		non_root_user.is_nonroot_image(image) with data.waymark.params as params
	}
	every image in ["gcr.io/distroless/static", "gcrxio/distroless/static:nonroot", "other/acme/x"] {
		not nonroot(image, params)
	}
}

nonroot(image, params) if {
	non_root_user.is_nonroot_image(image) with data.waymark.params as params
}

test_windows_is_left_alone if {
	found := non_root_user.findings with input as given(null, "mcr.microsoft.com/windows/nanoserver:ltsc2022")
	count(found) == 0
}

test_unresolved_user_is_unknown if {
	unresolved := {"raw": "$U", "resolved": null, "unresolved_variable": "U", "stage": 1}
	found := non_root_user.findings with input as given(unresolved, "debian:12")
	count(found) == 0
	unknowns := non_root_user.unknowns with input as given(unresolved, "debian:12")
	count(unknowns) == 1
}
