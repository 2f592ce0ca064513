//! What changes, line by line, as `git apply` takes it.

use crate::domain::fix::{FixPlan, FixedFile};

/// How a line of a diff is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Names of files.
    Head,
    /// `@@ … @@`.
    Place,
    /// `+`.
    Added,
    /// `-`.
    Removed,
    /// As it is.
    Kept,
}

/// The change of one file; `prefix` is where the folder lies in its repository, empty at the root.
pub fn diff(file: &FixedFile, prefix: &str) -> String {
    let path =
        if prefix.is_empty() { file.path.clone() } else { format!("{prefix}/{}", file.path) };
    let before = match &file.before {
        Some(_) => format!("a/{path}"),
        None => "/dev/null".to_owned(),
    };
    let body = diffy::DiffOptions::new()
        .set_original_filename(before)
        .set_modified_filename(format!("b/{path}"))
        .create_patch(file.before.as_deref().unwrap_or_default(), &file.after)
        .to_string();
    let mode = if file.before.is_none() { "new file mode 100644\n" } else { "" };
    format!("diff --git a/{path} b/{path}\n{mode}{body}")
}

/// The change of all files.
pub fn patch(plan: &FixPlan, prefix: &str) -> String {
    plan.files.iter().map(|file| diff(file, prefix)).collect()
}

/// The lines of a diff with how each is shown.
pub fn inked(diff: &str) -> impl Iterator<Item = (Ink, &str)> {
    diff.lines().map(|line| {
        let ink = match line.as_bytes() {
            [b'+', b'+', b'+', b' ', ..] | [b'-', b'-', b'-', b' ', ..] => Ink::Head,
            [b'd', b'i', ..] | [b'n', b'e', ..] => Ink::Head,
            [b'@', ..] => Ink::Place,
            [b'+', ..] => Ink::Added,
            [b'-', ..] => Ink::Removed,
            _ => Ink::Kept,
        };
        (ink, line)
    })
}
