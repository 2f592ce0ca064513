//! Do tests run through the changed lines? A report joined with the diff.

use std::collections::BTreeMap;

use super::report::{CoverageReport, FileLines, Span, spans};

/// How much of a change tests run through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PatchCoverage {
    /// Added lines that tests run through.
    pub covered: u64,
    /// Added lines that can be run.
    pub coverable: u64,
}

impl PatchCoverage {
    /// Covered / coverable, in percent; `None` when no added line can be run.
    pub fn percent(&self) -> Option<f64> {
        (self.coverable > 0).then(|| self.covered as f64 / self.coverable as f64 * 100.0)
    }
}

/// The lines that a patch of one file adds, by their number in the new file.
///
/// ```
/// use waymark::domain::risk::coverage::added_lines;
/// let patch = "@@ -1,3 +1,4 @@ fn f() {\n a\n-b\n+B\n+C\n d\n\\ No newline at end of file";
/// assert_eq!(added_lines(patch), [(2, 3)]);
/// ```
pub fn added_lines(patch: &str) -> Vec<Span> {
    let mut added = Vec::new();
    let mut at: u32 = 0;
    for line in patch.lines() {
        match line.as_bytes().first() {
            Some(b'@') => {
                let start = line.split(" +").nth(1).and_then(|rest| {
                    rest.split([',', ' ']).next().and_then(|number| number.parse().ok())
                });
                at = start.unwrap_or(at);
            }
            Some(b'+') => {
                added.push(at);
                at = at.saturating_add(1);
            }
            Some(b'-' | b'\\') => {}
            _ => at = at.saturating_add(1),
        }
    }
    // Hunks come in order, unless somebody wrote the diff by hand.
    added.sort_unstable();
    added.dedup();
    spans(added)
}

/// Covered changed lines / coverable changed lines. `changed` is path and added lines of each file
/// that is not removed. `None` when none of the files was measured: nothing is known then.
///
/// ```
/// use waymark::domain::risk::coverage::{CoverageReport, Format, patch_coverage};
/// let text = "SF:src/a.rs\nDA:1,1\nDA:2,0\nDA:3,1\nDA:9,0\nend_of_record\n";
/// let report = CoverageReport::parse(text, Format::Lcov, None).unwrap();
/// // Lines 2 to 5 were added; 2 and 3 can be run, 3 is.
/// let found = patch_coverage(&report, &[("src/a.rs", &[(2, 5)])]).unwrap();
/// assert_eq!((found.covered, found.coverable, found.percent()), (1, 2, Some(50.0)));
/// ```
pub fn patch_coverage(
    report: &CoverageReport,
    changed: &[(&str, &[Span])],
) -> Option<PatchCoverage> {
    let paths: Vec<&str> = changed.iter().map(|(path, _)| *path).collect();
    let measured = measured(report, &paths);
    if measured.is_empty() {
        return None;
    }
    let mut found = PatchCoverage::default();
    for (path, added) in changed {
        let Some(file) = measured.get(path) else { continue };
        let hit = shared(&file.hit, added);
        found.covered += hit;
        found.coverable += hit + shared(&file.missed, added);
    }
    Some(found)
}

/// The entry of each path: of the same name, else the only one of which the one is the other's
/// end. `com/acme/A.java` is `api/src/main/java/com/acme/A.java`, unless two files could be meant.
fn measured<'a, 'r>(
    report: &'r CoverageReport,
    paths: &[&'a str],
) -> BTreeMap<&'a str, &'r FileLines> {
    let base = |path: &'r str| path.rsplit('/').next().unwrap_or(path);
    let mut by_base: BTreeMap<&str, Vec<&'r str>> = BTreeMap::new();
    for key in report.files.keys() {
        by_base.entry(base(key)).or_default().push(key);
    }
    let mut found: BTreeMap<&'r str, Vec<&'a str>> = BTreeMap::new();
    for path in paths {
        if let Some((key, _)) = report.files.get_key_value(*path) {
            found.entry(key).or_default().insert(0, path);
            continue;
        }
        let ends = |long: &str, short: &str| {
            long.strip_suffix(short).is_some_and(|before| before.ends_with('/'))
        };
        let name = path.rsplit('/').next().unwrap_or(path);
        let of_name = by_base.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut fits = of_name.iter().filter(|key| ends(key, path) || ends(path, key));
        if let (Some(key), None) = (fits.next(), fits.next()) {
            found.entry(key).or_default().push(path);
        }
    }
    let one = |(key, paths): (&'r str, Vec<&'a str>)| {
        let exact = paths.first().filter(|path| **path == key);
        let path = exact.or_else(|| paths.first().filter(|_| paths.len() == 1))?;
        Some((*path, report.files.get(key)?))
    };
    found.into_iter().filter_map(one).collect()
}

/// How many lines two lists have in common; both are in order.
fn shared(a: &[Span], b: &[Span]) -> u64 {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while let (Some((a_from, a_to)), Some((b_from, b_to))) = (a.get(i), b.get(j)) {
        let (from, to) = (a_from.max(b_from), a_to.min(b_to));
        if from <= to {
            count += u64::from(to - from) + 1;
        }
        if a_to < b_to { i += 1 } else { j += 1 }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::risk::coverage::Format;

    fn report(paths: &[&str]) -> CoverageReport {
        let text: String = paths
            .iter()
            .map(|path| format!("SF:{path}\nDA:1,1\nDA:2,0\nend_of_record\n"))
            .collect();
        CoverageReport::parse(&text, Format::Lcov, None).expect("readable")
    }

    fn covered(report: &CoverageReport, paths: &[&str]) -> Option<(u64, u64)> {
        let changed: Vec<(&str, &[Span])> = paths.iter().map(|p| (*p, &[(1, 2)][..])).collect();
        patch_coverage(report, &changed).map(|found| (found.covered, found.coverable))
    }

    #[test]
    fn files_are_found_by_name_or_by_their_only_end() {
        let java = report(&["com/acme/A.java"]);
        assert_eq!(covered(&java, &["api/src/main/java/com/acme/A.java"]), Some((1, 2)));
        // Two files could be meant.
        let both = ["api/src/com/acme/A.java", "web/src/com/acme/A.java"];
        assert_eq!(covered(&java, &both), None);
        let absolute = report(&["/build/src/a.rs"]);
        assert_eq!(covered(&absolute, &["src/a.rs"]), Some((1, 2)));
        assert_eq!(covered(&report(&["/b/x/src/a.rs", "/b/src/a.rs"]), &["src/a.rs"]), None);
        // The same name goes before a common end.
        assert_eq!(covered(&report(&["src/a.rs", "x/src/a.rs"]), &["src/a.rs"]), Some((1, 2)));
        assert_eq!(covered(&report(&["a.rs"]), &["a.rs", "src/a.rs"]), Some((1, 2)));
        assert_eq!(covered(&report(&["bar.rs"]), &["foobar.rs"]), None);
    }

    #[test]
    fn a_change_of_files_that_cannot_be_run_has_no_percentage() {
        let report = report(&["src/a.rs"]);
        assert_eq!(patch_coverage(&report, &[("README.md", &[(1, 9)])]), None);
        let found = patch_coverage(&report, &[("src/a.rs", &[(7, 9)])]).expect("measured");
        assert_eq!((found.coverable, found.percent()), (0, None));
    }

    #[test]
    fn patches_of_strangers_harm_nobody() {
        assert_eq!(added_lines(""), []);
        assert_eq!(added_lines("@@ garbage\n+a"), [(0, 0)]);
        assert_eq!(added_lines("@@ -1 +4294967295 @@\n+a\n+b").len(), 1);
        let two = "@@ -0,0 +1,2 @@\n+a\n+b\n@@ -10,2 +12,3 @@\n x\n+c\n y";
        assert_eq!(added_lines(two), [(1, 2), (13, 13)]);
    }
}
