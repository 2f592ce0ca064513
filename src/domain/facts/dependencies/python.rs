//! Python's manifests: `pyproject.toml` (PEP 621, PEP 735, Poetry, PDM, uv), requirements files,
//! `Pipfile`.

use serde_json::Value;

use crate::domain::yaml::{escape_token, has_template_marks};

use super::Read;
use super::documents::{Document, toml};

pub(super) fn pyproject(text: &str) -> Result<Read, String> {
    let document = toml(text)?;
    let mut read = Read::default();
    requirements_of(&document, &mut read, "/project/dependencies", false);
    // Extras are asked for by name: those of developers have names that say so.
    for (table, always) in [
        ("/project/optional-dependencies", false),
        ("/dependency-groups", true),
        ("/tool/pdm/dev-dependencies", true),
    ] {
        for key in keys(&document, table) {
            let at = format!("{table}/{}", escape_token(&key));
            requirements_of(&document, &mut read, &at, always || is_for_development(&key));
        }
    }
    requirements_of(&document, &mut read, "/tool/uv/dev-dependencies", true);
    poetry(&document, &mut read, "/tool/poetry/dependencies", false);
    poetry(&document, &mut read, "/tool/poetry/dev-dependencies", true);
    for group in keys(&document, "/tool/poetry/group") {
        let at = format!("/tool/poetry/group/{}/dependencies", escape_token(&group));
        poetry(&document, &mut read, &at, true);
    }
    let dynamic = document.value.pointer("/project/dynamic").and_then(Value::as_array);
    if dynamic.is_some_and(|list| list.iter().any(|v| v.as_str() == Some("dependencies")))
        && document.value.pointer("/tool/setuptools/dynamic/dependencies").is_none()
        && read.rows.is_empty()
    {
        return Err("has its dependencies put in by its build backend".to_owned());
    }
    Ok(read)
}

pub(super) fn pipfile(text: &str) -> Result<Read, String> {
    let document = toml(text)?;
    let mut read = Read::default();
    poetry(&document, &mut read, "/packages", false);
    poetry(&document, &mut read, "/dev-packages", true);
    Ok(read)
}

/// One requirement a line; options and references to further files, which are read themselves, are
/// passed over.
pub(super) fn requirements(file: &str, text: &str) -> Read {
    let mut read = Read::default();
    let dev = is_for_development(file);
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.split(" #").next().unwrap_or("").trim();
        if line.starts_with(['#', '-']) {
            continue;
        }
        if has_template_marks(line) {
            read.template = true;
        } else {
            requirement(&mut read, number, line, dev);
        }
    }
    read
}

/// A program; where it names what it needs, that is not known.
pub(super) fn setup_py(text: &str) -> Result<Read, String> {
    if text.contains("install_requires") {
        return Err("says what it needs in a form that is not read".to_owned());
    }
    Ok(Read::default())
}

fn keys(document: &Document, table: &str) -> Vec<String> {
    let table = document.value.pointer(table).and_then(Value::as_object);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

/// A list of PEP 508 texts.
fn requirements_of(document: &Document, read: &mut Read, at: &str, dev: bool) {
    let list = document.value.pointer(at).and_then(Value::as_array).into_iter().flatten();
    for (index, text) in list.enumerate() {
        if let Some(text) = text.as_str() {
            requirement(read, document.line(&format!("{at}/{index}")), text, dev);
        }
    }
}

/// A table of name → version or table.
fn poetry(document: &Document, read: &mut Read, at: &str, dev: bool) {
    let before = read.rows.len();
    document.versions(read, at, dev);
    for row in &mut read.rows[before..] {
        row.name = normal(&row.name);
    }
    read.rows.retain(|row| row.name != "python");
}

/// `name[extra]>=1,<2 ; marker`, `name @ https://…`.
fn requirement(read: &mut Read, line: u32, text: &str, dev: bool) {
    let text = text.split(';').next().unwrap_or("").trim().trim_end_matches('\\').trim();
    let end = text
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = match rest.strip_prefix('[') {
        Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest),
        None => rest,
    };
    let rest = rest.split(" --").next().unwrap_or("").trim();
    // What is followed by something else is an address or a path.
    if rest.is_empty() || rest.starts_with(['=', '<', '>', '~', '!', '(', '@']) {
        read.add(line, &normal(name), Some(rest), dev);
    }
}

/// Names that mean the same are spelled the same (PEP 503).
fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if !matches!(c, '-' | '_' | '.') {
            normal.push(c.to_ascii_lowercase());
        } else if !normal.ends_with('-') {
            normal.push('-');
        }
    }
    normal
}

fn is_for_development(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        matches!(
            word,
            "dev"
                | "develop"
                | "development"
                | "test"
                | "tests"
                | "testing"
                | "lint"
                | "docs"
                | "doc"
                | "typing"
        )
    })
}
