//! How does a replica hear of work that another has stored? By a call, and by looking for itself.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::sync::watch;
use waymark::edge::store::JobFilter;

use crate::stage::Stage;
use crate::stories::files::{CATALOG, ROOT};

const REPO: &str = "acme/payments";

/// Nobody calls it: it looks at the queue by itself.
#[tokio::test]
async fn a_replica_that_hears_nothing_looks_for_itself() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let second = stage.replica().await;
        let (stop, stopped) = watch::channel(false);
        let working = tokio::spawn(async move { second.work("second", stopped).await });
        let mut all = Vec::new();
        // From the second time on it is idle when something comes.
        for branch in ["one", "two", "three"] {
            let file = format!("{branch}/Dockerfile");
            let head = stage.gh.push(REPO, branch, &[(&file, ROOT)], "Add image");
            stage.gh.open_pull(REPO, branch, "main");
            assert!(stage.gh.deliver().await.iter().all(|(_, status)| *status == 202));
            let posted = stage.gh.wait_until(|gh| !gh.check_runs(REPO, &head).is_empty());
            let patience = Duration::from_secs(60);
            tokio::time::timeout(patience, posted).await.expect("somebody looks at the queue");
            while !stage.app.store.list_jobs(JobFilter::All, 100).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            all.push(head);
        }
        stop.send(true).unwrap();
        working.await.unwrap();
        assert!(
            all.iter().all(|head| stage.runs(REPO, head).len() == 1),
            "{}",
            stage.database.kind
        );
        stage.end().await;
    }
}

/// The connection on which calls are heard is cut by the server: it is made anew, and calls are
/// heard again. No worker runs here, so nothing but a call wakes anybody.
#[tokio::test]
async fn a_replica_whose_ears_are_cut_off_hears_again() {
    for stage in Stage::each().await.into_iter().filter(|s| s.database.kind == "PostgreSQL") {
        let second = stage.replica().await;
        let wake = second.wake.clone();
        let (stop, stopped) = watch::channel(false);
        let listening = tokio::spawn(async move { second.keep_listening(stopped).await });
        let mut server = PgConnection::connect(&stage.database.url).await.unwrap();
        let first = ears(&mut server, None).await;
        calls(&stage, &wake).await;
        sqlx::query("SELECT pg_terminate_backend($1)")
            .bind(first)
            .execute(&mut server)
            .await
            .unwrap();
        ears(&mut server, Some(first)).await;
        // It may have been woken once because calls may have been missed.
        let _ = tokio::time::timeout(Duration::from_millis(200), wake.notified()).await;
        calls(&stage, &wake).await;
        stop.send(true).unwrap();
        listening.await.unwrap();
        stage.end().await;
    }
}

/// The server process that serves whoever listens, once there is one, and not this.
async fn ears(server: &mut PgConnection, but: Option<i32>) -> i32 {
    loop {
        let found: Option<i32> = sqlx::query_scalar(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()
                AND query LIKE 'LISTEN%' AND state = 'idle' AND pid <> $1",
        )
        .bind(but.unwrap_or(0))
        .fetch_optional(&mut *server)
        .await
        .unwrap();
        if let Some(pid) = found {
            return pid;
        }
    }
}

/// Somebody calls, and it is heard.
async fn calls(stage: &Stage, wake: &tokio::sync::Notify) {
    stage.app.store.ring();
    tokio::time::timeout(Duration::from_secs(60), wake.notified()).await.expect("it is heard");
}
