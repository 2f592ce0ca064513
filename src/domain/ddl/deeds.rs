//! What is done to a database in a migration, whatever a library calls it: how it acts on those who
//! use the database meanwhile, the lock that PostgreSQL takes for it, and why that matters.

use super::Effect::{self, BreaksRunningCode, Destructive, LockTaking, Unknown};
use super::patterns::EXCLUSIVE;

/// One thing that is done.
#[derive(Clone, Copy)]
pub(super) struct Deed {
    pub(super) kind: &'static str,
    pub(super) effect: Effect,
    pub(super) lock: Option<&'static str>,
    pub(super) why: &'static str,
}

const fn deed(
    kind: &'static str,
    effect: Effect,
    lock: Option<&'static str>,
    why: &'static str,
) -> Deed {
    Deed { kind, effect, lock, why }
}

pub(super) const DROP_TABLE: Deed = deed("drop_table", Destructive, EXCLUSIVE, GONE);
pub(super) const DROP_COLUMN: Deed = deed("drop_column", Destructive, EXCLUSIVE, GONE);
pub(super) const DROP_SCHEMA: Deed = deed("drop_schema", Destructive, EXCLUSIVE, GONE);
pub(super) const DROP_TYPE: Deed = deed("drop_type", Destructive, None, GONE);
pub(super) const TRUNCATE: Deed = deed("truncate", Destructive, EXCLUSIVE, GONE);
pub(super) const DELETE_ALL: Deed = deed("delete_all", Destructive, ROW, GONE);
pub(super) const UPDATE_ALL: Deed = deed("update_all", Destructive, ROW, ALL_ROWS);
pub(super) const NARROW_TYPE: Deed = deed("narrow_type", Destructive, EXCLUSIVE, NARROWED);
pub(super) const RENAME_COLUMN: Deed = deed("rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED);
pub(super) const RENAME_TABLE: Deed = deed("rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED);
pub(super) const ADD_REQUIRED_COLUMN: Deed =
    deed("add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED);
pub(super) const ADD_REQUIRED_FIELD: Deed =
    deed("add_required_column", BreaksRunningCode, EXCLUSIVE, NO_DB_DEFAULT);
pub(super) const DROP_DEFAULT: Deed = deed("drop_default", BreaksRunningCode, EXCLUSIVE, DEFAULT);
pub(super) const DROP_CONSTRAINT: Deed =
    deed("drop_constraint", BreaksRunningCode, EXCLUSIVE, RENAMED);
pub(super) const CREATE_INDEX: Deed = deed("create_index", LockTaking, SHARE, INDEX);
pub(super) const DROP_INDEX: Deed = deed("drop_index", LockTaking, EXCLUSIVE, INDEX_GONE);
pub(super) const ADD_FOREIGN_KEY: Deed = deed("add_foreign_key", LockTaking, SHARE_ROW, FOREIGN);
/// `ADD COLUMN … REFERENCES` takes more than `ADD CONSTRAINT`: measured (`docs/risk.md`).
pub(super) const ADD_FOREIGN_KEY_IN_COLUMN: Deed =
    deed("add_foreign_key", LockTaking, EXCLUSIVE, FOREIGN);
pub(super) const ADD_CONSTRAINT: Deed = deed("add_constraint", LockTaking, EXCLUSIVE, CHECKED);
pub(super) const ADD_UNIQUE: Deed = deed("add_unique", LockTaking, EXCLUSIVE, UNIQUE);
pub(super) const ADD_PRIMARY_KEY: Deed = deed("add_primary_key", LockTaking, EXCLUSIVE, UNIQUE);
pub(super) const SET_NOT_NULL: Deed = deed("set_not_null", LockTaking, EXCLUSIVE, NOT_NULL);
pub(super) const CHANGE_TYPE: Deed = deed("change_type", LockTaking, EXCLUSIVE, TYPE);
pub(super) const ALTER_FIELD: Deed = deed("alter_field", Unknown, EXCLUSIVE, ALTERED);
pub(super) const RUN_CODE: Deed = deed("run_code", Unknown, None, OPAQUE);

const SHARE: Option<&str> = Some("SHARE");
const SHARE_ROW: Option<&str> = Some("SHARE ROW EXCLUSIVE");
const ROW: Option<&str> = Some("ROW EXCLUSIVE");
const ALL_ROWS: &str = "without a condition every row is changed; do it in batches";

const GONE: &str = "the rows are gone for good; keep them until no running code reads them";
const RENAMED: &str = "code that runs during the rollout still asks for the old name; add the new \
                       one beside it first";
const INDEX: &str = "nobody writes to the table until the index is built; build it concurrently";
const INDEX_GONE: &str =
    "it waits for every reader and makes all others wait behind it; drop it concurrently";
const FOREIGN: &str = "nobody writes to either table until all rows are checked; add it without \
                       validation, and validate it in a further migration";
const CHECKED: &str = "nobody reads the table until all rows are checked; add it without validation, \
                       and validate it in a further migration";
const UNIQUE: &str = "nobody reads the table until the index is built; build the index concurrently \
                      first";
const NOT_NULL: &str =
    "nobody reads the table until all rows are checked; validate a check constraint first";
const TYPE: &str = "every row may be written anew, and nobody reads meanwhile; add a column of the \
                    new type beside it";
const REQUIRED: &str = "code that runs during the rollout writes rows without it; add it with a \
                        default or as nullable first";

const DEFAULT: &str = "code that runs during the rollout may rely on the default";
/// Django fills existing rows with its default, and takes it out of the table again.
const NO_DB_DEFAULT: &str = "Django takes the default out of the table again, so code that runs \
                             during the rollout writes rows without it; use `db_default`, or make \
                             it nullable first";
/// Of a field only its new form is written.
const ALTERED: &str = "what it does depends on the field as it was: a new type rewrites the table \
                       and nobody reads meanwhile, a new label does nothing; `manage.py sqlmigrate` \
                       shows it";
const NARROWED: &str = "what does not fit into the new type is cut off or refused; add a column of \
                        the new type beside it";
pub(super) const OPAQUE: &str =
    "what it does is not written as an operation or as SQL here; look at it";
