//! A platform team hears of a policy that cannot be judged in many repositories, and why; and what people
//! think, each person once.

use waymark::domain::finding::Level;
use waymark::domain::ids::{PolicyId, RepoId};
use waymark::domain::judge::Standing;
use waymark::domain::scorecard::card::{Card, Open};

use super::cards::{counted, joined};
use super::scorecard::{HOME, count, id, installed, writes};
use crate::github::Issue;
use crate::stage::Stage;

/// A repository in which the policy could not be judged, as a judgement of its branch leaves it.
async fn unjudged(stage: &Stage, n: i64, status: Standing, reason: Option<&str>) {
    let repo = RepoId(2_000_000 + n);
    joined(stage, repo, &format!("chart-{n}")).await;
    let open = Open {
        policy: PolicyId::parse("kubernetes/probes_defined").unwrap(),
        level: Level::Silver,
        status,
        findings: 0,
        reason: reason.map(str::to_owned),
    };
    let card = Card { path: "service".to_owned(), open: vec![open], ..Card::default() };
    counted(stage, repo, n, &card).await;
}

fn demand(stage: &Stage) -> Vec<Issue> {
    let mut issues = stage.gh.issues(HOME);
    issues.retain(|issue| issue.title.starts_with("Escape hatch in demand"));
    issues
}

#[tokio::test]
async fn what_cannot_be_judged_in_many_repositories_is_told_with_its_reasons() {
    for stage in Stage::each().await {
        installed(&stage, "path: service\nscorecard: {demand: 4}\n").await;
        let why = "the chart could not be rendered: no such template";
        unjudged(&stage, 1, Standing::Unknown, Some(why)).await;
        unjudged(&stage, 2, Standing::Unknown, Some(why)).await;
        unjudged(&stage, 3, Standing::Broken, Some("the policy ran for too long")).await;
        count(&stage).await;
        assert!(demand(&stage).is_empty(), "three are not enough");

        // As cards were before reasons were kept.
        unjudged(&stage, 4, Standing::Unknown, None).await;
        count(&stage).await;
        let [issue] = demand(&stage).try_into().unwrap();
        assert_eq!(issue.title, "Escape hatch in demand: kubernetes/probes_defined");
        assert!(
            issue.body.contains("**In 4 repositories it could not be judged.**"),
            "{}",
            issue.body
        );
        for reason in [
            "- the chart could not be rendered: no such template: `chart-1`, `chart-2`\n",
            "- the policy ran for too long: `chart-3`\n",
        ] {
            assert!(issue.body.contains(reason), "{reason}: {}", issue.body);
        }
        let before = writes(&stage);
        count(&stage).await;
        assert_eq!(writes(&stage), before, "nothing is new");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_new_login_is_the_same_person_still() {
    for stage in Stage::each().await {
        installed(&stage, "path: service\nscorecard: {}\n").await;
        let issue = stage.gh.open_issue("acme/payments", "ada", "How do you like it?");
        let says = async |person: &str, score: u8| {
            stage.gh.set_role("acme/payments", person, "read");
            let text = format!("/platform nps {score}");
            stage.gh.comment("acme/payments", issue, person, &text);
            stage.settle().await;
        };
        says("ada", 0).await;
        says("bob", 9).await;
        stage.gh.rename_account("ada", "ada-lovelace");
        says("ada-lovelace", 10).await;
        let answers = stage.app.store.satisfaction(id(&stage, "acme")).await.unwrap();
        let mut scores: Vec<i64> = answers.iter().map(|said| said.score).collect();
        scores.sort_unstable();
        assert_eq!(scores, [9, 10]);
        stage.end().await;
    }
}
