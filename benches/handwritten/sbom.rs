//! `delivery/sbom_published`, with its parameters as they are by default.

use std::sync::LazyLock;

use regex::{Regex, RegexSet};
use serde_json::Value;
use waymark::domain::facts::{Extracted, FactKind, Use};
use waymark::domain::finding::Finding;

use super::words::pattern;
use super::{Params, delivered, finding, platform_calls, whole};

static ACTIONS: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"^anchore/sbom-action(/publish-sbom)?$",
        r"^actions/attest-sbom(/|$)",
        r"^cyclonedx/.*(sbom|bom)",
        r"^microsoft/sbom-action(/|$)",
        r"^philips-labs/spdx-action(/|$)",
        r"^kubernetes-sigs/bom(/|$)",
        r"^github/sbom-generator-action(/|$)",
        r"^advanced-security/(sbom|spdx)",
    ])
    .expect("valid patterns")
});

static COMMANDS: LazyLock<Regex> = LazyLock::new(|| {
    let commands = [
        r"\bsyft\s+[^|&;]*\S",
        r#"\b(trivy|grype)\b.*(--format|--output|-f|-o)[ =]["']?(cyclonedx|spdx)"#,
        r"\bcargo[ -](cyclonedx|sbom)\b",
        r"\bcyclonedx-(npm|py|gomod|bom|cli|linux|php|conan|ruby|node-npm)\b",
        r"\bcyclonedx (app|mod|bin)\b",
        "@cyclonedx/",
        r"\bcyclonedx(-maven-plugin)?:(make|makeAggregate|makePackage)Bom",
        r"\bcyclonedx(Direct)?Bom\b",
        r"\bcdxgen\b",
        r"\bdotnet[ -]cyclonedx\b",
        r"\bnpm sbom\b",
        r"\bpnpm sbom\b",
        r"\bbom generate\b",
        r"\bsbom-tool generate\b",
        r"\bdocker sbom\b",
        r"\bdocker scout sbom\b",
        r"\b(buildx|docker)\b.*--sbom(=(true|generator)|\s|$)",
        r"\bko (build|publish|apply|resolve)\b",
    ];
    pattern(&format!("(?i){}", commands.join("|")))
});

pub fn sbom_published(facts: &Extracted, params: &Params, found: &mut Vec<Finding>) {
    let snapshot = &facts.snapshot;
    if snapshot.repo.archived || !delivered(facts) {
        return;
    }
    if !whole(facts, FactKind::Workflows) || !whole(facts, FactKind::Catalog) {
        return;
    }
    let maybe = |call: &Use| name(call) == "goreleaser/goreleaser-action";
    if platform_calls(facts, params).next().is_some()
        || snapshot.uses.iter().any(|call| makes_sbom(call) || maybe(call))
        || snapshot.runs.iter().any(|run| script_makes_sbom(&run.run))
    {
        return;
    }
    found.push(finding(
        facts,
        "delivery/sbom_published",
        "No workflow makes an SBOM".to_owned(),
        None,
        None,
        format!(
            "Call the workflow of `{}`, or add a step such as `uses: anchore/sbom-action@v0`",
            params.platform.join("` or `")
        ),
    ));
}

fn script_makes_sbom(script: &str) -> bool {
    let joined = script.replace("\\\n", " ");
    joined.split('\n').any(|line| !line.trim().starts_with('#') && COMMANDS.is_match(line))
}

fn makes_sbom(call: &Use) -> bool {
    let name = name(call);
    let with = |key: &str| call.with.get(key);
    if ACTIONS.is_match(&name) {
        return true;
    }
    match name.as_str() {
        "aquasecurity/trivy-action" => with("format")
            .and_then(Value::as_str)
            .is_some_and(|format| format.starts_with("cyclonedx") || format.starts_with("spdx")),
        "docker/build-push-action" | "docker/bake-action" => match with("sbom") {
            Some(Value::Bool(wanted)) => *wanted,
            Some(Value::String(text)) => !matches!(text.to_lowercase().as_str(), "" | "false"),
            _ => false,
        },
        _ => false,
    }
}

fn name(call: &Use) -> String {
    let parts = [&call.owner, &call.repo, &call.subpath].into_iter().flatten();
    parts.map(String::as_str).collect::<Vec<_>>().join("/").to_lowercase()
}
