//! Which lines of a policy do its examples and tests reach?
//!
//! A line counts as reached when the interpreter evaluated an expression on it. Heads without a
//! value, imports and comments are no expressions and count neither way.

use std::collections::{BTreeMap, BTreeSet};

use regorus::{Engine, Value};

use super::evaluate::limit;
use super::library::Library;
use super::metadata::package_of;
use crate::domain::facts::Snapshot;
use crate::domain::ids::PolicyId;

/// Reached and not reached lines by file.
#[derive(Debug, Default)]
pub struct Coverage {
    files: BTreeMap<String, Lines>,
}

/// Lines of one file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Lines {
    /// Evaluated at least once.
    pub reached: BTreeSet<u32>,
    /// Never evaluated.
    pub missed: BTreeSet<u32>,
}

impl Lines {
    /// Per cent of the lines that were reached; 100 when there are none.
    pub fn percent(&self) -> f64 {
        let all = self.reached.len() + self.missed.len();
        if all == 0 { 100.0 } else { 100.0 * self.reached.len() as f64 / all as f64 }
    }

    /// `3, 7-9`: the lines that were not reached.
    pub fn missed_words(&self) -> String {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for line in &self.missed {
            match ranges.last_mut() {
                Some((_, end)) if *end + 1 == *line => *end = *line,
                _ => ranges.push((*line, *line)),
            }
        }
        let word = |(from, to): &(u32, u32)| {
            if from == to { from.to_string() } else { format!("{from}-{to}") }
        };
        ranges.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}

impl Coverage {
    /// Of one file; `None` when nothing of it ran.
    pub fn of(&self, path: &str) -> Option<&Lines> {
        self.files.get(path)
    }

    /// Over the given files together.
    pub fn total<'a>(&self, paths: impl IntoIterator<Item = &'a str>) -> f64 {
        let (mut reached, mut all) = (0, 0);
        for lines in paths.into_iter().filter_map(|path| self.files.get(path)) {
            reached += lines.reached.len();
            all += lines.reached.len() + lines.missed.len();
        }
        if all == 0 { 100.0 } else { 100.0 * reached as f64 / all as f64 }
    }

    /// Adds what an engine has run.
    pub(super) fn add(&mut self, engine: &Engine) {
        let Ok(report) = engine.get_coverage_report() else { return };
        for file in report.files {
            let lines = self.files.entry(file.path).or_default();
            // A line with a reached and an unreached expression stands in both.
            lines.missed.extend(&file.not_covered);
            lines.reached.extend(&file.covered);
            let reached = std::mem::take(&mut lines.reached);
            lines.missed.retain(|line| !reached.contains(line));
            lines.reached = reached;
        }
    }

    /// Adds what the rules of one policy reach on a snapshot.
    pub fn run(
        &mut self,
        library: &Library,
        id: &PolicyId,
        params: &serde_json::Value,
        snapshot: &Snapshot,
    ) {
        let mut engine = library.engine.clone();
        engine.set_enable_coverage(true);
        limit(&mut engine);
        let data = serde_json::json!({"waymark": {"params": params}});
        let Ok(input) = serde_json::to_value(snapshot) else { return };
        if engine.add_data(Value::from(data)).is_err() {
            return;
        }
        engine.set_input(Value::from(input));
        for rule in ["applies", "findings", "unknowns"] {
            // A rule that is not there, or errs, reaches what it reaches.
            let _ = engine.eval_rule(format!("data.{}.{rule}", package_of(id)));
        }
        self.add(&engine);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_words() {
        let lines = Lines { reached: [1, 2].into(), missed: [3, 7, 8, 9].into() };
        assert_eq!(lines.missed_words(), "3, 7-9");
        assert!((lines.percent() - 100.0 / 3.0).abs() < 1e-9);
        assert!((Lines::default().percent() - 100.0).abs() < 1e-9);
    }
}
