use serde_json::Value;

use super::*;
use crate::domain::yaml::{Schema, load};

fn cases(text: &str) -> Vec<Value> {
    let mut loaded = load(text, Schema::Core12);
    assert_eq!(loaded.error, None);
    loaded.documents.remove(0).value.as_array().expect("a list").clone()
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
    let cases = cases(include_str!("../../../fixtures/ddl/postgresql.yaml"));
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
    let cases = cases(include_str!("../../../fixtures/ddl/dialects.yaml"));
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
    let cases = cases(include_str!("../../../fixtures/ddl/frameworks.yaml"));
    compare(cases.iter().map(row).collect());
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
    ] {
        sql(text, Some(Dialect::Postgresql));
        sql(text, None);
    }
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
    ] {
        assert_eq!(Dialect::guess(text), dialect, "{text}");
    }
}
