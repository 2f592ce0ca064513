//! Repositories as the scorecard counts them, put into the store without a judgement.

use waymark::domain::ids::{RepoId, RepoName, Sha};
use waymark::domain::scorecard::card::Card;
use waymark::edge::store::{CardRow, RepoRow};

use super::scorecard::id;
use crate::stage::Stage;

/// A public repository of the organisation acme.
pub(super) async fn joined(stage: &Stage, repo: RepoId, name: &str) {
    let row = RepoRow {
        id: repo,
        name: RepoName::parse(&format!("acme/{name}")).unwrap(),
        default_branch: Some("main".to_owned()),
        archived: Some(false),
        private: false,
    };
    stage.app.store.upsert_repos(id(stage, "acme"), &[row]).await.unwrap();
}

/// Its card, as a judgement of its branch at commit `n` leaves it; on the path with any level.
pub(super) async fn counted(stage: &Stage, repo: RepoId, n: i64, card: &Card) {
    let row = CardRow {
        sha: Sha::parse(&format!("{n:040x}")).unwrap(),
        digest: String::new(),
        due: None,
        level: card.level,
        on_path: card.level.is_some(),
        json: serde_json::to_string(card).unwrap(),
    };
    stage.app.store.put_card(repo, &row, stage.hands.now()).await.unwrap();
}
