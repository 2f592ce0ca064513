//! The platform team asks how repositories deliver, with the database's address and nothing else.

use waymark::domain::finding::Level;
use waymark::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use waymark::domain::metrics::{Commit, Compared, Relation, Run, Source};
use waymark::domain::time::Timestamp;
use waymark::edge::clock::Clock;
use waymark::edge::store::{
    CardRow, DeploymentRow, IncidentRow, InstallationRow, PastRead, RepoRow, Store,
};

use crate::given::Folder;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn sha(repo: i64, n: i64) -> Sha {
    Sha::parse(&format!("{:020x}{:020x}", repo, n + 1)).unwrap()
}

/// Deploys every `hours` for 60 days, each change `lead` hours old; every `bad`th deployment has an
/// incident of two hours.
async fn deliver(store: &Store, repo: i64, now: Timestamp, (hours, lead, bad): (i64, i64, i64)) {
    let id = RepoId(repo);
    let count = 60 * 24 / hours;
    for n in 0..count {
        let at = now.plus_ms(-(count - n) * hours * HOUR + HOUR / 2);
        let row = DeploymentRow {
            source: Source::Deployment,
            id: n,
            environment: "production".to_owned(),
            git_ref: None,
            sha: Some(sha(repo, n)),
            created: at.plus_ms(-60_000),
            succeeded: Some(at),
            failed: None,
            compared: None,
        };
        store.note_deployment(id, &row).await.unwrap();
        if n > 0 {
            let commit = Commit {
                sha: sha(repo, n),
                committed: at.plus_ms(-lead * HOUR - n * 1_000),
                merge: false,
                pull: None,
                reverts: None,
            };
            let compared = Compared {
                with: sha(repo, n - 1),
                relation: Relation::Ahead,
                commits: vec![commit],
                partial: false,
            };
            store.put_comparison(id, (Source::Deployment, n), &compared).await.unwrap();
        }
        if n % bad == 1 {
            let opened = at.plus_ms(60_000);
            let closed = Some(opened.plus_ms(2 * HOUR)).filter(|at| *at < now);
            let updated = closed.unwrap_or(opened);
            let incident = IncidentRow { number: n, opened, closed, updated, counts: true };
            store.note_incident(id, &incident).await.unwrap();
        }
        let run = Run { started: at, finished: at.plus_ms(240_000), success: Some(n % 7 > 0) };
        store.note_run(id, n, &run).await.unwrap();
    }
}

/// Six repositories on the path and six that are not, and one that tells nothing.
fn organisation(folder: &Folder) -> String {
    let url = format!("sqlite://{}", folder.beside("waymark.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&url).await.unwrap();
        let now = Clock::system().now();
        let acme = InstallationId(1);
        let row = InstallationRow {
            id: acme,
            account: Some("acme".to_owned()),
            permissions: "{}".to_owned(),
            events: "[]".to_owned(),
            suspended: false,
        };
        store.upsert_installation(&row).await.unwrap();
        for n in 0..13 {
            let id = RepoId(n + 10);
            let name = match n {
                12 => "acme/silent".to_owned(),
                n if n < 6 => format!("acme/quick-{n}"),
                n => format!("acme/slow-{n}"),
            };
            let row = RepoRow {
                id,
                name: RepoName::parse(&name).unwrap(),
                default_branch: Some("main".to_owned()),
                archived: Some(false),
                private: true,
            };
            store.upsert_repos(acme, &[row]).await.unwrap();
            let at = now;
            let whole = PastRead {
                at,
                first_production: None,
                known_from: None,
                whole: true,
                problem: (n == 12).then(|| "lacks deployments:read\u{1b}[31m".to_owned()),
            };
            store.put_past_read(id, &whole).await.unwrap();
            store.note_created(id, now.plus_ms(-100 * DAY)).await.unwrap();
            match n {
                12 => {}
                n if n < 6 => {
                    let card = CardRow {
                        sha: sha(id.0, 0),
                        digest: String::new(),
                        due: None,
                        level: Some(Level::Silver),
                        on_path: true,
                        json: "{}".to_owned(),
                    };
                    store.put_card(id, &card, now.plus_ms(-95 * DAY)).await.unwrap();
                    deliver(&store, id.0, now, (12 + n, 3 + n, 12)).await;
                }
                n => deliver(&store, id.0, now, (60 + n, 40 + n, 3)).await,
            }
        }
        store.close().await;
    });
    url
}

#[test]
fn the_organisation_is_told_in_a_table_in_csv_and_in_json() {
    let folder = Folder::new();
    let url = organisation(&folder);
    let settings = [("WAYMARK_DATABASE_URL", url.as_str())];
    let dora = |arguments: &[&str]| {
        let ran = folder.waymark_with(&settings, &[&["dora"], arguments].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };

    let table = dora(&[]);
    eprintln!("{table}");
    assert!(table.starts_with("acme · 13 repositories · 30 days to "), "{table}");
    assert!(table.contains("acme/quick-0") && table.contains("acme/slow-11"), "{table}");
    assert!(table.contains("1 repository has told of no deployment"), "{table}");
    assert!(table.contains("lacks deployments:read\\u{1b}[31m"), "{table}");
    let lead = table.lines().find(|line| line.starts_with("lead time for changes ")).unwrap();
    assert!(lead.contains("(n 6)") && lead.contains('−'), "{lead}");
    assert!(table.lines().all(|line| line.chars().count() < 140), "{table}");

    let one = dora(&["--repo", "ACME/quick-3"]);
    eprintln!("{one}");
    assert!(one.starts_with("acme/quick-3\non the path since 20"), "{one}");
    assert!(one.contains("7 DAYS") && one.contains("90 DAYS"), "{one}");

    let csv = dora(&["--format", "csv"]);
    assert_eq!(csv.lines().count(), 1 + 13 * 3);
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().all(|line| line.split(',').count() == columns), "{csv}");
    assert!(csv.contains("\nacme,acme/silent,90,,,0,90,0,0,,,,,0,,"), "{csv}");
    assert_eq!(dora(&["--format", "csv", "--cohorts"]).lines().count(), 1 + 3 * 7);

    let json: serde_json::Value = serde_json::from_str(&dora(&["--format", "json"])).unwrap();
    let first = &json[0]["repositories"][0];
    assert_eq!(first["repository"], "acme/quick-0");
    assert_eq!(first["windows"][1]["days"], 30);
    assert_eq!(first["windows"][1]["deployments"]["n"], 60);
    assert_eq!(json[0]["cohorts"][1]["on_path"], 6);
}

#[test]
fn who_is_not_known_is_said() {
    let folder = Folder::new();
    let url = organisation(&folder);
    let settings = [("WAYMARK_DATABASE_URL", url.as_str())];
    let ran = folder.waymark_with(&settings, &["dora", "--repo", "acme/nobody"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("nothing is known of `acme/nobody`"), "{}", ran.err);
    let ran = folder.waymark(&["dora"]);
    assert!(ran.err.contains("set WAYMARK_DATABASE_URL"), "{}", ran.err);
}
