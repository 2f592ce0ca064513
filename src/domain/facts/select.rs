//! Which files hold facts? Decided by path alone, before anything is fetched.

use std::collections::BTreeSet;

use super::{FactKind, codeowners, dependencies, migrations, readme};
use crate::domain::ddl;

/// Folders whose files are not judged: they are not what the repository runs.
const EXCLUDED: [&str; 7] =
    ["test", "tests", "testdata", "fixtures", "examples", "vendor", "node_modules"];

/// Folders below which JSON files may be Kubernetes manifests.
const MANIFEST_FOLDERS: [&str; 9] = [
    "k8s",
    "kubernetes",
    "manifests",
    "deploy",
    "deployment",
    "deployments",
    "kustomize",
    "base",
    "overlays",
];

/// File names (without extension, up to the first dot or dash that follows) of well-known YAML
/// that is no Kubernetes manifest: not worth fetching.
const OTHER_YAML: [&str; 24] = [
    "Chart",
    "Taskfile",
    "_config",
    "action",
    "appveyor",
    "azure-pipelines",
    "bitbucket-pipelines",
    "buf",
    "catalog-info",
    "cloudbuild",
    "codecov",
    "compose",
    "docker-compose",
    "mkdocs",
    "openapi",
    "pnpm-lock",
    "pnpm-workspace",
    "pubspec",
    "renovate",
    "serverless",
    "skaffold",
    "swagger",
    "values",
    "waymark",
];

/// Whether a file is worth fetching for these kinds of fact.
pub fn wanted(needs: &BTreeSet<FactKind>, path: &str) -> bool {
    holds_any(needs, path) && !is_excluded(path)
}

/// Whether a file that a change adds is worth fetching for these kinds of fact.
pub fn wanted_of_change(needs: &BTreeSet<FactKind>, path: &str) -> bool {
    needs.contains(&FactKind::Migrations) && ddl::is_migration(path) && !is_excluded(path)
}

/// Whether a file is left out because of the folder it is in.
pub fn is_excluded(path: &str) -> bool {
    folders(path).any(|folder| EXCLUDED.contains(&folder))
}

/// Whether a file would be [`wanted`] but for its folder.
pub(super) fn left_out(needs: &BTreeSet<FactKind>, path: &str) -> bool {
    holds_any(needs, path) && is_excluded(path)
}

/// The last component.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Whether Kustomize reads this file as its own.
pub(super) fn is_kustomization(path: &str) -> bool {
    matches!(file_name(path), "kustomization.yaml" | "kustomization.yml" | "Kustomization")
}

/// Whether a file is a workflow (not a composite action).
pub(super) fn is_workflow(path: &str) -> bool {
    path.strip_prefix(".github/workflows/").is_some_and(|name| !name.contains('/') && is_yaml(name))
}

fn holds_any(needs: &BTreeSet<FactKind>, path: &str) -> bool {
    needs.iter().any(|kind| match kind {
        FactKind::Repo | FactKind::Files | FactKind::Change => false,
        // Of thousands of migrations only those that a change adds are read; see
        // [`wanted_of_change`]. The other two tell whose SQL it is.
        FactKind::Migrations => migrations::tells_dialect(path),
        FactKind::Catalog => matches!(path, "catalog-info.yaml" | "catalog-info.yml"),
        FactKind::Codeowners => codeowners::PATHS.contains(&path),
        FactKind::Readme => readme::is_readme(path),
        FactKind::Workflows => is_workflow(path) || is_composite_action(path),
        FactKind::Dockerfiles => is_dockerfile(path),
        FactKind::Kubernetes => is_manifest(path) || is_chart_part(path),
        FactKind::Dependencies => dependencies::is_manifest(path),
    })
}

fn is_composite_action(path: &str) -> bool {
    matches!(file_name(path), "action.yml" | "action.yaml")
        && (!path.contains('/') || path.starts_with(".github/actions/"))
}

fn is_dockerfile(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let main = |stem| {
        name.strip_prefix(stem).is_some_and(|rest: &str| {
            rest.is_empty() || (rest.starts_with('.') && !is_not_a_dockerfile(rest))
        })
    };
    main("dockerfile") || main("containerfile") || name.ends_with(".dockerfile")
}

/// What follows `Dockerfile` in the names of notes about, templates for, lists beside, or programs
/// that read one.
fn is_not_a_dockerfile(rest: &str) -> bool {
    let last = rest.rsplit('.').next().unwrap_or("");
    matches!(
        last,
        "dockerignore"
            | "md"
            | "txt"
            | "j2"
            | "jinja"
            | "tmpl"
            | "template"
            | "tpl"
            | "erb"
            | "in"
            | "mustache"
            | "hbs"
            | "orig"
            | "bak"
            | "json"
            | "yaml"
            | "yml"
            | "sh"
            | "c"
            | "cs"
            | "go"
            | "java"
            | "js"
            | "kt"
            | "lua"
            | "php"
            | "pl"
            | "py"
            | "rb"
            | "rs"
            | "scala"
            | "ts"
    )
}

/// Folders of tools that keep YAML of their own.
const TOOL_FOLDERS: [&str; 5] = [".github/", ".circleci/", ".gitlab/", ".vscode/", ".idea/"];

/// Whether a file is of use to a Helm chart only: it is no manifest itself. (Templates in YAML are
/// not among them, for other tools have such folders, too.)
pub(super) fn is_chart_part(path: &str) -> bool {
    let name = file_name(path);
    let values = name.starts_with("values") && is_yaml(name);
    let template = folders(path).any(|folder| folder == "templates") && name.ends_with(".tpl");
    (name == "Chart.yaml" || values || template)
        && !TOOL_FOLDERS.iter().any(|folder| path.starts_with(folder))
}

/// Whether a file may hold Kubernetes objects, or templates for them.
pub(super) fn is_manifest(path: &str) -> bool {
    if is_kustomization(path) {
        return true;
    }
    if TOOL_FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        return false;
    }
    let name = file_name(path);
    if is_yaml(name) {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let other = OTHER_YAML.iter().any(|other| {
            let rest = stem.strip_prefix(other);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        });
        // Below `templates`, names say what the template is for.
        let template = folders(path).any(|folder| folder == "templates") && name != "Chart.yaml";
        return !name.starts_with('.') && (template || !other);
    }
    // Kustomize's JSON patches lie beside their kustomization, in any folder.
    let manifest = || folders(path).any(|folder| MANIFEST_FOLDERS.contains(&folder));
    name.ends_with(".json") && (name.contains("patch") || manifest())
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit_once('/').map_or("", |(folders, _)| folders).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(kind: FactKind, path: &str) -> bool {
        wanted(&BTreeSet::from([kind]), path)
    }

    #[test]
    fn each_kind_wants_its_files() {
        use FactKind::{Catalog, Dockerfiles, Files, Kubernetes, Workflows};
        for (kind, path, expected) in [
            (Catalog, "catalog-info.yaml", true),
            (Catalog, "sub/catalog-info.yaml", false),
            (Workflows, ".github/workflows/ci.yml", true),
            (Workflows, ".github/workflows/old/ci.yml", false),
            (Workflows, ".github/actions/setup/action.yaml", true),
            (Workflows, "action.yml", true),
            (Workflows, "lib/action.yml", false),
            (Dockerfiles, "Dockerfile", true),
            (Dockerfiles, "cmd/api.Dockerfile", true),
            (Dockerfiles, "Dockerfile.worker", true),
            (Dockerfiles, "Containerfile", true),
            (Dockerfiles, "Dockerfile.dockerignore", false),
            (Dockerfiles, "Dockerfile.j2", false),
            (Dockerfiles, "test/Dockerfile", false),
            (Kubernetes, "k8s/api.yaml", true),
            (Kubernetes, "anything/else.yml", true),
            (Kubernetes, "overlays/prod/kustomization.yaml", true),
            (Kubernetes, "chart/Chart.yaml", true),
            (Kubernetes, "chart/values-prod.yaml", true),
            (Kubernetes, "chart/templates/_helpers.tpl", true),
            (Kubernetes, "chart/templates/serverless.yaml", true),
            (Kubernetes, "chart/templates/NOTES.txt", false),
            (Kubernetes, "tests/chart/Chart.yaml", false),
            (Kubernetes, "web/page.tpl", false),
            (Kubernetes, "docker-compose.override.yml", false),
            (Kubernetes, "valuesource.yaml", true),
            (Kubernetes, "serverless.yaml", false),
            (Kubernetes, ".github/workflows/ci.yml", false),
            (Kubernetes, "deploy/api.json", true),
            (Kubernetes, "src/package.json", false),
            (Kubernetes, "env/prod/replicas-patch.json", true),
            (Kubernetes, "k8s/tests/api.yaml", false),
            (Files, "README.md", false),
        ] {
            assert_eq!(wants(kind, path), expected, "{path}");
        }
    }

    #[test]
    fn only_folders_exclude() {
        assert!(is_excluded("a/vendor/b.yaml") && is_excluded("fixtures/x"));
        assert!(!is_excluded("tests") && !is_excluded("contest/latests/x.yaml"));
    }
}
