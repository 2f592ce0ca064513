//! What the operations of migration libraries do, by name. Sources: the libraries' references, and
//! the lists of strong_migrations and squawk.

use super::Effect::{self, BreaksRunningCode, Destructive, LockTaking, Unknown};
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
    op("drop_enum", "drop_type", Destructive, None, GONE),
    op("change_column", "narrow_type", Destructive, EXCLUSIVE, NARROWED).only(&[
        ":date\n",
        ":date,",
        ":date)",
        ":boolean",
        ":smallint",
        "limit: 2",
    ]),
    op("truncate", "truncate", Destructive, EXCLUSIVE, GONE),
    op("truncate_tables", "truncate", Destructive, EXCLUSIVE, GONE),
    op("rename_column", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("rename_table", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("t.rename", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("add_column", "add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED)
        .only(&["null: false"])
        .unless(&["default:"]),
    op("add_timestamps", "add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED)
        .unless(&["null: true", "default:"]),
    op("change_column_default", "drop_default", BreaksRunningCode, EXCLUSIVE, DEFAULT)
        .only(&[", nil", "to: nil"]),
    op("change_column", "change_type", LockTaking, EXCLUSIVE, TYPE).unless(&[
        ":text\n",
        ", :text",
        ":date\n",
        ":date,",
        ":date)",
        ":boolean",
        ":smallint",
        "limit: 2",
    ]),
    op("t.index", "create_index", LockTaking, SHARE, INDEX).unless(&["concurrently"]),
    op("t.references", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["concurrently", "index: false"]),
    op("t.foreign_key", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN)
        .unless(&["validate: false"]),
    op("change_column_null", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL).only(&["false"]),
    op("add_index", "create_index", LockTaking, SHARE, INDEX).unless(&["concurrently"]),
    op("remove_index", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE).unless(&["concurrently"]),
    op("add_foreign_key", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN)
        .unless(&["validate: false"]),
    op("add_reference", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["concurrently", "index: false"]),
    op("add_belongs_to", "create_index", LockTaking, SHARE, INDEX)
        .unless(&["concurrently", "index: false"]),
    op("add_reference", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN)
        .only(&["foreign_key: true", "foreign_key: {"])
        .unless(&["validate: false"]),
    op("add_check_constraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED)
        .unless(&["validate: false"]),
    op("add_exclusion_constraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
    op("add_unique_constraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE)
        .unless(&["using_index"]),
];

const DJANGO: &[Operation] =
    &[
        op("RemoveField", "drop_column", Destructive, EXCLUSIVE, GONE),
        op("DeleteModel", "drop_table", Destructive, EXCLUSIVE, GONE),
        op("RenameField", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
        op("RenameModel", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
        op("AlterModelTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
        op("AddIndex", "create_index", LockTaking, SHARE, INDEX),
        op("RemoveIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
        op("AddConstraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED)
            .unless(&["UniqueConstraint"]),
        op("AddConstraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE)
            .only(&["UniqueConstraint"]),
        op("AddField", "add_required_column", BreaksRunningCode, EXCLUSIVE, NO_DB_DEFAULT)
            .unless(&["null=True", "db_default=", "ManyToManyField"]),
        op("AddField", "add_foreign_key", LockTaking, EXCLUSIVE, FOREIGN)
            .only(&["ForeignKey(", "OneToOneField("])
            .unless(&["db_constraint=False"]),
        op("AddField", "add_unique", LockTaking, EXCLUSIVE, UNIQUE).only(&["unique=True"]),
        op("AddField", "create_index", LockTaking, SHARE, INDEX).only(&["db_index=True"]),
        op("AlterField", "alter_field", Unknown, EXCLUSIVE, ALTERED),
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
    op("alter_column", "drop_default", BreaksRunningCode, EXCLUSIVE, DEFAULT)
        .only(&["server_default=None"]),
    op("alter_column", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL).only(&["nullable=False"]),
    op("alter_column", "narrow_type", Destructive, EXCLUSIVE, NARROWED).only(&[
        "type_=sa.Date()",
        "type_=sa.Boolean()",
        "type_=sa.SmallInteger()",
    ]),
    op("alter_column", "change_type", LockTaking, EXCLUSIVE, TYPE)
        .only(&[" type_=", "\ttype_=", "(type_="])
        .unless(&[
            "type_=sa.Text()",
            "type_=sa.Date()",
            "type_=sa.Boolean()",
            "type_=sa.SmallInteger()",
        ]),
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
    op("create_exclude_constraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
    op("add_column", "add_foreign_key", LockTaking, EXCLUSIVE, FOREIGN).only(&["ForeignKey("]),
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

const JAVASCRIPT: &[Operation] =
    &[
        op("dropTable", "drop_table", Destructive, EXCLUSIVE, GONE),
        op("dropTableIfExists", "drop_table", Destructive, EXCLUSIVE, GONE),
        op("dropColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
        op("dropColumns", "drop_column", Destructive, EXCLUSIVE, GONE),
        op("removeColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
        op("dropSchema", "drop_schema", Destructive, EXCLUSIVE, GONE),
        op("truncate", "truncate", Destructive, EXCLUSIVE, GONE),
        op("renameColumn", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
        op("renameTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
        op(".notNullable", "add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED)
            .unless(&["defaultTo", ".alter(", "increments(", "Increments("]),
        op("dropNullable", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL),
        op(".alter", "change_type", LockTaking, EXCLUSIVE, TYPE).unless(&["alter(table", ".text("]),
        op(".index", "create_index", LockTaking, SHARE, INDEX),
        op(".unique", "add_unique", LockTaking, EXCLUSIVE, UNIQUE),
        op(".primary", "add_primary_key", LockTaking, EXCLUSIVE, UNIQUE),
        op(".foreign", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN),
        op(".references", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN).unless(&[".foreign("]),
        op(".check", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
        op("changeColumn", "change_type", LockTaking, EXCLUSIVE, TYPE),
        op("addIndex", "create_index", LockTaking, SHARE, INDEX).unless(&["concurrently: true"]),
        op("createIndex", "create_index", LockTaking, SHARE, INDEX).unless(&["isConcurrent: true"]),
        op("removeIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE)
            .unless(&["concurrently: true"]),
        op("dropIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
        op("addConstraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
        op("createForeignKey", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN),
    ];

const SMALLEST_IN_LIQUIBASE: &[&str] = &[
    "newDataType=\"smallint",
    "newDataType=\"date\"",
    "newDataType=\"boolean",
    "newDataType: smallint",
    "newDataType: boolean",
    "newDataType: date\n",
];

const LIQUIBASE: &[Operation] = &[
    op("dropTable", "drop_table", Destructive, EXCLUSIVE, GONE),
    op("dropAllForeignKeyConstraints", "drop_constraint", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("dropColumn", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("renameColumn", "rename_column", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("renameTable", "rename_table", BreaksRunningCode, EXCLUSIVE, RENAMED),
    op("<delete", "delete_all", Destructive, ROW, GONE).unless(&["where"]),
    op("<update", "update_all", Destructive, ROW, ALL_ROWS).unless(&["where"]),
    op("mergeColumns", "drop_column", Destructive, EXCLUSIVE, GONE),
    op("dropDefaultValue", "drop_default", BreaksRunningCode, EXCLUSIVE, DEFAULT),
    op("addColumn", "add_required_column", BreaksRunningCode, EXCLUSIVE, REQUIRED)
        .only(&["nullable=\"false\"", "nullable: false", "\"nullable\": false"])
        .unless(&["defaultValue", "autoIncrement"]),
    op("modifyDataType", "narrow_type", Destructive, EXCLUSIVE, NARROWED)
        .only(SMALLEST_IN_LIQUIBASE),
    op("modifyDataType", "change_type", LockTaking, EXCLUSIVE, TYPE).unless(SMALLEST_IN_LIQUIBASE),
    op("addCheckConstraint", "add_constraint", LockTaking, EXCLUSIVE, CHECKED),
    op("addNotNullConstraint", "set_not_null", LockTaking, EXCLUSIVE, NOT_NULL),
    op("createIndex", "create_index", LockTaking, SHARE, INDEX),
    op("dropIndex", "drop_index", LockTaking, EXCLUSIVE, INDEX_GONE),
    op("addForeignKeyConstraint", "add_foreign_key", LockTaking, SHARE_ROW, FOREIGN),
    op("addUniqueConstraint", "add_unique", LockTaking, EXCLUSIVE, UNIQUE),
    op("addPrimaryKey", "add_primary_key", LockTaking, EXCLUSIVE, UNIQUE),
];
