//! Does the change touch nothing but documents?

use super::{Evidence, OURS, Signal, Unknown, flag};

pub(super) const SIGNAL: Signal = Signal {
    name: "b_doconly",
    title: "only documents",
    definition: "every touched file is a document: by its ending, or because it lies below a folder docs",
    unit: "yes or no",
    formula: "1 if every path ends in .md .rst .txt .adoc or lies in a folder docs, else 0",
    source: OURS,
    read: documents,
};

/// 1 when nothing but documents is touched.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, documents};
/// let of = |files| documents(Evidence::without_past(&Change::of("", files)));
/// assert_eq!(of(&[("README.md", 1, 0), ("docs/plan.png", 0, 0)]), Ok(1.0));
/// assert_eq!(of(&[("README.md", 1, 0), ("src/docs.rs", 1, 0)]), Ok(0.0));
/// ```
pub fn documents(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let files = &evidence.change.files;
    if files.iter().any(|file| !is_document(&file.path)) {
        return Ok(0.0);
    }
    evidence.whole().map(|change| flag(!change.files.is_empty()))
}

fn is_document(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let ending = [".md", ".rst", ".txt", ".adoc"].iter().any(|ending| lower.ends_with(ending));
    ending || lower.starts_with("docs/") || lower.contains("/docs/")
}
