//! One value of one row, as both databases and a line of JSON have it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::super::database::Tx;
use super::TransferError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Kind {
    /// BIGINT.
    Int,
    /// TEXT.
    Text,
    /// BOOLEAN.
    Bool,
    /// BYTEA; base64 in JSON.
    Bytes,
    /// DOUBLE PRECISION.
    Float,
}

impl Kind {
    /// The kind of a column as either database declares it.
    pub(super) fn of(declared: &str) -> Option<Self> {
        Some(match declared.to_ascii_lowercase().as_str() {
            "bigint" => Self::Int,
            "text" => Self::Text,
            "boolean" => Self::Bool,
            "bytea" => Self::Bytes,
            "double precision" => Self::Float,
            _ => return None,
        })
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
    Bool(Option<bool>),
    Bytes(Option<Vec<u8>>),
    Float(Option<f64>),
}

impl Cell {
    fn read<'r, R: Row>(row: &'r R, at: usize, kind: Kind) -> Result<Self, sqlx::Error>
    where
        usize: ColumnIndex<R>,
        i64: Decode<'r, R::Database> + Type<R::Database>,
        String: Decode<'r, R::Database> + Type<R::Database>,
        bool: Decode<'r, R::Database> + Type<R::Database>,
        Vec<u8>: Decode<'r, R::Database> + Type<R::Database>,
        f64: Decode<'r, R::Database> + Type<R::Database>,
    {
        Ok(match kind {
            Kind::Int => Self::Int(row.try_get(at)?),
            Kind::Text => Self::Text(row.try_get(at)?),
            Kind::Bool => Self::Bool(row.try_get(at)?),
            // SQLite's column takes what it is given, and test data may be text.
            Kind::Bytes => Self::Bytes(row.try_get_unchecked(at)?),
            Kind::Float => Self::Float(row.try_get(at)?),
        })
    }

    /// As JSON; equal values give equal texts.
    pub(super) fn json(&self) -> Json {
        match self {
            Self::Int(value) => (*value).into(),
            Self::Text(value) => value.as_deref().into(),
            Self::Bool(value) => (*value).into(),
            Self::Bytes(value) => value.as_ref().map(|bytes| STANDARD.encode(bytes)).into(),
            Self::Float(value) => (*value).into(),
        }
    }

    /// From JSON; `None`: it is something else.
    pub(super) fn of_json(json: &Json, kind: Kind) -> Option<Self> {
        let null = json.is_null();
        Some(match kind {
            Kind::Int if null => Self::Int(None),
            Kind::Int => Self::Int(Some(json.as_i64()?)),
            Kind::Text if null => Self::Text(None),
            Kind::Text => Self::Text(Some(json.as_str()?.to_owned())),
            Kind::Bool if null => Self::Bool(None),
            Kind::Bool => Self::Bool(Some(json.as_bool()?)),
            Kind::Bytes if null => Self::Bytes(None),
            Kind::Bytes => Self::Bytes(Some(STANDARD.decode(json.as_str()?).ok()?)),
            Kind::Float if null => Self::Float(None),
            Kind::Float => Self::Float(Some(json.as_f64()?)),
        })
    }
}

macro_rules! bound {
    ($sql:expr, $cells:expr) => {{
        // Safe: the text is made of names from the schema and of `$1`, `$2`.
        let mut query = sqlx::query(sqlx::AssertSqlSafe($sql));
        for cell in $cells {
            query = match cell {
                Cell::Int(v) => query.bind(*v),
                Cell::Text(v) => query.bind(v.as_deref()),
                Cell::Bool(v) => query.bind(*v),
                Cell::Bytes(v) => query.bind(v.as_deref()),
                Cell::Float(v) => query.bind(*v),
            };
        }
        query
    }};
}

/// Reads rows of a statement made of schema names.
pub(super) async fn rows(
    tx: &mut Tx,
    sql: String,
    cells: &[Cell],
    kinds: &[Kind],
) -> Result<Vec<Vec<Cell>>, TransferError> {
    macro_rules! read {
        ($rows:expr) => {
            $rows
                .iter()
                .map(|row| {
                    let cells = kinds.iter().enumerate().map(|(n, kind)| Cell::read(row, n, *kind));
                    cells.collect::<Result<Vec<_>, _>>().map_err(TransferError::from)
                })
                .collect()
        };
    }
    match tx {
        Tx::Sqlite(tx) => read!(bound!(sql, cells).fetch_all(&mut **tx).await?),
        Tx::Postgres(tx) => read!(bound!(sql, cells).fetch_all(&mut **tx).await?),
    }
}

/// Runs a statement made of schema names.
pub(super) async fn execute(
    tx: &mut Tx,
    sql: String,
    cells: &[Cell],
) -> Result<u64, TransferError> {
    Ok(match tx {
        Tx::Sqlite(tx) => bound!(sql, cells).execute(&mut **tx).await?.rows_affected(),
        Tx::Postgres(tx) => bound!(sql, cells).execute(&mut **tx).await?.rows_affected(),
    })
}
