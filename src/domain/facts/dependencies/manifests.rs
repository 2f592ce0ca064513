//! Which files name dependencies? By name alone.

use super::super::select::file_name;

/// A kind of manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    PackageJson,
    ComposerJson,
    CargoToml,
    /// Gradle's `libs.versions.toml`.
    VersionCatalog,
    Pyproject,
    Pipfile,
    Requirements,
    SetupPy,
    GoMod,
    Gemfile,
    Gradle,
    Pom,
    /// `*.csproj` and its relatives, and `Directory.Packages.props`.
    MsBuild,
}

impl Kind {
    pub(super) fn ecosystem(self) -> &'static str {
        match self {
            Self::PackageJson => "npm",
            Self::ComposerJson => "packagist",
            Self::CargoToml => "cargo",
            Self::VersionCatalog | Self::Gradle | Self::Pom => "maven",
            Self::Pyproject | Self::Pipfile | Self::Requirements | Self::SetupPy => "pypi",
            Self::GoMod => "go",
            Self::Gemfile => "rubygems",
            Self::MsBuild => "nuget",
        }
    }
}

/// Whether a file is a manifest that is read.
pub(in crate::domain::facts) fn is_manifest(path: &str) -> bool {
    kind_of(path).is_some()
}

pub(super) fn kind_of(path: &str) -> Option<Kind> {
    let name = file_name(path);
    let kind = match name {
        "package.json" => Kind::PackageJson,
        "composer.json" => Kind::ComposerJson,
        "Cargo.toml" => Kind::CargoToml,
        "libs.versions.toml" => Kind::VersionCatalog,
        "pyproject.toml" => Kind::Pyproject,
        "Pipfile" => Kind::Pipfile,
        "setup.py" | "setup.cfg" => Kind::SetupPy,
        "go.mod" => Kind::GoMod,
        "Gemfile" | "gems.rb" => Kind::Gemfile,
        "build.gradle" | "build.gradle.kts" => Kind::Gradle,
        "pom.xml" => Kind::Pom,
        "Directory.Packages.props" | "Directory.Build.props" => Kind::MsBuild,
        _ if [".csproj", ".fsproj", ".vbproj"].iter().any(|end| name.ends_with(end)) => {
            Kind::MsBuild
        }
        _ if is_requirements(path, name) => Kind::Requirements,
        _ => return None,
    };
    Some(kind)
}

/// `requirements.txt`, `requirements-dev.in`, `dev-requirements.txt`, `requirements/base.txt`.
fn is_requirements(path: &str, name: &str) -> bool {
    let Some((stem, "txt" | "in" | "pip")) = name.rsplit_once('.') else { return false };
    let stem = stem.to_ascii_lowercase();
    stem.starts_with("requirements")
        || stem.ends_with("requirements")
        || path.rsplit('/').nth(1) == Some("requirements")
}

/// Manifests of languages whose manifests are not read.
pub(super) fn unread_kind(path: &str) -> bool {
    let name = file_name(path);
    let known = [
        "build.sbt",
        "mix.exs",
        "deps.edn",
        "project.clj",
        "Package.swift",
        "conanfile.txt",
        "conanfile.py",
        "vcpkg.json",
        "rebar.config",
        "stack.yaml",
        "package.yaml",
        "pubspec.yaml",
        "paket.dependencies",
        "packages.config",
        "MODULE.bazel",
        "environment.yml",
        "deno.json",
        "deno.jsonc",
    ];
    known.contains(&name) || name.ends_with(".cabal")
}
