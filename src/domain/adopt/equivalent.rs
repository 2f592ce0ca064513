//! Is what the template would add there already, under another name or in another place?

use serde_json::Value;

use super::around::{Around, is_named};
use crate::domain::facts::is_excluded;
use crate::domain::yaml;

/// Other names of the same file, into which the template's content is merged.
const SAME: &[(&str, &[&str])] = &[
    ("catalog-info.yaml", &["catalog-info.yml"]),
    ("catalog-info.yml", &["catalog-info.yaml"]),
    (".github/CODEOWNERS", &["CODEOWNERS", "docs/CODEOWNERS"]),
    ("CODEOWNERS", &[".github/CODEOWNERS", "docs/CODEOWNERS"]),
    (".github/dependabot.yml", &[".github/dependabot.yaml"]),
    (".github/dependabot.yaml", &[".github/dependabot.yml"]),
    (".github/waymark.yml", &[".github/waymark.yaml"]),
];

/// Files of Renovate's configuration.
const RENOVATE: &[&str] = &[
    "renovate.json",
    "renovate.json5",
    ".github/renovate.json",
    ".github/renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
];

/// Kinds of object that run pods: a repository with one has no need of ours.
const WORKLOADS: &[&str] =
    &["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Rollout", "DeploymentConfig"];
/// Kinds of which any serves, each with its like.
const ALIKE: &[&[&str]] = &[
    &["PodDisruptionBudget"],
    &["NetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"],
    &["ServiceMonitor", "PodMonitor"],
    &["SLO", "PrometheusServiceLevel", "ServiceLevelObjective"],
    &["Application", "ApplicationSet", "Kustomization", "HelmRelease"],
    &["Service"],
];

/// The path under which the file is there, when not under its own.
pub(super) fn same_file<'p>(around: &Around<'_>, path: &'p str) -> &'p str {
    let others = SAME.iter().find(|(name, _)| *name == path).map_or(&[][..], |(_, others)| others);
    if around.has(path) {
        return path;
    }
    others.iter().find(|other| around.has(other)).copied().unwrap_or(path)
}

/// Why a file need not be added: something else serves in its place. Words that follow its path.
pub(super) fn serves(around: &Around<'_>, path: &str, text: &str) -> Option<String> {
    by_name(around, path)
        .map(|other| format!("`{other}` is there already"))
        .or_else(|| by_kind(around, text))
}

fn by_name<'t>(around: &'t Around<'_>, path: &str) -> Option<&'t str> {
    let first = |wanted: &dyn Fn(&str) -> bool| around.paths().find(|other| wanted(other));
    let lower = |other: &str| other.to_lowercase();
    match path {
        "README.md" => around.facts.readmes.first().map(|readme| readme.path.as_str()),
        // What `.dockerignore` leaves out may be what this image needs.
        "Dockerfile" | ".dockerignore" => {
            let mut files = around.facts.dockerfiles.iter().map(|file| file.path.as_str());
            // One that CI builds for itself is the weaker witness.
            files.clone().find(|path| !path.starts_with('.')).or_else(|| files.next())
        }
        ".github/dependabot.yml" => first(&|other| RENOVATE.contains(&other)),
        "mkdocs.yml" => first(&|other| matches!(other, "mkdocs.yaml" | "docs/mkdocs.yml")),
        "docs/index.md" => first(&|other| {
            matches!(
                lower(other).as_str(),
                "docs/readme.md" | "docs/index.rst" | "docs/docs/index.md"
            )
        }),
        "docs/runbook.md" => first(&|other| {
            let name = lower(other);
            name.contains("runbook") && name.ends_with(".md") && !is_excluded(other)
        }),
        ".github/workflows/platform.yml" => around
            .facts
            .uses
            .iter()
            .find(|call| {
                call.repo.as_deref().is_some_and(|repo| repo.contains("platform-workflows"))
            })
            .map(|call| call.path.as_str()),
        _ => None,
    }
}

fn by_kind(around: &Around<'_>, text: &str) -> Option<String> {
    let value = yaml::load(text, yaml::Schema::Core12).documents.into_iter().next()?.value;
    let kind = value.get("apiVersion").and(value.get("kind")).and_then(Value::as_str)?;
    let alike: &[&str] = ALIKE.iter().copied().find(|kinds| kinds.contains(&kind)).unwrap_or(&[]);
    let is_deployed =
        WORKLOADS.contains(&kind) || (!alike.is_empty() && !matches!(kind, "SLO" | "Application"));
    if let (Some(chart), true) = (&around.chart, is_deployed) {
        return Some(format!("the Helm chart `{chart}` deploys it"));
    }
    if let (Some(first), true) = (around.facts.workloads.first(), is_deployed) {
        let first = format!("`{}` in `{}`", first.resource, first.path);
        match around.workload() {
            Some(_) if WORKLOADS.contains(&kind) => return Some(format!("{first} runs it")),
            Some(_) => {}
            // Which labels and ports would it be for?
            None => {
                return Some(format!("{first} and whatever else runs here is yours to complete"));
            }
        }
    }
    if let Some((other, place)) = alike.iter().find_map(|other| around.kinds.get_key_value(*other))
    {
        return Some(format!("`{place}` holds a {other}"));
    }
    (kind == "Application" && is_annotated(around, "argocd/app-name"))
        .then(|| "the catalog names its Argo CD application".to_owned())
}

fn is_annotated(around: &Around<'_>, key: &str) -> bool {
    let annotations = around.component().and_then(|entity| entity.pointer("/metadata/annotations"));
    annotations.is_some_and(|annotations| annotations.get(key).is_some())
}

/// Whether a file of this path is its owner's own matter once it is there: what it says is judged
/// by policies, not by its likeness to ours.
pub(super) fn is_own_matter(path: &str, text: &str) -> bool {
    let prose = path.starts_with("docs/") || path.ends_with(".md") || path.starts_with("mkdocs.");
    let named = ["Dockerfile", ".dockerignore", ".gitignore", "Makefile"];
    prose || named.iter().any(|name| is_named(path, name)) || {
        let loaded = yaml::load(text, yaml::Schema::Core12);
        let first = loaded.documents.first().map(|document| &document.value);
        first.is_some_and(|value| value.get("apiVersion").is_some() && value.get("kind").is_some())
    }
}
