//! Opening, and what is said when it does not work.

use waymark::edge::store::{Store, StoreError};

use crate::database::{empty_databases, fresh_databases};

async fn refusal(url: &str) -> String {
    let error = Store::open(url).await.expect_err("must be refused");
    assert!(matches!(error, StoreError::Open { .. }), "{error:?}");
    let debug = format!("{error:?}");
    assert!(!debug.contains("hunter2") && !error.to_string().contains("hunter2"), "{debug}");
    error.to_string()
}

#[tokio::test]
async fn a_store_answers_until_it_is_closed() {
    for db in fresh_databases().await {
        db.store.ping().await.unwrap();
        db.store.close().await;
        assert!(db.store.ping().await.is_err_and(|e| e.is_busy()), "{}", db.kind);
    }
}

#[tokio::test]
async fn two_processes_may_start_at_once_on_an_empty_postgres() {
    for (kind, url, _place) in empty_databases().await {
        if kind == "PostgreSQL" {
            let (a, b) = tokio::join!(Store::open(&url), Store::open(&url));
            a.unwrap().close().await;
            b.unwrap().close().await;
        }
    }
}

#[tokio::test]
async fn a_url_of_another_kind_is_refused_without_repeating_it() {
    let text = refusal("mysql://root:hunter2@localhost/x").await;
    assert!(text.contains("sqlite://waymark.db"), "{text}");
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite://x?mode=memory"] {
        assert!(refusal(url).await.contains("name a file"));
    }
}

#[tokio::test]
async fn sqlite_troubles_name_their_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let text = refusal(&format!("sqlite://{path}/missing/waymark.db")).await;
    assert!(text.contains(&format!("create the directory {path}/missing")), "{text}");

    let text = refusal(&format!("sqlite://{path}")).await;
    assert!(text.contains("not the directory"), "{text}");

    std::fs::write(folder.path().join("notes.txt"), "not a database, but long enough".repeat(99))
        .unwrap();
    let text = refusal(&format!("sqlite://{path}/notes.txt")).await;
    assert!(text.contains("the file is something else"), "{text}");

    // Even root cannot write there.
    let text = refusal("sqlite:///proc/waymark.db").await;
    assert!(text.contains("let this user write to the directory /proc"), "{text}");
}

#[tokio::test]
async fn postgres_troubles_name_their_remedy() {
    let text = refusal("postgres://waymark:hunter2@127.0.0.1:1/waymark").await;
    assert!(text.contains("postgres://waymark@127.0.0.1:1/waymark"), "{text}");
    assert!(text.contains("check that PostgreSQL runs there"), "{text}");

    let text = refusal("postgres://waymark:hunter2@127.0.0.1:many/waymark").await;
    assert!(text.contains("percent-encode"), "{text}");

    for (kind, url, _place) in empty_databases().await {
        if kind == "PostgreSQL" {
            let text = refusal(&url.replace("/waymark_", "/absent_")).await;
            assert!(text.contains("create the database"), "{text}");
        }
    }
}
