# METADATA
# title: Services are deployed from Git
# description: |
#   What runs should be what Git says, so that every change was reviewed and can be undone. A service
#   or worker is deployed by an Argo CD `Application` or `ApplicationSet`, or by Flux (`Kustomization`,
#   `HelmRelease`, `GitRepository`). Where those are kept elsewhere, the catalog entry names the
#   application.
# related_resources:
#   - https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/
#   - https://fluxcd.io/flux/concepts/
# custom:
#   severity: medium
#   level: silver
#   mode: warn
#   needs: [catalog, kubernetes]
#   scope: repo
#   since: "0.1.0"
#   remediation: |
#     Name the application in `catalog-info.yaml`:
#
#     ```yaml
#     metadata:
#       annotations:
#         argocd/app-name: payments
#     ```
#
#     or keep it here:
#
#     ```yaml
#     apiVersion: argoproj.io/v1alpha1
#     kind: Application
#     metadata: {name: payments, namespace: argocd}
#     spec:
#       project: default
#       source: {repoURL: https://github.com/your-org/payments, path: k8s, targetRevision: HEAD}
#       destination: {server: https://kubernetes.default.svc, namespace: payments}
#     ```
package waymark.operations.gitops_application

import rego.v1

import data.waymark.lib.gaps
import data.waymark.lib.subjects

default applies := false

applies if count(subjects.all) > 0

# What the plugins of Backstage read.
keys := {"argocd/app-name", "argocd/app-selector", "fluxcd.io/app-name"}

findings contains {
	"message": sprintf("%s: no Argo CD or Flux object deploys it, and no annotation `argocd/app-name` says which one does", [subject.title]),
	"path": subject.path,
	"pointer": subject.pointer,
	"resource": subject.resource,
	"remediation": "Add the annotation `argocd/app-name: <application>` to the catalog entry, or keep the Application here",
} if {
	gaps.none("kubernetes")
	gaps.none("catalog")
	some subject in undeployed
}

# What was found for every service decides, whatever else there may be.
settled if {
	gaps.none("catalog")
	count(subjects.all) > 0
	count(undeployed) == 0
}

undeployed contains subject if {
	not is_deployed
	some subject in subjects.all
	not subjects.is_annotated(subject, keys)
}

is_deployed if {
	some object in input.objects
	object.role == "gitops"
}
