//! Judgements for the tests of the renderers: `payment-service` on a bad day, and its relatives.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;

use super::check_run::{CheckRunContext, ComparedWith};
use super::formats::Report;
use crate::domain::config::WaiverRules;
use crate::domain::finding::{Level, Mode, Severity};
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::judge::{
    Conclusion, ConfigProblem, JudgedFinding, JudgedPolicy, Judgement, REPORT_SCHEMA, Standing,
    State, Summary, WaiverNote,
};
use crate::domain::selection::Selection;

pub(crate) const DOCKERFILE: &str = "FROM eclipse-temurin:21-jre\nWORKDIR /app\nCOPY build/libs/payment-service.jar app.jar\n\nEXPOSE 8080\nENTRYPOINT [\"java\", \"-jar\", \"app.jar\"]\n";
pub(crate) const DEPLOYMENT: &str = "apiVersion: apps/v1\r\nkind: Deployment\r\nmetadata:\r\n  name: payment-service\r\nspec:\r\n  template:\r\n    spec:\r\n      containers:\r\n        - name: web\r\n          image: registry.acme.example/payment-service:1.8.2\r\n          ports:\r\n            - containerPort: 8080\r\n";
pub(crate) const CATALOG: &str = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: payment-service\nspec:\n  type: service\n  lifecycle: production\n";

/// The files of `payment-service`, as far as they were read.
pub(crate) fn source(path: &str) -> Option<Arc<str>> {
    match path {
        "Dockerfile" => Some(DOCKERFILE.into()),
        "deploy/deployment.yaml" => Some(DEPLOYMENT.into()),
        "catalog-info.yaml" => Some(CATALOG.into()),
        _ => None,
    }
}

/// Everything of a judgement, for a reader without colours at the root of the repository.
pub(crate) fn report(judgement: &Judgement) -> Report<'_> {
    static ALL: LazyLock<Selection> = LazyLock::new(Selection::default);
    static NONE: BTreeSet<PolicyId> = BTreeSet::new();
    static FREE: LazyLock<WaiverRules> = LazyLock::new(WaiverRules::default);
    Report {
        judgement,
        metas: &[],
        source: &source,
        prefix: "",
        compared: true,
        selection: &ALL,
        explained: &NONE,
        waiver_rules: &FREE,
        today: NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day"),
        styled: false,
    }
}

pub(crate) fn context() -> CheckRunContext {
    CheckRunContext {
        head_sha: Sha::parse(&"5c1e".repeat(10)).unwrap(),
        external_id: "evaluation-7".to_owned(),
        details_url: Some("https://waymark.example/checks/7".to_owned()),
        changes: vec!["#12".to_owned()],
        base: Some(ComparedWith {
            branch: Some("main".to_owned()),
            commit: Sha::parse("1a2b3c41a2b3c41a2b3c41a2b3c41a2b3c41a2b3").expect("40 digits"),
        }),
    }
}

pub(crate) fn policy(id: &str, status: Standing, mode: Mode, level: Level) -> JudgedPolicy {
    let (title, description, remediation) = words_of(id);
    JudgedPolicy {
        id: PolicyId::parse(id).unwrap(),
        status,
        mode,
        level,
        title: title.to_owned(),
        reason: None,
        reasons: Vec::new(),
        description: description.to_owned(),
        remediation: remediation.to_owned(),
    }
}

pub(crate) fn finding(id: &str, state: State, severity: Severity, message: &str) -> JudgedFinding {
    JudgedFinding {
        policy: PolicyId::parse(id).unwrap(),
        state,
        severity,
        message: message.to_owned(),
        path: None,
        start_line: None,
        end_line: None,
        pointer: None,
        resource: None,
        remediation: None,
        waiver: None,
        touched: false,
        fixable: false,
    }
}

impl JudgedFinding {
    pub(crate) fn at(mut self, path: &str, start: u32, end: u32) -> Self {
        self.path = Some(path.to_owned());
        self.start_line = Some(start);
        self.end_line = Some(end);
        self.touched = true;
        self
    }
}

pub(crate) fn judgement(conclusion: Conclusion, policies: Vec<JudgedPolicy>) -> Judgement {
    let stand = |s: Standing| policies.iter().filter(|p| p.status == s).count() as u32;
    let summary = Summary {
        pass: stand(Standing::Pass),
        fail: stand(Standing::Fail),
        not_applicable: stand(Standing::NotApplicable),
        unknown: stand(Standing::Unknown),
        broken: stand(Standing::Broken),
        waived: stand(Standing::Waived),
    };
    Judgement {
        schema: REPORT_SCHEMA.to_owned(),
        library: format!("sha256:{}", "3f9a1c0b".repeat(8)),
        path: "service".to_owned(),
        level: None,
        conclusion,
        policies,
        findings: Vec::new(),
        summary,
        config_problems: Vec::new(),
        notes: Vec::new(),
        settings: Vec::new(),
        preview: Vec::new(),
    }
}

/// Blocked twice, warned once, one finding from before, one waived, one unknown, one observed.
pub(crate) fn blocked() -> Judgement {
    use {Level::*, Mode::*, Standing::*};
    let mut sbom = policy("delivery/sbom_published", Unknown, Enforce, Bronze);
    sbom.reason = Some(
        "`.github/workflows/release.yml` is larger than 1 MiB (1.4 MiB) and was not read"
            .to_owned(),
    );
    let mut it = judgement(
        Conclusion::Failure,
        vec![
            policy("catalog/info_present", Pass, Enforce, Bronze),
            policy("catalog/info_valid", Fail, Warn, Bronze),
            policy("catalog/runbook_linked", Fail, Warn, Silver),
            policy("catalog/techdocs_wired", Fail, Observe, Gold),
            policy("container/non_root_user", Fail, Enforce, Bronze),
            policy("delivery/platform_workflow_pinned", Waived, Enforce, Bronze),
            policy("delivery/platform_workflow_used", Pass, Enforce, Bronze),
            sbom,
            policy("kubernetes/non_root", Fail, Enforce, Bronze),
            policy("terraform/state_remote", NotApplicable, Warn, Silver),
        ],
    );
    let new = State::New;
    let mut k8s = finding(
        "kubernetes/non_root",
        new,
        Severity::High,
        "Container `web` may run as root: neither it nor the pod sets `runAsNonRoot: true`",
    )
    .at("deploy/deployment.yaml", 9, 12);
    k8s.pointer = Some("/spec/template/spec/containers/0".to_owned());
    k8s.resource = Some("Deployment payment-service container web".to_owned());
    k8s.remediation = Some("Add below `name: web`:\n          securityContext:\n            runAsNonRoot: true\n            runAsUser: 65532".to_owned());
    let mut owner = finding(
        "catalog/info_valid",
        new,
        Severity::Medium,
        "Component `payment-service` has no `spec.owner`",
    )
    .at("catalog-info.yaml", 5, 7);
    owner.pointer = Some("/spec".to_owned());
    let runbook = finding(
        "catalog/runbook_linked",
        State::Existing,
        Severity::Medium,
        "Component `payment-service` links no runbook",
    )
    .at("catalog-info.yaml", 3, 4);
    let docs = finding("catalog/techdocs_wired", new, Severity::Low, "OBSERVED: no techdocs-ref");
    let mut pinned = finding(
        "delivery/platform_workflow_pinned",
        State::Waived,
        Severity::High,
        "`acme/platform-workflows/.github/workflows/build.yml` is called at branch `main`",
    )
    .at(".github/workflows/build.yml", 12, 12);
    pinned.waiver = Some(WaiverNote {
        reason: "Pilot of the new build workflow, pinned after the pilot (see #88)".to_owned(),
        owner: Some("@acme/payments".to_owned()),
        expires: "2026-12-31".to_owned(),
    });
    it.findings = vec![
        finding(
            "container/non_root_user",
            new,
            Severity::High,
            "The final stage sets no `USER`, so the container runs as root",
        )
        .at("Dockerfile", 1, 1),
        k8s,
        owner,
        docs,
        runbook,
        pinned,
    ];
    it.notes = vec!["4 files under tests and fixtures were left out".to_owned()];
    it
}

/// Only a warning is left.
pub(crate) fn warned() -> Judgement {
    let mut it = blocked();
    it.conclusion = Conclusion::Neutral;
    it.findings.retain(|f| f.policy.pack() != "container" && f.policy.pack() != "kubernetes");
    for p in &mut it.policies {
        if matches!(p.id.pack(), "container" | "kubernetes") {
            p.status = Standing::Pass;
        }
    }
    it
}

/// Everything that applies passes.
pub(crate) fn passed() -> Judgement {
    use {Level::*, Mode::*, Standing::*};
    let mut it = judgement(
        Conclusion::Success,
        vec![
            policy("catalog/info_present", Pass, Enforce, Bronze),
            policy("catalog/info_valid", Pass, Enforce, Bronze),
            policy("container/non_root_user", Pass, Enforce, Bronze),
            policy("kubernetes/non_root", NotApplicable, Enforce, Bronze),
        ],
    );
    it.level = Some(Gold);
    it
}

/// The configuration cannot be read, and a policy is broken.
pub(crate) fn misconfigured() -> Judgement {
    let mut it = passed();
    it.conclusion = Conclusion::ActionRequired;
    it.config_problems = vec![ConfigProblem {
        path: ".github/waymark.yml".to_owned(),
        line: Some(3),
        message: "unknown mode `block` for `container/non_root_user`; write `off`, `observe`, `warn` or `enforce`".to_owned(),
    }];
    it.level = None;
    it.policies[1].status = Standing::Broken;
    it.policies[1].reason = Some("took longer than 2 s".to_owned());
    it
}

fn words_of(id: &str) -> (&'static str, &'static str, &'static str) {
    match id {
        "container/non_root_user" => (
            "Containers do not run as root",
            "A process that runs as root in its container and breaks out of it is root on the node. A fixed, unprivileged user costs one line.",
            "Set a numeric user in the final stage:\n\n```dockerfile\nUSER 65532:65532\n```",
        ),
        "kubernetes/non_root" => (
            "Workloads refuse to run as root",
            "Without `runAsNonRoot` the cluster starts whatever user the image names, root included.",
            "Set it for the pod:\n\n```yaml\nsecurityContext:\n  runAsNonRoot: true\n```",
        ),
        "catalog/info_valid" => (
            "The catalog entry is valid",
            "A component that the catalog cannot read has no owner to call at night.",
            "Name the owning team:\n\n```yaml\nspec:\n  owner: group:default/payments\n```",
        ),
        "catalog/runbook_linked" => (
            "A runbook is linked",
            "Who is on call should not have to search.",
            "Add a link of type `runbook` to `metadata.links`.",
        ),
        _ => ("Some good state", "It matters.", "Do it."),
    }
}
