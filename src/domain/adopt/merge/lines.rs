//! How are lines put into a YAML file? By line numbers of its values; nothing else is touched.

use crate::domain::yaml::Document;

/// Lines to be put behind a line.
pub(super) struct Insertion {
    /// Behind this line, counted from 1; 0: before the first.
    pub(super) after: u32,
    /// The lines, without their ends.
    pub(super) lines: Vec<String>,
}

/// The text with all insertions, with the line ends that it uses itself.
pub(super) fn insert(text: &str, mut insertions: Vec<Insertion>) -> String {
    // Of several behind one line the deeper goes first: it belongs to what ends there.
    let depth = |insertion: &Insertion| insertion.lines.first().map_or(0, |line| blanks(line));
    insertions.sort_by_key(|insertion| (insertion.after, std::cmp::Reverse(depth(insertion))));
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut out = String::with_capacity(text.len() + 256);
    let mut next = insertions.into_iter().peekable();
    let mut add = |out: &mut String, line: u32| {
        while let Some(insertion) = next.next_if(|insertion| insertion.after <= line) {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push_str(end);
            }
            for line in insertion.lines {
                out.push_str(&line);
                out.push_str(end);
            }
        }
    };
    add(&mut out, 0);
    for (number, line) in (1u32..).zip(text.split_inclusive('\n')) {
        out.push_str(line);
        add(&mut out, number);
    }
    add(&mut out, u32::MAX);
    out
}

/// The lines of the value at `pointer`, its key included, moved to another indent.
pub(super) fn copied(text: &str, document: &Document, pointer: &str, indent: usize) -> Vec<String> {
    let Some((first, last)) = document.spans.lines(pointer) else { return Vec::new() };
    let lines: Vec<&str> =
        text.lines().skip(first as usize - 1).take((last + 1 - first) as usize).collect();
    let own = lines.first().map_or(0, |line| blanks(line));
    let moved = |line: &&str| {
        let depth = blanks(line).saturating_sub(own);
        format!("{}{}", " ".repeat(indent + depth), line.trim_start())
    };
    lines.iter().filter(|line| !line.trim().is_empty()).map(moved).collect()
}

/// Where a new neighbour of the value at `pointer` goes: behind which line, and how deep. `None`
/// when the value stands on a line with others (`{a: 1, b: 2}`), between which no line fits.
pub(super) fn behind(
    text: &str,
    document: &Document,
    pointer: &str,
    key: Option<&str>,
) -> Option<(u32, usize)> {
    let (first, last) = document.spans.lines(pointer)?;
    let line = text.lines().nth(first as usize - 1)?;
    let begins = match key {
        Some(key) => {
            let rest = line.trim_start().trim_start_matches(['"', '\'']);
            rest.starts_with(key)
        }
        None => line.trim_start().starts_with('-'),
    };
    begins.then(|| (last, blanks(line)))
}

/// Leading blanks.
pub(super) fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}
