//! Manifests in XML: Maven's and .NET's. Documents with a DTD are refused by the parser, so no
//! entity can multiply.

use std::collections::BTreeMap;

use super::Read;
use crate::domain::xml::{self, Doctype, Document, Node};

/// Nodes that a document may hold.
const MAX_NODES: u32 = 100_000;

fn parse(text: &str) -> Result<Document<'_>, String> {
    xml::parse(text, MAX_NODES, Doctype::Refused)
}

fn line(document: &Document<'_>, node: Node<'_, '_>) -> u32 {
    document.text_pos_at(node.range().start).row
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    child(node, name)?.text().map(str::trim).filter(|text| !text.is_empty())
}

/// The project's own dependencies and those of its profiles, and its parent. What
/// `dependencyManagement` names is not used by that alone.
pub(super) fn pom(source: &str) -> Result<Read, String> {
    let document = parse(source)?;
    let project = document.root_element();
    let mut read = Read::default();
    let properties: BTreeMap<&str, &str> = child(project, "properties")
        .into_iter()
        .flat_map(|node| node.children())
        .filter_map(|node| Some((node.tag_name().name(), node.text()?.trim())))
        .collect();
    // One level is all that is needed in practice, and cannot go round in circles.
    let resolved = |version: Option<&str>| {
        let name = version?.strip_prefix("${").and_then(|v| v.strip_suffix('}'));
        let known = name.and_then(|name| properties.get(name)).copied();
        known.or(version).map(str::to_owned)
    };
    let mut add = |node: Node<'_, '_>, dev: bool| {
        if let (Some(group), Some(artifact)) = (text(node, "groupId"), text(node, "artifactId")) {
            let version = resolved(text(node, "version"));
            let name = format!("{group}:{artifact}");
            read.add(line(&document, node), &name, version.as_deref(), dev);
        }
    };
    child(project, "parent").into_iter().for_each(|parent| add(parent, false));
    let profiles = child(project, "profiles").into_iter().flat_map(|node| node.children());
    for holder in std::iter::once(project).chain(profiles) {
        let list = child(holder, "dependencies").into_iter().flat_map(|node| node.children());
        for node in list.filter(|node| node.tag_name().name() == "dependency") {
            add(node, text(node, "scope") == Some("test"));
        }
    }
    Ok(read)
}

/// `PackageReference`, `PackageVersion`, `FrameworkReference`, and the SDK.
pub(super) fn msbuild(source: &str) -> Result<Read, String> {
    let document = parse(source)?;
    let project = document.root_element();
    let mut read =
        Read { toolchain: project.attribute("Sdk").map(str::to_owned), ..Read::default() };
    for node in project.descendants() {
        let kinds =
            ["PackageReference", "PackageVersion", "GlobalPackageReference", "FrameworkReference"];
        if !kinds.contains(&node.tag_name().name()) {
            continue;
        }
        let Some(name) = node.attribute("Include").or_else(|| node.attribute("Update")) else {
            continue;
        };
        let version = node.attribute("Version").or_else(|| text(node, "Version"));
        let private = node.attribute("PrivateAssets").or_else(|| text(node, "PrivateAssets"));
        let dev = private.is_some_and(|assets| assets.eq_ignore_ascii_case("all"));
        read.add(line(&document, node), name, version, dev);
    }
    Ok(read)
}
