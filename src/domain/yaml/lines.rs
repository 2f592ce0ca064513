//! On which line is this byte? Lines end at `\n`, as Git and GitHub count them.

/// The starts of all lines of a text.
pub(in crate::domain) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    /// Indexes `text` once, so that each question costs a binary search.
    pub(in crate::domain) fn of(text: &str) -> Self {
        let mut starts = vec![0];
        // What follows the last line end is only a line when there is something on it.
        let body = text.strip_suffix('\n').unwrap_or(text);
        starts.extend(body.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Self { starts }
    }

    /// The line, from 1, of the byte at `offset`; offsets beyond the end are on the last line.
    pub(in crate::domain) fn at(&self, offset: usize) -> u32 {
        u32::try_from(self.starts.partition_point(|start| *start <= offset)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_one_and_stays_within_the_file() {
        let lines = Lines::of("a\r\nb\n");
        assert_eq!([0, 1, 2, 3, 4, 99].map(|o| lines.at(o)), [1, 1, 1, 2, 2, 2]);
        assert_eq!(Lines::of("").at(0), 1);
    }
}
