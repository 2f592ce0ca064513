//! The operator asks who holds which version of a golden path, with the database's address and nothing
//! else.

use waymark::domain::ids::{InstallationId, RepoId, RepoName};
use waymark::domain::time::Timestamp;
use waymark::edge::store::{
    AdoptionRow, InstallationRow, JobFilter, OfferRow, RepoRow, Store, WaveRow,
};

use crate::given::Folder;

const NOON: Timestamp = Timestamp(1_795_000_000_000);
const ACME: InstallationId = InstallationId(7);

fn offer(pull: Option<i64>, merged: bool, problem: Option<&str>) -> AdoptionRow {
    let offer = OfferRow {
        version: "v2".to_owned(),
        at: NOON,
        pull,
        merged,
        was_red: false,
        problem: problem.map(str::to_owned),
        asked: NOON,
        fails: false,
    };
    AdoptionRow { adopted: true, settled: merged.then(|| "v2".to_owned()), offer: Some(offer) }
}

/// A store in which three have adopted a path and one has not, closed again.
fn store_in(folder: &Folder) -> String {
    let url = format!("sqlite://{}", folder.beside("waymark.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        let row = InstallationRow {
            id: ACME,
            account: Some("acme".to_owned()),
            permissions: "{}".to_owned(),
            events: "[]".to_owned(),
            suspended: false,
        };
        store.upsert_installation(&row).await.unwrap();
        let repo = |id: i64, name: &str| RepoRow {
            id: RepoId(id),
            name: RepoName::parse(name).unwrap(),
            default_branch: Some("main".to_owned()),
            archived: Some(false),
            private: false,
        };
        let names = ["acme/one", "acme/two", "acme/three", "acme/other"];
        let repos: Vec<RepoRow> = (1..).zip(names).map(|(id, name)| repo(id, name)).collect();
        store.upsert_repos(ACME, &repos).await.unwrap();
        store.put_adoption(RepoId(1), &offer(Some(5), true, None)).await.unwrap();
        let closed = "it was closed \u{1b}[31mwithout being merged";
        store.put_adoption(RepoId(2), &offer(Some(6), false, Some(closed))).await.unwrap();
        let held = AdoptionRow { adopted: true, ..AdoptionRow::default() };
        store.put_adoption(RepoId(3), &held).await.unwrap();
        store.note_lock(RepoId(4), false).await.unwrap();
        let said = "upgrades: 1 wait for v2: no canary will merge it".to_owned();
        store.note_wave(ACME, &WaveRow { at: NOON, said }).await.unwrap();
        store.close().await;
    });
    url
}

#[test]
fn who_stands_where_is_listed_and_the_next_wave_is_asked_for() {
    let folder = Folder::new();
    let url = store_in(&folder);
    let ran =
        folder.waymark_with(&[("WAYMARK_DATABASE_URL", url.as_str())], &["sweep", "--upgrade"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{ran:?}");
    let at = NOON.to_rfc3339();
    let rows: Vec<Vec<&str>> =
        ran.out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1], ["acme/one", "v2", "v2", &at, "#5,", "merged"], "{}", ran.out);
    assert_eq!(rows[2][..5], ["acme/two", "-", "v2", &at, "#6:"], "{}", ran.out);
    assert!(ran.out.contains("it was closed \\u{1b}[31mwithout"), "{}", ran.out);
    assert_eq!(rows[3], ["acme/three", "-", "-", "-", "-"], "{}", ran.out);
    let wave = format!("\nacme, as of {at}: 1 wait for v2: no canary will merge it\n");
    assert!(ran.out.contains(&wave), "{}", ran.out);
    let end = "3 repositories have adopted a golden path; the service looks for the next wave\n";
    assert!(ran.out.ends_with(end), "{}", ran.out);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        let jobs = store.list_jobs(JobFilter::All, 10).await.unwrap();
        let keys: Vec<&str> = jobs.iter().map(|job| job.key.as_str()).collect();
        assert_eq!(keys, ["upgrades:7"]);
        store.close().await;
    });
}

#[test]
fn it_goes_over_all_organisations_or_none() {
    let folder = Folder::new();
    let ran = folder.waymark(&["sweep", "--upgrade", "--organisation=acme"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
}
