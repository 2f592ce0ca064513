//! A developer learns what a migration does, however it comes: by its content, as a piece of what grows,
//! or as a program that nobody can read from outside.

use super::files::GOOD;
use super::risk::{risk, stages};

const REPO: &str = "acme/payments";

const FIRST: &str = "databaseChangeLog:
- changeSet:
    id: 1
    changes:
    - dropTable:
        tableName: carts
";

#[tokio::test]
async fn what_is_appended_to_a_change_log_is_read_and_what_was_there_is_not() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let path = "db/changelog/master.yaml";
        let view = "CREATE OR REPLACE VIEW v AS SELECT 1;\n";
        stage.gh.push(REPO, "main", &[(path, FIRST), ("sql/R__v.sql", view)], "Begin");

        let more = format!(
            "{FIRST}- changeSet:\n    id: 2\n    changes:\n    - createTable:\n        tableName: bills\n"
        );
        let sha = stage.gh.push(REPO, "adds", &[(path, more.as_str())], "Add bills");
        stage.gh.open_pull(REPO, "adds", "main");
        stage.settle().await;
        let said = risk(&stage, &sha).summary.unwrap();
        assert!(said.contains("migrations: D0, additive"), "{said}");
        assert!(!said.contains("irreversible_migration"), "{said}");

        let more = format!(
            "{more}- changeSet:\n    id: 3\n    changes:\n    - dropTable:\n        tableName: orders\n"
        );
        let view = format!("{view}DROP TABLE refunds;\n");
        let files = [(path, more.as_str()), ("sql/R__v.sql", view.as_str())];
        let sha = stage.gh.push(REPO, "drops", &files, "Drop orders");
        stage.gh.open_pull(REPO, "drops", "main");
        stage.settle().await;
        let said = risk(&stage, &sha).summary.unwrap();
        assert!(said.contains("`db/changelog/master.yaml`, line 15, by pattern"), "{said}");
        assert!(said.contains("`sql/R__v.sql`, line 2: `DROP TABLE refunds`"), "{said}");
        assert!(!said.contains("carts"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_migration_is_known_by_its_content_and_a_program_is_unknown() {
    for stage in stages().await {
        stage.gh.create_repo(REPO, GOOD);
        let goose = "-- +goose Up\nDROP TABLE refunds;\n-- +goose Down\nSELECT 1;\n";
        let files = [("db/0001_x.sql", goose), ("db/report.sql", "DELETE FROM reports;\n")];
        let sha = stage.gh.push(REPO, "goose", &files, "Drop refunds");
        stage.gh.open_pull(REPO, "goose", "main");
        stage.settle().await;
        let said = risk(&stage, &sha).summary.unwrap();
        assert!(said.contains("**`irreversible_migration`**"), "{said}");
        assert!(said.contains("`db/0001_x.sql`, line 2: `DROP TABLE refunds`"), "{said}");
        assert!(!said.contains("reports"), "{said}");

        let python = "from django.db import migrations\n\nclass Migration(migrations.Migration):\n    operations = [\n        migrations.RunPython(fill),\n    ]\n";
        let files = [("shop/migrations/0002_fill.py", python)];
        let sha = stage.gh.push(REPO, "fill", &files, "Fill");
        stage.gh.open_pull(REPO, "fill", "main");
        stage.settle().await;
        let said = risk(&stage, &sha).summary.unwrap();
        assert!(said.contains("migrations: unknown"), "{said}");
        assert!(said.contains("`migration_not_understood`"), "{said}");
        assert!(said.contains("line 5, by pattern: `migrations.RunPython(fill)`"), "{said}");
        stage.end().await;
    }
}
