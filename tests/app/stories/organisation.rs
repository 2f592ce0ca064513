//! A platform team says in `acme/.github` what holds in all repositories of its organisation.

use crate::github::CheckRun;
use crate::http::get;
use crate::stage::Stage;

use super::files::{CONFIG, FIXED, GOOD, ROOT, mode, with};

const HOME: &str = "acme/.github";
const FILE: &str = "waymark.yml";

/// An organisation with this configuration, and a repository with this one.
async fn furnished(stage: &Stage, organisation: &str, own: &str) {
    stage.gh.create_repo(HOME, &[(FILE, organisation)]);
    stage.gh.create_repo("acme/payments", &with(GOOD, CONFIG, own));
    stage.settle().await;
}

/// Judges a pull request that adds a faulty image.
async fn judged(stage: &Stage, branch: &str) -> CheckRun {
    let head = stage.gh.push("acme/payments", branch, &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull("acme/payments", branch, "main");
    stage.settle().await;
    stage.run("acme/payments", &head)
}

/// How often the organisation's file was asked for.
fn reads(stage: &Stage) -> usize {
    let calls = stage.gh.calls();
    calls.iter().filter(|call| call.path.contains("/.github/contents/waymark.yml")).count()
}

fn notes(run: &CheckRun) -> String {
    let summary = run.summary.clone().unwrap_or_default();
    summary.split_once("note").map(|(_, notes)| notes.to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn the_organisation_sets_modes_and_repositories_override_them() {
    for stage in Stage::each().await {
        furnished(&stage, "policies:\n  container/*: observe\n", "").await;
        assert_eq!(judged(&stage, "one").await.conclusion.as_deref(), Some("success"));
        let own = mode("warn");
        stage.gh.push("acme/payments", "main", &[(CONFIG, own.as_str())], "Be louder");
        stage.settle().await;
        assert_eq!(judged(&stage, "two").await.conclusion.as_deref(), Some("neutral"));
        stage.end().await;
    }
}

#[tokio::test]
async fn what_is_locked_cannot_be_weakened_and_nobody_is_held_up_for_trying() {
    let locked = "policies:\n  container/non_root_user: {mode: enforce, locked: true}\n";
    for stage in Stage::each().await {
        furnished(&stage, locked, &mode("off")).await;
        let run = judged(&stage, "image").await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        let told = notes(&run);
        assert!(told.contains(".github/waymark.yml:2"), "{told}");
        assert!(told.contains("acme/.github:waymark.yml:2"), "{told}");

        // The page behind the check says who decided.
        let link = run.details_url.clone().unwrap();
        let page = get(&stage.url, link.strip_prefix("https://waymark.example").unwrap()).await;
        let words = "acme/.github:waymark.yml:2; locked; the repository asks for off in vain";
        assert!(page.body.contains(words), "{}", page.body);

        // A change that is in order passes, although the configuration asks in vain.
        let head = stage.gh.push("acme/payments", "fixed", &[("Dockerfile", FIXED)], "Add image");
        stage.gh.open_pull("acme/payments", "fixed", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_policy_blocks_from_its_day_and_says_so_before() {
    // Today is 2026-11-21.
    let config = "policies:\n  container/non_root_user: {enforce_from: 2026-11-23, locked: true}\n";
    for stage in Stage::each().await {
        furnished(&stage, config, "").await;
        let run = judged(&stage, "image").await;
        assert_eq!(run.conclusion.as_deref(), Some("neutral"));
        let summary = run.summary.clone().unwrap();
        let said = "`container/non_root_user` will block from 2026-11-23 (2 days left).";
        assert!(summary.contains(said), "{summary}");

        // The last day before.
        stage.advance(86_400);
        stage.gh.rerequest_check(run.id);
        stage.settle().await;
        let run = stage.run("acme/payments", &run.head_sha);
        assert_eq!(run.conclusion.as_deref(), Some("neutral"));
        assert!(run.summary.clone().unwrap().contains("2026-11-23 (1 day left)"));

        stage.advance(86_400);
        stage.gh.rerequest_check(run.id);
        stage.settle().await;
        let run = stage.run("acme/payments", &run.head_sha);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert!(!run.summary.unwrap().contains("will block from"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_rollout_reaches_topics_properties_and_owners_first() {
    let rollouts = [
        ("percent: 100", "failure"),
        ("percent: 0", "success"),
        ("topics: pci", "failure"),
        ("topics: web", "success"),
        ("properties: {tier: ['1', '2']}", "failure"),
        ("properties: {tier: '3'}", "success"),
        ("teams: team-payments", "failure"),
        ("teams: [checkout], percent: 0", "success"),
        ("teams: [checkout], otherwise: warn", "neutral"),
    ];
    for (rollout, conclusion) in rollouts {
        for stage in Stage::each().await {
            let config = format!(
                "policies:\n  container/non_root_user: {{mode: enforce, rollout: {{{rollout}}}}}\n"
            );
            stage.gh.create_repo(HOME, &[(FILE, config)]);
            stage.gh.create_repo("acme/payments", GOOD);
            stage.gh.label("acme/payments", &["pci", "money"], &[("tier", "2")]);
            stage.settle().await;
            let run = judged(&stage, "image").await;
            assert_eq!(run.conclusion.as_deref(), Some(conclusion), "{rollout}");
            stage.end().await;
        }
    }
}

/// Who answers for a repository is read where a change starts.
#[tokio::test]
async fn a_change_cannot_leave_a_rollout_by_giving_the_repository_away() {
    let config =
        "policies:\n  container/non_root_user: {mode: enforce, rollout: {teams: team-payments}}\n";
    for stage in Stage::each().await {
        furnished(&stage, config, "").await;
        let other = super::files::CATALOG.replace("team-payments", "team-other");
        let changes = [("Dockerfile", ROOT), ("catalog-info.yaml", other.as_str())];
        let head = stage.gh.push("acme/payments", "away", &changes, "Give away");
        stage.gh.open_pull("acme/payments", "away", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_the_organisation_excludes_is_counted() {
    for stage in Stage::each().await {
        furnished(&stage, "exclude: ['legacy/**']\n", "").await;
        let files = [("legacy/Dockerfile", ROOT)];
        let head = stage.gh.push("acme/payments", "old", &files, "Keep the old image");
        stage.gh.open_pull("acme/payments", "old", "main");
        stage.settle().await;
        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        assert!(notes(&run).contains("1 file left out"), "{:?}", run.summary);
        stage.end().await;
    }
}

#[tokio::test]
async fn the_file_is_read_once_and_again_when_it_changes() {
    for stage in Stage::each().await {
        furnished(&stage, "policies:\n  container/*: observe\n", "").await;
        assert_eq!(judged(&stage, "one").await.conclusion.as_deref(), Some("success"));
        assert_eq!(judged(&stage, "two").await.conclusion.as_deref(), Some("success"));
        assert_eq!(reads(&stage), 1, "known from then on");

        stage.gh.push(HOME, "main", &[(FILE, "policies:\n  container/*: warn\n")], "Be louder");
        stage.settle().await;
        assert_eq!(judged(&stage, "three").await.conclusion.as_deref(), Some("neutral"));
        assert_eq!(reads(&stage), 2);

        // An event may be lost; after an hour we look ourselves.
        stage.advance(3600);
        assert_eq!(judged(&stage, "four").await.conclusion.as_deref(), Some("neutral"));
        assert_eq!(reads(&stage), 3);
        stage.end().await;
    }
}

#[tokio::test]
async fn without_a_configuration_repository_nothing_is_asked() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        assert_eq!(judged(&stage, "image").await.conclusion.as_deref(), Some("failure"));
        assert_eq!(reads(&stage), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_repository_without_the_file_is_remembered() {
    for stage in Stage::each().await {
        stage.gh.create_repo(HOME, &[("profile/README.md", "Welcome")]);
        stage.gh.allow("GET */contents/*", 404);
        stage.gh.create_repo("acme/payments", GOOD);
        assert_eq!(judged(&stage, "one").await.conclusion.as_deref(), Some("failure"));
        assert_eq!(judged(&stage, "two").await.conclusion.as_deref(), Some("failure"));
        assert_eq!(reads(&stage), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_broken_file_holds_nobody_up_but_those_who_can_mend_it() {
    for stage in Stage::each().await {
        furnished(&stage, "policies:\n  container/*: observe\n", "").await;
        assert_eq!(judged(&stage, "one").await.conclusion.as_deref(), Some("success"));

        // On its own repository the check asks for action, before and after the merge.
        let broken = [(FILE, "policies:\n  container/*: loud\n")];
        let head = stage.gh.push(HOME, "loud", &broken, "Be loud");
        stage.gh.open_pull(HOME, "loud", "main");
        stage.settle().await;
        let run = stage.run(HOME, &head);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"));
        assert!(run.summary.unwrap().contains("off, observe, warn, enforce"));
        let merged = stage.gh.push(HOME, "main", &broken, "Be loud");
        stage.settle().await;
        assert_eq!(stage.conclusion(HOME, &merged), "action_required");

        // Elsewhere the last good one counts, and the check says so.
        let run = judged(&stage, "two").await;
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        let told = notes(&run);
        assert!(told.contains("last good version counts"), "{told}");
        assert!(told.contains("acme/.github:waymark.yml:2"), "{told}");
        // And the operator, whom anybody may overhear, learns it without names.
        let ready = get(&stage.url, "/readyz").await.body;
        assert!(ready.contains("last good version counts: 1"), "{ready}");
        assert!(!ready.contains("acme"), "{ready}");

        stage.gh.push(HOME, "main", &[(FILE, "policies:\n  container/*: warn\n")], "Mend");
        stage.settle().await;
        let ready = get(&stage.url, "/readyz").await.body;
        assert!(ready.contains("\"remarks\":[]"), "{ready}");
        let run = judged(&stage, "three").await;
        assert_eq!(run.conclusion.as_deref(), Some("neutral"));
        assert!(!notes(&run).contains("last good"));
        stage.end().await;
    }
}

/// Whoever waits for a review need not push to learn what holds now.
#[tokio::test]
async fn open_pull_requests_are_judged_by_the_new_rules() {
    for stage in Stage::each().await {
        furnished(&stage, "policies:\n  container/*: observe\n", "").await;
        let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/payments", "image", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");

        let enforced = "policies:\n  container/*: enforce\n";
        stage.gh.push(HOME, "louder", &[(FILE, enforced)], "Be louder");
        stage.gh.open_pull(HOME, "louder", "main");
        stage.settle().await;
        assert_eq!(
            stage.conclusion("acme/payments", &head),
            "success",
            "a proposal changes nothing"
        );
        stage.gh.push(HOME, "main", &[(FILE, enforced)], "Be louder");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);

        stage.gh.push(HOME, "main", &[("README.md", "Words")], "Explain");
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 2, "nothing else, nothing new");
        stage.end().await;
    }
}

/// Two tenants, one service: what one asks does not reach the other.
#[tokio::test]
async fn an_organisation_speaks_for_its_own_repositories_only() {
    for stage in Stage::each().await {
        furnished(&stage, "policies:\n  '*': off\n", "").await;
        stage.gh.create_repo("other/payments", GOOD);
        let head = stage.gh.push("other/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("other/payments", "image", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("other/payments", &head), "failure");
        assert_eq!(judged(&stage, "image").await.conclusion.as_deref(), Some("success"));
        stage.end().await;
    }
}

/// Not every server lists what an installation holds; the check is owed all the same.
#[tokio::test]
async fn a_server_that_lists_nothing_gets_its_check() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.fail("GET /installation/repositories", 404, 100);
        assert_eq!(judged(&stage, "image").await.conclusion.as_deref(), Some("failure"));
        stage.gh.heal();
        stage.settle().await;
        stage.end().await;
    }
}

/// The configuration repository left the installation, and we never heard of it: its token is
/// refused, and the organisation has no configuration any more.
#[tokio::test]
async fn a_configuration_repository_that_left_unheard_holds_nobody_up() {
    for stage in Stage::each().await {
        furnished(&stage, "policies:\n  container/*: observe\n", "").await;
        assert_eq!(judged(&stage, "one").await.conclusion.as_deref(), Some("success"));
        stage.gh.remove_repo_from_installation(HOME);
        stage.gh.lose_queue();
        stage.advance(2 * 60 * 60);
        let head = stage.gh.push("acme/payments", "two", &[("Dockerfile", FIXED)], "Add image");
        stage.gh.open_pull("acme/payments", "two", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");
        stage.gh.forgive();
        stage.end().await;
    }
}
