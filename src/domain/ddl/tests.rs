mod programs;

use serde_json::Value;

use super::*;
use crate::domain::yaml::{Schema, load};

fn cases(text: &str) -> Value {
    let mut loaded = load(text, Schema::Core12);
    assert_eq!(loaded.error, None);
    loaded.documents.remove(0).value.clone()
}

fn list(text: &str) -> Vec<Value> {
    cases(text).as_array().expect("a list").clone()
}

fn expected(case: &Value) -> Vec<String> {
    let list = case["is"].as_array().cloned().unwrap_or_default();
    list.iter().map(|line| line.as_str().expect("text").to_owned()).collect()
}

fn shown(statements: impl IntoIterator<Item = Statement>) -> Vec<String> {
    let effect = |s: &Statement| {
        let json = serde_json::to_value(s.effect).expect("a word");
        json.as_str().unwrap_or_default().to_owned()
    };
    statements
        .into_iter()
        .map(|s| format!("{} {} {} {}", s.line, s.kind, effect(&s), s.lock.unwrap_or("-")))
        .collect()
}

/// Every row of the tables at once, so that one look shows all that differ.
fn compare(rows: Vec<(String, Vec<String>, Vec<String>)>) {
    assert!(rows.len() > 10);
    let differ = rows.iter().filter(|(_, got, expected)| got != expected);
    let told: Vec<String> = differ
        .map(|(name, got, want)| format!("{name}\n  got  {got:?}\n  want {want:?}"))
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn statements_of_postgresql_do_what_the_table_says() {
    let cases = list(include_str!("../../../fixtures/ddl/postgresql.yaml"));
    assert!(cases.len() >= 60);
    let row = |case: &Value| {
        let text = case["sql"].as_str().expect("sql");
        (text.to_owned(), shown(sql(text, Some(Dialect::Postgresql))), expected(case))
    };
    compare(cases.iter().map(row).collect());
}

#[test]
fn statements_of_other_dialects_do_what_the_table_says() {
    let row = |case: &Value| {
        let text = case["sql"].as_str().expect("sql");
        let dialect = match case["dialect"].as_str().expect("dialect") {
            "mysql" => Some(Dialect::Mysql),
            "sqlite" => Some(Dialect::Sqlite),
            "sqlserver" => Some(Dialect::Sqlserver),
            _ => None,
        };
        (text.to_owned(), shown(sql(text, dialect)), expected(case))
    };
    let cases = list(include_str!("../../../fixtures/ddl/dialects.yaml"));
    compare(cases.iter().map(row).collect());
}

#[test]
fn migrations_of_frameworks_do_what_the_table_says() {
    let row = |case: &Value| {
        let (path, text) = (case["path"].as_str().expect("path"), case["text"].as_str());
        let read = read(path, text.expect("text"), Some(Dialect::Postgresql));
        assert_eq!(read.is_none(), case["not"] == true, "{path}");
        let statements = read.map(|read| read.statements).unwrap_or_default();
        let answered = statements.iter().filter(|(_, answered)| *answered);
        let answered: Vec<u64> = answered.map(|(s, _)| u64::from(s.line)).collect();
        let wanted = case["answered"].as_array().cloned().unwrap_or_default();
        assert_eq!(answered, wanted.iter().filter_map(Value::as_u64).collect::<Vec<_>>(), "{path}");
        let got = shown(statements.into_iter().map(|(statement, _)| statement));
        (path.to_owned(), got, expected(case))
    };
    let cases = list(include_str!("../../../fixtures/ddl/frameworks.yaml"));
    compare(cases.iter().map(row).collect());
}

/// A migration of a framework around one statement: path, what stands before and behind it, dialect.
fn around(framework: &str) -> (&'static str, &'static str, &'static str, Dialect) {
    let postgres = Dialect::Postgresql;
    match framework {
        "sql" => ("migrations/1.sql", "", ";\n", postgres),
        "flyway" => ("src/main/resources/db/migration/V1__x.sql", "", ";\n", postgres),
        "prisma" => ("prisma/migrations/1_x/migration.sql", "-- Prisma\n", ";\n", postgres),
        "rails" => (
            "db/migrate/1_x.rb",
            "class X < ActiveRecord::Migration[8.0]\n  def change\n    ",
            "\n  end\nend\n",
            postgres,
        ),
        "django" => (
            "shop/migrations/0001_x.py",
            "class Migration(migrations.Migration):\n    operations = [\n        ",
            ",\n    ]\n",
            postgres,
        ),
        "alembic" => (
            "alembic/versions/x.py",
            "down_revision = 'a'\n\ndef upgrade():\n    ",
            "\n\ndef downgrade():\n    op.drop_table('x')\n",
            postgres,
        ),
        "knex" => (
            "migrations/1_x.js",
            "exports.up = async function (knex) {\n  ",
            "\n};\n\nexports.down = async function (knex) {\n  await knex.schema.dropTable('x');\n};\n",
            postgres,
        ),
        "liquibase" => (
            "db/changelog/x.xml",
            "<databaseChangeLog>\n<changeSet id=\"1\" author=\"a\">\n",
            "\n</changeSet>\n</databaseChangeLog>\n",
            postgres,
        ),
        "mysql" => ("migrations/1.sql", "", ";\n", Dialect::Mysql),
        "sqlite" => ("migrations/1.sql", "", ";\n", Dialect::Sqlite),
        other => panic!("no such framework: {other}"),
    }
}

#[test]
fn every_framework_is_read_as_its_table_says() {
    let table = cases(include_str!("../../../fixtures/ddl/by_framework.yaml"));
    let mut rows = Vec::new();
    for (framework, statements) in table.as_object().expect("frameworks") {
        let (path, before, behind, dialect) = around(framework);
        for row in statements.as_array().expect("rows") {
            let (written, wanted) = (row[0].as_str().expect("text"), row[1].as_str().expect("is"));
            let read = read(path, &format!("{before}{written}{behind}"), Some(dialect));
            let found = read.expect("a migration").statements;
            let class = |s: &Statement| match s.effect {
                Effect::Additive => "D0",
                Effect::Unknown => "unknown",
                Effect::BreaksRunningCode => "D1",
                Effect::LockTaking => "D2",
                Effect::Destructive => "D3",
            };
            let line = before.lines().count().max(1) as u32 + u32::from(before.ends_with('\n'));
            let got = found.iter().map(|(s, _)| {
                // Its line, and what is shown of it: its own words.
                assert_eq!(
                    s.line,
                    if before.is_empty() { 1 } else { line },
                    "{framework}: {written}"
                );
                let words = |text: &str| text.split_whitespace().collect::<String>();
                let shown = s.text.trim_end_matches('…');
                assert!(
                    !shown.is_empty()
                        && words(&format!("{before}{written}")).contains(&words(shown)),
                    "{framework}: {written} is shown as {shown}"
                );
                assert!(s.lock.is_none_or(|lock| locks::MODES.contains(&lock)));
                format!("{} {} {}", class(s), s.kind, s.lock.unwrap_or("-"))
            });
            let name = format!("{framework}: {written}");
            rows.push((name, got.collect(), vec![wanted.to_owned()]));
        }
    }
    assert!(rows.len() >= 60, "{}", rows.len());
    compare(rows);
}

#[test]
fn what_a_lock_depends_on_is_said() {
    let of = |text| sql(text, Some(Dialect::Postgresql))[0].depends;
    assert!(of("CREATE INDEX i ON users (a)").contains("size of the table"));
    assert!(of("ALTER TABLE users ADD COLUMN a int DEFAULT 0").contains("PostgreSQL 11"));
    assert!(of("ALTER TABLE users ALTER COLUMN a TYPE bigint").contains("old type"));
    assert!(of("ALTER TABLE users ALTER COLUMN a SET NOT NULL").contains("PostgreSQL 12"));
    let mysql = sql("ALTER TABLE users MODIFY a bigint", Some(Dialect::Mysql));
    assert!(mysql[0].depends.contains("MySQL's version"), "{mysql:?}");
}

#[test]
fn a_long_statement_is_shown_where_it_matters() {
    let adds = (0..40).map(|n| format!("ADD COLUMN a{n} int, ")).collect::<String>();
    let found = sql(&format!("ALTER TABLE users {adds}\n  DROP COLUMN b"), None);
    assert_eq!(found[0].text, "ALTER TABLE users ADD COLUMN … DROP COLUMN b");
    let long = sql(&format!("DROP TABLE {}", "é".repeat(900)), None);
    assert_eq!(long[0].text.chars().count(), EXCERPT + 1);
}

#[test]
fn of_several_operations_on_one_line_each_is_shown_alone() {
    let of = |path, text: &str| {
        let found = read(path, text, None).expect("a migration").statements.into_iter();
        found.map(|(s, _)| (s.kind, s.text)).collect::<Vec<_>>()
    };
    let text = "from django.db import migrations\noperations = [migrations.RemoveField(\"a\", \"b\"), \
        migrations.AddField(\"a\", \"c\", x(1)), migrations.AddField(\"a\", \"d\", x(null=True)), \
        migrations.DeleteModel(\"e\")]\n";
    let shown = [
        ("drop_column", "migrations.RemoveField(\"a\", \"b\")"),
        ("drop_table", "migrations.DeleteModel(\"e\")"),
        ("add_required_column", "migrations.AddField(\"a\", \"c\", x(1))"),
    ]
    .map(|(kind, text)| (kind, text.to_owned()));
    assert_eq!(of("a/migrations/0001_a.py", text), shown);
    let text =
        "class A < Migration\ndef up\nremove_column :a, :b; remove_column(:a, :c); x\nend\nend\n";
    let shown = ["remove_column :a, :b", "remove_column(:a, :c)"];
    assert_eq!(of("db/migrate/1_a.rb", text), shown.map(|text| ("drop_column", text.to_owned())));
    let text = "<databaseChangeLog><changeSet><dropTable tableName=\"a\"/><dropTable tableName=\"b\"/>\
        </changeSet></databaseChangeLog>";
    let shown = ["<dropTable tableName=\"a\"/>", "<dropTable tableName=\"b\"/>"];
    assert_eq!(of("liquibase/a.xml", text), shown.map(|text| ("drop_table", text.to_owned())));
}

#[test]
fn hostile_texts_do_no_harm() {
    for text in [
        "",
        ";;;",
        "'",
        "\"",
        "/*",
        "$$",
        "$a$",
        "[a",
        "--",
        "\\",
        "${",
        "${a}${",
        "é;ß",
        "DROP",
        "ALTER TABLE",
        "WITH",
        "WITH a AS (DELETE",
        "DO $$ EXECUTE",
        "DO $$ BEGIN EXECUTE format('",
        "EXECUTE",
        "SELECT a(",
        "SELECT .a(",
        "UPDATE (",
        "))))",
    ] {
        sql(text, Some(Dialect::Postgresql));
        sql(text, None);
    }
    for piece in [".del(", "raw(a", "createTable(", "raw,\n\n\n", "raw\n", "a = '", "update({"] {
        let long = format!("up {}", piece.repeat(6_000));
        let found = read("migrations/a.js", &long, None).expect("a migration").statements;
        assert!(!found.is_empty());
    }
    let deep = format!("{}DELETE FROM a", "WITH a AS (".repeat(20_000));
    sql(&deep, Some(Dialect::Mysql));
    let deep = (0..9_000).map(|n| format!("DO $a{n}$ EXECUTE $b{n}$ ")).collect::<String>();
    sql(&deep, Some(Dialect::Mysql));
    let deep = format!("SELECT {}1{}", "(".repeat(50_000), ")".repeat(50_000));
    assert_eq!(shown(sql(&deep, Some(Dialect::Postgresql)))[0], "1 unread unknown -");
    for path in [
        "db/migrate/1.rb",
        "m/migrations/0001_a.py",
        "versions/a.py",
        "migrations/a.js",
        "changelog.xml",
    ] {
        for text in [
            "Migration def down",
            "migrations '''",
            "down_revision \"",
            "up `${",
            "databaseChangeLog <sql",
            "Migration <<~",
            "up dropTable(\u{e9}",
            "up raw",
            "up execute",
            "up .query<",
            "down_revision execute(a=",
            "Migration def up\n execute x(",
            "databaseChangeLog changeSet \"delete\":",
            "databaseChangeLog <dropTable",
            "databaseChangeLog - delete:\n  \u{e9}",
        ] {
            read(path, text, None);
        }
    }
}

#[test]
fn a_dialect_is_guessed_by_its_own_words() {
    for (text, dialect) in [
        ("CREATE TABLE a (id int) ENGINE=InnoDB", Some(Dialect::Mysql)),
        ("CREATE TABLE a (id integer primary key autoincrement)", Some(Dialect::Sqlite)),
        ("CREATE TABLE a (j jsonb)", Some(Dialect::Postgresql)),
        ("ALTER TABLE [dbo].[a] ADD b int", Some(Dialect::Sqlserver)),
        ("CREATE TABLE a (id int)", None),
        ("id: { type: INTEGER, autoIncrement: true }", None),
        ("sa.Column('id', sa.Integer(), autoincrement=False)", None),
    ] {
        assert_eq!(Dialect::guess(text), dialect, "{text}");
    }
}
