//! What lies in programs: marks, ways back, texts in pieces, change logs.

use super::super::*;

fn told(path: &str, text: &str) -> String {
    let read = read(path, text, Some(Dialect::Postgresql)).expect("a migration");
    let line = |(s, answered): (Statement, bool)| {
        let mark = if answered { " answered" } else { "" };
        format!("{} {}{mark}", s.line, s.kind)
    };
    read.statements.into_iter().map(line).collect::<Vec<_>>().join(", ")
}

fn compare(path: &str, before: &str, rows: &[(&str, &str)]) {
    let told = rows.iter().map(|(text, is)| (text, told(path, &format!("{before}{text}")), is));
    let differ: Vec<String> = told
        .filter(|(_, got, is)| got != *is)
        .map(|(text, got, is)| format!("{text}\n  got  {got}\n  want {is}"))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn a_mark_counts_in_a_comment_only() {
    const MARK: &str = "waymark:acknowledged reason=\"ok\"";
    for (text, is) in [
        ("SELECT 1;\n-- @\nDROP TABLE a;", "1 other, 3 drop_table answered"),
        ("SELECT 1;\n/* @ */ DROP TABLE a;", "1 other, 2 drop_table answered"),
        ("SELECT 1;\n/*\n@\n*/\nDROP TABLE a;", "1 other, 5 drop_table answered"),
        ("SELECT 'it''s'; DROP TABLE a; -- @", "1 drop_table answered"),
        ("SELECT '@'; DROP TABLE a;", "1 drop_table"),
        ("SELECT '-- @'; DROP TABLE a;", "1 drop_table"),
        ("SELECT '\n-- @\n'; DROP TABLE a;", "1 other, 3 drop_table"),
        ("SELECT \"@\"; DROP TABLE a;", "1 drop_table"),
    ] {
        assert_eq!(told("migrations/1.sql", &text.replace('@', MARK)), is, "{text}");
    }
    let up = "class A < Migration\ndef up\n";
    for (text, is) in [
        ("drop_table :a # @", "3 drop_table answered"),
        ("execute <<~SQL\n-- @\nDROP TABLE a\nSQL", "5 drop_table answered"),
        ("x '@'; drop_table :a", "3 drop_table"),
    ] {
        let text = format!("{up}{}\nend\nend\n", text.replace('@', MARK));
        assert_eq!(told("db/migrate/1_a.rb", &text), is, "{text}");
    }
}

#[test]
fn the_way_back_of_django_is_none_forward() {
    compare(
        "a/migrations/0001_a.py",
        "migrations\noperations = [\n",
        &[
            ("RunSQL(\"SET x = 1\", reverse_sql=\"DROP TABLE a\"),\n]", "3 other"),
            ("RunSQL(\"SET x = 1\", \"DROP TABLE a\"),\n]", "3 other"),
            ("RunSQL(\"DROP TABLE b\", \"DROP TABLE a\"),\n]", "3 drop_table"),
            (
                "RunSQL(\"SET x = 1\",\nreverse_sql=\"DROP TABLE a\"),\nRunSQL(\"DROP TABLE b\"),\n]",
                "5 drop_table",
            ),
            ("RunSQL(reverse_sql=\"DROP TABLE a\", sql=\"DROP TABLE b\"),\n]", "3 drop_table"),
            ("RunSQL(\"SET x = 1\", # a, b\n hints=\"DROP\"),\n]", "3 other"),
            ("SeparateDatabaseAndState(state_operations=[DeleteModel(\"a\")]),\n]", "3 other"),
            (
                "SeparateDatabaseAndState([DeleteModel(\"a\")], [DeleteModel(\"b\")]),\n]",
                "3 drop_table",
            ),
        ],
    );
}

#[test]
fn texts_in_pieces_are_read_together() {
    compare(
        "versions/a.py",
        "down_revision = 1\ndef upgrade():\n",
        &[
            (
                "    op.execute(\"ALTER TABLE users \"\n        \"DROP COLUMN email\")",
                "4 drop_column",
            ),
            ("    op.execute('DEL' 'ETE FROM users')", "3 delete_all"),
            ("    op.execute('ALTER TABLE ' + name + ' DROP COLUMN a')", "3 drop_column"),
            ("    op.execute(' '.join(['DROP', 'TABLE a']))", "3 run_code"),
        ],
    );
    compare(
        "db/migrate/1_a.rb",
        "class A < Migration\ndef up\n",
        &[
            ("  execute \"DELETE \" \\\n    \"FROM users\"\nend\nend", "3 delete_all"),
            (
                "  execute \"SELECT 1\"\n  execute \"DROP TABLE a\"\nend\nend",
                "3 other, 4 drop_table",
            ),
        ],
    );
    compare(
        "migrations/a.js",
        "exports.up = (knex) => {\n",
        &[
            ("  return knex.raw('DELETE ' + 'FROM users');\n}", "2 delete_all"),
            ("  return knex.raw(['DELETE', 'FROM users'].join(' '));\n}", "2 run_code"),
            ("  return knex.raw(\"-- all\\\nDELETE FROM users\");\n}", "3 delete_all"),
        ],
    );
}

#[test]
fn less_common_operations_are_known() {
    compare(
        "db/migrate/1_a.rb",
        "class A < Migration\ndef up\n",
        &[
            (
                "create_table :users, force: true do |t|\n  t.string :a\nend\nend\nend",
                "3 drop_table",
            ),
            ("create_table(:users, force: :cascade) { }\nend\nend", "3 drop_table"),
            ("create_table :users, force: false\nend\nend", "3 other"),
            (
                "change_table :users do |t|\n  t.change :age, :bigint\nend\nend\nend",
                "4 change_type",
            ),
        ],
    );
    compare(
        "migrations/a.ts",
        "up\n",
        &[
            ("await queryRunner.clearTable(\"users\");", "2 truncate"),
            ("knex.schema.table('users', (t) => { t.dropTimestamps(); })", "2 drop_column"),
        ],
    );
}

#[test]
fn change_logs_are_read_in_each_of_their_forms() {
    let yaml = "databaseChangeLog:\n- changeSet:\n    changes:\n";
    compare(
        "liquibase/a.yaml",
        yaml,
        &[
            (
                "    - sql:\n        sql: |\n          DROP TABLE a;\n        splitStatements: true\n",
                "6 drop_table",
            ),
            ("    - sql:\n        sql: >-\n          DELETE\n          FROM a\n", "6 delete_all"),
            ("    - sql:\n        sql: \"DROP TABLE a\"\n", "5 drop_table"),
            ("    - sql:\n        comment: x\n        sql: DROP TABLE a\n", "6 drop_table"),
            ("    - sql: {sql: DROP TABLE a}\n", "4 drop_table"),
            ("    - sql: DROP TABLE a\n", "4 drop_table"),
        ],
    );
    compare(
        "liquibase/a.json",
        "{\"databaseChangeLog\":[\n",
        &[
            ("{\"sql\":{\"sql\":\"DROP TABLE a\"}}]}", "2 drop_table"),
            ("{\"sql\": {\"sql\": \"SELECT 1;\\nDROP TABLE a\"}}]}", "2 other, 2 drop_table"),
        ],
    );
    compare(
        "liquibase/a.xml",
        "<databaseChangeLog>\n",
        &[
            ("<!-- <dropTable tableName=\"x\"/> --><dropTable tableName=\"a\"/>", "2 drop_table"),
            ("<!--\n<dropTable tableName=\"x\"/>\n-->", ""),
            ("<sql\n>DROP TABLE a</sql>", "3 drop_table"),
        ],
    );
}

#[test]
fn nested_texts_are_read_once() {
    for (path, text) in [
        ("liquibase/a.xml", format!("<databaseChangeLog>{}", "<sql>".repeat(2_000))),
        ("liquibase/a.yaml", format!("databaseChangeLog:\n{}", "- sql: |\n".repeat(2_000))),
        (
            "a/migrations/0001_a.py",
            format!("migrations {}{}", "RunSQL(".repeat(2_000), ")".repeat(2_000)),
        ),
        ("a/migrations/0001_a.py", format!("migrations ({})", "'a'\n".repeat(9_000))),
    ] {
        read(path, &text, None);
    }
}
