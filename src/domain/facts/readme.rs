//! Is there a README, and does it say something?

use serde::Serialize;

use super::FactKind;
use super::gather::Gather;

/// A README where GitHub looks for one.
#[derive(Debug, Clone, Serialize)]
pub struct Readme {
    /// The file.
    pub path: String,
    /// Characters of text: without comments, tags, images, addresses of links and marks, and with
    /// any white space counted once.
    pub characters: usize,
}

/// Whether a path is one of them: `.github/`, the root and `docs/`, in any spelling.
pub(super) fn is_readme(path: &str) -> bool {
    let name = [".github/", "docs/"].iter().find_map(|folder| path.strip_prefix(folder));
    let name = name.unwrap_or(path).to_ascii_lowercase();
    let kinds = ["md", "markdown", "mdx", "rst", "txt", "adoc", "asciidoc", "org", "textile"];
    match name.strip_prefix("readme") {
        Some("") => true,
        Some(rest) => rest.strip_prefix('.').is_some_and(|kind| kinds.contains(&kind)),
        None => false,
    }
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Readme;
    for path in gather.paths(kind) {
        let Some(text) = gather.text(kind, path) else { continue };
        let readme = Readme { path: path.to_owned(), characters: characters(&text) };
        gather.snapshot.readmes.push(readme);
    }
}

/// Where something that is no text ends, by how it begins. The longest beginning stands first.
const SILENT: [(&str, &str); 3] = [("<!--", "-->"), ("](", ")"), ("<", ">")];

/// [`Readme::characters`] of a text.
pub(in crate::domain) fn characters(text: &str) -> usize {
    let mut count = 0;
    let mut space = true;
    let mut rest = text.trim_start_matches('\u{feff}');
    while let Some(c) = rest.chars().next() {
        let silent = SILENT.iter().find_map(|(start, end)| {
            let inner = rest.strip_prefix(start)?;
            // A lone `<` is a sign like any other; so is what never ends in sight.
            let near = inner.len().min(2_000);
            let near = (0..=near).rev().find(|at| inner.is_char_boundary(*at)).unwrap_or(0);
            let at = inner[..near].find(end)?;
            Some(&inner[at + end.len()..])
        });
        if let Some(after) = silent {
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c.is_whitespace() {
            count += usize::from(!space);
            space = true;
        } else if !matches!(c, '#' | '*' | '=' | '`' | '[' | ']' | '!' | '|' | '~' | '_') {
            count += 1;
            space = false;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_text_counts() {
        for (text, expected) in [
            ("", 0),
            ("# Hi\n\n\n", 3),
            ("<!-- a long comment -->x", 1),
            ("[![Build](https://a.b/c.svg)](https://a.b) ok", 8),
            ("<img src='x'>a  b", 3),
            ("a < b", 5),
            ("ä ö", 3),
        ] {
            assert_eq!(characters(text), expected, "{text}");
        }
    }

    #[test]
    fn readmes_are_found_where_github_shows_them() {
        for path in ["README.md", "readme", "docs/Readme.rst", ".github/README.md"] {
            assert!(is_readme(path), "{path}");
        }
        for path in ["README-dev.md", "src/README.md", "README.png", "READMEs/x.md"] {
            assert!(!is_readme(path), "{path}");
        }
    }
}
