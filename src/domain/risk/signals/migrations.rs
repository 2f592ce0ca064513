//! Does the change touch a migration?

use crate::domain::ddl::is_migration;

use super::{Evidence, OURS, Signal, Unknown, touches};

pub(super) const SIGNAL: Signal = Signal {
    name: "b_ddl",
    title: "touches a database migration",
    definition: "a touched file is a database migration by its path; what it does is told as a condition",
    unit: "yes or no",
    formula: "1 if a touched path is one of a migration, else 0",
    source: OURS,
    read: migrations,
};

/// 1 when a migration is touched.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, migrations};
/// let of = |files| migrations(Evidence::without_past(&Change::of("", files)));
/// assert_eq!(of(&[("db/migrate/20261121090000_add_vat.rb", 9, 0)]), Ok(1.0));
/// assert_eq!(of(&[("src/a.rs", 9, 0)]), Ok(0.0));
/// ```
pub fn migrations(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    touches(evidence, is_migration)
}
