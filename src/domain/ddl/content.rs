//! Is a file a migration although its path does not say so? By the marks that the tools themselves
//! look for. And which files are run again when they change?

use super::layout::{Framework, framework as framework_of_path};

/// What a line says of its file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// So begins a migration.
    Begin,
    /// A piece of a change log.
    Piece,
}

/// Whose migration a text is by its marks.
pub(super) fn framework(path: &str, text: &str) -> Option<Framework> {
    let extension = extension(path)?;
    let begins = text.lines().any(|line| mark(&extension, line) == Some(Mark::Begin));
    begins.then_some(if extension == "sql" { Framework::Sql } else { Framework::Liquibase })
}

/// Whether a file that a change adds or touches is to be read as a migration, by its path, or by the
/// lines that it gains. Of those that are touched only what is run again is read: change logs of
/// Liquibase, which run what is appended, and Flyway's `R__….sql`.
pub fn is_read_when_touched<'l>(
    path: &str,
    is_new: bool,
    mut gains: impl Iterator<Item = &'l str>,
) -> bool {
    let Some(extension) = extension(path) else {
        return is_new && framework_of_path(path).is_some();
    };
    let by_path = framework_of_path(path);
    if is_new {
        return by_path.is_some() || gains.any(|line| mark(&extension, line) == Some(Mark::Begin));
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let grows = by_path == Some(Framework::Liquibase)
        || (by_path.is_some() && (name.starts_with("R__") || path.contains("changelog")));
    grows || gains.any(|line| mark(&extension, line).is_some())
}

/// Whether the text of a file at this path may show that it is a migration.
pub fn may_be_marked(path: &str) -> bool {
    extension(path).is_some()
}

/// Of files that may bear a mark, in lower case.
fn extension(path: &str) -> Option<String> {
    let extension = path.rsplit_once('.')?.1.to_ascii_lowercase();
    matches!(extension.as_str(), "sql" | "xml" | "yaml" | "yml" | "json").then_some(extension)
}

/// Sources: the manuals of Liquibase ("changelog formats"), goose, sql-migrate and dbmate.
fn mark(extension: &str, line: &str) -> Option<Mark> {
    let code = line.trim_start();
    let begins = |words: &[&str]| words.iter().any(|word| code.starts_with(word));
    let (begin, piece) = match extension {
        "sql" => {
            let comment = code.strip_prefix("--")?.trim_start().to_ascii_lowercase();
            let begins = |words: &[&str]| words.iter().any(|word| comment.starts_with(word));
            let tools = ["liquibase formatted sql", "+goose up", "+migrate up", "migrate:up"];
            (begins(&tools), begins(&["changeset "]))
        }
        "xml" => (line.contains("<databaseChangeLog"), line.contains("<changeSet")),
        "json" => (line.contains("\"databaseChangeLog\""), line.contains("\"changeSet\"")),
        _ => (begins(&["databaseChangeLog:"]), begins(&["changeSet:", "- changeSet:"])),
    };
    if begin { Some(Mark::Begin) } else { piece.then_some(Mark::Piece) }
}
