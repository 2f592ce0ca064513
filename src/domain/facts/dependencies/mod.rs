//! What does the repository build on? The direct dependencies that its manifests name.
//!
//! Only what a manifest itself says: nothing is resolved, installed or run, and lock files are not
//! read, as they also name what came along with something else.

mod documents;
mod gradle;
mod lines;
mod manifests;
mod python;
mod xml;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::tree::SourceTree;
use crate::domain::yaml::{has_template_marks, holds_mark};

use super::FactKind;
use super::gather::Gather;
use super::select::file_name;
use manifests::{Kind, kind_of, unread_kind};

pub(super) use manifests::is_manifest;

/// Dependencies of one manifest at most; more are a gap.
const MAX_PER_FILE: usize = 3_000;
/// Dependencies of all manifests at most.
const MAX_ALL: usize = 30_000;
/// Longest name or version, in bytes; longer ones are not dependencies of anything that exists.
const MAX_TEXT_BYTES: usize = 300;

/// One dependency as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// The manifest.
    pub path: String,
    /// Names the line.
    pub pointer: String,
    /// `npm`, `go`, `cargo`, `pypi`, `maven` (Gradle too), `nuget`, `rubygems` or `packagist`.
    pub ecosystem: &'static str,
    /// As the ecosystem spells it: `@scope/name`, `group:artifact`; of Python in lower case with `-`.
    pub name: String,
    /// The version or range as written.
    pub version: Option<String>,
    /// Needed to build or test only.
    pub dev: bool,
}

/// A manifest that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// The file.
    pub path: String,
    /// As [`Dependency::ecosystem`].
    pub ecosystem: &'static str,
    /// What the manifest is built with, where it says so: the version of Go (`1.22`), the SDK of
    /// .NET (`Microsoft.NET.Sdk.Web`).
    pub toolchain: Option<String>,
}

/// A row in the making: line from 1, name, version, whether for development only.
struct Row {
    line: u32,
    name: String,
    version: Option<String>,
    dev: bool,
}

/// What one manifest says.
#[derive(Default)]
struct Read {
    rows: Vec<Row>,
    toolchain: Option<String>,
    /// A part of it is still to be filled in.
    template: bool,
}

impl Read {
    fn add(&mut self, line: u32, name: &str, version: Option<&str>, dev: bool) {
        let fits = |text: &str| !text.is_empty() && text.len() <= MAX_TEXT_BYTES;
        if holds_mark(name) {
            self.template = true;
        } else if fits(name) && self.rows.len() <= MAX_PER_FILE {
            let version = version.map(str::trim).filter(|v| fits(v)).map(str::to_owned);
            self.rows.push(Row { line, name: name.to_owned(), version, dev });
        }
    }
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Dependencies;
    for path in unread(gather) {
        let reason = "is a list of dependencies of a kind that is not read".to_owned();
        gather.gap(kind, Some(&path), reason);
    }
    for path in gather.paths(kind) {
        let Some(manifest) = kind_of(path) else { continue };
        let Some(text) = gather.text(kind, path) else { continue };
        let text = text.trim_start_matches('\u{feff}');
        match read(manifest, path, text) {
            Ok(found) => add(gather, path, manifest, found),
            Err(_) if has_template_marks(text) => gather.gap_template(kind, path),
            Err(reason) => gather.gap(kind, Some(path), reason),
        }
    }
}

/// Names of what the manifests of the repository need to run, as far as they can be read.
pub(super) fn names(tree: &SourceTree) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in tree.entries.keys().filter(|path| is_manifest(path) && !super::is_excluded(path)) {
        let (Some(kind), Some(text)) = (kind_of(path), tree.text(path)) else { continue };
        let rows = read(kind, path, text.trim_start_matches('\u{feff}')).map(|read| read.rows);
        names.extend(rows.unwrap_or_default().into_iter().map(|row| row.name));
        if names.len() > MAX_ALL {
            break;
        }
    }
    names
}

/// What the text of a manifest says, or why that is not known, in words that follow the path.
fn read(kind: Kind, path: &str, text: &str) -> Result<Read, String> {
    match kind {
        Kind::PackageJson => documents::package_json(text),
        Kind::ComposerJson => documents::composer_json(text),
        Kind::CargoToml => documents::cargo_toml(text),
        Kind::VersionCatalog => documents::version_catalog(text),
        Kind::Pyproject => python::pyproject(text),
        Kind::Pipfile => python::pipfile(text),
        Kind::Requirements => Ok(python::requirements(file_name(path), text)),
        Kind::SetupPy => python::setup_py(text),
        Kind::GoMod => Ok(lines::go_mod(text)),
        Kind::Gemfile => Ok(lines::gemfile(text)),
        Kind::Gradle => Ok(gradle::build(text)),
        Kind::Pom => xml::pom(text),
        Kind::MsBuild => xml::msbuild(text),
    }
}

fn add(gather: &mut Gather<'_>, path: &str, kind: Kind, mut found: Read) {
    if found.template {
        gather.gap_template(FactKind::Dependencies, path);
    }
    found.rows.sort_by_key(|row| row.line);
    let ecosystem = kind.ecosystem();
    let full = gather.snapshot.dependencies.len() + found.rows.len() > MAX_ALL;
    if full || found.rows.len() > MAX_PER_FILE {
        let reason = "names more dependencies than one evaluation reads".to_owned();
        gather.gap(FactKind::Dependencies, Some(path), reason);
        return;
    }
    let toolchain = found.toolchain.filter(|text| text.len() <= MAX_TEXT_BYTES);
    gather.snapshot.manifests.push(Manifest { path: path.to_owned(), ecosystem, toolchain });
    for Row { line, name, version, dev } in found.rows {
        let pointer = gather.spans.problem(path, line);
        let path = path.to_owned();
        let row = Dependency { path, pointer, ecosystem, name, version, dev };
        gather.snapshot.dependencies.push(row);
    }
}

/// Manifests that somebody would have to read before saying that something is not among the
/// dependencies.
fn unread(gather: &Gather<'_>) -> Vec<String> {
    let paths = gather.tree.entries.keys();
    let unread = paths.filter(|path| unread_kind(path) && !super::is_excluded(path));
    unread.take(20).cloned().collect()
}

#[cfg(test)]
mod tests;
