//! What the operations of migration libraries do, by name. Sources: the libraries' references, and
//! the lists of strong_migrations and squawk.

use super::Effect::{self, BreaksRunningCode, Destructive, LockTaking};
use super::layout::Framework;
use super::patterns::EXCLUSIVE;

/// One operation.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) kind: &'static str,
    pub(super) effect: Effect,
    pub(super) lock: Option<&'static str>,
    pub(super) why: &'static str,
    /// Texts in the call with one of which it is harmless.
    pub(super) unless: &'static [&'static str],
    /// Texts in the call without any of which it is harmless.
    pub(super) only: &'static [&'static str],
}

const SHARE: Option<&str> = Some("SHARE");
const SHARE_ROW: Option<&str> = Some("SHARE ROW EXCLUSIVE");

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

const fn op(
    name: &'static str,
    kind: &'static str,
    effect: Effect,
    lock: Option<&'static str>,
    why: &'static str,
) -> Operation {
    Operation { name, kind, effect, lock, why, unless: &[], only: &[] }
}

impl Operation {
    const fn unless(self, unless: &'static [&'static str]) -> Self {
        Self { unless, ..self }
    }

    const fn only(self, only: &'static [&'static str]) -> Self {
        Self { only, ..self }
    }
}

pub(super) fn operations(framework: Framework) -> &'static [Operation] {
    match framework {
        Framework::Rails => RAILS,
        Framework::Django => DJANGO,
        Framework::Alembic => ALEMBIC,
        Framework::EntityFramework => ENTITY_FRAMEWORK,
        Framework::Javascript => JAVASCRIPT,
        Framework::Liquibase => LIQUIBASE,
        Framework::Sql => &[],
    }
}

const RAILS: &[Operation] = &[
    op("drop_table", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("drop_join_table", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("remove_column", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("remove_columns", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("remove_timestamps", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("remove_reference", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("remove_belongs_to", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("t.remove", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("truncate", "truncate", Destructive, EXCLUSIVE, GONE),
    op("truncate_tables", "truncate", Destructive, EXCLUSIVE, GONE),
    op("rename_column", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("rename_table", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("t.rename", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("add_column", "add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED)
        .only(&["null: false"])
        .unless(&["default:"]),
    op("change_column", "change_type", LockTaking, EXCLUSIVE, TYPE).unless(&[":text\n", ", :text"]),
    op("change_column_null", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL).only(&["false"]),
    op("add_index", "create_index", LockTaking, SHARE, INDEX).unless(&["concurrently"]),
    op("remove_index", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE).unless(&["concurrently"]),
    op("add_foreign_key", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN)
        .unless(&["validate: false"]),
    op("add_reference", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["concurrently", "index: false"]),
    op("add_belongs_to", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["concurrently", "index: false"]),
    op("add_check_constraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED)
        .unless(&["validate: false"]),
    op("add_unique_constraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE)
        .unless(&["using_index"]),
];

const DJANGO: &[Operation] = &[
    op("RemoveField", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("DeleteModel", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("RenameField", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("RenameModel", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("AlterModelTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("AddIndex", "create_index", LockTaking, SHARE, INDEX),
    op("RemoveIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
    op("AddConstraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
    op("AlterUniqueTogether", "add_unique", LockTaking, EXCLUSIVE, UNIQUE)
        .unless(&["unique_together=set()"]),
    op("AlterIndexTogether", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["index_together=set()"]),
];

const ALEMBIC: &[Operation] = &[
    op("drop_table", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("drop_column", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("rename_table", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("alter_column", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED)
        .only(&["new_column_name"]),
    op("alter_column", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL).only(&["nullable=False"]),
    op("alter_column", "change_type", LockTaking, EXCLUSIVE, TYPE)
        .only(&[" type_=", "\ttype_=", "(type_="])
        .unless(&["type_=sa.Text()"]),
    op("add_column", "add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED)
        .only(&["nullable=False"])
        .unless(&["server_default", "Identity(", "Computed("]),
    op("create_index", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["postgresql_concurrently=True"]),
    op("drop_index", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE)
        .unless(&["postgresql_concurrently=True"]),
    op("create_foreign_key", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN)
        .unless(&["postgresql_not_valid=True"]),
    op("create_check_constraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED)
        .unless(&["postgresql_not_valid=True"]),
    op("create_unique_constraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE),
    op("create_primary_key", "add_primary_key", LockTaking, EXCLUSIVE, UNIQUE),
];

const ENTITY_FRAMEWORK: &[Operation] = &[
    op("DropTable", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("DropColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("DropSchema", "drop_schema", Destructive, EXCLUSIVE, GONE),
    op("RenameColumn", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("RenameTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("AlterColumn", "change_type", LockTaking, EXCLUSIVE, TYPE).unless(&["type: \"text\""]),
    op("CreateIndex", "create_index", LockTaking, SHARE, INDEX).unless(&["CreatedConcurrently"]),
    op("DropIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
    op("AddForeignKey", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN),
    op("AddUniqueConstraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE),
    op("AddPrimaryKey", "add_primary_key", LockTaking, EXCLUSIVE, UNIQUE),
    op("AddCheckConstraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
];

const JAVASCRIPT: &[Operation] = &[
    op("dropTable", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("dropTableIfExists", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("dropColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("dropColumns", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("removeColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("dropSchema", "drop_schema", Destructive, EXCLUSIVE, GONE),
    op("truncate", "truncate", Destructive, EXCLUSIVE, GONE),
    op("renameColumn", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("renameTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("changeColumn", "change_type", LockTaking, EXCLUSIVE, TYPE),
    op("addIndex", "create_index", LockTaking, SHARE, INDEX).unless(&["concurrently: true"]),
    op("createIndex", "create_index", LockTaking, SHARE, INDEX).unless(&["isConcurrent: true"]),
    op("removeIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE)
        .unless(&["concurrently: true"]),
    op("dropIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
    op("addConstraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
    op("createForeignKey", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN),
];

const LIQUIBASE: &[Operation] = &[
    op("dropTable", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("dropAllForeignKeyConstraints", "drop_constraint", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("dropColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("renameColumn", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("renameTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op(
        "dropDefaultValue",
        "drop_default",
        BreaksRunningCode,
        EXCLUSIVE,
        "code that runs during the rollout may rely on the default",
    ),
    op("modifyDataType", "change_type", LockTaking, EXCLUSIVE, TYPE),
    op("addNotNullConstraint", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL),
    op("createIndex", "create_index", LockTaking, SHARE, INDEX),
    op("dropIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
    op("addForeignKeyConstraint", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN),
    op("addUniqueConstraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE),
    op("addPrimaryKey", "add_primary_key", LockTaking, EXCLUSIVE, UNIQUE),
];
