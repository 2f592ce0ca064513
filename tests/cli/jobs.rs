//! The operator looks at the queue, with the database's address and nothing else.

use waymark::domain::ids::InstallationId;
use waymark::domain::job::Job;
use waymark::domain::time::Timestamp;
use waymark::edge::store::Store;

use crate::given::Folder;

const NOON: Timestamp = Timestamp(1_795_000_000_000);

fn job(installation: i64) -> Job {
    Job::SyncInstallation { installation: InstallationId(installation) }
}

/// A store with one dead and one queued job, closed again; the dead job's id.
fn store_in(folder: &Folder) -> (String, String) {
    let url = format!("sqlite://{}", folder.beside("waymark.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let id = runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        store.enqueue(&[job(7)], NOON).await.unwrap();
        let claimed = store.claim("test", NOON, 60_000).await.unwrap().unwrap();
        let error = format!("GitHub said: \u{1b}[31m\n{}", "no ".repeat(200));
        assert!(store.bury(&claimed, &error).await.unwrap());
        store.enqueue(&[job(8)], NOON).await.unwrap();
        store.close().await;
        claimed.id.to_string()
    });
    (url, id)
}

#[test]
fn dead_jobs_are_listed_and_retried() {
    let folder = Folder::new();
    let (url, id) = store_in(&folder);
    let settings = [("WAYMARK_DATABASE_URL", url.as_str())];
    let jobs = |arguments: &[&str]| folder.waymark_with(&settings, arguments);

    let dead = jobs(&["jobs", "list", "--dead"]);
    assert_eq!(dead.code, Some(0), "{dead:?}");
    assert_eq!(dead.out.lines().count(), 2, "{}", dead.out);
    let expected = format!("{id}  dead   sync:7  1/8");
    assert!(dead.out.contains(&expected), "{}", dead.out);
    assert!(dead.out.contains("GitHub said: \\u{1b}[31m\\nno no"), "{}", dead.out);
    assert!(dead.out.lines().all(|line| line.len() < 300), "{}", dead.out);
    assert_eq!(jobs(&["jobs", "list"]).out.lines().count(), 3);

    let retried = jobs(&["jobs", "retry", &id]);
    assert_eq!((retried.code, retried.err.as_str()), (Some(0), ""));
    assert_eq!(jobs(&["jobs", "list", "--dead"]).out, "no jobs\n");
    assert_eq!(jobs(&["jobs", "list", "--queued"]).out.lines().count(), 3);

    let again = jobs(&["jobs", "retry", &id]);
    assert_eq!(again.code, Some(2), "it is not dead any more");
    assert!(again.err.contains("there is no dead job"), "{}", again.err);
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let ran = folder.waymark(&["jobs", "list"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("set WAYMARK_DATABASE_URL"), "{}", ran.err);
    assert!(!folder.path().join("waymark.db").exists());
}
