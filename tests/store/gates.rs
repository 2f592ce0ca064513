//! Deployments that wait, and what people answer for.

use waymark::domain::gate::Verdict;
use waymark::domain::gate::ahead::BudgetsSaid;
use waymark::domain::gate::request::Acknowledged;
use waymark::domain::ids::{InstallationId, RepoId};
use waymark::edge::store::{AcknowledgementRow, GateKey, GateRow};

use crate::database::fresh_databases;
use crate::given::*;

fn row(repo: i64, run: i64, environment: &str) -> GateRow {
    let environment = environment.to_owned();
    GateRow {
        key: GateKey { repo: RepoId(repo), run, deployment: 6, environment },
        sha: sha(1),
        verdict: Verdict::Waiting,
        answered: false,
        reports: 0,
        conditions: String::new(),
        pulls: vec![7],
        job: check(1, 1, 1),
        decision: String::new(),
        asked: NOON,
        look: at(60),
    }
}

#[tokio::test]
async fn what_a_deployment_was_told_is_remembered() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10), repo(11)]).await.unwrap();
        store.upsert_repos(InstallationId(2), &[repo(20)]).await.unwrap();
        let first = row(10, 1, "production");
        assert_eq!(store.gate(&first.key).await.unwrap(), None);
        store.put_gate(&first).await.unwrap();
        store.put_gate(&row(20, 1, "production")).await.unwrap();
        let later = GateRow {
            reports: 1,
            conditions: "freeze".to_owned(),
            asked: at(5),
            look: at(90),
            ..first.clone()
        };
        store.put_gate(&later).await.unwrap();
        let known = store.gate(&first.key).await.unwrap().unwrap();
        assert_eq!(known, GateRow { asked: NOON, ..later }, "when it was first asked stays");

        let overdue = |at| store.overdue_gates(InstallationId(1), at, NOON);
        assert_eq!(overdue(at(90)).await.unwrap(), []);
        assert_eq!(overdue(at(91)).await.unwrap().len(), 1);
        store.put_gate(&GateRow { answered: true, ..known.clone() }).await.unwrap();
        assert_eq!(overdue(at(91)).await.unwrap(), []);

        assert_eq!(store.held_deployments(RepoId(10), NOON).await.unwrap().len(), 1);
        assert_eq!(store.held_deployments(RepoId(10), at(1)).await.unwrap(), []);
        let approved = GateRow { verdict: Verdict::Approved, ..known };
        store.put_gate(&approved).await.unwrap();
        assert_eq!(store.held_deployments(RepoId(10), NOON).await.unwrap(), []);
        assert!(store.put_gate(&row(99, 1, "x")).await.is_err(), "no such repository");
    }
}

#[tokio::test]
async fn the_newest_word_on_a_condition_counts() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10)]).await.unwrap();
        let said = |condition: &str, environment: Option<&str>, by: &str, seconds: i64| {
            let given = at(seconds);
            let said = Acknowledged {
                condition: condition.to_owned(),
                environment: environment.map(ToOwned::to_owned),
                change: None,
                by: by.to_owned(),
                reason: "it's \"fine\"".to_owned(),
                at: given.to_rfc3339(),
            };
            AcknowledgementRow { repo: RepoId(10), sha: sha(1), said, issue: 1, comment: 2, given }
        };
        assert!(!store.any_acknowledged(RepoId(10)).await.unwrap());
        for row in [
            said("freeze", None, "ada", 1),
            said("*", Some("production"), "ada", 2),
            said("freeze", None, "grace", 3),
        ] {
            store.acknowledge(&row).await.unwrap();
        }
        let found = store.acknowledged(RepoId(10), &sha(1)).await.unwrap();
        let short: Vec<(&str, Option<&str>, &str)> = found
            .iter()
            .map(|a| (a.condition.as_str(), a.environment.as_deref(), a.by.as_str()))
            .collect();
        assert_eq!(short, [("*", Some("production"), "ada"), ("freeze", None, "grace")]);
        assert_eq!(store.acknowledged(RepoId(10), &sha(2)).await.unwrap(), []);
        assert!(store.any_acknowledged(RepoId(10)).await.unwrap());
    }
}

#[tokio::test]
async fn the_newest_word_on_error_budgets_counts() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10), repo(20)]).await.unwrap();
        let said = |environment: &str, seconds: i64, message: &str| BudgetsSaid {
            environment: environment.to_owned(),
            at: at(seconds),
            messages: vec![message.to_owned()],
        };
        assert_eq!(store.budgets_said(RepoId(10)).await.unwrap(), None);
        let newest = said("production", 2, "it's \"spent\"");
        for one in [said("staging", 1, "calm"), newest.clone(), said("staging", 1, "late")] {
            store.put_budgets_said(RepoId(10), &one).await.unwrap();
        }
        assert_eq!(store.budgets_said(RepoId(10)).await.unwrap(), Some(newest));
        assert_eq!(store.budgets_said(RepoId(20)).await.unwrap(), None);
        let nobody = store.put_budgets_said(RepoId(99), &said("x", 1, "y")).await;
        assert!(nobody.is_err(), "no such repository");
    }
}
