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
fn all_dead_jobs_or_those_of_one_kind_are_retried() {
    let folder = Folder::new();
    let url = format!("sqlite://{}", folder.beside("waymark.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        // More than one reading of the database.
        let mut jobs: Vec<Job> = (1..=230).map(job).collect();
        jobs.push(Job::CleanUp);
        store.enqueue(&jobs, NOON).await.unwrap();
        while let Some(claimed) = store.claim("test", NOON, 60_000).await.unwrap() {
            assert!(store.bury(&claimed, "401").await.unwrap());
        }
        store.close().await;
    });
    let settings = [("WAYMARK_DATABASE_URL", url.as_str())];
    let jobs = |arguments: &[&str]| folder.waymark_with(&settings, arguments);
    let none = jobs(&["jobs", "retry", "--all", "--kind", "gate"]);
    assert_eq!(
        (none.code, none.out.as_str()),
        (Some(0), "there is no dead job of the kind `gate`\n")
    );
    let one = jobs(&["jobs", "retry", "--all", "--kind", "clean_up"]);
    assert_eq!((one.code, one.out.as_str()), (Some(0), "1 job is queued again\n"));
    assert_eq!(jobs(&["jobs", "list", "--dead"]).out.lines().count(), 231);
    let all = jobs(&["jobs", "retry", "--all"]);
    assert_eq!((all.code, all.out.as_str()), (Some(0), "230 jobs are queued again\n"));
    assert_eq!(jobs(&["jobs", "list", "--queued"]).out.lines().count(), 232);
    // One id, or all: nothing is guessed.
    assert_eq!(jobs(&["jobs", "retry"]).code, Some(2));
    assert_eq!(jobs(&["jobs", "retry", "x", "--all"]).code, Some(2));
    assert_eq!(jobs(&["jobs", "retry", "--kind", "gate"]).code, Some(2));
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let folder = Folder::new();
    let ran = folder.waymark(&["jobs", "list"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("set WAYMARK_DATABASE_URL"), "{}", ran.err);
    assert!(!folder.path().join("waymark.db").exists());
}
