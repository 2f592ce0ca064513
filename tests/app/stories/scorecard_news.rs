//! A platform team reads at the end of its scorecard what has happened since it was last written.

use super::files::{CATALOG, CONFIG, FIXED, OLD_FAULT, waiver, with};
use super::scorecard::{HOME, count, installed, scorecards, sweep, writes};
use crate::stage::Stage;

const ON: &str = "scorecard: {demand: 0}\ncampaigns:\n  - {name: No root, policies: \
                  container/non_root_user, due: 2026-11-30}\n";

fn news(stage: &Stage) -> String {
    let said = scorecards(stage, HOME)[0].body.clone();
    said.split_once("### New since ").map(|(_, news)| news.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn paths_ways_out_campaigns_and_repositories_that_came_or_went_are_news() {
    for stage in Stage::each().await {
        installed(&stage, "scorecard: {demand: 0}\n").await;
        assert_eq!(news(&stage), "", "nothing was told before");

        stage.gh.push(HOME, "main", &[("waymark.yml", ON)], "Begin");
        stage.gh.push("acme/payments", "main", &[(CONFIG, "path: service\n")], "Choose");
        let waiver = waiver("2026-11-30");
        stage.gh.push("acme/orders", "main", &[(CONFIG, waiver.as_str())], "Wait for the vendor");
        stage.gh.remove_repo_from_installation("acme/notes");
        stage.settle().await;
        stage.advance(60);
        sweep(&stage, "acme").await;
        let said = news(&stage);
        for new in [
            "- Campaign \"No root\" has begun\n",
            "- `container/non_root_user`: waived in 1 more repository\n",
            "golden path `default` → `service`\n",
            "- `notes`: left\n",
        ] {
            assert!(said.contains(new), "{new}: {said}");
        }

        // Nine days later the waiver has run out, and the campaign's last day is past.
        let before = writes(&stage);
        stage.advance(10 * 86_400);
        sweep(&stage, "acme").await;
        assert!(writes(&stage) > before);
        let said = news(&stage);
        for new in [
            "- Campaign \"No root\" is over\n",
            "- `container/non_root_user`: no longer waived in 1 repository\n",
        ] {
            assert!(said.contains(new), "{new}: {said}");
        }
        for old in ["has begun", "`notes`", "golden path `default`"] {
            assert!(!said.contains(old), "{old}: {said}");
        }
        let before = writes(&stage);
        count(&stage).await;
        assert_eq!(writes(&stage), before);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_campaign_burns_down_by_team() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", ON)]);
        stage.gh.create_repo("acme/orders", OLD_FAULT);
        let other = CATALOG.replace("team-payments", "team-search");
        let files = with(OLD_FAULT, "catalog-info.yaml", &other);
        stage.gh.create_repo("acme/finder", &files[1..]);
        stage.gh.install("acme", None);
        stage.settle().await;
        stage.advance(86_400);
        stage.gh.push("acme/orders", "main", &[("Dockerfile", FIXED)], "Fix it");
        stage.settle().await;
        sweep(&stage, "acme").await;
        let mut issues = stage.gh.issues(HOME);
        issues.retain(|issue| issue.title == "Campaign: No root");
        let [issue] = issues.try_into().unwrap();
        let said = issue.body.as_str();
        let (_, chart) = said.split_once("title \"Repositories to go, by team\"").unwrap();
        assert!(chart.contains("  line [1, 0]\n  line [1, 1]\n```"), "{said}");
        assert!(
            chart.contains("| 🟧 team-search | 1 | 1 |\n| 🟦 team-payments | 1 | 0 |"),
            "{said}"
        );
        stage.end().await;
    }
}
