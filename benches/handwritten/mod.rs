//! What would seven policies be as plain Rust? The measure for what Rego costs, and a second
//! opinion on what it says: `tests/second_opinion.rs` holds both against each other.

pub mod catalog;
pub mod container;
pub mod delivery;
pub mod kubernetes;
pub mod sbom;
pub mod words;

use regex::Regex;
use waymark::domain::facts::{Extracted, FactKind, Use, UseKind};
use waymark::domain::finding::{Finding, Place};
use waymark::domain::ids::PolicyId;

/// The policies' parameters, as far as somebody sets them.
pub struct Params {
    /// Repositories of the platform's workflows, in lower case.
    pub platform: Vec<String>,
    /// Images that are not root to begin with.
    pub nonroot_images: Vec<Regex>,
}

impl Params {
    /// Those of the policies' METADATA for an owner.
    pub fn defaults(owner: &str) -> Self {
        let images = [
            "gcr.io/distroless/*:nonroot*",
            "gcr.io/distroless/*:debug-nonroot*",
            "cgr.dev/chainguard/*",
            "cgr.dev/chainguard-private/*",
            "cgr.dev/*/*",
            "nginxinc/nginx-unprivileged*",
            "mcr.microsoft.com/dotnet/*-chiseled*",
        ];
        let pattern = |image: &&str| {
            let parts: Vec<String> = image.split('*').map(regex::escape).collect();
            Regex::new(&format!("^{}$", parts.join(".*"))).expect("a valid pattern")
        };
        Self {
            platform: vec![format!("{owner}/platform-workflows").to_lowercase()],
            nonroot_images: images.iter().map(pattern).collect(),
        }
    }
}

/// A rule: facts in, findings out.
pub type Rule = fn(&Extracted, &Params, &mut Vec<Finding>);

/// The policies that [`RULES`] stand for.
pub const IDS: [&str; 7] = [
    "catalog/info_present",
    "catalog/info_valid",
    "container/non_root_user",
    "delivery/platform_workflow_pinned",
    "delivery/platform_workflow_used",
    "delivery/sbom_published",
    "kubernetes/non_root",
];

/// The seven.
pub const RULES: [Rule; 7] = [
    catalog::info_present,
    catalog::info_valid,
    container::non_root_user,
    delivery::platform_workflow_pinned,
    delivery::platform_workflow_used,
    sbom::sbom_published,
    kubernetes::non_root,
];

/// What both must agree on: policy, path, lines, pointer, resource. Words may differ, so that a
/// policy's author can better them without writing them twice.
pub fn faults(findings: &[Finding]) -> Vec<(PolicyId, Place, Option<String>)> {
    let fault = |f: &Finding| (f.policy.clone(), f.place.clone(), f.resource.clone());
    let mut faults: Vec<_> = findings.iter().map(fault).collect();
    faults.sort();
    faults
}

/// What all of them find, in the order of the library's outcomes.
pub fn evaluate(facts: &Extracted, params: &Params) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in RULES {
        let from = found.len();
        rule(facts, params, &mut found);
        found[from..].sort_by(|a, b| {
            (&a.place, &a.message, &a.resource).cmp(&(&b.place, &b.message, &b.resource))
        });
    }
    found.dedup();
    found
}

/// A finding at a place, which is resolved to lines.
pub fn finding(
    facts: &Extracted,
    policy: &str,
    message: String,
    place: Option<(&str, Option<&str>)>,
    resource: Option<String>,
    remediation: String,
) -> Finding {
    let lines = place.and_then(|(path, pointer)| facts.spans.lines(path, pointer));
    Finding {
        policy: PolicyId::parse(policy).expect("an id"),
        message,
        place: Place {
            path: place.map(|(path, _)| path.to_owned()),
            start_line: lines.map(|l| l.0),
            end_line: lines.map(|l| l.1),
            pointer: place.and_then(|(_, pointer)| pointer).map(str::to_owned),
        },
        resource,
        remediation: Some(remediation),
        fixable: false,
    }
}

/// Whether everything of a kind was read.
pub fn whole(facts: &Extracted, kind: FactKind) -> bool {
    !facts.snapshot.gaps.iter().any(|gap| gap.kind == kind)
}

/// Whether something is built and delivered here.
pub fn delivered(facts: &Extracted) -> bool {
    facts.snapshot.catalog.entities.iter().any(|document| {
        document.is_entity
            && document.entity["kind"] == "Component"
            && matches!(
                document.entity["spec"]["type"].as_str(),
                Some("service" | "website" | "library")
            )
    })
}

/// Calls of the platform's reusable workflows.
pub fn platform_calls<'a>(
    facts: &'a Extracted,
    params: &'a Params,
) -> impl Iterator<Item = &'a Use> {
    facts.snapshot.uses.iter().filter(|call| {
        let (Some(owner), Some(repo)) = (&call.owner, &call.repo) else { return false };
        call.kind == UseKind::ReusableWorkflow
            && params.platform.contains(&format!("{owner}/{repo}").to_lowercase())
    })
}
