//! How migration libraries call what they do to a database. Sources: the libraries' references, and
//! the lists of strong_migrations and squawk.

use super::deeds::*;
use super::layout::Framework;

/// One operation.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) deed: Deed,
    /// Texts in the call with one of which it is harmless.
    pub(super) unless: &'static [&'static str],
    /// Texts in the call without any of which it is harmless.
    pub(super) only: &'static [&'static str],
    /// Whether it is read elsewhere when what it is given is a text.
    pub(super) unless_written: bool,
}

const fn op(name: &'static str, deed: Deed) -> Operation {
    Operation { name, deed, unless: &[], only: &[], unless_written: false }
}

impl Operation {
    const fn unless(self, unless: &'static [&'static str]) -> Self {
        Self { unless, ..self }
    }

    const fn unless_written(self) -> Self {
        Self { unless_written: true, ..self }
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

/// With these, a table of that name is dropped before it is made.
const FORCED: &[&str] = &["force: true", "force: :", ":force => true", ":force => :"];

const SMALLEST_IN_RAILS: &[&str] =
    &[":date\n", ":date,", ":date)", ":boolean", ":smallint", "limit: 2"];

/// Those, and what takes every value as it is.
const NO_REWRITE_IN_RAILS: &[&str] =
    &[":text\n", ", :text", ":date\n", ":date,", ":date)", ":boolean", ":smallint", "limit: 2"];

const RAILS: &[Operation] = &[
    op("drop_table", DROP_TABLE),
    op("drop_join_table", DROP_TABLE),
    op("create_table", DROP_TABLE).only(FORCED),
    op("create_join_table", DROP_TABLE).only(FORCED),
    op("remove_column", DROP_COLUMN),
    op("remove_columns", DROP_COLUMN),
    op("remove_timestamps", DROP_COLUMN),
    op("remove_reference", DROP_COLUMN),
    op("remove_references", DROP_COLUMN),
    op("remove_belongs_to", DROP_COLUMN),
    op("t.remove", DROP_COLUMN),
    op("drop_enum", DROP_TYPE),
    op("change_column", NARROW_TYPE).only(SMALLEST_IN_RAILS),
    op("t.change", NARROW_TYPE).only(SMALLEST_IN_RAILS),
    op("truncate", TRUNCATE),
    op("truncate_tables", TRUNCATE),
    op("rename_column", RENAME_COLUMN),
    op("rename_table", RENAME_TABLE),
    op("t.rename", RENAME_COLUMN),
    op("add_column", ADD_REQUIRED_COLUMN).only(&["null: false"]).unless(&["default:"]),
    op("add_timestamps", ADD_REQUIRED_COLUMN).unless(&["null: true", "default:"]),
    op("change_column_default", DROP_DEFAULT).only(&[", nil", "to: nil"]),
    op("change_column", CHANGE_TYPE).unless(NO_REWRITE_IN_RAILS),
    op("t.change", CHANGE_TYPE).unless(NO_REWRITE_IN_RAILS),
    op("t.change_default", DROP_DEFAULT).only(&[", nil", "to: nil"]),
    op("t.change_null", SET_NOT_NULL).only(&["false"]),
    op("t.index", CREATE_INDEX).unless(&["concurrently"]),
    op("t.references", CREATE_INDEX).unless(&["concurrently", "index: false"]),
    op("t.foreign_key", ADD_FOREIGN_KEY).unless(&["validate: false"]),
    op("change_column_null", SET_NOT_NULL).only(&["false"]),
    op("add_index", CREATE_INDEX).unless(&["concurrently"]),
    op("remove_index", DROP_INDEX).unless(&["concurrently"]),
    op("add_foreign_key", ADD_FOREIGN_KEY).unless(&["validate: false"]),
    op("add_reference", CREATE_INDEX).unless(&["concurrently", "index: false"]),
    op("add_belongs_to", CREATE_INDEX).unless(&["concurrently", "index: false"]),
    op("add_reference", ADD_FOREIGN_KEY)
        .only(&["foreign_key: true", "foreign_key: {"])
        .unless(&["validate: false"]),
    op("add_check_constraint", ADD_CONSTRAINT).unless(&["validate: false"]),
    op("add_exclusion_constraint", ADD_CONSTRAINT),
    op("add_unique_constraint", ADD_UNIQUE).unless(&["using_index"]),
    op(".delete_all", DELETE_ALL).unless(&["where"]),
    op(".destroy_all", DELETE_ALL).unless(&["where"]),
    op(".update_all", UPDATE_ALL).unless(&["where"]),
    op("execute", RUN_CODE).unless_written(),
    op(".find_each", RUN_CODE),
    op(".find_in_batches", RUN_CODE),
    op("Rake::Task", RUN_CODE),
];

const DJANGO: &[Operation] = &[
    op("RemoveField", DROP_COLUMN),
    op("DeleteModel", DROP_TABLE),
    op("RenameField", RENAME_COLUMN),
    op("RenameModel", RENAME_TABLE),
    op("AlterModelTable", RENAME_TABLE),
    op("AddIndex", CREATE_INDEX),
    op("RemoveIndex", DROP_INDEX),
    op("AddConstraint", ADD_CONSTRAINT).unless(&["UniqueConstraint"]),
    op("AddConstraint", ADD_UNIQUE).only(&["UniqueConstraint"]),
    op("AddField", ADD_REQUIRED_FIELD).unless(&["null=True", "db_default=", "ManyToManyField"]),
    op("AddField", ADD_FOREIGN_KEY_IN_COLUMN)
        .only(&["ForeignKey(", "OneToOneField("])
        .unless(&["db_constraint=False"]),
    op("AddField", ADD_UNIQUE).only(&["unique=True"]),
    op("AddField", CREATE_INDEX).only(&["db_index=True"]),
    op("AlterField", ALTER_FIELD),
    op("AlterUniqueTogether", ADD_UNIQUE).unless(&["unique_together=set()"]),
    op("AlterIndexTogether", CREATE_INDEX).unless(&["index_together=set()"]),
    op("RunPython", RUN_CODE)
        .unless(&["RunPython(migrations.RunPython.noop", "RunPython(RunPython.noop"]),
    op("RunSQL", RUN_CODE).unless(&["RunSQL(migrations.RunSQL.noop"]).unless_written(),
];

const ALEMBIC: &[Operation] = &[
    op("drop_table", DROP_TABLE),
    op("drop_column", DROP_COLUMN),
    op("rename_table", RENAME_TABLE),
    op("alter_column", RENAME_COLUMN).only(&["new_column_name"]),
    op("alter_column", DROP_DEFAULT).only(&["server_default=None"]),
    op("alter_column", SET_NOT_NULL).only(&["nullable=False"]),
    op("alter_column", NARROW_TYPE).only(&[
        "type_=sa.Date()",
        "type_=sa.Boolean()",
        "type_=sa.SmallInteger()",
    ]),
    op("alter_column", CHANGE_TYPE).only(&[" type_=", "\ttype_=", "(type_="]).unless(&[
        "type_=sa.Text()",
        "type_=sa.Date()",
        "type_=sa.Boolean()",
        "type_=sa.SmallInteger()",
    ]),
    op("add_column", ADD_REQUIRED_COLUMN).only(&["nullable=False"]).unless(&[
        "server_default",
        "Identity(",
        "Computed(",
    ]),
    op("create_index", CREATE_INDEX).unless(&["postgresql_concurrently=True"]),
    op("drop_index", DROP_INDEX).unless(&["postgresql_concurrently=True"]),
    op("create_foreign_key", ADD_FOREIGN_KEY).unless(&["postgresql_not_valid=True"]),
    op("create_check_constraint", ADD_CONSTRAINT).unless(&["postgresql_not_valid=True"]),
    op("create_exclude_constraint", ADD_CONSTRAINT),
    op("add_column", ADD_FOREIGN_KEY_IN_COLUMN).only(&["ForeignKey("]),
    op("create_unique_constraint", ADD_UNIQUE),
    op("create_primary_key", ADD_PRIMARY_KEY),
    op("execute", RUN_CODE).unless_written(),
    op("Session", RUN_CODE).only(&["Session("]),
    op("sessionmaker", RUN_CODE).only(&["sessionmaker("]),
];

const ENTITY_FRAMEWORK: &[Operation] = &[
    op("DropTable", DROP_TABLE),
    op("DropColumn", DROP_COLUMN),
    op("DropSchema", DROP_SCHEMA),
    op("RenameColumn", RENAME_COLUMN),
    op("RenameTable", RENAME_TABLE),
    op("AlterColumn", CHANGE_TYPE).unless(&["type: \"text\""]),
    op("CreateIndex", CREATE_INDEX).unless(&["CreatedConcurrently"]),
    op("DropIndex", DROP_INDEX),
    op("AddForeignKey", ADD_FOREIGN_KEY),
    op("AddUniqueConstraint", ADD_UNIQUE),
    op("AddPrimaryKey", ADD_PRIMARY_KEY),
    op("AddCheckConstraint", ADD_CONSTRAINT),
    op("Sql", RUN_CODE).unless_written(),
];

const JAVASCRIPT: &[Operation] = &[
    op("dropTable", DROP_TABLE),
    op("dropTableIfExists", DROP_TABLE),
    op("dropColumn", DROP_COLUMN),
    op("dropColumns", DROP_COLUMN),
    op("dropTimestamps", DROP_COLUMN),
    op("removeColumn", DROP_COLUMN),
    op("clearTable", TRUNCATE),
    op("clearDatabase", DROP_TABLE),
    op("dropAllTables", DROP_TABLE),
    op("dropSchema", DROP_SCHEMA),
    op("truncate", TRUNCATE),
    op("renameColumn", RENAME_COLUMN),
    op("renameTable", RENAME_TABLE),
    op(".notNullable", ADD_REQUIRED_COLUMN).unless(&[
        "defaultTo",
        ".alter(",
        "increments(",
        "Increments(",
    ]),
    op("dropNullable", SET_NOT_NULL),
    op(".alter", CHANGE_TYPE).unless(&["alter(table", ".text("]),
    op(".index", CREATE_INDEX),
    op(".unique", ADD_UNIQUE),
    op(".primary", ADD_PRIMARY_KEY),
    op(".foreign", ADD_FOREIGN_KEY),
    op(".references", ADD_FOREIGN_KEY).unless(&[".foreign("]),
    op(".check", ADD_CONSTRAINT),
    op("changeColumn", CHANGE_TYPE),
    op("addIndex", CREATE_INDEX).unless(&["concurrently: true"]),
    op("createIndex", CREATE_INDEX).unless(&["isConcurrent: true"]),
    op("removeIndex", DROP_INDEX).unless(&["concurrently: true"]),
    op("dropIndex", DROP_INDEX),
    op("addConstraint", ADD_CONSTRAINT),
    op("createForeignKey", ADD_FOREIGN_KEY),
    op(".del", DELETE_ALL).only(&["del()"]).unless(WHERE_IN_JAVASCRIPT),
    op(".delete", DELETE_ALL).only(&["delete()"]).unless(WHERE_IN_JAVASCRIPT),
    op(".update", UPDATE_ALL).only(&["update({"]).unless(WHERE_IN_JAVASCRIPT),
    op("bulkDelete", DELETE_ALL).only(&[", null", ", {})", ", {}, "]),
    op("raw", RUN_CODE).unless_written(),
    op(".query", RUN_CODE).unless_written(),
    op("createQueryBuilder", RUN_CODE),
    op("getRepository", RUN_CODE),
];

const WHERE_IN_JAVASCRIPT: &[&str] = &["where", "Where"];

const SMALLEST_IN_LIQUIBASE: &[&str] = &[
    "newDataType=\"smallint",
    "newDataType=\"date\"",
    "newDataType=\"boolean",
    "newDataType: smallint",
    "newDataType: boolean",
    "newDataType: date\n",
];

const LIQUIBASE: &[Operation] = &[
    op("dropTable", DROP_TABLE),
    op("dropAllForeignKeyConstraints", DROP_CONSTRAINT),
    op("dropColumn", DROP_COLUMN),
    op("renameColumn", RENAME_COLUMN),
    op("renameTable", RENAME_TABLE),
    op("<delete", DELETE_ALL).unless(&["where"]),
    op("- delete", DELETE_ALL).unless(&["where"]),
    op("\"delete", DELETE_ALL).unless(&["where"]),
    op("<update", UPDATE_ALL).unless(&["where"]),
    op("- update", UPDATE_ALL).unless(&["where"]),
    op("\"update", UPDATE_ALL).unless(&["where"]),
    op("mergeColumns", DROP_COLUMN),
    op("dropDefaultValue", DROP_DEFAULT),
    op("addColumn", ADD_REQUIRED_COLUMN)
        .only(&["nullable=\"false\"", "nullable: false", "\"nullable\": false"])
        .unless(&["defaultValue", "autoIncrement"]),
    op("modifyDataType", NARROW_TYPE).only(SMALLEST_IN_LIQUIBASE),
    op("modifyDataType", CHANGE_TYPE).unless(SMALLEST_IN_LIQUIBASE),
    op("addCheckConstraint", ADD_CONSTRAINT),
    op("addNotNullConstraint", SET_NOT_NULL),
    op("createIndex", CREATE_INDEX),
    op("dropIndex", DROP_INDEX),
    op("addForeignKeyConstraint", ADD_FOREIGN_KEY),
    op("addUniqueConstraint", ADD_UNIQUE),
    op("addPrimaryKey", ADD_PRIMARY_KEY),
    op("sqlFile", RUN_CODE),
    op("customChange", RUN_CODE),
    op("executeCommand", RUN_CODE),
];
