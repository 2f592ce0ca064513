//! Has somebody answered for a statement? A comment `waymark:acknowledged reason="…"`.
//!
//! On the statement's own line or in the comment lines above it, it counts for that statement; in
//! the comment at the start of the file it counts for all of it. Without a reason it is none. In
//! Rails, `safety_assured` says the same.

use std::collections::BTreeSet;

const MARK: &str = "waymark:acknowledged";

/// The lines that are answered for.
pub(super) struct Marks {
    lines: BTreeSet<u32>,
    all: bool,
}

impl Marks {
    pub(super) fn of(text: &str) -> Self {
        let mut lines = BTreeSet::new();
        let mut all = false;
        // Within comment lines that follow a mark; and whether anything but comments was seen.
        let (mut carried, mut begun) = (false, false);
        // Indentation of a `safety_assured do` block.
        let mut assured: Option<usize> = None;
        for (number, line) in (1u32..).zip(text.lines()) {
            let code = line.trim();
            let indent = line.len() - line.trim_start().len();
            let is_comment =
                ["--", "#", "//", "/*", "*", "<!--"].iter().any(|sign| code.starts_with(sign));
            let marked = is_mark(code);
            if let Some(deep) = assured {
                lines.insert(number);
                if indent <= deep && !code.is_empty() {
                    assured = None;
                }
            }
            if code.starts_with("safety_assured") {
                lines.insert(number);
                assured = (!code.contains('}') && !code.ends_with("end")).then_some(indent);
            }
            if is_comment {
                all |= marked && !begun;
                carried |= marked;
            } else if !code.is_empty() {
                begun = true;
                if carried || marked {
                    lines.insert(number);
                }
                carried = false;
            } else if begun {
                carried = false;
            }
        }
        Self { lines, all }
    }

    pub(super) fn answer_for(&self, line: u32) -> bool {
        self.all || self.lines.contains(&line)
    }
}

fn is_mark(line: &str) -> bool {
    let Some((_, rest)) = line.split_once(MARK) else { return false };
    let reason =
        rest.trim_start().strip_prefix("reason=\"").and_then(|rest| rest.split('"').next());
    reason.is_some_and(|reason| !reason.trim().is_empty())
}
