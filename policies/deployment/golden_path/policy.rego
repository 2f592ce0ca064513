# METADATA
# title: What is deployed keeps to the golden path
# description: |
#   A commit whose check is red was not meant to reach production, whichever way it came there: a
#   push past branch protection, a run of an old commit, a merge by an administrator.
# custom:
#   since: "0.1.0"
#   remediation: |
#     Mend the findings of the commit's check `waymark / golden path`, or waive them with a reason.
package waymark.deployment.golden_path

import rego.v1

first := sprintf(" (%s)", [input.judgement.findings[0].message]) if count(input.judgement.findings) > 0

first := "" if count(input.judgement.findings) == 0

reasons contains {
	"verdict": "reject",
	"message": sprintf("%d new %s of this commit %s the golden path `%s`%s", [input.judgement.blocking, noun, verb, input.judgement.path, first]),
	"remedy": sprintf("Mend or waive %s, and deploy the commit that does", [them]),
} if {
	input.judgement.conclusion == "failure"
}

noun := "finding" if input.judgement.blocking == 1

noun := "findings" if input.judgement.blocking != 1

them := "it" if input.judgement.blocking == 1

them := "them" if input.judgement.blocking != 1

verb := "breaks" if input.judgement.blocking == 1

verb := "break" if input.judgement.blocking != 1

reasons contains {
	"verdict": "reject",
	"message": "this commit could not be judged: its configuration or a policy is broken",
	"remedy": "The commit's check `waymark / golden path` says what is broken",
} if {
	input.judgement.conclusion == "action_required"
}

reasons contains {
	"verdict": "wait",
	"message": "this commit has not been checked against its golden path yet",
	"remedy": "`/platform check` on its pull request has it checked",
} if {
	input.judgement == null
}
