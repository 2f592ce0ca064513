//! Reports in XML: Cobertura's and JaCoCo's.
//!
//! Sources: Cobertura's `coverage-04.dtd`, JaCoCo's `report.dtd`. Both tools name a DTD in the
//! document; it is not fetched, and a document that defines entities is refused.

use super::report::Lines;
use crate::domain::xml::{self, Doctype, Node};

/// A document of the largest size that is taken has fewer.
const MAX_NODES: u32 = 2_000_000;

/// `<class filename="src/a.py"><lines><line number="3" hits="0"/>`; a file may have several classes.
/// `<sources>` tells where a file lies that is not named from the root.
pub(super) fn cobertura(text: &str, into: &mut Lines<'_>) -> Result<(), String> {
    let document = xml::parse(text, MAX_NODES, Doctype::Bare)?;
    let root = document.root_element();
    if root.tag_name().name() != "coverage" {
        return Err("is no Cobertura report: it does not begin with `<coverage>`".to_owned());
    }
    let mut sources = named(root, "source").filter_map(|node| into.file(node.text()?));
    // Of several nobody says which one a file is of.
    let source = sources.next().filter(|_| sources.next().is_none());
    drop(sources);
    for class in named(root, "class") {
        let Some(path) = class.attribute("filename").and_then(|path| into.file(path)) else {
            continue;
        };
        let path = match &source {
            // The root itself is no path, and so no source.
            Some(source) if !path.starts_with(&format!("{source}/")) => format!("{source}/{path}"),
            _ => path,
        };
        let lists = class.children().filter(|node| node.tag_name().name() == "lines");
        for line in lists.flat_map(|list| list.children()).filter(Node::is_element) {
            let number = line.attribute("number").and_then(|n| n.parse().ok());
            let hits = line.attribute("hits").and_then(|n| n.parse::<f64>().ok());
            if let (Some(number), Some(hits)) = (number, hits) {
                into.note(&path, number, hits > 0.0)?;
            }
        }
    }
    Ok(())
}

/// `<package name="com/acme"><sourcefile name="A.java"><line nr="3" mi="0" ci="2"/>`: a line is run
/// when any of its instructions is. Where the package lies is not told: it is found by its end.
pub(super) fn jacoco(text: &str, into: &mut Lines<'_>) -> Result<(), String> {
    let document = xml::parse(text, MAX_NODES, Doctype::Bare)?;
    let root = document.root_element();
    if root.tag_name().name() != "report" {
        return Err("is no JaCoCo report: it does not begin with `<report>`".to_owned());
    }
    for package in named(root, "package") {
        let folder = package.attribute("name").unwrap_or_default();
        for file in named(package, "sourcefile") {
            let name = file.attribute("name").unwrap_or_default();
            let Some(path) = into.file(&format!("{folder}/{name}")) else { continue };
            for line in file.children().filter(|node| node.tag_name().name() == "line") {
                let number = |name| line.attribute(name).and_then(|n| n.parse::<u32>().ok());
                if let (Some(nr), Some(run)) = (number("nr"), number("ci")) {
                    into.note(&path, nr, run > 0)?;
                }
            }
        }
    }
    Ok(())
}

fn named<'a, 'i>(root: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    root.descendants().filter(move |node| node.tag_name().name() == name)
}

#[cfg(test)]
mod tests {
    use crate::domain::risk::coverage::{CoverageReport, FileLines, Format};

    const COBERTURA: &str = r#"<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM 'https://raw.githubusercontent.com/cobertura/web/master/htdocs/xml/coverage-04.dtd'>
<coverage version="7.6" line-rate="0.5">
  <sources><source>/home/runner/work/api/api/src</source></sources>
  <packages><package name="app"><classes>
    <class name="a.py" filename="app/a.py"><methods><method name="f"><lines><line number="1" hits="1"/></lines></method></methods>
      <lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="x" hits="1"/></lines></class>
    <class name="out" filename="../../etc/passwd"><lines><line number="1" hits="1"/></lines></class>
  </classes></package></packages>
</coverage>"#;

    const JACOCO: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="api"><sessioninfo id="x" start="1" dump="2"/><group name="core"><package name="com/acme"><class name="com/acme/A" sourcefilename="A.java"><method name="&lt;init&gt;" desc="()V" line="3"/></class><sourcefile name="A.java"><line nr="3" mi="0" ci="2" mb="0" cb="0"/><line nr="4" mi="3" ci="0" mb="0" cb="0"/><counter type="LINE" missed="1" covered="1"/></sourcefile></package></group></report>"#;

    #[test]
    fn both_are_read() {
        let half = FileLines { hit: vec![(1, 1)], missed: vec![(2, 2)] };
        let report = CoverageReport::parse(COBERTURA, Format::Cobertura, None).expect("readable");
        assert_eq!(report.files, [("src/app/a.py".to_owned(), half)].into());
        let report = CoverageReport::parse(JACOCO, Format::Jacoco, None).expect("readable");
        let half = FileLines { hit: vec![(3, 3)], missed: vec![(4, 4)] };
        assert_eq!(report.files, [("com/acme/A.java".to_owned(), half)].into());
    }

    #[test]
    fn what_is_neither_is_refused() {
        let why = |text, format| CoverageReport::parse(text, format, None).expect_err("refused");
        assert!(why(JACOCO, Format::Cobertura).contains("<coverage>"));
        assert!(why(COBERTURA, Format::Jacoco).contains("<report>"));
        assert!(why("<coverage>", Format::Cobertura).contains("line 1"));
        let bomb = "<!DOCTYPE coverage [<!ENTITY a \"b\">]><coverage>&a;</coverage>";
        assert_eq!(why(bomb, Format::Cobertura), "cannot be read: it defines entities");
    }
}
