//! What does a new policy begin with? Files that compile and pass, and say what to change.

use super::gate::PACK;
use super::metadata::package_of;
use crate::domain::ids::PolicyId;

/// The files of a new policy: path relative to the policies folder, text.
pub fn skeleton(id: &PolicyId) -> [(String, String); 3] {
    let file = |name: &str, text: &str| {
        let text = text
            .replace("PACKAGE", &package_of(id))
            .replace("POLICY", id.policy())
            .replace("PACK", id.pack());
        (format!("{id}/{name}"), text)
    };
    let [rules, tests, examples] = match id.pack() {
        PACK => [GATE_RULES, GATE_TESTS, GATE_EXAMPLES],
        _ => [RULES, TESTS, EXAMPLES],
    };
    [file("policy.rego", rules), file("policy_test.rego", tests), file("examples.yaml", examples)]
}

/// A rule about deployments.
const GATE_RULES: &str = r#"# METADATA
# title: Production is deployed from the main branch
# description: |
#   Change me: say in two to four sentences why it matters. This example holds a deployment to
#   production that comes from somewhere else.
# custom:
#   since: "0.1.0"
#   parameters:
#     deployed_ref: refs/heads/main
#   remediation: |
#     Change me: what to do. Merge the change, and deploy the branch it was merged into.
package PACKAGE

import rego.v1

# Every element holds a deployment (`wait`, `reject`) or tells something (`note`).
# `waymark gate --format json` prints what stands in `input`; docs/gate.md lists it.
reasons contains {
	"verdict": "reject",
	"message": sprintf("`%s` is not `%s`", [input.ref, data.waymark.params.deployed_ref]),
	"remedy": "Deploy the branch that changes are merged into",
} if {
	input.environment == "production"
	input.ref != data.waymark.params.deployed_ref
}
"#;

const GATE_TESTS: &str = r#"package PACKAGE_test

import rego.v1

import data.PACKAGE as rule

# For corners that examples.yaml cannot reach. Run: waymark policy test DIR --filter PACK/POLICY
verdicts(environment, ref) := {reason.verdict |
	some reason in rule.reasons with input as {"environment": environment, "ref": ref}
		with data.waymark.params as {"deployed_ref": "refs/heads/main"}
}

test_another_branch_is_held if verdicts("production", "refs/heads/other") == {"reject"}

test_elsewhere_it_is_not if verdicts("staging", "refs/heads/other") == set()
"#;

const GATE_EXAMPLES: &str = r#"# What differs from a deployment that nothing speaks against, and every reason that is given for it.
bad:
  - name: another branch
    input:
      ref: refs/heads/other
    expect:
      - {verdict: reject, message: "`refs/heads/other` is not `refs/heads/main`"}
good:
  - name: the main branch
  - name: another branch elsewhere
    input:
      environment: staging
      ref: refs/heads/other
"#;

const RULES: &str = r#"# METADATA
# title: Dockerfiles do without MAINTAINER
# description: |
#   Change me: say in two to four sentences why it matters. This example looks for an instruction
#   that Docker gave up in 2017; a label says the same, and tools read it.
# custom:
#   severity: low
#   level: silver
#   mode: warn
#   needs: [dockerfiles]
#   scope: file
#   since: "0.1.0"
#   remediation: |
#     Change me: what to do, with an example to copy.
#
#     ```dockerfile
#     LABEL org.opencontainers.image.authors="team-a@example.com"
#     ```
package PACKAGE

import rego.v1

# Is there anything to judge here? Otherwise the outcome is *not applicable*.
default applies := false

applies if count(input.dockerfiles) > 0

# Every element is one finding. `path` and `pointer` name the place; lines are looked up.
# `waymark input` prints what stands in `input`; policies/README.md lists it.
findings contains {
	"message": "`MAINTAINER` is deprecated",
	"path": file.path,
	"pointer": sprintf("/instructions/%d", [index]),
	"remediation": "Write `LABEL org.opencontainers.image.authors=…` instead",
} if {
	some file in input.dockerfiles
	some index, instruction in file.instructions
	instruction.name == "MAINTAINER"
}
"#;

const TESTS: &str = r#"package PACKAGE_test

import rego.v1

import data.PACKAGE as policy

# For corners that examples.yaml cannot reach. Run: waymark policy test DIR --filter PACK/POLICY
given(name) := {"dockerfiles": [{
	"path": "Dockerfile",
	"instructions": [{"name": name, "stage": 0, "text": "x"}],
}]}

test_it_is_found if {
	count(policy.findings) == 1 with input as given("MAINTAINER")
}

test_others_are_not if {
	count(policy.findings) == 0 with input as given("LABEL")
}
"#;

const EXAMPLES: &str = r#"# Small repositories, taken through the real readers. A bad one must give exactly what it expects.
bad:
  - name: a maintainer by instruction
    files:
      Dockerfile: |
        FROM debian:12
        MAINTAINER ada@example.com
    expect:
      - {path: Dockerfile, line: 2, message: "`MAINTAINER` is deprecated"}
  - name: in one of two files
    files:
      Dockerfile: |
        FROM debian:12
      worker.Dockerfile: |
        FROM debian:12
        MAINTAINER ada@example.com
    expect:
      - {path: worker.Dockerfile, line: 2}
good:
  - name: a maintainer by label
    files:
      Dockerfile: |
        FROM debian:12
        LABEL org.opencontainers.image.authors="ada@example.com"
  - name: no Dockerfile
    status: not_applicable
    files:
      README.md: Hello
"#;
