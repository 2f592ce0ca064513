//! How does a change stand in the data? Comma-separated values with a heading; further columns
//! are passed over. Only rows with `bot` = 0 are scored or counted.

use crate::domain::risk::model::{FEATURES, N, Raw};
use crate::domain::time::Timestamp;

/// A change and what became of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// When it was merged.
    pub at: Timestamp,
    /// Whether it was reverted within 30 days.
    pub reverted: bool,
    /// Its features, raw.
    pub raw: Raw,
}

/// Reads the humans' rows, in order of merging. The error names the line.
pub fn read(text: &str) -> Result<Vec<Row>, String> {
    let mut lines = text.lines().enumerate();
    let heading: Vec<&str> = lines.next().map(|(_, l)| l.split(',').collect()).unwrap_or_default();
    let column = |name: &str| {
        let found = heading.iter().position(|c| c.trim() == name);
        found.ok_or_else(|| format!("there is no column `{name}`"))
    };
    let (ts, y, bot) = (column("ts")?, column("y")?, column("bot")?);
    let mut features = [0; N];
    for (place, name) in features.iter_mut().zip(FEATURES) {
        *place = column(name)?;
    }
    let mut rows = Vec::new();
    for (i, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |at: usize| {
            let cell = cells.get(at).map(|c| c.trim()).unwrap_or_default();
            let finite = cell.parse::<f64>().ok().filter(|n| n.is_finite());
            finite.ok_or_else(|| format!("line {}: `{}` must be a number", i + 1, heading[at]))
        };
        if number(bot)? != 0.0 {
            continue;
        }
        let mut raw = [0.0; N];
        for (value, at) in raw.iter_mut().zip(features) {
            *value = number(at)?;
        }
        let at = Timestamp::from_secs(number(ts)? as i64);
        rows.push(Row { at, reverted: number(y)? != 0.0, raw: Raw(raw) });
    }
    rows.sort_by_key(|row| row.at);
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_by_their_heading() {
        let text = "y,ts,bot,nf,ndev,b_known,frev180,fix,b_doconly,la\n\
            1,20,0,3,2,0.5,0,1,0,9\n0,10,0,1,0,0,0,0,0,1\n0,5,1,1,0,0,0,0,0,1\n";
        let rows = read(text).expect("well-formed");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].raw, Raw([3.0, 2.0, 0.5, 0.0, 1.0, 0.0]));
        assert!(rows[1].reverted && rows[0].at == Timestamp(10_000));
        assert_eq!(read("a,b\n"), Err("there is no column `ts`".to_owned()));
        let bad = text.replace("1,20,0,3", "1,20,0,x");
        assert_eq!(read(&bad), Err("line 2: `nf` must be a number".to_owned()));
    }
}
