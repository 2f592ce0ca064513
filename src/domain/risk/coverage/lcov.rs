//! lcov's tracefile: `SF:<path>`, then `DA:<line>,<hits>[,<checksum>]`, then `end_of_record`.
//!
//! Source: geninfo(1), section FILES. Functions and branches are passed over.

use super::report::Lines;

pub(super) fn read(text: &str, into: &mut Lines<'_>) -> Result<(), String> {
    let mut file: Option<String> = None;
    let mut seen = false;
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(path) = line.strip_prefix("SF:") {
            seen = true;
            file = into.file(path);
        } else if line == "end_of_record" {
            file = None;
        } else if let Some(data) = line.strip_prefix("DA:") {
            let fault =
                || format!("is no lcov tracefile: line {} is not `DA:<line>,<hits>`", n + 1);
            let (number, rest) = data.split_once(',').ok_or_else(fault)?;
            let hits = rest.split(',').next().unwrap_or_default();
            let number: u32 = number.trim().parse().map_err(|_| fault())?;
            // Some tools count in floating point, and some below zero.
            let hits: f64 = hits.trim().parse().map_err(|_| fault())?;
            if let Some(file) = &file {
                into.note(file, number, hits > 0.0)?;
            }
        }
    }
    if seen { Ok(()) } else { Err("is no lcov tracefile: it names no file (`SF:`)".to_owned()) }
}

#[cfg(test)]
mod tests {
    use crate::domain::risk::coverage::{CoverageReport, Format};

    fn read(text: &str) -> Result<CoverageReport, String> {
        CoverageReport::parse(text, Format::Lcov, None)
    }

    #[test]
    fn a_tracefile_as_tools_write_it() {
        let text = "TN:unit\nSF:/home/runner/work/api/api/src/a.js\nFN:1,(anonymous)\nFNF:1\n\
            DA:1,1\nDA:2,0\nDA:3,5,abc==\nLF:3\nLH:2\nBRDA:2,0,0,-\nend_of_record\n\
            SF:../outside.js\nDA:1,1\nend_of_record\n";
        let report = read(text).expect("readable");
        assert_eq!(report.files.keys().collect::<Vec<_>>(), ["src/a.js"]);
        assert_eq!(report.totals(), (2, 3));
    }

    #[test]
    fn what_is_none_says_where() {
        assert!(read("hello").expect_err("refused").contains("names no file"));
        assert!(read("SF:a\nDA:1").expect_err("refused").contains("line 2"));
        assert!(read("SF:a\nDA:x,1").expect_err("refused").contains("line 2"));
        assert!(read("SF:a\nend_of_record\n").expect_err("refused").contains("no file with lines"));
        assert!(read("SF:a\nDA:99999999999999,1").is_err());
    }
}
