//! Everything in, or nothing: one transaction, compared with the export's own counts and hashes
//! before it is committed.

use std::io::BufRead;

use serde::de::DeserializeOwned;

use super::super::Store;
use super::super::database::Tx;
use super::cell::{Cell, execute};
use super::schema::{Table, applied, tables};
use super::{BATCH, Begin, End, FORMAT, Foot, Head, Moved, TransferError};

/// Lines with their numbers.
struct Lines<'a> {
    input: &'a mut (dyn BufRead + Send),
    number: usize,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<String, TransferError> {
        let mut text = String::new();
        self.number += 1;
        if self.input.read_line(&mut text)? == 0 {
            return Err(self.wrong("it ends here; the file is not complete"));
        }
        text.truncate(text.trim_end().len());
        Ok(text)
    }

    fn parse<T: DeserializeOwned>(&self, text: &str) -> Result<T, TransferError> {
        serde_json::from_str(text).map_err(|error| self.wrong(&error.to_string()))
    }

    fn wrong(&self, why: &str) -> TransferError {
        TransferError::Format { line: self.number, why: why.to_owned() }
    }
}

impl Store {
    /// Reads an export into this database, whose schema must be the export's and which must be
    /// empty. When it fails, the database is as empty as before.
    pub async fn import(&self, input: &mut (dyn BufRead + Send)) -> Result<Moved, TransferError> {
        let mut lines = Lines { input, number: 0 };
        let text = lines.next()?;
        let head: Head = lines.parse(&text)?;
        if head.waymark != FORMAT {
            return Err(lines.wrong(&format!("`{}` is not `{FORMAT}`", head.waymark)));
        }
        let mut tx = self.database.begin().await?;
        let here = applied(&mut tx).await?;
        if head.migrations != here {
            return Err(TransferError::Target(format!(
                "the export has the migrations {:?}, this database {here:?}: make both with the \
                 same version of Waymark (`waymark db migrate`)",
                head.migrations
            )));
        }
        let tables = tables(&mut tx).await?;
        for table in &tables {
            let any = format!("SELECT CAST(1 AS BIGINT) FROM \"{}\" LIMIT 1", table.name);
            if !super::cell::rows(&mut tx, any, &[], &[super::cell::Kind::Int]).await?.is_empty() {
                return Err(TransferError::Target(format!(
                    "this database is not empty (table {}): import into a new one",
                    table.name
                )));
            }
        }
        let mut moved = Moved::default();
        for table in &tables {
            let rows = fill(&mut tx, &mut lines, table).await?;
            moved.0.push((table.name.clone(), rows));
        }
        let text = lines.next()?;
        let foot: Foot = lines.parse(&text)?;
        let rows: u64 = moved.0.iter().map(|(_, rows)| rows).sum();
        if (foot.tables, foot.rows) != (moved.0.len() as u64, rows) {
            return Err(lines.wrong("its sums are not those of its tables"));
        }
        tx.commit().await?;
        Ok(moved)
    }
}

async fn fill(tx: &mut Tx, lines: &mut Lines<'_>, table: &Table) -> Result<u64, TransferError> {
    let text = lines.next()?;
    let begin: Begin = lines.parse(&text)?;
    if begin.table != table.name || begin.columns != table.columns {
        return Err(lines.wrong(&format!("table `{}` with its columns should begin", table.name)));
    }
    let kinds = table.kinds();
    let (mut cells, mut rows): (Vec<Cell>, usize) = (Vec::new(), 0);
    let end: End = loop {
        let text = lines.next()?;
        if text.starts_with('{') {
            break lines.parse(&text)?;
        }
        let values: Vec<serde_json::Value> = lines.parse(&text)?;
        if values.len() != kinds.len() {
            return Err(lines.wrong("the row has another number of columns"));
        }
        for (value, kind) in values.iter().zip(&kinds) {
            let cell = Cell::of_json(value, *kind);
            cells.push(cell.ok_or_else(|| lines.wrong("a value is not of its column's kind"))?);
        }
        rows += 1;
        if rows == BATCH {
            execute(tx, table.insert(rows), &cells).await?;
            (cells, rows) = (Vec::new(), 0);
        }
    };
    if rows > 0 {
        execute(tx, table.insert(rows), &cells).await?;
    }
    // What the database now holds, not what was read.
    let tally = super::export::read(tx, table, |_| Ok(())).await?;
    let here = tally.end(&table.name);
    if (&here.end, here.rows, &here.hash) != (&end.end, end.rows, &end.hash) {
        return Err(lines.wrong(&format!(
            "table `{}` holds {} rows with hash {}, the export says {} with {}",
            table.name, here.rows, here.hash, end.rows, end.hash
        )));
    }
    Ok(here.rows)
}
