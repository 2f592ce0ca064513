package waymark.container.no_remote_add_test

import rego.v1

import data.waymark.container.no_remote_add

given(source, checksum) := {"dockerfiles": [{"path": "Dockerfile", "added": [{
	"pointer": "/instructions/1",
	"raw": source,
	"resolved": source,
	"checksum": checksum,
}]}]}

remote(source, checksum) if {
	found := no_remote_add.findings with input as given(source, checksum)
	count(found) == 1
}

test_remote if {
	every source in ["https://a.b/c", "HTTP://a.b/c", "git@github.com:a/b.git", "https://github.com/a/b.git#main"] {
		remote(source, false)
		not remote(source, true)
	}
}

test_local if {
	every source in ["a.tar.gz", "http", "./https/x", "https://github.com/a/b.git#0123456789012345678901234567890123456789"] {
		not remote(source, false)
	}
}

test_host_has_no_credentials if {
	no_remote_add.host("https://user:pw@a.b:8443/c?d") == "a.b"
	no_remote_add.host("git@github.com:a/b.git") == "github.com"
}
