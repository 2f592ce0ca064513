//! What has been rendered, and from which line of the template does each line of it come?

use super::budget::{Budget, Fault};

/// Text in the making.
#[derive(Default)]
pub(super) struct Output {
    pub(super) text: String,
    /// For each line of the text the template's line: of the first thing on it that is no space.
    lines: Vec<u32>,
    /// Something that is no space stands on the last line already.
    settled: bool,
}

impl Output {
    /// Appends a piece of the template itself, which begins on `line` there.
    pub(super) fn literal(&mut self, piece: &str, line: u32, budget: &Budget) -> Result<(), Fault> {
        self.push(piece, line, 1, budget)
    }

    /// Appends what an action on `line` printed: all of it comes from that line.
    pub(super) fn printed(&mut self, piece: &str, line: u32, budget: &Budget) -> Result<(), Fault> {
        self.push(piece, line, 0, budget)
    }

    fn push(&mut self, piece: &str, line: u32, step: u32, budget: &Budget) -> Result<(), Fault> {
        // The whole text is bounded, each piece is paid for.
        budget.text(piece.len())?;
        if self.text.len() + piece.len() > super::budget::MAX_TEXT_BYTES {
            return budget.text(usize::MAX);
        }
        if self.lines.is_empty() {
            self.lines.push(line);
        }
        let mut line = line;
        for (index, part) in piece.split('\n').enumerate() {
            if index > 0 {
                line = line.saturating_add(step);
                self.lines.push(line);
                self.settled = false;
            }
            if !self.settled && !part.trim().is_empty() {
                if let Some(last) = self.lines.last_mut() {
                    *last = line;
                }
                self.settled = true;
            }
        }
        self.text.push_str(piece);
        Ok(())
    }

    /// Text and lines.
    pub(super) fn finish(self) -> (String, LineMap) {
        (self.text, LineMap { lines: self.lines })
    }
}

/// A rendered text as Helm cuts it up: `---` at the start of a line parts objects, whatever else
/// stands on that line; to YAML, `---# rules` is a word. So the rest gets a line of its own.
pub(super) fn parted(text: String, lines: LineMap) -> (String, LineMap) {
    let joined = |line: &str| line.strip_prefix("---").is_some_and(|rest| !rest.trim().is_empty());
    if !text.lines().any(joined) {
        return (text, lines);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut map = LineMap::default();
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        map.lines.push(lines.template_line(number));
        match line.strip_prefix("---") {
            Some(rest) if joined(line) => {
                out.push_str("---\n");
                out.push_str(rest.trim_start());
                map.lines.push(lines.template_line(number));
            }
            _ => out.push_str(line),
        }
    }
    (out, map)
}

/// Line of a rendered text → line of its template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LineMap {
    lines: Vec<u32>,
}

impl LineMap {
    /// The template's line for a line of the rendered text; both count from 1.
    pub fn template_line(&self, rendered: u32) -> u32 {
        let index = usize::try_from(rendered.saturating_sub(1)).unwrap_or(usize::MAX);
        self.lines.get(index).or(self.lines.last()).copied().unwrap_or(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_from_the_first_thing_on_them() {
        let (mut output, budget) =
            (Output::default(), Budget::new(super::super::budget::MAX_STEPS));
        // a: {{ 1 }}     <- line 1
        // {{- if .x }}   <- line 2
        // b:             <- line 3
        //   {{- toYaml …<- line 4
        output.literal("a: ", 1, &budget).expect("fits");
        output.printed("1", 1, &budget).expect("fits");
        output.literal("\nb:", 2, &budget).expect("fits");
        output.printed("\n  c: 1\n  d: 2", 4, &budget).expect("fits");
        output.literal("\ne: 1\n", 4, &budget).expect("fits");
        let (text, map) = output.finish();
        assert_eq!(text, "a: 1\nb:\n  c: 1\n  d: 2\ne: 1\n");
        let lines: Vec<u32> = (1..=6).map(|line| map.template_line(line)).collect();
        assert_eq!(lines, [1, 3, 4, 4, 5, 6]);
    }

    #[test]
    fn marks_between_objects_stand_alone() {
        let lines = LineMap { lines: vec![1, 2, 5, 9] };
        let (text, map) = parted("a: 1\n---# b\nb: 2\n---\n".to_owned(), lines.clone());
        assert_eq!(text, "a: 1\n---\n# b\nb: 2\n---\n");
        let lines_of: Vec<u32> = (1..=5).map(|line| map.template_line(line)).collect();
        assert_eq!(lines_of, [1, 2, 2, 5, 9]);
        assert_eq!(parted("a: 1\n--- \nb: 2".to_owned(), lines.clone()).1, lines);
    }
}
