//! Which tables are there, and what are they made of? Asked of the database itself.

use super::super::database::Tx;
use super::super::error::StoreError;
use super::TransferError;
use super::cell::{Cell, Kind, rows};

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Table {
    /// Its name.
    pub(in super::super) name: String,
    /// Its columns, in their order.
    pub(super) columns: Vec<(String, Kind)>,
    /// Its primary key: indices of columns.
    pub(super) key: Vec<usize>,
}

/// In the order in which they were made: none refers to a later one.
const TABLES: [&str; 2] = [
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'
        AND name <> '_sqlx_migrations' ORDER BY rowid",
    "SELECT CAST(c.relname AS TEXT) FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r' AND c.relname <> '_sqlx_migrations'
        ORDER BY c.oid",
];

const COLUMNS: [&str; 2] = [
    "SELECT name, type, CAST(pk AS BIGINT) FROM pragma_table_info($1) ORDER BY cid",
    "SELECT CAST(a.attname AS TEXT), format_type(a.atttypid, NULL),
            CAST(COALESCE(array_position(CAST(i.indkey AS INT2[]), a.attnum) + 1, 0) AS BIGINT)
       FROM pg_attribute a
       JOIN pg_class c ON c.oid = a.attrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
       LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
      WHERE n.nspname = current_schema() AND c.relname = $1 AND a.attnum > 0
        AND NOT a.attisdropped
      ORDER BY a.attnum",
];

const APPLIED: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";

/// Every table but the migrations' own.
pub(in super::super) async fn tables(tx: &mut Tx) -> Result<Vec<Table>, StoreError> {
    let names: Vec<(String,)> = tx.all(tx.choose(TABLES[0], TABLES[1]), &[]).await?;
    let mut tables = Vec::new();
    for (name,) in names {
        let values = super::super::database::values![name.as_str()];
        let rows: Vec<(String, String, i64)> =
            tx.all(tx.choose(COLUMNS[0], COLUMNS[1]), values).await?;
        let mut columns = Vec::new();
        let mut key = Vec::new();
        for (n, (column, declared, place)) in rows.into_iter().enumerate() {
            let kind = Kind::of(&declared).ok_or_else(|| {
                StoreError::corrupt(format!("column {name}.{column}"), format!("type {declared}"))
            })?;
            columns.push((column, kind));
            if place > 0 {
                key.push((place, n));
            }
        }
        key.sort_unstable();
        let key = key.into_iter().map(|(_, n)| n).collect();
        tables.push(Table { name, columns, key });
    }
    Ok(tables)
}

/// The migrations that the database has seen.
pub(in super::super) async fn applied(tx: &mut Tx) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<(i64,)> = tx.all(APPLIED, &[]).await?;
    Ok(rows.into_iter().map(|(version,)| version).collect())
}

impl Table {
    /// Its rows.
    pub(in super::super) async fn count(&self, tx: &mut Tx) -> Result<i64, StoreError> {
        let sql = format!("SELECT COUNT(*) FROM \"{}\"", self.name);
        match rows(tx, sql, &[], &[Kind::Int]).await {
            Ok(rows) => Ok(match rows.first().and_then(|row| row.first()) {
                Some(Cell::Int(Some(count))) => *count,
                _ => 0,
            }),
            Err(TransferError::Store(error)) => Err(error),
            Err(other) => Err(StoreError::Failed(other.to_string())),
        }
    }

    pub(super) fn kinds(&self) -> Vec<Kind> {
        self.columns.iter().map(|(_, kind)| *kind).collect()
    }

    /// `"a", "b"`.
    pub(super) fn column_list(&self) -> String {
        let names: Vec<String> =
            self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(", ")
    }

    /// The next rows by primary key, behind `$1…` when there were some already.
    pub(super) fn page(&self, more: bool) -> String {
        let key: Vec<String> =
            self.key.iter().map(|n| format!("\"{}\"", self.columns[*n].0)).collect();
        let key = key.join(", ");
        let places: Vec<String> = (1..=self.key.len()).map(|n| format!("${n}")).collect();
        let behind = match more {
            true => format!(" WHERE ({key}) > ({})", places.join(", ")),
            false => String::new(),
        };
        let (columns, name, batch) = (self.column_list(), &self.name, super::BATCH);
        format!("SELECT {columns} FROM \"{name}\"{behind} ORDER BY {key} LIMIT {batch}")
    }

    /// Puts so many rows into it.
    pub(super) fn insert(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |n: usize| {
            let places: Vec<String> = (1..=width).map(|c| format!("${}", n * width + c)).collect();
            format!("({})", places.join(", "))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        let (name, columns) = (&self.name, self.column_list());
        format!("INSERT INTO \"{name}\" ({columns}) VALUES {}", rows.join(", "))
    }
}
