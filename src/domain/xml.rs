//! What does an XML document of a stranger hold? Read within bounds: nodes and depth are limited,
//! and nothing in it can multiply.

use roxmltree::ParsingOptions;

pub(crate) use roxmltree::{Document, Node};

/// The parser recurses.
const MAX_DEPTH: usize = 200;

/// Whether a document may name its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doctype {
    /// It is refused.
    Refused,
    /// A bare `<!DOCTYPE …>`, which many tools write, is passed over; the file that it names is not
    /// looked for, and whoever defines an entity in it is refused.
    Bare,
}

/// Reads a document of at most `nodes` nodes; the error is a sentence without its subject.
pub(crate) fn parse(text: &str, nodes: u32, doctype: Doctype) -> Result<Document<'_>, String> {
    if depth(text) > MAX_DEPTH {
        return Err("nests too deep".to_owned());
    }
    if text.contains("<!ENTITY") {
        return Err("cannot be read: it defines entities".to_owned());
    }
    let allow_dtd = doctype == Doctype::Bare;
    let options = ParsingOptions { nodes_limit: nodes, allow_dtd, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let line = error.pos().row;
        format!("cannot be read: line {line}: {error}")
    })
}

/// An upper bound of how deep elements nest: opened minus closed.
fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut open, mut deepest) = (0_usize, 0);
    // What follows the `<` that was seen last and has not been closed.
    let mut tag = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (byte, tag) {
            (b'<', _) => tag = bytes.get(at + 1).copied(),
            (b'>', Some(b'/')) => open = open.saturating_sub(1),
            (b'>', Some(b'!' | b'?') | None) => {}
            (b'>', Some(_)) if bytes.get(at.wrapping_sub(1)) != Some(&b'/') => {
                open += 1;
                deepest = deepest.max(open);
            }
            _ => {}
        }
        if *byte == b'>' {
            tag = None;
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_multiply_is_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbb\">]><a>&b;</a>";
        assert!(parse(bomb, 10, Doctype::Bare).is_err());
        assert!(parse(bomb, 10, Doctype::Refused).is_err());
        let bare =
            "<!DOCTYPE report PUBLIC \"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report/>";
        assert!(parse(bare, 10, Doctype::Bare).is_ok());
        assert!(parse(bare, 10, Doctype::Refused).is_err());
        let deep = "<a>".repeat(100_000);
        assert_eq!(parse(&deep, 1_000_000, Doctype::Bare).expect_err("refused"), "nests too deep");
        assert!(parse("<a><b/><c/></a>", 2, Doctype::Bare).is_err());
    }
}
