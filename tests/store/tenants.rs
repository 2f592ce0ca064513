//! The end of a tenant: nothing of it stays, nothing of others goes.

use sqlx::{AssertSqlSafe, Connection};
use waymark::domain::config::Labels;
use waymark::domain::gate;
use waymark::domain::gate::ahead::BudgetsSaid;
use waymark::domain::gate::request::Acknowledged;
use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::metrics::Run;
use waymark::domain::risk::condition::{Review, Verdict};
use waymark::domain::risk::coverage::{CoverageReport, Format};
use waymark::domain::risk::dependents::{Relation, Verb};
use waymark::domain::risk::people::Called;
use waymark::edge::store::{
    AcknowledgementRow, CardRow, CheckRunRow, CoverageRow, GateKey, GateRow, KeptIssue,
    OrganisationFile, PoliciesRow, QuarterCount, RiskChange, RiskPull, RiskTouch, Satisfaction,
    Store, Subject, SweepRow, WaveRow,
};

use crate::database::{TestDatabase, fresh_databases};
use crate::given::*;

/// Every table that holds what belongs to a tenant. `delivery` is the inbox, `job` also holds
/// plans: looked at below.
const TABLES: [&str; 41] = [
    "installation",
    "repo",
    "pull",
    "blob",
    "evaluation",
    "judgement",
    "check_run",
    "organisation_file",
    "repo_labels",
    "organisation_policies",
    "snapshot",
    "gate",
    "acknowledgement",
    "budgets_said",
    "card",
    "level_history",
    "sweep",
    "head_etag",
    "kept_issue",
    "satisfaction",
    "campaign_day",
    "scorecard_told",
    "adoption",
    "upgrade_wave",
    "dora_deployment",
    "dora_incident",
    "dora_run",
    "dora_repo",
    "risk_history",
    "risk_person",
    "risk_change",
    "risk_touch",
    "risk_pull",
    "risk_review",
    "risk_coverage",
    "risk_quarter",
    "risk_slopes",
    "risk_report",
    "coverage_report",
    "relation",
    "risk_reading",
];

pub(crate) async fn settle_in(store: &Store, installation: i64) {
    let (id, repo_id) = (InstallationId(installation), RepoId(installation * 10));
    store.upsert_repos(id, &[repo(repo_id.0)]).await.unwrap();
    store.upsert_pull(&pull(repo_id.0, 1, 1, NOON)).await.unwrap();
    store.put_blobs(id, &[(sha(1), vec![1])], NOON).await.unwrap();
    let file = OrganisationFile { good: None, problem: None, read: NOON };
    store.put_organisation_file(id, &file).await.unwrap();
    let row = PoliciesRow { tree: sha(1), json: "{}".to_owned(), read: NOON };
    store.put_organisation_policies(id, &row).await.unwrap();
    let labels = Labels { topics: Some(["pci".to_owned()].into()), ..Labels::default() };
    store.note_labels(repo_id, &labels).await.unwrap();
    assert!(store.put_snapshot(repo_id, &sha(1), "{}", NOON).await.unwrap());
    let card = CardRow {
        sha: sha(1),
        digest: "d".to_owned(),
        due: None,
        level: None,
        on_path: false,
        json: "{}".to_owned(),
    };
    store.put_card(repo_id, &card, NOON).await.unwrap();
    let sweep = SweepRow {
        started: NOON,
        finished: None,
        cursor: repo_id,
        total: 1,
        seen: 1,
        changed: 0,
        unreadable: 0,
    };
    store.put_sweep(id, &sweep).await.unwrap();
    store.put_head_etag(repo_id, &sha(1), "e").await.unwrap();
    let issue = KeptIssue {
        key: "scorecard".to_owned(),
        repo: repo_id,
        number: Some(1),
        url: None,
        digest: "d".to_owned(),
        edited: NOON,
        problem: None,
    };
    store.put_kept_issue(id, &issue).await.unwrap();
    let said = Satisfaction { quarter: "2026-Q4".to_owned(), score: 9, words: None };
    store.put_satisfaction(id, &["p".to_owned()], &said, NOON).await.unwrap();
    store.put_campaign_day(id, "c", "2026-11-21", "{}").await.unwrap();
    store.put_scorecard_told(id, "{}").await.unwrap();
    assert_eq!(store.scorecard_told(id).await.unwrap().as_deref(), Some("{}"));
    store.note_lock(repo_id, true).await.unwrap();
    store.note_wave(id, &WaveRow { at: NOON, said: "w".to_owned() }).await.unwrap();
    store.note_deployment(repo_id, &deployment(1, Some(NOON))).await.unwrap();
    store.note_incident(repo_id, &incident(1, NOON, true)).await.unwrap();
    let run = Run { started: NOON, finished: at(1), success: None };
    store.note_run(repo_id, 1, &run).await.unwrap();
    store.note_created(repo_id, NOON).await.unwrap();
    store.put_evaluation(repo_id, "k", "{}", NOON).await.unwrap();
    store.put_judgement(repo_id, &sha(1), Subject::Pull(1), "{}", "d", NOON).await.unwrap();
    know_risk(store, repo_id).await;
    store.put_risk_slopes(id, "2026-Q3", None).await.unwrap();
    let run = CheckRunRow {
        repo: repo_id,
        head_sha: sha(1),
        name: "n".to_owned(),
        external_id: "e".to_owned(),
        digest: "d".to_owned(),
        github_id: None,
        concluded: false,
        annotations_sent: 0,
    };
    store.put_check_run(&run, NOON).await.unwrap();
    store.put_gate(&held(installation)).await.unwrap();
    let said = BudgetsSaid { environment: "production".to_owned(), at: NOON, messages: vec![] };
    store.put_budgets_said(repo_id, &said).await.unwrap();
    let said = Acknowledged {
        condition: "freeze".to_owned(),
        environment: None,
        change: None,
        by: "ada".to_owned(),
        reason: "r".to_owned(),
        at: NOON.to_rfc3339(),
    };
    let row =
        AcknowledgementRow { repo: repo_id, sha: sha(1), said, issue: 1, comment: 2, given: NOON };
    store.acknowledge(&row).await.unwrap();
    store.pause_installation(id, at(1)).await.unwrap();
    store.enqueue(&[check(installation, 1, 1), check(installation, 2, 1)], NOON).await.unwrap();
}

fn held(installation: i64) -> GateRow {
    let repo = RepoId(installation * 10);
    GateRow {
        key: GateKey { repo, run: 5, deployment: 6, environment: "production".to_owned() },
        sha: sha(1),
        verdict: gate::Verdict::Waiting,
        answered: false,
        reports: 1,
        conditions: "freeze".to_owned(),
        pulls: vec![7],
        job: check(installation, 1, 1),
        decision: String::new(),
        asked: NOON,
        look: at(1),
    }
}

/// A change, an open pull request with a review, and what was said of it.
async fn know_risk(store: &Store, repo: RepoId) {
    store.begin_risk_history(repo, NOON).await.unwrap();
    let change = RiskChange {
        id: 7,
        sha: Some(sha(1)),
        title: "Add".to_owned(),
        at: NOON,
        author: Called { login: Some("ann".to_owned()), ..Called::default() },
        revert: false,
        takes_back: Vec::new(),
        features: None,
        touches: vec![RiskTouch::of("a.rs", None)],
    };
    store.note_risk_changes(repo, &[change]).await.unwrap();
    let pull = RiskPull {
        number: 1,
        head: sha(1),
        title: "Add".to_owned(),
        revert: true,
        author: None,
        bot: false,
        files: None,
        reviews_known: true,
        remarks: None,
        draft: false,
        ready: None,
    };
    store.note_risk_pull(repo, &pull).await.unwrap();
    let review =
        Review { by: None, bot: false, verdict: Verdict::Approved, commit: None, at: NOON };
    store.note_risk_reviews(repo, 1, &[(5, review)], true).await.unwrap();
    let row = CoverageRow { context: "c".to_owned(), state: "s".to_owned(), said: String::new() };
    store.note_risk_coverage(repo, &sha(1), &row, NOON).await.unwrap();
    store.put_risk_report(repo, &sha(1), 1, "{}", NOON).await.unwrap();
    let report = CoverageReport::parse("SF:a.rs\nDA:1,1\n", Format::Lcov, None).unwrap();
    store.put_coverage_report(repo, &sha(1), "unit", &report, NOON).await.unwrap();
    let subject = "component:default/a".to_owned();
    let relation = Relation { object: subject.clone(), verb: Verb::Defines, subject };
    store.put_relations(repo, &[relation]).await.unwrap();
    let row = ("pull:1".to_owned(), "{}".to_owned());
    store.stage_risk_reading(repo, &[row], "{}").await.unwrap();
    let count = QuarterCount::default();
    store.put_risk_quarter(repo, "2026-Q3", &count).await.unwrap();
}

async fn count(db: &TestDatabase, table: &str) -> i64 {
    let sql = AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    if db.kind == "SQLite" {
        let mut connection = sqlx::SqliteConnection::connect(&db.url).await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    } else {
        let mut connection = sqlx::PgConnection::connect(&db.url).await.unwrap();
        sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
    }
}

#[tokio::test]
async fn a_removed_installation_leaves_nothing_behind() {
    for db in fresh_databases().await {
        let store = &db.store;
        settle_in(store, 1).await;
        settle_in(store, 2).await;
        let running = claim_at(store, at(5)).await.unwrap();
        assert_eq!(running.job, check(1, 1, 1));
        // That claim woke both.
        store.pause_installation(InstallationId(1), at(9)).await.unwrap();
        store.pause_installation(InstallationId(2), at(9)).await.unwrap();
        store.accept(delivery("g"), None).await.unwrap();
        let mut both = Vec::new();
        for table in TABLES {
            let rows = count(&db, table).await;
            assert!(rows > 0 && rows % 2 == 0, "{table} in {}: {rows}", db.kind);
            both.push(rows);
        }

        store.remove_installation(InstallationId(1)).await.unwrap();

        for (table, both) in TABLES.into_iter().zip(both) {
            assert_eq!(count(&db, table).await, both / 2, "{table} in {}", db.kind);
        }
        assert_eq!(count(&db, "pause").await, 1);
        // The other's two, the plan, and the running one, which its worker can settle.
        assert_eq!(count(&db, "job").await, 4);
        assert!(store.complete(&running).await.unwrap());
        assert!(store.repo(RepoId(10)).await.unwrap().is_none());
        assert!(store.repo(RepoId(20)).await.unwrap().is_some());
        store.remove_installation(InstallationId(1)).await.unwrap();
    }
}

/// A new table must be looked at here: either it goes with its tenant, or it says why not.
#[tokio::test]
async fn no_table_has_been_forgotten() {
    let all = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    let db = fresh_databases().await.remove(0);
    let mut connection = sqlx::SqliteConnection::connect(&db.url).await.unwrap();
    let found: Vec<String> = sqlx::query_scalar(all).fetch_all(&mut connection).await.unwrap();
    let mut expected = TABLES.to_vec();
    let of_all =
        ["_sqlx_migrations", "delivery", "job", "pause", "recovery", "replica", "schedule"];
    expected.extend(of_all);
    expected.sort_unstable();
    assert_eq!(found, expected);
}
