//! Everything out, row by row, as it was at one moment.

use std::io::Write;

use serde::Serialize;

use super::super::Store;
use super::super::database::{Database, Tx};
use super::cell::{Cell, rows};
use super::schema::{Table, applied, tables};
use super::{Begin, FORMAT, Foot, Head, Moved, Tally, TransferError};

impl Store {
    /// Writes everything to `out`, as it is at this moment; others may go on meanwhile, and what
    /// they do is not in it.
    pub async fn export(&self, out: &mut (dyn Write + Send)) -> Result<Moved, TransferError> {
        let mut tx = snapshot(&self.database).await?;
        let migrations = applied(&mut tx).await?;
        line(out, &Head { waymark: FORMAT.to_owned(), migrations })?;
        let mut moved = Moved::default();
        for table in tables(&mut tx).await? {
            line(out, &Begin { table: table.name.clone(), columns: table.columns.clone() })?;
            let tally = read(&mut tx, &table, |text| writeln!(out, "{text}")).await?;
            line(out, &tally.end(&table.name))?;
            moved.0.push((table.name, tally.rows));
        }
        let rows = moved.0.iter().map(|(_, rows)| rows).sum();
        line(out, &Foot { tables: moved.0.len() as u64, rows })?;
        out.flush()?;
        Ok(moved)
    }
}

/// A transaction that sees one moment.
async fn snapshot(database: &Database) -> Result<Tx, TransferError> {
    Ok(match database {
        Database::Sqlite { reader, .. } => Tx::Sqlite(reader.begin().await?),
        Database::Postgres { pool, .. } => {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            Tx::Postgres(pool.begin_with(begin).await?)
        }
    })
}

/// Hands on every row of a table as its line, and counts.
pub(super) async fn read(
    tx: &mut Tx,
    table: &Table,
    mut each: impl FnMut(&str) -> std::io::Result<()>,
) -> Result<Tally, TransferError> {
    let kinds = table.kinds();
    let mut tally = Tally::default();
    let mut behind: Vec<Cell> = Vec::new();
    loop {
        let page = rows(tx, table.page(!behind.is_empty()), &behind, &kinds).await?;
        for row in &page {
            let values: Vec<serde_json::Value> = row.iter().map(Cell::json).collect();
            let text = serde_json::Value::Array(values).to_string();
            tally.add(&text);
            each(&text)?;
        }
        let Some(last) = page.last().filter(|_| page.len() == super::BATCH) else {
            return Ok(tally);
        };
        behind = table.key.iter().map(|n| last[*n].clone()).collect();
    }
}

fn line(out: &mut (dyn Write + Send), value: &impl Serialize) -> Result<(), TransferError> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}
