//! What does a program do in which no operation matters? Nothing but adding, nothing at all, or
//! something that is not read: that is unknown.

use super::call::{before, call};
use super::code::{breaks, code_lines, is_comment, named, shown};
use super::deeds::OPAQUE;
use super::layout::Framework;
use super::{Effect, Statement, unknown};

/// Operations that only add, or take away what holds no rows, and those that are read as SQL.
fn adding(framework: Framework) -> &'static str {
    match framework {
        Framework::Rails => {
            "\
             create_table create_join_table add_column add_columns add_timestamps add_reference \
             add_belongs_to add_index remove_index add_foreign_key remove_foreign_key \
             validate_foreign_key add_check_constraint remove_check_constraint \
             validate_check_constraint change_column change_column_null change_column_default \
             change_column_comment change_table_comment change_table rename_index \
             enable_extension create_enum add_enum_value create_view update_view create_function \
             create_trigger insert_all .update_all .delete_all .destroy_all execute"
        }
        Framework::Django => {
            "\
             CreateModel AddField AddIndex AddIndexConcurrently RemoveIndexConcurrently \
             RenameIndex AddConstraint AddConstraintNotValid ValidateConstraint RemoveConstraint \
             AlterModelOptions AlterModelManagers AlterModelTableComment AlterUniqueTogether \
             AlterIndexTogether SeparateDatabaseAndState CreateCollation CreateExtension \
             HStoreExtension TrigramExtension UnaccentExtension CITextExtension RunSQL RunPython"
        }
        Framework::Alembic => {
            "\
             create_table create_table_comment add_column alter_column create_index drop_index \
             create_foreign_key drop_constraint create_check_constraint bulk_insert execute \
             .create"
        }
        Framework::EntityFramework => {
            "\
             CreateTable AddColumn AlterColumn AlterDatabase CreateIndex RenameIndex \
             CreateSequence EnsureSchema DropForeignKey DropUniqueConstraint DropCheckConstraint \
             DropPrimaryKey InsertData UpdateData DeleteData Sql"
        }
        Framework::Javascript => {
            "\
             createTable createTableIfNotExists createSchema alterTable table addColumn \
             addColumns addIndex createIndex removeIndex addConstraint removeConstraint \
             dropForeignKey dropConstraint createView bulkInsert bulkUpdate bulkDelete .insert \
             .update .del .delete .query raw"
        }
        Framework::Liquibase => {
            "\
             createTable addColumn createSequence createView createProcedure createFunction \
             createTrigger dropForeignKeyConstraint dropUniqueConstraint dropPrimaryKey \
             dropNotNullConstraint dropView dropSequence addDefaultValue addAutoIncrement \
             addLookupTable setColumnRemarks setTableRemarks insert update delete loadData \
             loadUpdateData tagDatabase sql empty output"
        }
        Framework::Sql => "",
    }
}

/// The first operation that only adds, or that something is done that is not read; `None` when
/// nothing is done. `text` is the way forward, and no operation that matters was found in it.
pub(super) fn rest(framework: Framework, text: &str) -> Option<Statement> {
    for (number, start, line) in code_lines(text) {
        for name in adding(framework).split_whitespace() {
            let Some(at) = named(line, name).next().map(|at| start + at) else { continue };
            let call = call(framework, text, at, name);
            return Some(Statement {
                line: number,
                last_line: number + breaks(call.whole),
                kind: "other",
                effect: Effect::Additive,
                lock: None,
                target: None,
                why: "",
                depends: "",
                text: shown(before(text, at), call.own),
                by_pattern: true,
            });
        }
    }
    let (line, text) = first_deed(framework, text)?;
    let shown = shown("", text.trim());
    Some(Statement { by_pattern: true, ..unknown(line, OPAQUE, shown) })
}

/// The first line, by its number, that does something on the way forward.
fn first_deed(framework: Framework, text: &str) -> Option<(u32, &str)> {
    // What holds the way forward, and what a line that does nothing begins with.
    let (begins, idle) = match framework {
        Framework::Rails => {
            ("def ", "def |end|class |module |disable_ddl_transaction!|private|include ")
        }
        Framework::Alembic => ("def upgrade", "def upgrade|pass|return|)|\"\"\"|'''"),
        Framework::Django => ("operations", "operations|]|["),
        Framework::EntityFramework => (" Up(", "{|}|protected |public |base."),
        Framework::Javascript => (
            "up",
            "}|{|)|]|async |public |export|module.exports|import |class |up(|up:|function |return;|\
             return Promise.resolve|await Promise.resolve|\"use strict\"|'use strict'",
        ),
        Framework::Liquibase => (
            "changeSet",
            "</|<preConditions|<not|<and|<or|<dbms|<sqlCheck|<tableExists|<columnExists|<comment|\
             <validCheckSum|- changeSet:|changeSet:|id:|author:|changes:|comment:|context:|dbms:|\
             <!--|-->",
        ),
        Framework::Sql => return None,
    };
    let (mut inside, mut quoted) = (false, false);
    for (number, line) in (1u32..).zip(text.lines()) {
        let code = line.trim();
        // A text over several lines says what it is for.
        let quotes = code.matches("\"\"\"").count() + code.matches("'''").count();
        let within = quoted;
        quoted ^= quotes % 2 == 1;
        let held = inside || line.contains(begins);
        let alone = code.starts_with("<changeSet") && code.matches('<').count() == 1;
        let is_idle = code.is_empty()
            || alone
            || is_comment(line)
            || code.starts_with("/*")
            || within
            || idle.split('|').any(|word| code.starts_with(word));
        let on_one_line = framework == Framework::Django
            && line.contains(begins)
            && line.split_once('[').is_some_and(|(_, rest)| !rest.trim_start().starts_with(']'))
            && !code.ends_with('[');
        let top = !line.starts_with([' ', '\t']) && !code.is_empty() && !line.contains(begins);
        let over = match framework {
            Framework::Alembic => top && !within,
            Framework::Django => code == "]",
            _ => false,
        };
        if inside && over {
            inside = false;
            continue;
        }
        if held && (!is_idle || on_one_line) {
            return Some((number, line));
        }
        inside = held && !(framework == Framework::Django && code.ends_with("[]"));
    }
    None
}
