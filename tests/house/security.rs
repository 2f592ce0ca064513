//! Is every threat of docs/security.md covered by a test that exists? And is no SQL put together?

use std::path::Path;

use super::{root, sources};

/// `file::test` in backticks.
fn named(text: &str) -> Vec<(String, String)> {
    let quoted = text.split('`').skip(1).step_by(2);
    let of_two = quoted.filter_map(|word| word.split_once("::"));
    let plain = |word: &str| {
        !word.is_empty()
            && word.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
    };
    of_two
        .filter(|(file, test)| plain(file) && plain(test))
        .map(|(file, test)| (file.to_owned(), test.to_owned()))
        .collect()
}

#[test]
fn every_test_that_the_security_review_names_exists() {
    let text = std::fs::read_to_string(root().join("docs/security.md")).unwrap();
    let tests = ["src", "tests"].map(sources).concat();
    let exists = |file: &str, test: &str| {
        tests.iter().any(|(path, text)| {
            let path = Path::new(path);
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let folder = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
            // `foo/mod.rs` and `foo/tests.rs` go by their folder, too.
            let here = stem == file || (["mod", "tests"].contains(&stem) && folder == Some(file));
            here && text.contains(&format!("fn {test}("))
        })
    };
    let named = named(&text);
    assert!(named.len() > 60, "only {} tests are named", named.len());
    let missing: Vec<String> = named
        .iter()
        .filter(|(file, test)| !exists(file, test))
        .map(|(file, test)| format!("{file}::{test}"))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "docs/security.md names tests that are not there");
    // A threat without a test is none that we have thought through.
    let mut threats = false;
    for line in text.lines() {
        threats = line.starts_with("| threat") || (threats && line.starts_with('|'));
        let row = threats && !line.starts_with("| threat") && !line.starts_with("|---");
        assert!(!row || line.contains("::"), "no test: {line}");
    }
}

/// Where SQL is made from pieces: of each, what the pieces are.
const PUT_TOGETHER: &[(&str, &str)] = &[
    ("src/edge/store/blobs.rs", "numbers of placeholders"),
    ("src/edge/store/connect.rs", "names of pragmas, in a test"),
    ("src/edge/store/jobs/plans.rs", "constant texts and the name of a schema, in tests"),
    ("src/edge/store/risk/plans.rs", "constant texts, in a test"),
    ("src/edge/store/transfer/cell.rs", "names of our own tables and columns"),
];

#[test]
fn sql_is_put_together_nowhere_else() {
    for (file, text) in sources("src") {
        let known = PUT_TOGETHER.iter().any(|(known, _)| *known == file);
        assert!(known || !text.contains("AssertSqlSafe"), "{file} makes SQL from pieces");
    }
}
