//! Who watches the dependencies? Dependabot, for every package manager that is in use.

use std::collections::{BTreeMap, BTreeSet};

use super::Fix;
use super::bench::Bench;
use crate::domain::finding::Finding;

pub(super) const DEPENDENCIES_SCANNED: Fix = Fix {
    policy: "delivery/dependencies_scanned",
    look_out: "Dependabot opens pull requests of its own from then on, once a week",
    apply,
};

const NEW: &str = ".github/dependabot.yml";
/// Folders that are named one by one.
const MAX_FOLDERS: usize = 20;

fn apply(bench: &mut Bench<'_>, _: &Finding) -> Result<String, String> {
    let facts = bench.facts();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for manifest in &facts.manifests {
        let (folder, name) = manifest.path.rsplit_once('/').unwrap_or(("", &manifest.path));
        let beside = |name: &str| {
            let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            bench.has(&path)
        };
        // https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference#package-ecosystem-
        let ecosystem = match manifest.ecosystem {
            "npm" => "npm",
            "go" => "gomod",
            "cargo" => "cargo",
            "pypi" if beside("uv.lock") => "uv",
            "pypi" => "pip",
            "maven" if name.starts_with("build.gradle") => "gradle",
            "maven" => "maven",
            "nuget" => "nuget",
            "rubygems" => "bundler",
            "packagist" => "composer",
            _ => continue,
        };
        found.entry(ecosystem).or_default().insert(format!("/{folder}"));
    }
    if found.is_empty() {
        return Err("no manifest of a package manager was found".to_owned());
    }
    if !facts.workflows.is_empty() {
        found.entry("github-actions").or_default().insert("/".to_owned());
    }
    for file in &facts.dockerfiles {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        found.entry("docker").or_default().insert(format!("/{folder}"));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/.-_".contains(c);
    let mut text = "version: 2\nupdates:\n".to_owned();
    for (ecosystem, folders) in &found {
        if folders.len() > MAX_FOLDERS || folders.iter().any(|f| !f.chars().all(is_plain)) {
            return Err("which of the many folders matter is yours to say".to_owned());
        }
        text += &format!("  - package-ecosystem: {ecosystem}\n");
        let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
        match folders.as_slice() {
            [only] => text += &format!("    directory: {only}\n"),
            several => {
                text += "    directories:\n";
                several.iter().for_each(|folder| text += &format!("      - {folder}\n"));
            }
        }
        text += "    schedule:\n      interval: weekly\n";
    }
    let names: Vec<&str> = found.into_keys().collect();
    let names = names.join(", ");
    bench.put(NEW, text);
    Ok(format!("adds `{NEW}` for {names}"))
}
